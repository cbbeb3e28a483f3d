"""When a vendor says to come back: read from whatever form it says it in."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

__all__ = ["LONGEST_PAUSE_S", "retry_after"]

LONGEST_PAUSE_S = 120.0
"""A vendor that says to come back later than this is told to the user instead of being
waited for; and one that is asked for a task is asked by then all the same."""

_ROUNDING_S = 1.0
"""Vendors round down: coming back a second later is never too early."""

_LONGEST_S = 86_400.0
"""No vendor shuts out an account for longer: what says so was misread, or is a slip."""

_MOMENTS = ((1e15, 1e6), (1e12, 1e3), (1e9, 1.0))
"""From which number on it is a moment since 1970, and in how many parts of a second."""


def retry_after(
    headers: Mapping[str, str], now: Callable[[], float] = time.time
) -> float | None:
    """Return after how many seconds to come back; None where nothing usable is said.

    ``Retry-After-Ms``, then ``Retry-After`` and ``X-RateLimit-Reset``: as seconds to
    wait, as seconds, milli- or microseconds since 1970, or the former as a date.

    Examples
    --------
    >>> retry_after({"retry-after": "2"})
    3.0
    >>> retry_after({"retry-after": "soon", "x-ratelimit-reset": "-1"})
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    stated = headers.get("retry-after")
    readings = (
        None if milliseconds is None else milliseconds / 1000,
        _from_now(_number(stated), now),
        _date(stated, now),
        _from_now(_number(headers.get("x-ratelimit-reset")), now),
    )
    usable = (wait for wait in readings if wait is not None and wait <= _LONGEST_S)
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
        date = parsedate_to_datetime(text or "")
        # Without a zone, as asctime writes it, a date of HTTP is in UTC all the same.
        moment = date if date.tzinfo else date.replace(tzinfo=UTC)
        return max(0.0, moment.timestamp() - now())
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _from_now(number: float | None, now: Callable[[], float]) -> float | None:
    """Return the seconds to wait, where a number may also be a moment since 1970."""
    if number is None:
        return None
    for least, parts in _MOMENTS:
        if number > least:
            return max(0.0, number / parts - now())
    return number
