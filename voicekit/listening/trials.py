"""Trials, and what a plan is made from: stimuli by item, system and role."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from voicekit.errors import InvalidSetting
from voicekit.listening.sequences import insertion, spaced

__all__ = [
    "Asked",
    "Shown",
    "Stimuli",
    "Trial",
    "in_order",
    "inserted",
    "repeated",
]

ROLES = ("system", "reference", "anchor", "trap")


@dataclass(frozen=True, slots=True)
class Shown:
    """One stimulus of a trial: which system, and in which role."""

    system: Hashable
    role: str = "system"


@dataclass(frozen=True, slots=True)
class Trial:
    """One question about one or more stimuli of the same item, in order."""

    item: Hashable
    shown: tuple[Shown, ...]
    purpose: str = "test"
    expected: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The arguments of a plan that its builders need."""

    kind: str
    raters: int
    repeats: int
    traps: int
    nulls: int
    trials: int | None
    degree: int | None
    size: int
    reference: bool


@dataclass(frozen=True, slots=True)
class Stimuli:
    """What can be heard: items, and systems by role."""

    items: tuple[Hashable, ...]
    systems: tuple[Hashable, ...]
    reference: Hashable | None
    anchors: tuple[Hashable, ...]
    traps: tuple[tuple[Hashable, Hashable, object], ...]
    """Item, system and expected answer of each trap."""
    row: dict[tuple[Hashable, Hashable], Hashable]
    """The label of the stimuli's row by item and system."""

    @classmethod
    def read(cls, table: pd.DataFrame) -> Stimuli:
        """Return the table of stimuli, checked.

        Raises
        ------
        InvalidSetting
            If a column lacks, a role is unknown, a stimulus is there twice, or a
            system lacks an item.
        """
        if not {"system", "item"} <= set(table.columns):
            raise InvalidSetting(
                "stimuli needs the columns 'system' and 'item', one row per clip; it "
                f"has {', '.join(map(repr, table.columns))}."
            )
        try:
            twice = table.duplicated(["item", "system"]).any()
        except TypeError as error:
            raise InvalidSetting("Systems and items are names or numbers.") from error
        role = table["role"].fillna("system") if "role" in table else None
        roles = pd.Series("system", table.index) if role is None else role
        strange = sorted(set(roles) - set(ROLES))
        if strange:
            raise InvalidSetting(f"role={strange[0]!r}; it can be {', '.join(ROLES)}.")
        if twice:
            raise InvalidSetting("A system stands twice with the same item in stimuli.")
        traps = table[roles == "trap"]
        expected = traps["expected"] if "expected" in traps else [None] * len(traps)
        heard = table[roles != "trap"]
        found = cls(
            items=tuple(pd.unique(heard["item"])),
            systems=tuple(pd.unique(table["system"][roles == "system"])),
            reference=next(iter(table["system"][roles == "reference"]), None),
            anchors=tuple(pd.unique(table["system"][roles == "anchor"])),
            traps=tuple(zip(traps["item"], traps["system"], expected, strict=True)),
            row={
                (item, system): label
                for item, system, label in zip(
                    table["item"], table["system"], table.index, strict=True
                )
            },
        )
        found.check_complete()
        return found

    def check_complete(self) -> None:
        """Raise ``InvalidSetting`` if a system lacks an item, as failed cells do."""
        others = (self.reference,) if self.reference is not None else ()
        for system in (*self.systems, *self.anchors, *others):
            lacking = [item for item in self.items if (item, system) not in self.row]
            if lacking:
                raise InvalidSetting(
                    f"{system!r} has no clip of item {lacking[0]!r}; make it, or leave "
                    "the item out for every system."
                )


def in_order(trials: list[Trial], rng: np.random.Generator) -> list[Trial]:
    """Return trials in random order, no item twice in a row, repeats apart.

    A repeat stands in the list right behind what it repeats.
    """
    first = [place for place, one in enumerate(trials) if one.purpose != "repeat"]
    order = [first[place] for place in spaced([trials[at].item for at in first], rng)]
    line = [trials[place] for place in order]
    for place, one in enumerate(trials):
        if one.purpose == "repeat":
            line = repeated(line, line.index(trials[place - 1]), one, rng)
    return line


def repeated(
    line: list[Trial], place: int, again: Trial, rng: np.random.Generator
) -> list[Trial]:
    """Return the line with a repeat of the trial at a place, not beside it."""
    at = insertion([trial.item for trial in line], again.item, place, rng)
    if at > place:
        return [*line[:at], again, *line[at:]]
    # Near the end there is room only in front: then the earlier one is the test.
    early, late = replace(again, purpose="test"), replace(line[place], purpose="repeat")
    return [*line[:at], early, *line[at:place], late, *line[place + 1 :]]


def inserted(line: list[Trial], one: Trial, rng: np.random.Generator) -> list[Trial]:
    """Return the line with one more trial, not beside one of the same item."""
    at = insertion([trial.item for trial in line], one.item, -1, rng)
    return [*line[:at], one, *line[at:]]
