"""Circular triads, repeats, Kendall's u, transitivity."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest

from voicekit.listening import consistency
from voicekit.listening.triads import (
    _kendall,
    chance_of_triads,
    circular_triads,
    most_triads,
    triad_counts,
)


def pairs(*rows, **columns):
    return pd.DataFrame(rows, columns=["a", "b", "outcome"]).assign(**columns)


def test_dog(dog):
    """The dog and its six foods: five circular triads of eight, zeta .375."""
    row = consistency(dog).table.iloc[0]
    assert (row["triads"], row["most"], row["zeta"]) == (5, 8, 0.375)


def test_null_distribution():
    """Six foods: the 32,768 tournaments by their circular triads, mean five."""
    counts = triad_counts(6)
    assert counts == (720, 960, 2240, 2880, 6240, 3648, 8640, 4800, 2640)
    assert np.average(range(9), weights=counts) == 5


@pytest.mark.parametrize("systems", [3, 4, 5])
def test_null_distribution_by_walking_all(systems):
    """The counts are those of every tournament, walked through one by one."""
    couples = list(combinations(range(systems), 2))
    found = [0] * (most_triads(systems) + 1)
    for results in product((0, 1), repeat=len(couples)):
        wins = np.zeros((systems, systems))
        for (i, j), won in zip(couples, results, strict=True):
            wins[(i, j) if won else (j, i)] = 1
        found[circular_triads(wins)] += 1
    assert tuple(found) == triad_counts(systems)


def test_chance_of_few_triads():
    """A rater without circular triads among six is hardly guessing."""
    assert chance_of_triads(6, 0) == pytest.approx(720 / 32768)
    assert chance_of_triads(6, 8) == 1


def test_chance_of_triads_of_many_systems():
    """Above ten systems Kendall's chi-square stands in, close to what is exact."""
    for triads in (5, 15, 25, 30, 35):
        exact, near = chance_of_triads(10, triads), _kendall(10, triads)
        assert near == pytest.approx(exact, abs=0.004)
    assert 0 < chance_of_triads(11, 3) < 0.001
    assert chance_of_triads(11, most_triads(11)) > 0.99


def test_undecided_pairs():
    """Equal votes leave a pair undecided: no triad is counted, zeta is unknown."""
    rows = [("x", "y", "a"), ("x", "y", "b"), ("y", "z", "a"), ("z", "x", "a")]
    row = consistency(pairs(*rows, rater=1, item=[1, 2, 1, 1])).table.loc[1]
    assert (row["pairs"], row["triads"]) == (2, 0)
    assert np.isnan(row["zeta"])


def test_repeats():
    """A repeat agrees if the same system wins, on whichever side it is heard."""
    rows = [("x", "y", "a"), ("y", "x", "b"), ("x", "z", "a"), ("z", "x", "a")]
    found = consistency(pairs(*rows, rater=7, item="p")).table.loc[7]
    assert (found["repeats"], found["agreement"]) == (2, 0.5)


def test_repeats_by_purpose():
    """Repeats are compared with their test trial, and traps with nothing."""
    rows = [("y", "x", "a"), ("x", "y", "a"), ("x", "y", "b")]
    frame = pairs(*rows, rater=7, item="p", purpose=["repeat", "test", "trap"])
    found = consistency(frame).table.loc[7]
    assert (found["repeats"], found["agreement"], found["pairs"]) == (1, 0.0, 1)


def test_perfect_agreement():
    """Raters who agree everywhere have u = 1."""
    rows = [("x", "y", "a"), ("y", "z", "a"), ("x", "z", "a")] * 4
    found = consistency(pairs(*rows, rater=np.repeat([1, 2, 3, 4], 3)))
    assert found.kendall_u == pytest.approx(1)
    assert list(found.transitivity["violations"]) == [0, 0, 0]


def test_kendall_u_by_hand():
    """u, chi-square and df from the formula, with the continuity correction."""
    counts = {("x", "y"): (3, 1), ("x", "z"): (2, 2), ("y", "z"): (4, 0)}
    rows = [
        (*pair, outcome)
        for pair, (first, second) in counts.items()
        for outcome in "a" * first + "b" * second
    ]
    frame = pairs(*rows, rater=[0, 1, 2, 3] * 3)
    found = consistency(frame)
    agreeing = 3 + 0 + 1 + 1 + 6 + 0
    assert found.kendall_u == pytest.approx(2 * agreeing / (6 * 3) - 1)
    assert found.chi_square == pytest.approx(2 * (agreeing - 1 - 3 * 6 * (1 / 2) / 2))
    assert found.df == 3 * 4 * 3 / 4
    pooled = consistency(frame.drop(columns="rater"))
    assert pooled.kendall_u == pytest.approx(found.kendall_u)


def test_incomplete_judges():
    """Where raters judged different pairs, u is not known."""
    rows = [("x", "y", "a"), ("y", "z", "a"), ("x", "z", "a"), ("x", "y", "a")]
    assert np.isnan(consistency(pairs(*rows, rater=[1, 1, 1, 2])).kendall_u)


def test_strong_transitivity_fails_first():
    """P(a > b) = P(b > c) = .9 and P(a > c) = .8: moderate no, weak yes."""
    shares = {("x", "y"): 9, ("y", "z"): 9, ("x", "z"): 8}
    rows = [
        (*pair, outcome)
        for pair, first in shares.items()
        for outcome in "a" * first + "b" * (10 - first)
    ]
    found = consistency(pairs(*rows)).transitivity["violations"]
    assert found.to_dict() == {"weak": 0, "moderate": 1, "strong": 1}
