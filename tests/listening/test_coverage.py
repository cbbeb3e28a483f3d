"""Simulation: the default intervals cover what they promise, naive ones do not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from voicekit.listening import bradley_terry, mean_opinion

SHAPES = [(10, 10), (20, 20), (12, 30), (40, 40)]
SPREADS = [0.0, 0.3, 0.5, 1.0]
LEAD = 0.5
LOW, HIGH = 0.93, 0.98
Z = 1.959963984540054


def truth(spread):
    """Return the log odds of a vote, over all raters and items that could be drawn."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(61)
    chance = weights @ (1 / (1 + np.exp(-(LEAD + spread * nodes)))) / weights.sum()
    return np.log(chance / (1 - chance))


def frame_of(shape):
    rater, item = np.divmod(np.arange(shape[0] * shape[1]), shape[1])
    return pd.DataFrame(
        {"rater": rater, "item": item, "a": "x", "b": "y", "system": "x"}
    )


def drawn(rng, shape, rater, item):
    """Return one draw of raters' and items' levels, raters x items."""
    by_rater = rater * rng.normal(size=(shape[0], 1))
    return by_rater + item * rng.normal(size=(1, shape[1]))


def pair_cell(shape, rater, item, runs, seed):
    """Return the coverage of the two-way and of Wald's interval."""
    rng, frame = np.random.default_rng(seed), frame_of(shape)
    goal, hits = truth(np.hypot(rater, item)), np.zeros(2)
    for _ in range(runs):
        logit = LEAD + drawn(rng, shape, rater, item).ravel()
        won = rng.random(logit.size) < 1 / (1 + np.exp(-logit))
        # The side is drawn too, as in a plan; the winner stays the winner.
        first = rng.random(logit.size) < 0.5
        frame["a"], frame["b"] = np.where(first, "x", "y"), np.where(first, "y", "x")
        frame["outcome"] = np.where(won == first, "a", "b")
        gap = bradley_terry(frame).difference("x", "y")
        wald = Z * np.sqrt(1 / won.sum() + 1 / (~won).sum())
        hits += gap.low <= goal <= gap.high, abs(gap - goal) <= wald
    return hits / runs


def score_cell(shape, rater, item, runs, seed):
    """Return the coverage of the two-way and of the naive interval of a mean."""
    rng, frame, hits = np.random.default_rng(seed), frame_of(shape), np.zeros(2)
    for _ in range(runs):
        frame["score"] = (
            drawn(rng, shape, rater, item) + rng.normal(size=shape)
        ).ravel()
        row = mean_opinion(frame).table.iloc[0]
        naive = Z * row["naive_se"]
        hits += row["low"] <= 0 <= row["high"], abs(row["mean"]) <= naive
    return hits / runs


CELLS = {"pairs": pair_cell, "scores": score_cell}


@pytest.mark.parametrize("kind", CELLS)
@pytest.mark.parametrize(
    ("shape", "rater", "item"), [((10, 10), 0.0, 0.0), ((12, 30), 1.0, 0.5)]
)
def test_intervals_cover(kind, shape, rater, item):
    """In the extreme cells the default intervals cover about what they promise."""
    covered, naive = CELLS[kind](shape, rater, item, runs=200, seed=1)
    print(f"{kind} {shape} {rater} {item}: {covered:.1%}, naive {naive:.1%}")
    assert covered >= 0.90
    if rater or item:
        assert naive < 0.8


def test_many_systems_are_covered_too():
    """Five systems, no spread: the floor of each difference does not add up."""
    rng, worth = np.random.default_rng(5), np.linspace(0.4, -0.4, 5)
    frame = frame_of((10, 10))
    hits = []
    for _ in range(100):
        first = rng.integers(5, size=len(frame))
        second = (first + rng.integers(1, 5, size=len(frame))) % 5
        chance = 1 / (1 + np.exp(worth[second] - worth[first]))
        frame["a"], frame["b"] = first, second
        frame["outcome"] = np.where(rng.random(len(frame)) < chance, "a", "b")
        for gap in bradley_terry(frame).differences().itertuples():
            goal = worth[gap.first] - worth[gap.second]
            hits.append(gap.low <= goal <= gap.high)
    covered = np.mean(hits)
    print(f"five systems: {covered:.1%}")
    assert LOW <= covered <= 0.99


@pytest.mark.soak
@pytest.mark.parametrize("kind", CELLS)
def test_intervals_cover_everywhere(kind, capsys):
    """In every cell of raters x items x spreads 95 % intervals cover 93 to 98 %."""
    outside = []
    lines = ["raters items  rater item   default  naive"]
    for number, (raters, items) in enumerate(SHAPES):
        for rater in SPREADS:
            for item in SPREADS:
                seed = [number, int(10 * rater), int(10 * item)]
                covered, naive = CELLS[kind]((raters, items), rater, item, 1000, seed)
                lines.append(
                    f"{raters:6d} {items:5d}  {rater:5.1f} {item:4.1f}  "
                    f"{covered:7.1%} {naive:7.1%}"
                )
                if not LOW <= covered <= HIGH:
                    outside.append(lines[-1])
    with capsys.disabled():
        print(f"\n{kind}", *lines, sep="\n")
    assert outside == []
