"""Pair votes as numbers, and the choice model that they are given."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voicekit.listening.choices import Choices
from voicekit.listening.clusters import numbered

__all__ = ["CODE", "Ballots", "ballots", "deviance", "model", "virtual_games"]

Array = NDArray[np.float64]
Codes = NDArray[np.intp]
CODE = {"a": 0, "b": 1, "tie": 2}


@dataclass(frozen=True, slots=True)
class Ballots:
    """Votes by number; votes that look the same share a pattern."""

    systems: tuple[str, ...]
    patterns: NDArray[np.intp]
    """First system, second system, outcome (0 a, 1 b, 2 tie): patterns x 3."""
    pattern: Codes
    """The pattern of each vote."""
    count: Array
    raters: Codes | None
    items: Codes | None

    def weight(self, count: Array) -> Array:
        """Return the votes per pattern."""
        size = len(self.patterns)
        return np.bincount(self.pattern, count, minlength=size).astype(float)


def ballots(frame: pd.DataFrame) -> Ballots:
    """Return checked votes as numbers."""
    names = pd.unique(pd.concat([frame["a"], frame["b"]]))
    place = {name: number for number, name in enumerate(names)}
    rows = np.column_stack(
        [frame["a"].map(place), frame["b"].map(place), frame["outcome"].map(CODE)]
    ).astype(np.intp)
    patterns, pattern = np.unique(rows, axis=0, return_inverse=True)
    count = frame["count"] if "count" in frame else pd.Series(1.0, frame.index)
    return Ballots(
        systems=tuple(names),
        patterns=patterns,
        pattern=pattern.reshape(-1),
        count=np.asarray(count, dtype=float),
        raters=numbered(frame.get("rater")),
        items=numbered(frame.get("item")),
    )


def model(cast: Ballots, basis: Array, *, ties: str | None, order: bool) -> Choices:
    """Return the votes as choices.

    With log-worths l, tie parameter v and order effect g, the utilities are l_a,
    l_b - g and log v + (l_a + l_b) / 2 (Davidson 1970; Davidson & Beaver 1977, whose
    multiplier is exp(-g)). Columns: the basis, then log v, then g.
    """
    first, second, outcome = cast.patterns.T
    size = basis.shape[1]
    davidson = ties == "davidson"
    columns = size + davidson + order
    features = np.zeros((len(first), 2 + davidson, columns))
    features[:, 0, :size] = basis[first]
    features[:, 1, :size] = basis[second]
    if davidson:
        features[:, 2, :size] = (basis[first] + basis[second]) / 2
        features[:, 2, size] = 1.0
    if order:
        features[:, 1, -1] = -1.0
    return Choices(
        features=features,
        target=_target(outcome, features.shape[1]),
        offered=np.ones(features.shape[:2], dtype=bool),
        weight=cast.weight(cast.count),
    )


def virtual_games(like: Choices, basis: Array, games: float) -> Choices:
    """Return choices in which each system meets a phantom of log-worth 0.

    Half of the games are won; nobody goes first, and none is a tie.
    """
    systems, size = basis.shape
    features = np.zeros((systems, *like.features.shape[1:]))
    features[:, 0, :size] = basis
    offered = np.zeros(features.shape[:2], dtype=bool)
    offered[:, :2] = True
    target = np.where(offered, 0.5, 0.0)
    return Choices(features, target, offered, np.full(systems, games))


def deviance(
    cast: Ballots, log_likelihood: float, *, alternatives: int
) -> tuple[float, int]:
    """Return twice the distance to the saturated model, and that model's size.

    The saturated model has a free share per outcome for every pair in each order that
    was heard, so that fits with and without an order effect can be compared. A table
    in which no vote goes to ``b`` lists winners first and knows no order: there, both
    orders are one pair.
    """
    first, second, outcome = cast.patterns.T
    turned = (first > second) & ~np.any(outcome == CODE["b"])
    cell = np.where(turned, second, first) * len(cast.systems)
    cell = cell + np.where(turned, first, second)
    won = np.where(turned & (outcome == CODE["a"]), CODE["b"], outcome)
    groups, where = np.unique(cell, return_inverse=True)
    table = np.zeros((len(groups), alternatives))
    voted = _target(won, alternatives) * cast.weight(cast.count)[:, None]
    np.add.at(table, where.reshape(-1), voted)
    share = table / table.sum(axis=1, keepdims=True)
    best = float((table * np.log(np.where(table > 0, share, 1.0))).sum())
    return 2 * (best - log_likelihood), len(table) * (alternatives - 1)


def _target(outcome: NDArray[np.intp], alternatives: int) -> Array:
    """Return shares per outcome; without a third alternative a tie is half of each."""
    halves = np.array([[1, 0], [0, 1], [0.5, 0.5]])
    rows = halves if alternatives == halves.shape[1] else np.eye(alternatives)
    return np.asarray(rows[outcome])
