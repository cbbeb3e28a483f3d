"""Mean opinion scores, with intervals that hold for other raters and other items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voicekit.errors import InvalidSetting
from voicekit.listening.answers import left_out, usable
from voicekit.listening.estimate import checked_confidence, checked_count, settled
from voicekit.listening.moments import METHODS, bootstrap_means, filled, naive, two_way
from voicekit.listening.tables import table_of

__all__ = ["MeanOpinion", "mean_opinion", "score_matrices"]

NAMES = ["rater", "item", "system"]
SCORED = [*NAMES, "score"]
INTERVALS = (*METHODS, "bootstrap")


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanOpinion:
    """The mean score of each system."""

    table: pd.DataFrame
    """Index ``system``, best first; ``mean``, ``se``, ``low``, ``high``, ``df`` (of the
    t quantile), ``median``, ``q1``, ``q3``, the counts ``votes``, ``raters``,
    ``items``, ``naive_se`` (too small wherever votes share a rater or an item), the
    moments ``rater_variance``, ``item_variance``, ``residual_variance`` (in points
    squared, of "two-way" only) and ``method``."""
    interval: str
    confidence: float
    notes: tuple[str, ...]
    left_out: int
    """Answers that lack a score, a rater, an item or a system."""

    def __repr__(self) -> str:
        shown = self.table[["mean", "se", "low", "high", "votes", "raters", "items"]]
        lines = [settled(shown, 4).to_string()]
        lines.append(f"interval: {self.confidence:.0%}, {self.interval}")
        lines += [f"left out: {self.left_out}"] if self.left_out else []
        return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])


def mean_opinion(
    answers: pd.DataFrame,
    *,
    interval: Literal["two-way", "cluster", "bootstrap", "naive"] = "two-way",
    confidence: float = 0.95,
    resamples: int = 2000,
    seed: int | None = 0,
) -> MeanOpinion:
    """Average the scores of each system.

    Parameters
    ----------
    answers : DataFrame
        ``rater``, ``item``, ``system``, ``score``. Without ``system`` all is one
        system; without ``item`` (or ``rater``) the spread is over the other alone.
    interval : "two-way", "cluster", "bootstrap" or "naive"
        "two-way" takes raters and items as random: the closed form
        (MS_rater + MS_item - MS_rest) / N where every rater scored every item, else
        the moments of CrowdMOS (Ribeiro et al. 2011), which are conservative where
        raters or items hardly differ; t with min(raters, items) - 1 degrees of
        freedom. "cluster" is V_rater + V_item - V_cell for any design. "bootstrap"
        takes percentiles over resampled raters and items. "naive" is for comparison
        only.
    confidence : float
        Of the intervals.
    resamples : int
        Of the bootstrap.
    seed : int, optional
        Of the bootstrap; None for a fresh one.

    Returns
    -------
    MeanOpinion

    Raises
    ------
    InvalidAnswers
        If there is no score.
    InvalidSetting
        If ``interval`` or ``confidence`` is none of the above.

    Notes
    -----
    The mean is over votes, so an item with more votes counts more. Missing scores are
    left out and counted, and raters and items without any do not count as raters or
    items. Several votes of one rater on the same item and system are averaged first.
    Equal scores need no care: a mean knows no ties.

    Examples
    --------
    >>> scores = pd.DataFrame({"rater": [1, 1, 2, 2], "item": ["x", "y"] * 2,
    ...                        "system": "kie", "score": [4, 5, 3, 5]})
    >>> float(mean_opinion(scores).table.loc["kie", "mean"])
    4.25
    """
    checked_confidence(confidence)
    if interval not in INTERVALS:
        raise InvalidSetting(
            f"interval={interval!r}; it can be {', '.join(map(repr, INTERVALS))}."
        )
    checked_count("resamples", resamples)
    matrices = score_matrices(answers)
    missing = left_out(_scored(answers), SCORED)
    rng = np.random.default_rng(seed)
    rows = {
        system: _row(matrix.to_numpy(float), interval, confidence, resamples, rng)
        for system, matrix in matrices.items()
    }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("system")
    table = table.sort_values("mean", ascending=False, kind="stable")
    few = table.index[table[["raters", "items"]].min(axis=1) == 1]
    notes = tuple(
        f"{system}: only one rater or item; the interval does not speak for others."
        for system in few
    )
    hows = ", ".join(dict.fromkeys(table["method"]))
    return MeanOpinion(
        table=table,
        interval=hows,
        confidence=confidence,
        notes=notes,
        left_out=missing,
    )


def score_matrices(answers: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return raters x items of each system, one score per cell.

    Several scores of one cell are averaged.
    """
    frame = usable(_scored(answers), SCORED)
    return {
        str(system): group.pivot_table(
            index="rater", columns="item", values="score", aggfunc="mean", observed=True
        )
        for system, group in frame.groupby("system", sort=False, observed=True)
    }


def _scored(answers: pd.DataFrame) -> pd.DataFrame:
    """Return the answers with something in place of columns that may lack."""
    answers = table_of(answers)
    lacking = dict.fromkeys([name for name in NAMES if name not in answers], "all")
    if len(lacking.keys() & {"rater", "item"}) > 1:
        # Neither is known: each row is a rater of its own.
        answers = answers.assign(rater=range(len(answers)))
        del lacking["rater"]
    return answers.assign(**lacking)


def _row(
    scores: NDArray[np.float64],
    interval: str,
    confidence: float,
    resamples: int,
    rng: np.random.Generator,
) -> dict[str, object]:
    found = METHODS.get(interval, two_way)(scores)
    reach = found.reach(confidence)
    low, high, se, how = found.value - reach, found.value + reach, found.se, found.how
    held = filled(scores)
    if interval == "bootstrap" and held.size > 1:
        draws = bootstrap_means(scores, resamples, rng)
        tail = (1 - confidence) / 2
        low, high = np.nanquantile(draws, [tail, 1 - tail])
        se = float(np.nanstd(draws, ddof=1))
        how = f"percentile bootstrap over raters and items, {resamples} resamples"
    line = held[~np.isnan(held)]
    q1, median, q3 = np.quantile(line, [0.25, 0.5, 0.75])
    return {
        "mean": settled(found.value),
        "se": se,
        "low": settled(low),
        "high": settled(high),
        "df": found.df,
        "median": median,
        "q1": q1,
        "q3": q3,
        "votes": line.size,
        "raters": held.shape[0],
        "items": held.shape[1],
        "naive_se": naive(held).se,
        "rater_variance": found.rater_variance,
        "item_variance": found.item_variance,
        "residual_variance": found.residual_variance,
        "method": how,
    }
