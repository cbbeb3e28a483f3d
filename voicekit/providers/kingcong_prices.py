"""What the vendor's own forms say that a job costs."""

from __future__ import annotations

from collections.abc import Mapping

from voicekit.job import Job, Kind
from voicekit.task import Estimate

__all__ = ["stated"]

_PROXY_PRICES: Mapping[object, int] = {5: 1_250, 10: 2_500}
"""For each proxy, by the minutes it lives."""
_TRACK_PRICE = 1_200


def stated(job: Job, unit: str) -> Estimate:
    """Return the price of a form; the page itself gives none."""
    amounts: Mapping[Kind, float | None] = {
        "proxies": _proxy_price(job),
        "music": float(job.settings.get("n", 1)) * _TRACK_PRICE,
    }
    known = amounts.get(job.kind)
    return Estimate(
        credits=known,
        unit=unit,
        exact=False,
        evidence="no price is known" if known is None else "the vendor's own form",
    )


def _proxy_price(job: Job) -> float | None:
    each = _PROXY_PRICES.get(job.settings.get("ttl"))
    return None if each is None else each * float(job.settings.get("quantity", 1))
