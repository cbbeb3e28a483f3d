"""Best-worst scaling: how much more often a system is best than worst."""

from __future__ import annotations

import pandas as pd

from voicekit.errors import InvalidAnswers
from voicekit.listening.answers import left_out, usable
from voicekit.listening.estimate import settled
from voicekit.listening.opinion import mean_opinion
from voicekit.listening.tables import table_of

__all__ = ["best_worst_scores", "incomplete"]

KEYS = ["rater", "trial"]
TRIAL = ["systems", "best", "worst"]
VALUE = {"best": 1.0, "worst": -1.0}


def best_worst_scores(
    answers: pd.DataFrame, *, confidence: float = 0.95
) -> pd.DataFrame:
    """Score systems by the share of best minus the share of worst.

    Parameters
    ----------
    answers : DataFrame
        One row per system shown: ``rater``, ``trial``, ``item``, ``system`` and
        ``response`` ("best", "worst", or missing for neither). Or one row per trial:
        ``systems`` (a list of those shown), ``best``, ``worst``, and optionally
        ``rater`` and ``item``.
    confidence : float
        Of the intervals.

    Returns
    -------
    DataFrame
        Index ``system``, highest first; ``score`` from -1 to 1, ``se``, ``low``,
        ``high`` (two-way over raters and items), and the counts ``best``, ``worst``,
        ``shown``.

    Raises
    ------
    InvalidAnswers
        If a trial has two best, two worst, or one system as both.

    Notes
    -----
    Counting as in Kiritchenko & Mohammad 2017. A trial that lacks its best or its
    worst is left out whole. There are no ties: within a trial all others are equal.
    Several votes of one rater on the same system and item each count in the score, and
    are averaged first for its standard error.

    Examples
    --------
    >>> trials = pd.DataFrame({"systems": [["a", "b", "c"]] * 2, "best": ["a", "a"],
    ...     "worst": ["c", "b"], "rater": [1, 2], "item": ["x", "y"]})
    >>> best_worst_scores(trials)["score"].to_dict()
    {'a': 1.0, 'b': -0.5, 'c': -0.5}
    """
    answers = table_of(answers)
    shown = _checked(_shown(answers) if "systems" in answers else _answered(answers))
    shown["score"] = shown["response"].map(VALUE).fillna(0.0).astype(float)
    found = mean_opinion(shown, confidence=confidence).table
    counts = pd.crosstab(shown["system"], shown["response"].fillna("neither"))
    counts = counts.reindex(found.index)
    best, worst = (counts.get(name, pd.Series(0, counts.index)) for name in VALUE)
    heard = counts.sum(axis=1)
    score, reach = (best - worst) / heard, (found["high"] - found["low"]) / 2
    table = pd.DataFrame(
        {
            "score": score,
            "se": found["se"],
            "low": settled((score - reach).clip(lower=-1)),
            "high": settled((score + reach).clip(upper=1)),
            "best": best,
            "worst": worst,
            "shown": heard,
        }
    )
    return table.sort_values("score", ascending=False, kind="stable")


def incomplete(answers: pd.DataFrame) -> int:
    """Return how many trials lack their best or their worst."""
    answers = table_of(answers)
    if "systems" in answers:
        return left_out(answers, TRIAL)
    rows = _answered(answers)
    whole, kept = (len(one.groupby(KEYS)) for one in (rows, _checked(rows)))
    return whole - kept


def _shown(trials: pd.DataFrame) -> pd.DataFrame:
    """Return one row per system shown, from one row per trial."""
    rows = trials.reset_index(drop=True)
    rows["trial"] = rows.index
    for name in ("rater", "item"):
        if name not in rows:
            rows[name] = rows.index if name == "rater" else 0
    rows = usable(rows, TRIAL).explode("systems")
    rows = rows.rename(columns={"systems": "system"}).reset_index(drop=True)
    rows["response"] = pd.Series(None, rows.index, dtype=object)
    for name in VALUE:
        rows.loc[rows["system"] == rows[name], "response"] = name
    return rows.drop(columns=list(VALUE))


def _answered(answers: pd.DataFrame) -> pd.DataFrame:
    if "response" not in answers:
        raise InvalidAnswers("The answers have no column 'response', nor 'systems'.")
    rows = usable(answers, ["rater", "trial", "item", "system"])
    rows["response"] = rows["response"].where(rows["response"].isin(VALUE))
    return rows


def _checked(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the trials that have both a best and a worst."""
    trial = rows.groupby(KEYS, dropna=False)["response"]
    best = trial.transform(lambda column: (column == "best").sum())
    worst = trial.transform(lambda column: (column == "worst").sum())
    if (best > 1).any() or (worst > 1).any():
        raise InvalidAnswers(
            "A trial has two best or two worst systems; it may have one."
        )
    kept = rows[(best == 1) & (worst == 1)].copy()
    if kept.empty:
        raise InvalidAnswers("No trial has both a best and a worst system.")
    return kept
