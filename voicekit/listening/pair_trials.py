"""Pair trials: A/B, ABX and CMOS."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from voicekit.errors import InvalidSetting
from voicekit.listening.sequences import deal
from voicekit.listening.sides import balanced_sides, pairings
from voicekit.listening.trials import Asked, Shown, Stimuli, Trial, in_order

__all__ = ["pair_trials"]


def pair_trials(
    stimuli: Stimuli, asked: Asked, rng: np.random.Generator
) -> list[list[Trial]]:
    """Return each rater's trials in order.

    Raters come in twos who hear the same pairs with the sides exchanged; in ABX tests
    X is then the one system for the first and the other for the second.
    """
    if len(stimuli.systems) < 2:  # noqa: PLR2004 - a pair
        raise InvalidSetting(f"{asked.kind!r} needs at least two systems.")
    pairs = pairings(stimuli.systems, asked.degree, rng)
    deck = list(product(stimuli.items, pairs))
    hands = deal(deck, asked.trials or len(deck), rng)
    plans: list[list[Trial]] = []
    while len(plans) < asked.raters:
        base = _base(next(hands), stimuli, asked, rng)
        both = [base, [_exchanged(trial) for trial in base]]
        if asked.kind == "abx":
            first = rng.permutation(len(base)) % 2 == rng.integers(2)
            both = [_with_x(trials, first) for trials in both]
        plans += [in_order(trials, rng) for trials in both]
    return plans[: asked.raters]


def _base(
    hand: list[tuple[Hashable, tuple[Hashable, Hashable]]],
    stimuli: Stimuli,
    asked: Asked,
    rng: np.random.Generator,
) -> list[Trial]:
    """Return the trials of one hand, sides balanced, repeats behind their originals."""
    if asked.repeats > len(hand):
        raise InvalidSetting(f"{len(hand)} trials cannot hold {asked.repeats} repeats.")
    again = set(rng.permutation(len(hand))[: asked.repeats].tolist())
    traps = _traps(stimuli, asked, rng)
    once = [cell for place, cell in enumerate(hand) if place not in again]
    pairs = [pair for _, pair in once] + [(good, bad) for _, good, bad in traps]
    turned = balanced_sides(pairs, rng)
    trials = []
    for place in sorted(again):
        item, pair = hand[place]
        trial = _trial(item, pair if rng.integers(2) else pair[::-1])
        # The other way round, so that a habit of one side is no consistency.
        trials += [trial, replace(_exchanged(trial), purpose="repeat")]
    trials += [
        _trial(item, pair) for (item, _), pair in zip(once, turned, strict=False)
    ]
    for (item, good, _), pair in zip(traps, turned[len(once) :], strict=True):
        expected = "a" if pair[0] == good else "b"
        trials.append(replace(_trial(item, pair), purpose="trap", expected=expected))
    for _ in range(asked.nulls):
        item = stimuli.items[rng.integers(len(stimuli.items))]
        system = stimuli.systems[rng.integers(len(stimuli.systems))]
        trials.append(replace(_trial(item, (system, system)), purpose="null"))
    return trials


def _traps(
    stimuli: Stimuli, asked: Asked, rng: np.random.Generator
) -> list[tuple[Hashable, Hashable, Hashable]]:
    """Return item, good system and trap of each trap trial."""
    chosen = []
    for number in range(asked.traps):
        item, bad, _ = stimuli.traps[number % len(stimuli.traps)]
        good = [one for one in stimuli.systems if (item, one) in stimuli.row]
        if not good:
            raise InvalidSetting(
                f"The trap of item {item!r} has nothing to be worse than; a trap in "
                "pairs says what a system says, too."
            )
        chosen.append((item, good[rng.integers(len(good))], bad))
    return chosen


def _trial(item: Hashable, pair: tuple[Hashable, ...]) -> Trial:
    return Trial(item, tuple(Shown(system) for system in pair))


def _exchanged(trial: Trial) -> Trial:
    expected = {"a": "b", "b": "a"}.get(str(trial.expected), trial.expected)
    return replace(trial, shown=trial.shown[::-1], expected=expected)


def _with_x(trials: list[Trial], first: NDArray[np.bool_]) -> list[Trial]:
    """Return the trials with X, a copy of A where ``first`` says so, else of B."""
    made = []
    for trial, is_first in zip(trials, first, strict=True):
        x = trial.shown[0 if is_first else 1]
        expected = "a" if is_first else "b"
        shown = (*trial.shown, Shown(x.system, "x"))
        made.append(replace(trial, shown=shown, expected=expected))
    return made
