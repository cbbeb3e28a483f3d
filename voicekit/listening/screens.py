"""The screens that a rater goes through, one after the other."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import pandas as pd

from voicekit.clip import Clip
from voicekit.errors import InvalidSetting
from voicekit.listening.forms import FORMS
from voicekit.listening.headphones import LENGTH_S, TONES, TRIALS
from voicekit.listening.tables import said

if TYPE_CHECKING:
    from voicekit.listening.sounds import Sounds

__all__ = ["Screen", "Shown", "screens_of"]

Step: TypeAlias = Literal["instructions", "headphones", "practice", "trial"]
LETTERS = "ABCDEFGHIJKMNPQSTUVWYZ"
"""Without R and X, the reference and the unknown, and L and O, which are keys."""
OPEN = "reference"


@dataclass(frozen=True, slots=True)
class Shown:
    """One stimulus as the rater meets it."""

    name: str
    """``A``, ``B`` …, ``X``, ``Reference``: nothing of what it is."""
    key: str
    row: Mapping[str, Any]
    """Of the plan; for the kernel only."""

    @property
    def is_rated(self) -> bool:
        """False for the open reference, which is only heard."""
        return bool(self.row["role"] != OPEN)


@dataclass(frozen=True, slots=True)
class Screen:
    """One thing to read, or one question."""

    step: Step
    number: int
    """Within its step, from 1."""
    of: int
    shown: tuple[Shown, ...] = ()

    @property
    def text(self) -> str | None:
        """What is said in its clips, where it is known."""
        clips = (one.row.get("clip") for one in self.shown)
        return next((clip.text for clip in clips if isinstance(clip, Clip)), None)

    @property
    def name(self) -> str:
        """What the answer is kept under."""
        return f"{self.step} {self.number}"

    def durations(self, sounds: Sounds | None) -> list[float]:
        """Return the seconds of each clip; 1 where the plan has no clips."""
        if self.step == "headphones":
            return [LENGTH_S] * TONES
        if sounds is None:
            return [1.0] * len(self.shown)
        return [sounds.spoken(one.row["stimulus"]).duration_s for one in self.shown]


def screens_of(
    plan: pd.DataFrame,
    rater: Hashable,
    *,
    practice: int = 0,
    headphones: bool = False,
) -> tuple[Screen, ...]:
    """Return a rater's screens: instructions, headphone check, practice, trials.

    Practice takes the rater's last trials, so that none is met twice in a row.

    Raises
    ------
    InvalidSetting
        If the plan has no such rater, or fewer trials than are to be practised.
    """
    own = plan[plan["rater"] == rater].sort_values(["order", "position"])
    if own.empty:
        known = ", ".join(map(said, plan["rater"].unique()[:8]))
        raise InvalidSetting(f"The plan has no rater {said(rater)}; it has {known}.")
    trials = [_shown(rows) for _, rows in own.groupby("order", sort=True)]
    if not 0 <= practice <= len(trials):
        raise InvalidSetting(f"practice={practice}; there are {len(trials)} trials.")
    steps: list[tuple[Step, list[tuple[Shown, ...]]]] = [
        ("instructions", [()]),
        ("headphones", [()] * (TRIALS if headphones else 0)),
        ("practice", trials[len(trials) - practice :][::-1]),
        ("trial", trials),
    ]
    return tuple(
        Screen(step, number, len(each), shown)
        for step, each in steps
        for number, shown in enumerate(each, 1)
    )


def _shown(rows: pd.DataFrame) -> tuple[Shown, ...]:
    given = rows.to_dict("records")
    fixed = FORMS[str(given[0]["kind"])].names
    letters = iter(LETTERS)
    shown = []
    for place, row in enumerate(given):
        name, key = _SPECIAL.get(str(row["role"]), ("", ""))
        if fixed or not name:
            key = next(letters)
            name = fixed[place] if fixed else key
        shown.append(Shown(name, key.lower(), {str(k): v for k, v in row.items()}))
    return tuple(shown)


_SPECIAL = {OPEN: ("Reference", "R"), "x": ("X", "X")}
