"""Trials that show several systems at once: MUSHRA, best-worst, ranking."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import replace
from itertools import combinations

import numpy as np

from voicekit.errors import InvalidSetting
from voicekit.listening.sequences import deal, williams
from voicekit.listening.trials import Asked, Shown, Stimuli, Trial, in_order

__all__ = ["screen_trials"]

MOST_SIGNALS = 12
TRIES = 30
Tuple = tuple[Hashable, ...]


def screen_trials(
    stimuli: Stimuli, asked: Asked, rng: np.random.Generator
) -> list[list[Trial]]:
    """Return each rater's screens in order.

    The signals of a screen stand in the order of a row of a Williams design, the rows
    used equally often over all raters and screens.
    """
    signals = _signals(stimuli, asked)
    sets = _sets(signals, asked, rng)
    deck = [(item, one) for item in stimuli.items for one in sets]
    hands = deal(deck, asked.trials or len(deck), rng)
    rows = deal(williams(len(sets[0])).tolist(), 1, rng)
    plans = []
    for _ in range(asked.raters):
        hand = next(hands)
        if asked.repeats > len(hand):
            raise InvalidSetting(
                f"Of {len(hand)} trials, {asked.repeats} cannot be repeats."
            )
        again = set(rng.permutation(len(hand))[: asked.repeats].tolist())
        trials: list[Trial] = []
        for place, (item, shown) in enumerate(hand):
            trials.append(_screen(item, shown, stimuli, asked, rows))
            if place in again:
                repeat = _screen(item, shown, stimuli, asked, rows)
                trials.append(replace(repeat, purpose="repeat"))
        plans.append(in_order(trials, rng))
    return plans


def _signals(stimuli: Stimuli, asked: Asked) -> list[Shown]:
    """Return what is rated: systems, anchors, and where it belongs the reference."""
    signals = [Shown(system) for system in stimuli.systems]
    signals += [Shown(anchor, "anchor") for anchor in stimuli.anchors]
    open_reference = asked.kind == "mushra" and asked.reference
    if open_reference and stimuli.reference is None:
        raise InvalidSetting(
            "'mushra' needs stimuli whose role is 'reference', or reference=False for "
            "the variant without one."
        )
    if stimuli.reference is not None:
        role = "hidden_reference" if open_reference else "system"
        signals.append(Shown(stimuli.reference, role))
    if len(signals) < 2:  # noqa: PLR2004 - a comparison
        raise InvalidSetting(f"{asked.kind!r} needs at least two systems.")
    if asked.kind == "mushra" and len(signals) > MOST_SIGNALS:
        raise InvalidSetting(
            f"A MUSHRA screen holds at most {MOST_SIGNALS} signals (ITU-R BS.1534-3), "
            f"not {len(signals)}; compare fewer systems."
        )
    return signals


def _sets(
    signals: list[Shown], asked: Asked, rng: np.random.Generator
) -> list[tuple[Shown, ...]]:
    """Return which signals share a screen: all, or for best-worst tuples of a size.

    Tuples: twice as many as signals, every signal equally often, and as few pairs as
    can be found in several tries meet more often than others.
    """
    size = min(asked.size, len(signals))
    if asked.kind != "best_worst" or size == len(signals):
        return [tuple(signals)]
    best: list[tuple[Shown, ...]] = []
    fewest = np.inf
    for _ in range(TRIES):
        hands = deal(signals, size, rng)
        sets = [tuple(next(hands)) for _ in range(2 * len(signals))]
        unevenness = _unevenness(sets)
        if unevenness < fewest:
            best, fewest = sets, unevenness
    return best


def _unevenness(sets: list[tuple[Shown, ...]]) -> float:
    met: dict[frozenset[Shown], int] = {}
    for one in sets:
        for pair in combinations(one, 2):
            met[frozenset(pair)] = met.get(frozenset(pair), 0) + 1
    return float(sum(number**2 for number in met.values()))


def _screen(
    item: Hashable,
    shown: tuple[Shown, ...],
    stimuli: Stimuli,
    asked: Asked,
    rows: Iterator[list[list[int]]],
) -> Trial:
    row = next(rows)[0]
    signals = tuple(shown[place] for place in row)
    if asked.kind == "mushra" and asked.reference:
        signals = (Shown(stimuli.reference, "reference"), *signals)
    return Trial(item, signals)
