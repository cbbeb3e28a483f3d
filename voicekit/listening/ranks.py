"""Friedman's test of systems that every rater judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd
from scipy import stats

from voicekit.errors import InvalidAnswers
from voicekit.listening.answers import usable
from voicekit.listening.tables import finite, table_of

__all__ = ["Friedman", "friedman"]

FEWEST_SYSTEMS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Friedman:
    """Whether systems differ in rank, and how far the blocks agree."""

    statistic: float
    """Friedman's chi-square, corrected for ties."""
    df: int
    p: float
    kendall_w: float
    """From 0, no agreement between blocks, to 1."""
    mean_ranks: pd.Series[float]
    """By system; 1 is the lowest score."""
    blocks: int
    left_out: int
    """Blocks that lacked a system."""


def friedman(
    answers: pd.DataFrame, *, block: Literal["rater", "item"] = "rater"
) -> Friedman:
    """Test whether systems differ, by ranks within blocks.

    Parameters
    ----------
    answers : DataFrame
        ``rater``, ``item``, ``system``, ``score``; or a table with one row per block
        and one column per system.
    block : "rater" or "item"
        Within what the systems are ranked, and what is drawn at random. Scores are
        averaged over the other first, as rater-item cells would count the same rater
        many times.

    Returns
    -------
    Friedman

    Raises
    ------
    InvalidAnswers
        If fewer than two complete blocks or fewer than three systems are left.

    Notes
    -----
    Friedman 1937, computed by scipy: ties share their mean rank, and the statistic is
    corrected for them. Blocks that lack a system are left out and counted. Several
    votes of one rater are averaged. Where every block ties all systems, nothing
    differs: the statistic is 0. Kendall's W is the statistic / (blocks (systems - 1)).

    Examples
    --------
    >>> table = pd.DataFrame([[1, 2, 3], [1, 3, 2], [1, 2, 3]], columns=[*"xyz"])
    >>> test = friedman(table)
    >>> round(test.statistic, 4), test.df, round(test.kendall_w, 4)
    (4.6667, 2, 0.7778)
    """
    table = answers = table_of(answers)
    if {"system", "score"} <= set(answers.columns):
        rows = usable(answers, [block, "system", "score"])
        table = rows.pivot_table(
            index=block, columns="system", values="score", aggfunc="mean", observed=True
        )
    else:
        table = table.apply(finite)
    whole = table.dropna()
    blocks, systems = whole.shape
    if blocks < 2 or systems < FEWEST_SYSTEMS:  # noqa: PLR2004 - a repetition
        raise InvalidAnswers(
            "Friedman's test needs two complete blocks and three systems, not "
            f"{blocks} and {systems}; for two systems use compare_systems."
        )
    ranks = whole.rank(axis=1)
    statistic, p = 0.0, 1.0
    if (whole.min(axis=1) < whole.max(axis=1)).any():
        found = stats.friedmanchisquare(*(whole[name] for name in whole.columns))
        statistic, p = float(found.statistic), float(found.pvalue)
    return Friedman(
        statistic=statistic,
        df=systems - 1,
        p=p,
        kendall_w=statistic / (blocks * (systems - 1)),
        mean_ranks=ranks.mean(),
        blocks=blocks,
        left_out=len(table) - blocks,
    )
