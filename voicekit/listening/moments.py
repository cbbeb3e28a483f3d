"""The mean of a raters x items matrix, and its variance over both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from voicekit.listening.clusters import clustered

__all__ = [
    "METHODS",
    "Mean",
    "bootstrap_means",
    "cluster",
    "filled",
    "naive",
    "two_way",
]

Array = NDArray[np.float64]
FEWEST = 2


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean, its standard error and the degrees of freedom of its t quantile."""

    value: float
    se: float
    df: float
    how: str
    rater_variance: float = np.nan
    item_variance: float = np.nan
    residual_variance: float = np.nan

    def reach(self, confidence: float) -> float:
        """Return half the width of the interval; NaN where there is no spread known."""
        if not self.df > 0:
            return float("nan")
        return self.se * float(stats.t.ppf((1 + confidence) / 2, self.df))


def filled(scores: Array) -> Array:
    """Return the matrix without the raters and items that have no score at all."""
    there = ~np.isnan(scores)
    return scores[there.any(axis=1)][:, there.any(axis=0)]


def two_way(scores: Array) -> Mean:
    """Return the mean with raters and items both taken as drawn from many.

    Complete matrices: SE^2 = (MS_rater + MS_item - MS_rest) / N, the closed form of
    crossed random effects, at least MS_rest / N. Matrices with holes: the moments of
    CrowdMOS. One rater or one item: the spread over the other way alone.

    Parameters
    ----------
    scores : array, raters x items
        NaN where there is no score.
    """
    held = filled(scores)
    if min(held.shape) < FEWEST:
        line = held.ravel()
        way = "items" if held.shape[0] == 1 else "raters"
        se = float(line.std(ddof=1) / np.sqrt(line.size)) if line.size > 1 else np.nan
        return Mean(float(line.mean()), se, line.size - 1, f"{way} only")
    return _crowdmos(held) if np.isnan(held).any() else _complete(held)


def naive(scores: Array) -> Mean:
    """Return the mean as if every score were independent; it is too sure of itself."""
    line = scores[~np.isnan(scores)]
    se = float(line.std(ddof=1) / np.sqrt(line.size)) if line.size > 1 else np.nan
    return Mean(float(line.mean()), se, np.inf, "votes taken as independent")


def cluster(scores: Array) -> Mean:
    """Return the mean with the two-way cluster-robust variance of ``clusters``."""
    held = filled(scores)
    raters, items = np.nonzero(~np.isnan(held))
    line = held[raters, items]
    away = (line - line.mean())[:, None]
    bread = np.array([[1 / line.size]])
    found = clustered(away, bread, raters, items)
    if found.ways == "nothing":
        return naive(held)
    how = f"cluster-robust over {found.ways}"
    return Mean(float(line.mean()), float(found.se()[0]), float(found.dfs()[0]), how)


METHODS: dict[str, Callable[[Array], Mean]] = {
    "two-way": two_way,
    "cluster": cluster,
    "naive": naive,
}


def bootstrap_means(scores: Array, resamples: int, rng: np.random.Generator) -> Array:
    """Return means of resampled raters and, independently, resampled items.

    The pigeonhole bootstrap (Owen 2007). Draws that hold no score are NaN.
    """
    held = filled(scores)
    there = ~np.isnan(held)
    rows, columns = held.shape
    by_rater = rng.multinomial(rows, np.full(rows, 1 / rows), size=resamples)
    by_item = rng.multinomial(columns, np.full(columns, 1 / columns), size=resamples)
    total = ((by_rater @ np.where(there, held, 0.0)) * by_item).sum(axis=1)
    count = ((by_rater @ there.astype(float)) * by_item).sum(axis=1)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))


def _complete(scores: Array) -> Mean:
    rows, columns = scores.shape
    mean = float(scores.mean())
    raters, items = scores.mean(axis=1) - mean, scores.mean(axis=0) - mean
    rest = scores - mean - raters[:, None] - items
    ms_rater = columns * float(raters @ raters) / (rows - 1)
    ms_item = rows * float(items @ items) / (columns - 1)
    ms_rest = float((rest**2).sum()) / ((rows - 1) * (columns - 1))
    both = ms_rater + ms_item - ms_rest
    # As in clusters: where raters and items add nothing, the cells know the spread.
    df = min(rows, columns) - 1 if both > ms_rest else scores.size - 1
    se = np.sqrt(max(both, ms_rest) / scores.size)
    return Mean(
        mean,
        float(se),
        df,
        "two-way random effects, closed form",
        rater_variance=max(ms_rater - ms_rest, 0.0) / columns,
        item_variance=max(ms_item - ms_rest, 0.0) / rows,
        residual_variance=ms_rest,
    )


def _crowdmos(scores: Array) -> Mean:
    """Return the mean with the variance of Ribeiro et al. (ICASSP 2011).

    Moments without Bessel's correction, as published: of each rater (items + rest), of
    each item (raters + rest), of all (everything).
    """
    there = ~np.isnan(scores)
    total = int(there.sum())
    everything = float(np.nanvar(scores))
    within_rater = _mean_variance(scores)
    within_item = _mean_variance(scores.T)
    items = max(everything - within_item, 0.0)
    raters = max(everything - within_rater, 0.0)
    rest = max(within_rater + within_item - everything, 0.0)
    variance = (
        items * float((there.sum(axis=0) ** 2).sum()) / total**2
        + raters * float((there.sum(axis=1) ** 2).sum()) / total**2
        + rest / total
    )
    return Mean(
        float(np.nanmean(scores)),
        float(np.sqrt(variance)),
        min(scores.shape) - 1,
        "two-way random effects, moments of CrowdMOS",
        rater_variance=raters,
        item_variance=items,
        residual_variance=rest,
    )


def _mean_variance(scores: Array) -> float:
    """Return the mean variance of the rows that have at least two scores."""
    several = scores[(~np.isnan(scores)).sum(axis=1) > 1]
    # Where no row has two, the rows alone carry all of the variance.
    return float(np.nanvar(several, axis=1).mean()) if len(several) else 0.0
