"""Covariances that take raters, items and their cells as what they are: clusters.

The two-way estimator is V_rater + V_item - V_cell (Cameron, Gelbach & Miller 2011),
floored at V_cell, with t quantiles on min(raters, items) - 1 degrees of freedom. The
floor is each combination's own: with many systems some direction always falls below it
by chance, and raising that direction would widen every interval. Where the floor
decides, raters and items add nothing that can be seen, and the spread is known as well
as there are cells: cells - 1 degrees of freedom. The simulation in the tests measures
what this covers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from scipy.linalg import eigh

__all__ = ["Clustered", "clustered", "floored", "numbered"]

Array = NDArray[np.float64]
Codes = NDArray[np.intp]
FEWEST = 2


@dataclass(frozen=True, slots=True)
class Clustered:
    """A covariance, and the t distributions that go with it."""

    covariance: Array
    """Parameters x parameters; before the floor, so perhaps not positive."""
    df: float
    """Degrees of freedom of the t quantile; infinite for the normal."""
    ways: str
    """What was clustered: "raters and items", "raters", "items" or "nothing"."""
    floor: Array | None = None
    """The covariance over cells, below which the two-way one may not fall."""
    floor_df: float = np.inf

    def turned(self, turn: Array) -> Clustered:
        """Return the covariance of linear combinations: combinations x parameters."""
        floor = None if self.floor is None else turn @ self.floor @ turn.T
        covariance = turn @ self.covariance @ turn.T
        return Clustered(covariance, self.df, self.ways, floor, self.floor_df)

    def se(self) -> Array:
        """Return the standard errors, each with its own floor."""
        variance = np.diag(self.covariance).clip(0)
        if self.floor is not None:
            variance = np.maximum(variance, np.diag(self.floor))
        return np.asarray(np.sqrt(variance))

    def dfs(self) -> Array:
        """Return each parameter's degrees of freedom."""
        if self.floor is None:
            return np.full(len(self.covariance), self.df)
        decides = np.diag(self.covariance) <= np.diag(self.floor)
        return np.where(decides, max(self.floor_df, self.df), self.df)

    def whole(self) -> Array:
        """Return the covariance with every combination of parameters at its floor."""
        if self.floor is None:
            return self.covariance
        return floored(self.covariance, self.floor)

    def reach(self, confidence: float) -> Array:
        """Return half the width of each parameter's interval."""
        return np.asarray(self.se() * stats.t.ppf((1 + confidence) / 2, self.dfs()))


def clustered(
    scores: Array, bread: Array, raters: Codes | None, items: Codes | None
) -> Clustered:
    """Return the cluster-robust covariance of estimates.

    Parameters
    ----------
    scores : array, votes x parameters
        Each vote's gradient, already times its count.
    bread : array, parameters x parameters
        The inverse of the information.
    raters, items : array of int, or None
        The rater and the item of each vote, counted from 0. A way with fewer than two
        clusters says nothing about its spread and is left out.
    """
    ways = {
        name: codes
        for name, codes in (("raters", raters), ("items", items))
        if codes is not None and len(np.unique(codes)) >= FEWEST
    }
    if not ways:
        return Clustered(bread, np.inf, "nothing")
    sums = {
        name: _cluster_covariance(scores, bread, codes) for name, codes in ways.items()
    }
    fewest = min(len(np.unique(codes)) for codes in ways.values())
    if len(ways) == 1:
        return Clustered(next(iter(sums.values())), fewest - 1, next(iter(ways)))
    cells = _cells(ways["raters"], ways["items"])
    cell = _cluster_covariance(scores, bread, cells)
    both = sums["raters"] + sums["items"] - cell
    finest = len(np.unique(cells)) - 1
    return Clustered(both, fewest - 1, "raters and items", cell, finest)


def numbered(names: Iterable[Any] | None) -> Codes | None:
    """Return clusters by number from their names; None where no name is known.

    Examples
    --------
    A missing name is a cluster of its own rather than a vote lost:

    >>> numbered(["ann", None, "ann"]).tolist()
    [0, 1, 0]
    """
    line = None if names is None else pd.Series(list(names), dtype=object)
    if line is None or line.isna().all():
        return None
    return np.asarray(pd.factorize(line, use_na_sentinel=False)[0], dtype=np.intp)


def floored(covariance: Array, floor: Array) -> Array:
    """Return the covariance raised so that no combination falls below the floor's.

    Raised along the generalised eigenvectors, so that the result does not depend on
    which system is the reference.

    Examples
    --------
    >>> floored(np.diag([0.5, 3.0]), np.eye(2)).tolist()
    [[1.0, 0.0], [0.0, 3.0]]
    """
    values, vectors = eigh(floor)
    held = values > values.max() * 1e-12
    root = vectors[:, held] * np.sqrt(values[held])
    inverse = vectors[:, held] / np.sqrt(values[held])
    ratios, axes = eigh(inverse.T @ covariance @ inverse)
    raised = (axes * np.maximum(ratios, 1.0)) @ axes.T
    return np.asarray(root @ raised @ root.T)


def _cluster_covariance(scores: Array, bread: Array, codes: Codes) -> Array:
    """Return the one-way covariance, with the usual factor G / (G - 1)."""
    groups, where = np.unique(codes, return_inverse=True)
    sums = np.zeros((len(groups), scores.shape[1]))
    np.add.at(sums, where, scores)
    factor = len(groups) / max(len(groups) - 1, 1)
    influence = sums @ bread
    return np.asarray(factor * influence.T @ influence)


def _cells(raters: Codes, items: Codes) -> Codes:
    return np.asarray(raters * (int(items.max()) + 1) + items)
