"""When a vendor says to come back: read from whatever form it says it in."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime

__all__ = ["retry_after"]

_ROUNDING_S = 1.0
"""Vendors round down: coming back a second later is never too early."""


def retry_after(
    headers: Mapping[str, str], now: Callable[[], float] = time.time
) -> float | None:
    """Return after how many seconds to come back; None where nothing usable is said.

    ``Retry-After-Ms``, ``Retry-After`` in seconds or as a date, then
    ``X-RateLimit-Reset`` as milliseconds or seconds since 1970, or as seconds to wait.

    Examples
    --------
    >>> retry_after({"retry-after": "2"})
    3.0
    >>> retry_after({"retry-after": "soon", "x-ratelimit-reset": "-1"})
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    readings = (
        None if milliseconds is None else milliseconds / 1000,
        _number(headers.get("retry-after")),
        _date(headers.get("retry-after"), now),
        _reset(_number(headers.get("x-ratelimit-reset")), now),
    )
    usable = (wait for wait in readings if wait is not None and wait >= 0)
    wait = next(usable, None)
    return None if wait is None else wait + _ROUNDING_S


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _date(text: str | None, now: Callable[[], float]) -> float | None:
    try:
        moment = parsedate_to_datetime(text or "").timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return max(0.0, moment - now())


def _reset(number: float | None, now: Callable[[], float]) -> float | None:
    if number is None:
        return None
    if number > 1e12:  # noqa: PLR2004 - milliseconds since 1970
        return max(0.0, number / 1000 - now())
    if number > 1e9:  # noqa: PLR2004 - seconds since 1970
        return max(0.0, number - now())
    return number
