"""What a call will cost, in a few words, and whether that has to be known first."""

from __future__ import annotations

from collections.abc import Iterable

from voicekit.studio import Studio
from voicekit.task import Estimate

__all__ = ["never_charge", "price_text"]


def price_text(estimate: Estimate) -> str:
    """Say what a call will cost."""
    if estimate.credits is None:
        return "price unknown"
    if estimate.credits == 0:
        return "free"
    about = "" if estimate.exact else "about "
    return f"{about}{estimate.credits:g} {estimate.unit}"


def never_charge(studio: Studio, voices: Iterable[str]) -> bool:
    """Tell whether these voices' providers never charge, so that no price is missed."""
    names = {voice.partition(":")[0] for voice in voices}
    return all(studio.calls.provider_of(name).repeatable for name in names)
