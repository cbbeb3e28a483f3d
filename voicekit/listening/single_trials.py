"""Trials of one stimulus: MOS, and DMOS after the reference."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from voicekit.errors import InvalidSetting
from voicekit.listening.sequences import deal, spaced, williams
from voicekit.listening.trials import Asked, Shown, Stimuli, Trial, inserted, repeated

__all__ = ["single_trials"]

TRIES = 500
Cell = tuple[int, int]


def single_trials(
    stimuli: Stimuli, asked: Asked, rng: np.random.Generator
) -> list[list[Trial]]:
    """Return each rater's trials in order.

    In blocks: in each, every system stands once, in the order of a row of a Williams
    design; over as many blocks as there are items, every system meets every item once.
    Rows are used equally often over all raters. That needs as many items as systems;
    with fewer, the order is random.
    """
    systems = [*stimuli.systems, *stimuli.anchors]
    if asked.kind == "mos" and stimuli.reference is not None:
        systems.append(stimuli.reference)
    if not systems:
        raise InvalidSetting(f"{asked.kind!r} needs at least one system.")
    if asked.kind == "dmos" and stimuli.reference is None:
        raise InvalidSetting("'dmos' needs stimuli whose role is 'reference'.")
    items = [stimuli.items[place] for place in rng.permutation(len(stimuli.items))]
    systems = [systems[place] for place in rng.permutation(len(systems))]
    size, rest = divmod(asked.trials or len(items) * len(systems), len(systems))
    if rest:
        raise InvalidSetting(
            f"trials={asked.trials} would break a block of {len(systems)} systems; "
            f"give a multiple of {len(systems)}, so that each is heard as often."
        )
    hands = deal(range(len(items)), size, rng)
    rows = deal(williams(len(systems)).tolist(), 1, rng)
    plans = []
    for _ in range(asked.raters):
        blocks = next(hands)
        used = [next(rows)[0] for _ in blocks]
        cells = _in_blocks(blocks, used, len(items), rng)
        line = [
            _trial(items[item], systems[system], stimuli, asked)
            for item, system in cells
        ]
        plans.append(_with_checks(line, stimuli, asked, rng))
    return plans


def _in_blocks(
    blocks: Sequence[int], rows: list[list[int]], items: int, rng: np.random.Generator
) -> list[Cell]:
    """Return (item, system) in order, no item twice in a row where possible."""
    cells: list[Cell] = []
    fits = len(rows[0]) <= items
    for _ in range(TRIES if fits else 1):
        order, lines = rng.permutation(len(blocks)), rng.permutation(len(rows))
        cells = [
            ((blocks[place] + system) % items, system)
            for place, line in zip(order, lines, strict=True)
            for system in rows[line]
        ]
        if all(one[0] != next_one[0] for one, next_one in pairwise(cells)):
            return cells
    # Fewer items than systems: a Williams row would say the same item twice in a row.
    return [cells[place] for place in spaced([cell[0] for cell in cells], rng)]


def _trial(item: Hashable, system: Hashable, stimuli: Stimuli, asked: Asked) -> Trial:
    roles: dict[Hashable, str] = dict.fromkeys(stimuli.anchors, "anchor")
    roles[stimuli.reference] = "hidden_reference"
    one = Shown(system, roles.get(system, "system"))
    return Trial(item, _heard(item, one, stimuli, asked))


def _heard(
    item: Hashable, one: Shown, stimuli: Stimuli, asked: Asked
) -> tuple[Shown, ...]:
    """Return a stimulus as it is heard: in DMOS behind the reference."""
    if asked.kind != "dmos":
        return (one,)
    if (item, stimuli.reference) not in stimuli.row:
        raise InvalidSetting(
            f"The trap of item {item!r} has no reference to be heard behind; in DMOS "
            "a trap says what the reference says, too."
        )
    return Shown(stimuli.reference, "reference"), one


def _with_checks(
    line: list[Trial], stimuli: Stimuli, asked: Asked, rng: np.random.Generator
) -> list[Trial]:
    """Return the line with its repeats, traps and null pairs."""
    if asked.repeats > len(line):
        raise InvalidSetting(
            f"Of {len(line)} trials, {asked.repeats} cannot be repeats."
        )
    tests = list(line)
    for place in rng.permutation(len(tests))[: asked.repeats]:
        again = replace(tests[place], purpose="repeat")
        line = repeated(line, line.index(tests[place]), again, rng)
    for number in range(asked.traps):
        item, system, expected = stimuli.traps[number % len(stimuli.traps)]
        heard = _heard(item, Shown(system, "trap"), stimuli, asked)
        line = inserted(line, Trial(item, heard, "trap", expected), rng)
    for _ in range(asked.nulls):
        item = stimuli.items[rng.integers(len(stimuli.items))]
        heard = _heard(item, Shown(stimuli.reference), stimuli, asked)
        line = inserted(line, Trial(item, heard, "null"), rng)
    return line
