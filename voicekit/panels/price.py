"""What a call will cost, in a few words."""

from __future__ import annotations

from voicekit.task import Estimate

__all__ = ["price_text"]


def price_text(estimate: Estimate) -> str:
    """Say what a call will cost."""
    if estimate.credits is None:
        return "price unknown"
    if estimate.credits == 0:
        return "free"
    about = "" if estimate.exact else "about "
    return f"{about}{estimate.credits:g} {estimate.unit}"
