"""Pairwise differences of systems: paired, tested by sign flips, corrected by Holm."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.multitest import multipletests

from voicekit.errors import InvalidAnswers, InvalidSetting
from voicekit.listening.estimate import checked_confidence, checked_count, settled
from voicekit.listening.moments import Mean, two_way
from voicekit.listening.opinion import score_matrices

__all__ = ["compare_systems"]

Array = NDArray[np.float64]
COLUMNS = ["first", "second", "difference", "se", "low", "high", "statistic", "p"]
COLUMNS += ["units", "over", "left_out"]


def compare_systems(  # noqa: PLR0913 - one argument per choice that a paper reports
    answers: pd.DataFrame,
    *,
    test: Literal["sign-flip", "wilcoxon"] = "sign-flip",
    unit: Literal["rater", "item"] = "rater",
    confidence: float = 0.95,
    resamples: int = 99_999,
    seed: int | None = 0,
) -> pd.DataFrame:
    """Compare every pair of systems within raters and items.

    Parameters
    ----------
    answers : DataFrame
        ``rater``, ``item``, ``system``, ``score``; ``item`` may lack.
    test : "sign-flip" or "wilcoxon"
        Flip the signs of the units' mean differences: exact where 2 to the power of
        the units is at most ``resamples``, else at random (Fisher 1935). Or Wilcoxon's
        signed ranks (1945): exact without zeros and ties for up to 50 units.
    unit : "rater" or "item"
        What is drawn at random. The interval always takes both as random.
    confidence : float
        Of the intervals, each on its own.
    resamples, seed : int
        Of the random flips.

    Returns
    -------
    DataFrame
        ``first``, ``second``, ``difference`` (first minus second), ``se``, ``low``,
        ``high``, ``statistic`` (mean difference over units; W for Wilcoxon), ``p``
        (two-sided), ``p_holm``, ``units``, ``over``: "cells", "raters", "items", or
        missing where nothing can be compared; ``left_out``, the cells that lack one of
        the two.

    Raises
    ------
    InvalidAnswers
        If there are fewer than two systems.

    Notes
    -----
    Over cells: only raters' scores of the same item for both systems are compared; a
    cell that lacks one of them is left out of that pair; intervals are two-way. Where
    two systems share no cell, as in plans with few trials per rater, each unit's mean
    of the one is compared with its mean of the other, with t over the units: then the
    items of the two differ, and only the units are random. Several votes of one
    rater on one cell are averaged first. Equal scores: a difference of 0 keeps its
    sign when flipped; Wilcoxon's test leaves it out. Holm (1979) corrects over all
    pairs.

    Examples
    --------
    >>> scores = pd.DataFrame({"rater": [1, 2, 3, 4] * 2, "item": "x",
    ...     "system": ["kie"] * 4 + ["kling"] * 4, "score": [4, 5, 4, 5, 3, 4, 3, 3]})
    >>> compare_systems(scores)[["difference", "p"]].values.tolist()
    [[1.25, 0.125]]
    """
    checked_confidence(confidence)
    for name, value, allowed in (("test", test, TESTS), ("unit", unit, AXIS)):
        if value not in allowed:
            raise InvalidSetting(f"{name}={value!r}; it can be {' or '.join(allowed)}.")
    checked_count("resamples", resamples)
    matrices = score_matrices(answers)
    if len(matrices) < 2:  # noqa: PLR2004 - a pair
        raise InvalidAnswers("A comparison needs the scores of at least two systems.")
    rng = np.random.default_rng(seed)
    rows = []
    for first, second in combinations(matrices, 2):
        found, units, over = _paired(matrices[first], matrices[second], unit)
        reach = found.reach(confidence)
        alone = _lone(matrices[first], matrices[second]) if over == "cells" else 0
        statistic, p = TESTS[test](units, resamples, rng) if len(units) else NOTHING
        ends = (settled(found.value - reach), settled(found.value + reach))
        estimate = (settled(found.value), found.se, *ends, statistic, p)
        rows.append((first, second, *estimate, len(units), over, alone))
    frame = pd.DataFrame(rows, columns=COLUMNS)
    frame.insert(8, "p_holm", np.nan)
    known = frame["p"].notna()
    if known.any():
        corrected = multipletests(frame["p"][known], method="holm")[1]
        frame.loc[known, "p_holm"] = corrected
    return frame


def _paired(
    first: pd.DataFrame, second: pd.DataFrame, unit: str
) -> tuple[Mean, Array, str | None]:
    """Return the difference, its units, and what it is a mean over."""
    axis = AXIS[unit]
    cells = first - second
    if cells.notna().any(axis=None):
        units = cells.mean(axis=axis).dropna()
        return two_way(cells.to_numpy(float)), units.to_numpy(float), "cells"
    units = (first.mean(axis=axis) - second.mean(axis=axis)).dropna()
    if units.empty:
        return Mean(np.nan, np.nan, np.nan, "nothing"), units.to_numpy(float), None
    line = units.to_numpy(float)[:, None]
    return two_way(line), line[:, 0], f"{unit}s"


def _lone(first: pd.DataFrame, second: pd.DataFrame) -> int:
    """Return how many cells have a score of the one system and none of the other."""
    here, there = first.align(second)
    return int((here.notna() ^ there.notna()).to_numpy().sum())


def _sign_flip(
    units: Array, resamples: int, rng: np.random.Generator
) -> tuple[float, float]:
    if len(units) == 1:
        return float(units[0]), 1.0
    flipped = stats.permutation_test(
        (units,),
        lambda drawn, axis: np.mean(drawn, axis=axis),
        permutation_type="samples",
        n_resamples=resamples,
        vectorized=True,
        rng=rng,
    )
    return float(flipped.statistic), float(flipped.pvalue)


def _wilcoxon(
    units: Array,
    _resamples: int,
    _rng: np.random.Generator,
) -> tuple[float, float]:
    if not np.any(units):
        return 0.0, 1.0
    found = stats.wilcoxon(units)
    return float(found.statistic), float(found.pvalue)


AXIS: dict[str, Literal[0, 1]] = {"rater": 1, "item": 0}
TESTS: dict[str, Callable[[Array, int, np.random.Generator], tuple[float, float]]] = {
    "sign-flip": _sign_flip,
    "wilcoxon": _wilcoxon,
}
NOTHING = (float("nan"), float("nan"))
