"""Intraclass correlations: how much of the scores' variance lies between items."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from voicekit.errors import InvalidAnswers
from voicekit.listening.answers import rater_by_item
from voicekit.listening.estimate import checked_confidence

__all__ = ["icc"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Squares:
    """Mean squares of an items x raters matrix, with its two sizes."""

    items: int
    raters: int
    between: float
    within: float
    rater: float
    rest: float


def icc(table: pd.DataFrame | ArrayLike, *, confidence: float = 0.95) -> pd.DataFrame:
    """Return all six intraclass correlations.

    Parameters
    ----------
    table : DataFrame, array or list of lists
        Raters in rows, items in columns; or answers with ``rater``, ``item`` and
        ``score`` (and ``system``, then each item of each system is rated).
    confidence : float
        Of the intervals.

    Returns
    -------
    DataFrame
        Index ``form``: "ICC(1,1)", "ICC(2,1)", "ICC(3,1)" for one rater and
        "ICC(1,k)", "ICC(2,k)", "ICC(3,k)" for the mean of all k; columns ``icc``,
        ``low``, ``high``, ``f``, ``df1``, ``df2``, ``p``, and the counts ``raters``,
        ``items`` and ``left_out`` (items that lack a rater). Form 2 (raters drawn from
        many, absolute agreement) is the one to report for listening tests.

    Raises
    ------
    InvalidAnswers
        If fewer than two items have all raters, or there are fewer than two raters.

    Notes
    -----
    Shrout & Fleiss 1979, intervals of the second form by McGraw & Wong 1996. Items
    that lack a rater are left out. Several votes of one rater on one item are averaged
    first. Ties need no care. Without any spread within items all forms are 1, without
    any spread at all NaN.

    Examples
    --------
    >>> judged = pd.DataFrame([[9, 6, 8, 7, 10, 6], [2, 1, 4, 1, 5, 2],
    ...                        [5, 3, 6, 2, 6, 4], [8, 2, 8, 6, 9, 7]])
    >>> icc(judged)["icc"].round(4).tolist()
    [0.1657, 0.2898, 0.7148, 0.4428, 0.6201, 0.9093]
    """
    checked_confidence(confidence)
    judged = rater_by_item(table)
    whole = judged.dropna(axis=1).to_numpy(float).T
    if min(whole.shape) < 2:  # noqa: PLR2004 - a variance
        raise InvalidAnswers(
            "An intraclass correlation needs two raters and two items that all raters "
            f"scored; here are {whole.shape[1]} raters and {whole.shape[0]} such items."
        )
    with np.errstate(divide="ignore", invalid="ignore"):
        rows = _single_forms(_squares(whole), (1 - confidence) / 2)
    raters = whole.shape[1]
    single = pd.DataFrame(rows, index=["ICC(1,1)", "ICC(2,1)", "ICC(3,1)"])
    means = single.copy()
    for column in ("icc", "low", "high"):
        # Spearman and Brown: what one rater's reliability becomes for the mean of k.
        means[column] = raters * single[column] / (1 + (raters - 1) * single[column])
    means.index = pd.Index([form.replace(",1", ",k") for form in single.index])
    counts = {"raters": raters, "items": len(whole)}
    counts["left_out"] = judged.shape[1] - len(whole)
    return pd.concat([single, means]).rename_axis("form").assign(**counts)


def _squares(scores: Array) -> _Squares:
    items, raters = scores.shape
    mean = scores.mean()
    by_item, by_rater = scores.mean(axis=1), scores.mean(axis=0)
    rest = scores - by_item[:, None] - by_rater + mean
    free = (items - 1) * (raters - 1)
    return _Squares(
        items=items,
        raters=raters,
        between=raters * float(((by_item - mean) ** 2).sum()) / (items - 1),
        within=float(((scores - by_item[:, None]) ** 2).sum()) / (items * (raters - 1)),
        rater=items * float(((by_rater - mean) ** 2).sum()) / (raters - 1),
        rest=float((rest**2).sum()) / free,
    )


def _single_forms(ms: _Squares, tail: float) -> list[dict[str, float]]:
    n, k = ms.items, ms.raters
    between, within, rater, rest = map(
        np.float64, (ms.between, ms.within, ms.rater, ms.rest)
    )
    one_way = (between, within, n - 1, n * (k - 1))
    two_way = (between, rest, n - 1, (n - 1) * (k - 1))
    agreement = (between - rest) / (between + (k - 1) * rest + k * (rater - rest) / n)
    return [
        _form((between - within) / (between + (k - 1) * within), one_way)
        | _consistency_ends(one_way, k, tail),
        _form(agreement, two_way) | _agreement_ends(ms, float(agreement), tail),
        _form((between - rest) / (between + (k - 1) * rest), two_way)
        | _consistency_ends(two_way, k, tail),
    ]


def _form(
    value: np.float64, test: tuple[np.float64, np.float64, int, int]
) -> dict[str, float]:
    upper, lower, df1, df2 = test
    f = float(upper / lower)
    p = float(stats.f.sf(f, df1, df2))
    nothing = float("nan")
    return {
        "icc": float(value),
        "low": nothing,
        "high": nothing,
        "f": f,
        "df1": df1,
        "df2": df2,
        "p": p,
    }


def _consistency_ends(
    test: tuple[np.float64, np.float64, int, int], raters: int, tail: float
) -> dict[str, float]:
    upper, lower, df1, df2 = test
    f = upper / lower
    if np.isinf(f):
        return {"low": 1.0, "high": 1.0}
    low = f / stats.f.ppf(1 - tail, df1, df2)
    high = f * stats.f.ppf(1 - tail, df2, df1)
    ends = {"low": low, "high": high}
    return {name: float((end - 1) / (end + raters - 1)) for name, end in ends.items()}


def _agreement_ends(ms: _Squares, value: float, tail: float) -> dict[str, float]:
    """Return the ends of the second form, by Satterthwaite's degrees of freedom."""
    n, k = ms.items, ms.raters
    a = k * value / (n * (1 - value)) if value < 1 else np.inf
    b = 1 + k * value * (n - 1) / (n * (1 - value)) if value < 1 else np.inf
    top = (a * ms.rater + b * ms.rest) ** 2
    bottom = (a * ms.rater) ** 2 / (k - 1) + (b * ms.rest) ** 2 / ((n - 1) * (k - 1))
    if not np.isfinite(top) or not bottom:
        return {"low": value, "high": value}
    df = top / bottom
    upper, lower = stats.f.ppf(1 - tail, n - 1, df), stats.f.ppf(1 - tail, df, n - 1)
    others = k * ms.rater + (k * n - k - n) * ms.rest
    low = n * (ms.between - upper * ms.rest) / (upper * others + n * ms.between)
    high = n * (lower * ms.between - ms.rest) / (others + n * lower * ms.between)
    return {"low": float(low), "high": float(high)}
