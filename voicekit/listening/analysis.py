"""From the answers of a listening test to its table and its methods paragraph."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd
from scipy import stats

from voicekit.errors import InvalidAnswers
from voicekit.listening.answers import as_votes, usable, votes
from voicekit.listening.best_worst import best_worst_scores
from voicekit.listening.estimate import checked_confidence
from voicekit.listening.opinion import mean_opinion
from voicekit.listening.pairs import bradley_terry
from voicekit.listening.proportions import abx_threshold, wilson
from voicekit.listening.protocols import protocol
from voicekit.listening.rankings import plackett_luce
from voicekit.listening.report import About, paragraph
from voicekit.listening.screening import Exclusions

__all__ = ["Analysis", "analyse"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """The result of a listening test."""

    kind: str
    table: pd.DataFrame
    """By system (by pair for "abx" and "cmos"), best first; the columns of the kind's
    own function."""
    about: About
    """What the paragraph is made of."""

    def methods(self) -> str:
        """Return the paragraph for the paper.

        Question, labels, levels, order design, exclusions, statistics and versions;
        what is not known is said to be so.
        """
        return paragraph(self.about)


@dataclass(frozen=True, slots=True)
class _Found:
    """A table, and the statistics in words."""

    table: pd.DataFrame
    statistics: str


def analyse(  # noqa: PLR0913 - one argument per thing that the answers may not know
    answers: pd.DataFrame,
    *,
    kind: str | None = None,
    confidence: float = 0.95,
    question: str | None = None,
    labels: Mapping[str, str] | None = None,
    levels: str | None = None,
    design: str | None = None,
    exclusions: Exclusions | None = None,
) -> Analysis:
    """Analyse the answers of a listening test by the method of its kind.

    Parameters
    ----------
    answers : DataFrame
        The plan's columns with ``response`` (or ``score``, ``rank``); or votes with
        ``a``, ``b`` and ``outcome``; or scores with ``rater``, ``item``, ``system`` and
        ``score``.
    kind : str, optional
        As for :func:`plan`; without it the answers' own, or what their columns say.
    confidence : float
        Of every interval.
    question, labels, levels, design : optional
        For the paragraph, where the answers do not know them: what was asked, the
        words of the scale, how levels were matched, how orders were made.
    exclusions : Exclusions, optional
        What :func:`exclusions` returned; its sentence goes into the paragraph. Rows
        marked ``excluded`` are left out with or without it.

    Returns
    -------
    Analysis

    Raises
    ------
    InvalidAnswers
        If the kind cannot be told, or the answers lack what it needs.
    InvalidSetting
        If there is no such kind.

    Notes
    -----
    Only trials of purpose "test" count. Ties in "ab" are modelled (Davidson 1970) where
    there are any. Missing responses are left out. Several votes of one rater: as the
    method of each kind says, intervals cluster on raters and items.

    Examples
    --------
    >>> scores = pd.DataFrame({"rater": [1, 1, 2, 2], "item": ["x", "y"] * 2,
    ...                        "system": "kie", "score": [4, 5, 3, 5]})
    >>> float(analyse(scores).table.loc["kie", "mean"])
    4.25
    """
    checked_confidence(confidence)
    asked = kind or str(answers.attrs.get("kind") or "") or _kind_of(answers)
    known = protocol(asked)
    found = ANALYSES[asked](answers, confidence)
    words = labels or answers.attrs.get("labels") or known.labels
    about = About(
        name=known.name if _has_reference(answers) else f"{known.name}, no reference",
        source=known.source,
        question=question or answers.attrs.get("question") or known.question,
        labels=tuple(map(str, dict(words).values())),
        levels=levels or answers.attrs.get("levels"),
        design=design or (known.order if "order" in answers else None),
        raters=_count(answers, "rater"),
        items=_count(answers, "item"),
        excluded=exclusions.sentence() if exclusions else _excluded(answers),
        statistics=f"{found.statistics} All intervals are {confidence:.0%}.",
    )
    return Analysis(kind=asked, table=found.table, about=about)


def _ab(answers: pd.DataFrame, confidence: float) -> _Found:
    frame = as_votes(answers)
    tied = bool((frame["outcome"] == "tie").any())
    ties: Literal["davidson"] | None = "davidson" if tied else None
    fit = bradley_terry(frame, ties, confidence=confidence)
    ordered = bradley_terry(frame, ties, order=True, confidence=confidence)
    drop = max(2 * (ordered.log_likelihood - fit.log_likelihood), 0.0)
    tie_model = ", ties after Davidson (1970)" if ties else ""
    said = [
        f"Log-worths are those of Bradley and Terry{tie_model}.",
        f"Intervals: {fit.interval}.",
        f"The effect of being heard first was {ordered.order!r} log odds",
        f"(likelihood ratio {drop:.2f}, p = {stats.chi2.sf(drop, 1):.3f}).",
        *fit.notes,
    ]
    return _Found(fit.table, " ".join(said))


def _abx(answers: pd.DataFrame, confidence: float) -> _Found:
    frame = usable(votes(answers), ["a", "b", "outcome", "expected"])
    frame["pair"] = _pair(frame)
    right = (frame["outcome"] == frame["expected"]).groupby(frame["pair"])
    rows = []
    for pair, answered in right:
        k, n = int(answered.sum()), len(answered)
        low, high = wilson(k, n, confidence=confidence)
        p = float(stats.binomtest(k, n, alternative="greater").pvalue)
        rows.append((pair, k, n, k / n, low, high, p, abx_threshold(n)))
    names = ["pair", "right", "trials", "share", "low", "high", "p", "threshold"]
    table = pd.DataFrame(rows, columns=names).set_index("pair")
    said = (
        "Right answers were tested against guessing (exact one-sided binomial); "
        "intervals are Wilson's over trials. A result that is not significant does not "
        "show that two systems sound the same."
    )
    return _Found(table.sort_values("share", ascending=False), said)


def _cmos(answers: pd.DataFrame, confidence: float) -> _Found:
    frame = usable(votes(answers), ["a", "b", "outcome"])
    score = pd.to_numeric(frame["outcome"])
    # The answer is about the second; turned, so that it is about the first by name.
    turned = frame["a"].astype(str) < frame["b"].astype(str)
    scores = frame.assign(score=score.where(~turned, -score), system=_pair(frame))
    found = mean_opinion(scores, confidence=confidence)
    said = (
        "Comparison scores were turned to the first-named system and averaged; "
        f"intervals: {found.interval}. The mean towards the one heard second was "
        f"{score.mean():+.2f}."
    )
    return _Found(found.table.rename_axis("pair"), said)


def _scores(answers: pd.DataFrame, confidence: float) -> _Found:
    found = mean_opinion(_rated(answers), confidence=confidence)
    said = f"Scores are means over votes; intervals: {found.interval}."
    return _Found(found.table, " ".join([said, *found.notes]))


def _best_worst(answers: pd.DataFrame, confidence: float) -> _Found:
    table = best_worst_scores(answers, confidence=confidence)
    said = (
        "Scores are the share of best minus the share of worst; intervals are two-way "
        "over raters and items."
    )
    return _Found(table, said)


def _rank(answers: pd.DataFrame, confidence: float) -> _Found:
    frame = answers
    if "rank" not in frame and "response" in frame:
        frame = frame.assign(rank=pd.to_numeric(frame["response"], errors="coerce"))
    fit = plackett_luce(frame, confidence=confidence)
    penalty = f" Penalised: {fit.penalty}." if fit.penalty else ""
    said = f"Log-worths are Plackett and Luce's; intervals: {fit.interval}.{penalty}"
    return _Found(fit.table, said)


ANALYSES: dict[str, Callable[[pd.DataFrame, float], _Found]] = {
    "ab": _ab,
    "abx": _abx,
    "best_worst": _best_worst,
    "cmos": _cmos,
    "dmos": _scores,
    "mos": _scores,
    "mushra": _scores,
    "rank": _rank,
}
COLUMNS = {"ab": "outcome", "mos": "score", "rank": "rank", "best_worst": "best"}


def _kind_of(answers: pd.DataFrame) -> str:
    """Return the kind that the column ``kind``, or else the other columns, tell."""
    kinds = set(answers["kind"].dropna()) if "kind" in answers else set()
    if len(kinds) == 1:
        return str(kinds.pop())
    for kind, column in COLUMNS.items():
        if column in answers:
            return kind
    raise InvalidAnswers(
        "The kind of test cannot be told from the answers; name it, as in kind='mos'."
    )


def _rated(answers: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of what was rated, with the response as a score."""
    frame = answers
    if "role" in frame:
        # The open reference is heard, not rated.
        frame = frame[frame["role"] != "reference"]
    if "score" not in frame and "response" in frame:
        frame = frame.assign(score=pd.to_numeric(frame["response"], errors="coerce"))
    return frame


def _pair(frame: pd.DataFrame) -> pd.Series[str]:
    names = zip(frame["a"].astype(str), frame["b"].astype(str), strict=True)
    return pd.Series([" - ".join(sorted(pair)) for pair in names], frame.index)


def _has_reference(answers: pd.DataFrame) -> bool:
    """Return False for a MUSHRA screen without its open reference."""
    mushra = "kind" in answers and (answers["kind"] == "mushra").any()
    return not mushra or bool((answers["role"] == "reference").any())


def _count(answers: pd.DataFrame, column: str) -> int | None:
    if column not in answers:
        return None
    kept = answers
    if "excluded" in kept:
        kept = kept[~kept["excluded"].astype("boolean").fillna(value=False)]
    return int(kept[column].nunique())


def _excluded(answers: pd.DataFrame) -> str | None:
    if "excluded" not in answers:
        return None
    out = answers[answers["excluded"].astype("boolean").fillna(value=False)]
    if out.empty:
        return "No answer was excluded."
    why = out["reason"].dropna() if "reason" in out else pd.Series(dtype=str)
    reasons = (
        ", ".join(sorted({str(one) for one in why if one})) or "reasons not recorded"
    )
    return f"{len(out)} answers were excluded ({reasons})."
