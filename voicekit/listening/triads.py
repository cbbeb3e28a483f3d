"""Circular triads: how often one prefers a to b, b to c, and c to a."""

from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import combinations, product
from math import comb

import numpy as np
from numpy.typing import NDArray
from scipy import stats

__all__ = ["chance_of_triads", "circular_triads", "most_triads", "triad_counts"]

Array = NDArray[np.float64]
LARGEST = 10


def circular_triads(wins: Array) -> int:
    """Return the number of circular triads among the decided pairs.

    Parameters
    ----------
    wins : array, systems x systems
        1 where the row was preferred to the column; pairs with 0 both ways, or equal
        shares, are undecided, and triples that hold one are not counted.

    Examples
    --------
    >>> circular_triads(np.array([[0, 1, 0], [0, 0, 1], [1, 0, 0]]))
    1
    """
    beats = wins > wins.T
    return sum(
        bool(beats[i, j] and beats[j, k] and beats[k, i])
        or bool(beats[j, i] and beats[k, j] and beats[i, k])
        for i, j, k in combinations(range(len(wins)), 3)
    )


def most_triads(systems: int) -> int:
    """Return the most circular triads that can be (Kendall & Babington Smith 1940)."""
    even = 4 if systems % 2 == 0 else 1
    return systems * (systems**2 - even) // 24


def chance_of_triads(systems: int, triads: int) -> float:
    """Return how likely a rater who guesses has at most so many circular triads.

    Exact up to ten systems; for more by Kendall's chi-square (Kendall & Babington
    Smith 1940), whose large values are few triads.

    Examples
    --------
    >>> round(chance_of_triads(6, 1), 4)
    0.0513
    """
    if systems > LARGEST:
        return _kendall(systems, triads)
    counts = triad_counts(systems)
    return sum(counts[: triads + 1]) / sum(counts)


def _kendall(systems: int, triads: int) -> float:
    df = systems * (systems - 1) * (systems - 2) / (systems - 4) ** 2
    fewer = comb(systems, 3) / 4 - triads - 1 / 2
    return float(stats.chi2.sf(df + 8 / (systems - 4) * fewer, df))


@cache
def triad_counts(systems: int) -> tuple[int, ...]:
    """Return the tournaments with 0, 1, 2, … circular triads.

    Built by adding one system at a time to the sorted lists of wins, of which there
    are few, instead of walking through every tournament.

    Examples
    --------
    >>> triad_counts(4)
    (24, 16, 24)
    """
    tournaments: Counter[tuple[int, ...]] = Counter({(): 1})
    for _ in range(systems):
        grown: Counter[tuple[int, ...]] = Counter()
        for wins, number in tournaments.items():
            for results, ways in _meetings(wins):
                grown[results] += number * ways
        tournaments = grown
    counts = [0] * (most_triads(systems) + 1)
    for wins, number in tournaments.items():
        counts[comb(systems, 3) - sum(comb(won, 2) for won in wins)] += number
    return tuple(counts)


def _meetings(wins: tuple[int, ...]) -> list[tuple[tuple[int, ...], int]]:
    """Return the lists of wins after one more system met all, with their numbers."""
    groups = sorted(Counter(wins).items())
    made = []
    for lost in product(*(range(size + 1) for _, size in groups)):
        results = [len(wins) - sum(lost)]
        ways = 1
        for (won, size), beaten in zip(groups, lost, strict=True):
            results += [won + 1] * beaten + [won] * (size - beaten)
            ways *= comb(size, beaten)
        made.append((tuple(sorted(results)), ways))
    return made
