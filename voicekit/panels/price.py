"""Whether a price has to be known before a click may pay it."""

from __future__ import annotations

from collections.abc import Iterable

from voicekit.studio import Studio

__all__ = ["never_charge"]


def never_charge(studio: Studio, voices: Iterable[str]) -> bool:
    """Tell whether these voices' providers never charge, so that no price is missed."""
    names = {voice.partition(":")[0] for voice in voices}
    return all(studio.calls.provider_of(name).repeatable for name in names)
