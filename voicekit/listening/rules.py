"""What an exclusion rule measures about each rater."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from voicekit.errors import InvalidAnswers
from voicekit.listening.answers import as_votes
from voicekit.listening.coherence import consistency

__all__ = ["RULES", "Rule"]

GOLD_TOLERANCE = 1.0


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what is measured, who goes, and how the paper says so."""

    measure: Callable[[pd.DataFrame], pd.Series[float]]
    side: Literal["below", "above"]
    """Who goes: raters below the threshold, or above it."""
    meaning: str
    """With a place for the threshold; it finishes the words "excluded because"."""


def _traps(answers: pd.DataFrame) -> pd.Series[float]:
    rows = _of_purpose(answers, "trap")
    given = rows[_column(rows, "response", "outcome", "score")]
    rows, given = rows[given.notna()], given[given.notna()]
    wanted = rows["expected"]
    off = pd.to_numeric(given, errors="coerce") - pd.to_numeric(wanted, errors="coerce")
    right = (given == wanted) | (off.abs() <= GOLD_TOLERANCE)
    return right.astype(float).groupby(rows["rater"]).mean()


def _repeats(answers: pd.DataFrame) -> pd.Series[float]:
    return consistency(answers).table["agreement"].astype(float)


def _side(answers: pd.DataFrame) -> pd.Series[float]:
    rows = as_votes(answers)
    chosen = (rows["outcome"] == "a")[rows["outcome"] != "tie"]
    return chosen.groupby(rows["rater"]).agg(
        lambda first: stats.binomtest(int(first.sum()), len(first)).pvalue
    )


def _triads(answers: pd.DataFrame) -> pd.Series[float]:
    return consistency(answers).table["p"].astype(float)


def _null(answers: pd.DataFrame) -> pd.Series[float]:
    rows = _of_purpose(answers, "null")
    score = pd.to_numeric(rows[_column(rows, "score", "response")], errors="coerce")
    return score.groupby(rows["rater"]).mean().abs()


def _spread(answers: pd.DataFrame) -> pd.Series[float]:
    score = pd.to_numeric(answers[_column(answers, "score")], errors="coerce")
    # The variance of all that the rater said, so ddof 0: one answer has no spread.
    return score.groupby(answers["rater"]).agg(lambda line: np.nanvar(line.dropna()))


def _heard(answers: pd.DataFrame) -> pd.Series[float]:
    return answers.groupby("rater")[_column(answers, "heard")].mean()


def _time(answers: pd.DataFrame) -> pd.Series[float]:
    return answers.groupby("rater")[_column(answers, "response_time")].median()


def _of_purpose(answers: pd.DataFrame, purpose: str) -> pd.DataFrame:
    column = _column(answers, "purpose")
    return answers[answers[column] == purpose]


def _column(answers: pd.DataFrame, *names: str) -> str:
    for name in names:
        if name in answers:
            return name
    raise InvalidAnswers(
        f"The rule needs a column {' or '.join(map(repr, names))}, which the answers "
        "lack; drop the rule, or add the column."
    )


RULES = {
    "traps": Rule(_traps, "below", "fewer than {0:.0%} of the trap trials were right"),
    "repeats": Rule(_repeats, "below", "fewer than {0:.0%} of the repeats agreed"),
    "side": Rule(_side, "below", "one side was chosen too often (binomial p < {0:g})"),
    "triads": Rule(
        _triads, "above", "circular triads looked like guessing (p > {0:g})"
    ),
    "null": Rule(_null, "above", "null pairs lay more than {0:g} from zero on average"),
    "spread": Rule(_spread, "below", "the variance of the scores was below {0:g}"),
    "heard": Rule(_heard, "below", "less than {0:.0%} of the clips was heard"),
    "time": Rule(_time, "below", "the median response took less than {0:g} s"),
}
