"""What an exclusion rule measures about each rater."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import pandas as pd
from scipy import stats

from voicekit.errors import InvalidAnswers
from voicekit.listening.answers import as_votes
from voicekit.listening.coherence import consistency
from voicekit.listening.tables import finite

__all__ = ["RULES", "Rule"]

GOLD_TOLERANCE = 1.0
NULL = {"dmos": 5.0}
"""What a clip against itself should get, by kind; 0 for all others."""
SAME = {"mushra": 20.0}
"""How far two scores of one opinion may lie apart: a band of the scale, or a point."""
BETTER = {"a": -1.0, "b": 1.0}
"""The sign of a comparison score, which is about the second, by who is better."""


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
    _column(rows, "expected")
    given = rows[_column(rows, "response", "outcome", "score")]
    rows, given = rows[given.notna()], given[given.notna()]
    wanted = rows["expected"]
    number = pd.to_numeric(given, errors="coerce").astype(float)
    off = number - pd.to_numeric(wanted, errors="coerce").astype(float)
    right = (given == wanted) | (off.abs() <= GOLD_TOLERANCE)
    right |= number * wanted.map(BETTER).astype(float) > 0
    return right.astype(float).groupby(rows["rater"]).mean()


def _repeats(answers: pd.DataFrame) -> pd.Series[float]:
    if "score" in answers and answers["score"].notna().any():
        return _repeated_scores(answers)
    kinds = set(answers["kind"]) if "kind" in answers else {"ab"}
    if kinds != {"ab"}:
        raise InvalidAnswers(
            "The rule 'repeats' is for preferences of pairs and for scores, not for "
            f"{', '.join(sorted(map(repr, kinds)))}; drop it."
        )
    return consistency(answers).table["agreement"].astype(float)


def _repeated_scores(answers: pd.DataFrame) -> pd.Series[float]:
    """Return the share of repeats that lie as near to the first score as they must."""
    rows = answers.dropna(subset=["score"])
    if "purpose" in rows:
        rows = rows[rows["purpose"].isin(["test", "repeat"])]
        rows = rows.sort_values("purpose", ascending=False, kind="stable")
    score = finite(rows["score"])
    heard = [rows[name] for name in ("rater", "item", "system") if name in rows]
    cells = score.groupby(heard, sort=False)
    most = rows["kind"].map(SAME).fillna(1.0) if "kind" in rows else 1.0
    near = ((score - cells.transform("first")).abs() <= most).astype(float)
    return near[cells.cumcount() > 0].groupby(rows["rater"]).mean()


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
    score = pd.to_numeric(rows[_column(rows, "response", "score")], errors="coerce")
    right = rows["kind"].map(NULL).fillna(0.0) if "kind" in rows else 0.0
    return (score.astype(float) - right).groupby(rows["rater"]).mean().abs()


def _spread(answers: pd.DataFrame) -> pd.Series[float]:
    score = finite(answers[_column(answers, "score")])
    # The variance of all that the rater said, so ddof 0: one answer has no spread.
    return score.groupby(answers["rater"]).var(ddof=0)


def _heard(answers: pd.DataFrame) -> pd.Series[float]:
    return _by_rater(answers, "heard", "mean")


def _time(answers: pd.DataFrame) -> pd.Series[float]:
    return _by_rater(answers, "response_time", "median")


def _headphones(answers: pd.DataFrame) -> pd.Series[float]:
    return _by_rater(answers, "headphones", "mean")


def _by_rater(answers: pd.DataFrame, name: str, how: str) -> pd.Series[float]:
    return finite(answers[_column(answers, name)]).groupby(answers["rater"]).agg(how)


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
    "null": Rule(
        _null, "above", "null pairs lay more than {0:g} from no difference on average"
    ),
    "spread": Rule(_spread, "below", "the variance of the scores was below {0:g}"),
    "heard": Rule(_heard, "below", "less than {0:.0%} of the clips was heard"),
    "headphones": Rule(
        _headphones, "below", "fewer than {0:g} of six tones were right"
    ),
    "time": Rule(_time, "below", "the median response took less than {0:g} s"),
}
