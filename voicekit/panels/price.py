"""What panels know of money: whether a click may pay, and what was paid."""

from __future__ import annotations

from collections.abc import Iterable

from voicekit.comparison import Comparison
from voicekit.studio import Studio
from voicekit.task import cost_text

__all__ = ["bill", "never_charge"]


def never_charge(studio: Studio, voices: Iterable[str]) -> bool:
    """Tell whether these voices' providers never charge, so that no price is missed."""
    names = {voice.partition(":")[0] for voice in voices}
    return all(studio.calls.provider_of(name).repeatable for name in names)


def bill(made: Comparison) -> str:
    """Say what was paid, each provider in its own unit."""
    spent = made.spent
    parts = (
        f"{name} {cost_text(row['credits'], row['unit'])}"
        for name, row in spent[spent["credits"].fillna(0) > 0].iterrows()
    )
    unknown = int(spent["unknown"].sum())
    told = [*parts, *([f"{unknown} of unknown cost"] if unknown else [])]
    return f"Paid: {', '.join(told)}." if told else "Nothing had to be paid."
