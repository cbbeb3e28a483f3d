"""The method that each kind of test is analysed by."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

import pandas as pd
from scipy import stats

from voicekit.listening.answers import (
    PAIR_COLUMNS,
    as_votes,
    left_out,
    pairs_of,
    usable,
    votes,
)
from voicekit.listening.best_worst import best_worst_scores, incomplete
from voicekit.listening.estimate import settled
from voicekit.listening.opinion import mean_opinion
from voicekit.listening.paired import BradleyTerry
from voicekit.listening.pairs import bradley_terry
from voicekit.listening.proportions import abx_threshold
from voicekit.listening.rankings import plackett_luce
from voicekit.listening.rates import preference_rate
from voicekit.listening.tables import finite

__all__ = ["ANALYSES", "Found"]


RIGHT = "right"
WAYS = {"nothing": "Wilson's over trials"}


@dataclass(frozen=True, slots=True)
class Found:
    """A table, the statistics in words, and how many answers were missing."""

    table: pd.DataFrame
    statistics: str
    missing: int


def _ab(answers: pd.DataFrame, confidence: float) -> Found:
    frame = as_votes(answers)
    tied = bool((frame["outcome"] == "tie").any())
    ties: Literal["davidson"] | None = "davidson" if tied else None
    fit = bradley_terry(frame, ties, confidence=confidence)
    ordered = bradley_terry(frame, ties, order=True, confidence=confidence)
    tie_model = ", ties after Davidson (1970)" if ties else ""
    said = [
        _shares(frame, fit.table.index, confidence),
        f"Log-worths are those of Bradley and Terry{tie_model}.",
        f"Intervals: {fit.interval}.",
        _order_effect(fit, ordered),
        *fit.notes,
    ]
    missing = left_out(pairs_of(answers), PAIR_COLUMNS)
    return Found(fit.table, " ".join(said), missing)


def _shares(frame: pd.DataFrame, systems: Iterable[str], confidence: float) -> str:
    """Return how many of its votes each system got, and of two the better's share."""
    ties = frame["outcome"] == "tie"
    if ties.all():
        return "Every vote was a tie."
    decided = frame[~ties]
    rates = {
        name: preference_rate(frame, name, confidence=confidence)
        for name in systems
        if ((decided["a"] == name) | (decided["b"] == name)).any()
    }
    told = "; ".join(
        f"{name} {round(one.rate * one.votes):g} of {one.votes:g}"
        for name, one in rates.items()
    )
    number = float(frame.loc[ties, "count"].sum() if "count" in frame else ties.sum())
    parts = [f"Votes that were no ties: {told}; ties: {number:g}."]
    if len(rates) == 2:  # noqa: PLR2004 - more have no one share
        name, best = next(iter(rates.items()))
        low, high = best.rate.low, best.rate.high
        way = WAYS.get(best.clusters, f"cluster-robust over {best.clusters}")
        parts.append(
            f"Of these {best.rate:.0%} were for {name} (interval {low:.0%} to "
            f"{high:.0%}, {way})."
        )
    return " ".join(parts)


def _order_effect(fit: BradleyTerry, ordered: BradleyTerry) -> str:
    if fit.penalty or ordered.penalty:
        return "The effect of being heard first could not be estimated."
    drop = max(2 * (ordered.log_likelihood - fit.log_likelihood), 0.0)
    return (
        f"The effect of being heard first was {ordered.order!r} log odds (likelihood "
        f"ratio {drop:.2f}, p = {stats.chi2.sf(drop, 1):.3f})."
    )


def _abx(answers: pd.DataFrame, confidence: float) -> Found:
    heard, needed = votes(answers), [*PAIR_COLUMNS, "expected"]
    frame = usable(heard, needed)
    right = frame["outcome"] == frame["expected"]
    told = frame.assign(a=RIGHT, b="wrong", outcome=right.map({True: "a", False: "b"}))
    rows, ways = [], set()
    for pair, answered in told.groupby(_pair(frame)):
        k, n = int(right[answered.index].sum()), len(answered)
        found = preference_rate(answered, RIGHT, confidence=confidence)
        p = float(stats.binomtest(k, n, alternative="greater").pvalue)
        ends = (found.rate.low, found.rate.high)
        rows.append((pair, k, n, k / n, *ends, p, abx_threshold(n)))
        ways.add(WAYS.get(found.clusters, f"cluster-robust over {found.clusters}"))
    names = ["pair", "right", "trials", "share", "low", "high", "p", "threshold"]
    table = pd.DataFrame(rows, columns=names).set_index("pair")
    said = (
        "Right answers were tested against guessing (exact one-sided binomial over "
        f"trials); intervals: {', '.join(sorted(ways))}. A result that is not "
        "significant does not show that two systems sound the same."
    )
    best_first = table.sort_values("share", ascending=False)
    return Found(best_first, said, left_out(heard, needed))


def _cmos(answers: pd.DataFrame, confidence: float) -> Found:
    heard = votes(answers)
    frame = usable(heard, PAIR_COLUMNS)
    score = finite(frame["outcome"])
    # The answer is about the second; turned, so that it is about the first by name.
    turned = frame["a"].astype(str) < frame["b"].astype(str)
    scores = frame.assign(score=score.where(~turned, -score), system=_pair(frame))
    found = mean_opinion(scores, confidence=confidence)
    said = (
        "Comparison scores were turned to the first-named system and averaged; "
        f"intervals: {found.interval}. The mean towards the one heard second was "
        f"{settled(score.mean(), 2):+.2f}."
    )
    missing = left_out(heard, PAIR_COLUMNS)
    return Found(found.table.rename_axis("pair"), said, missing)


def _scores(answers: pd.DataFrame, confidence: float) -> Found:
    found = mean_opinion(_rated(answers), confidence=confidence)
    said = f"Scores are means over votes; intervals: {found.interval}."
    return Found(found.table, " ".join([said, *found.notes]), found.left_out)


def _best_worst(answers: pd.DataFrame, confidence: float) -> Found:
    table = best_worst_scores(answers, confidence=confidence)
    said = (
        "Scores are the share of best minus the share of worst; intervals are two-way "
        "over raters and items."
    )
    return Found(table, said, incomplete(answers))


def _rank(answers: pd.DataFrame, confidence: float) -> Found:
    frame = answers
    if "rank" not in frame and "response" in frame:
        frame = frame.assign(rank=finite(frame["response"]))
    fit = plackett_luce(frame, confidence=confidence)
    penalty = f" Penalised: {fit.penalty}." if fit.penalty else ""
    said = f"Log-worths are Plackett and Luce's; intervals: {fit.interval}.{penalty}"
    return Found(fit.table, said, fit.left_out)


def _rated(answers: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of what was rated, with the response as a score."""
    frame = answers
    if "role" in frame:
        # The open reference is heard, not rated.
        frame = frame[frame["role"] != "reference"]
    if "score" not in frame and "response" in frame:
        frame = frame.assign(score=finite(frame["response"]))
    return frame


def _pair(frame: pd.DataFrame) -> pd.Series[str]:
    names = zip(frame["a"].astype(str), frame["b"].astype(str), strict=True)
    return pd.Series([" - ".join(sorted(pair)) for pair in names], frame.index)


ANALYSES: dict[str, Callable[[pd.DataFrame, float], Found]] = {
    "ab": _ab,
    "abx": _abx,
    "best_worst": _best_worst,
    "cmos": _cmos,
    "dmos": _scores,
    "mos": _scores,
    "mushra": _scores,
    "rank": _rank,
}
