"""Which system of a pair comes first: balanced per pair and per system."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from itertools import combinations

import numpy as np

from voicekit.errors import InvalidSetting

__all__ = ["balanced_sides", "pairings"]

Pair = tuple[Hashable, Hashable]


def balanced_sides(pairs: Sequence[Pair], rng: np.random.Generator) -> list[Pair]:
    """Return the pairs turned so that every system is first as often as second.

    Counts differ by at most one, for each system and within each pair, and are equal
    where they are even: trials of the same pair are turned in twos, and the pairs left
    over form a graph that is walked along an Euler circuit.

    Examples
    --------
    >>> ring = [("x", "y"), ("y", "z"), ("x", "z")]
    >>> turned = balanced_sides(ring, np.random.default_rng(0))
    >>> sorted(first for first, _ in turned)
    ['x', 'y', 'z']
    """
    turned: list[Pair] = list(pairs)
    alike: dict[frozenset[Hashable], list[int]] = defaultdict(list)
    for place in rng.permutation(len(pairs)):
        alike[frozenset(pairs[place])].append(int(place))
    single = []
    for places in alike.values():
        first, second = pairs[places[0]]
        for number, place in enumerate(places[: len(places) // 2 * 2]):
            turned[place] = (first, second) if number % 2 else (second, first)
        single += places[len(places) // 2 * 2 :]
    for place, pair in _walked({place: pairs[place] for place in single}, rng).items():
        turned[place] = pair
    return turned


def pairings(
    systems: Sequence[Hashable], degree: int | None, rng: np.random.Generator
) -> list[Pair]:
    """Return which systems meet: all pairs, or each system with ``degree`` others.

    Fewer than all: the systems stand in a random circle and meet their neighbours at
    distance 1, 2, …, which is connected and gives each the same number of pairs.

    Raises
    ------
    InvalidSetting
        If no such design exists.

    Examples
    --------
    >>> len(pairings("abcdef", 2, np.random.default_rng(0)))
    6
    """
    size = len(systems)
    if degree is None or degree == size - 1:
        return list(combinations(systems, 2))
    if not 2 <= degree < size or (degree % 2 and size % 2):  # noqa: PLR2004 - a circle
        raise InvalidSetting(
            f"{size} systems cannot each meet {degree} others: choose 2 to {size - 1}"
            + (", and an even number." if size % 2 else ".")
        )
    circle = [systems[place] for place in rng.permutation(size)]
    steps = range(1, degree // 2 + 1)
    met = [
        (circle[i], circle[(i + step) % size]) for step in steps for i in range(size)
    ]
    if degree % 2:
        met += [(circle[i], circle[i + size // 2]) for i in range(size // 2)]
    return met


def _walked(pairs: dict[int, Pair], rng: np.random.Generator) -> dict[int, Pair]:
    """Return the pairs in the direction in which Euler circuits walk them."""
    edges: dict[Hashable, list[tuple[int, Hashable]]] = defaultdict(list)
    nowhere = object()
    for place, (first, second) in pairs.items():
        edges[first].append((place, second))
        edges[second].append((place, first))
    odd = [system for system, met in edges.items() if len(met) % 2]
    for number, system in enumerate(odd):
        # A stand-in opponent makes every number of pairs even; its walks are dropped.
        edges[system].append((-1 - number, nowhere))
        edges[nowhere].append((-1 - number, system))
    for met in edges.values():
        rng.shuffle(met)
    walked: dict[int, Pair] = {}
    for start in list(edges):
        here = start
        while met := [edge for edge in edges[here] if edge[0] not in walked]:
            place, there = met[0]
            walked[place] = (here, there)
            here = there
    return {place: pair for place, pair in walked.items() if place >= 0}
