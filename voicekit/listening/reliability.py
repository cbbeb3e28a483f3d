"""Krippendorff's alpha: agreement of raters, whatever the scale and the gaps.

Written from Krippendorff, "Computing Krippendorff's alpha-reliability" (2011).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from voicekit.errors import InvalidAnswers, InvalidSetting
from voicekit.listening.answers import rater_by_item
from voicekit.listening.estimate import Estimate, checked_confidence, checked_count

__all__ = ["krippendorff_alpha"]

Array = NDArray[np.float64]


def krippendorff_alpha(
    table: pd.DataFrame | ArrayLike,
    level: Literal["nominal", "ordinal", "interval", "ratio"] = "interval",
    *,
    confidence: float = 0.95,
    resamples: int = 1000,
    seed: int | None = 0,
) -> Estimate:
    """Return Krippendorff's alpha, with a bootstrap interval over items.

    Parameters
    ----------
    table : DataFrame, array or list of lists
        Raters in rows, items in columns; or answers with ``rater``, ``item``
        and ``score`` (and ``system``, then each item of each system is rated).
    level : "nominal", "ordinal", "interval" or "ratio"
        How values are compared.
    confidence : float
        Of the percentile interval.
    resamples, seed : int
        Of the items drawn with return.

    Returns
    -------
    Estimate
        1 is agreement, 0 is chance; ``se``, ``low`` and ``high`` from the resamples.

    Raises
    ------
    InvalidAnswers
        If no item has two raters, or all values are equal, where alpha is undefined;
        or a rater put one item into two categories.
    InvalidSetting
        If the level is none of the four.

    Notes
    -----
    Missing values are what alpha is made for: an item counts by the raters it has,
    and with one rater not at all. Equal values agree. Several votes of one rater on
    one item are averaged first; categories, which have no mean, are refused. Nominal
    values may be words.

    Examples
    --------
    >>> float(krippendorff_alpha(pd.DataFrame([[1, 2, 3], [1, 2, 3]]), resamples=9))
    1.0
    """
    checked_confidence(confidence)
    if level not in LEVELS:
        raise InvalidSetting(
            f"level={level!r}; it can be {', '.join(map(repr, LEVELS))}."
        )
    checked_count("resamples", resamples)
    scores = rater_by_item(table, nominal=level == "nominal").to_numpy(float)
    values, counts = _counted(scores)
    alpha = _alpha(values, counts, level)
    if np.isnan(alpha):
        raise InvalidAnswers("All values are equal, so that agreement is undefined.")
    rng = np.random.default_rng(seed)
    drawn = rng.integers(len(counts), size=(resamples, len(counts)))
    draws = np.array([_alpha(values, counts[rows], level) for rows in drawn])
    draws = draws[~np.isnan(draws)]
    if len(draws) < 2:  # noqa: PLR2004 - a spread
        return Estimate(alpha)
    tail = (1 - confidence) / 2
    low, high = np.quantile(draws, [tail, 1 - tail])
    return Estimate(alpha, float(draws.std(ddof=1)), low, high)


def _counted(scores: Array) -> tuple[Array, Array]:
    """Return the distinct values, and how often each item with two raters has them."""
    values = np.unique(scores[~np.isnan(scores)])
    counts = (scores.T[:, :, None] == values).sum(axis=1).astype(float)
    counts = counts[counts.sum(axis=1) > 1]
    if not len(counts):
        raise InvalidAnswers("No item was judged by two raters.")
    held = counts.sum(axis=0) > 0
    return values[held], counts[:, held]


def _alpha(values: Array, counts: Array, level: str) -> float:
    raters = counts.sum(axis=1, keepdims=True)
    together = np.einsum("iv,iw->vw", counts / (raters - 1), counts)
    together -= np.diag((counts / (raters - 1)).sum(axis=0))
    totals = together.sum(axis=0)
    apart = LEVELS[level](values, totals)
    expected = float((np.outer(totals, totals) * apart).sum())
    if not expected:
        return float("nan")
    observed = float((together * apart).sum())
    return 1 - (float(totals.sum()) - 1) * observed / expected


def _nominal(values: Array, _totals: Array) -> Array:
    return np.asarray(values[:, None] != values, dtype=float)


def _ordinal(_values: Array, totals: Array) -> Array:
    # How many values lie between two: the middle of each one's own ranks, apart.
    middle = np.cumsum(totals) - totals / 2
    return np.asarray((middle[:, None] - middle) ** 2)


def _interval(values: Array, _totals: Array) -> Array:
    return np.asarray((values[:, None] - values) ** 2)


def _ratio(values: Array, _totals: Array) -> Array:
    total = values[:, None] + values
    apart = values[:, None] - values
    return np.divide(apart, total, out=np.zeros_like(apart), where=total != 0) ** 2


LEVELS: dict[str, Callable[[Array, Array], Array]] = {
    "nominal": _nominal,
    "ordinal": _ordinal,
    "interval": _interval,
    "ratio": _ratio,
}
