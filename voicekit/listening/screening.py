"""Exclusion of raters by rules that were declared before, with a report."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from voicekit.errors import InvalidSetting, nearest
from voicekit.listening.answers import usable
from voicekit.listening.estimate import is_number
from voicekit.listening.report import counted
from voicekit.listening.rules import RULES
from voicekit.listening.tables import flags, table_of

__all__ = ["Exclusions", "Finding", "excluded", "exclusions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusions:
    """Who was excluded, by which rule, and the answers that are left."""

    answers: pd.DataFrame
    """The answers with ``excluded`` and ``reason``; no row is dropped."""
    table: pd.DataFrame
    """Index ``rule``; ``threshold``, ``raters`` (known), ``excluded``, ``meaning``."""
    raters: pd.DataFrame
    """Index ``rater``; one column per rule with what was measured, ``excluded`` and
    ``reason``."""

    def sentence(self) -> str:
        """Return the sentence for the paper: n in, n out, why."""
        gone = int(self.raters["excluded"].sum())
        whys = [
            f"{out} because {meaning}"
            for out, meaning in zip(
                self.table["excluded"], self.table["meaning"], strict=True
            )
        ]
        were = "was" if gone == 1 else "were"
        everyone = len(self.raters)
        return (
            f"Of {counted(everyone, 'rater')}, {gone} {were} excluded by rules "
            f"declared before the test ({'; '.join(whys)}), leaving {everyone - gone}."
        )


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule measured about the raters."""

    rule: str
    measured: pd.Series[float]
    threshold: float
    side: Literal["below", "above"]
    meaning: str


def exclusions(answers: pd.DataFrame, rules: Mapping[str, float]) -> Exclusions:
    """Apply exclusion rules to the raters and report every one.

    Parameters
    ----------
    answers : DataFrame
        Answers or votes with a column ``rater``.
    rules : mapping of str to float
        Declared before the test, with their thresholds:

        ``traps``: least share of trap trials answered as ``expected`` (scores within
        1, as P.808's gold questions; comparison scores by their sign);
        ``repeats``: least share of repeated trials answered as the first time:
        preferences equal, scores within 1 point, MUSHRA's within 20;
        ``side``: least two-sided binomial p of how often side a was chosen;
        ``triads``: greatest chance, by guessing, of so few circular triads;
        ``null``: greatest distance of the mean over null pairs from 0, or from DMOS's
        5;
        ``spread``: least variance of a rater's scores (P.808: 0.1);
        ``heard``: least mean share of a clip heard at least once (column ``heard``,
        0 to 1, in which a repeated passage counts once);
        ``headphones``: fewest tones right, of six (Woods et al. 2017: 5);
        ``time``: least median response time in seconds (``response_time``).

    Returns
    -------
    Exclusions

    Raises
    ------
    InvalidSetting
        If there is no such rule, or a threshold is no number.
    InvalidAnswers
        If the answers lack what a rule needs.

    Notes
    -----
    A rater about whom a rule knows nothing (no repeats, say) passes it. Missing values
    and trials without a response are left out of every measure. Ties: they are no
    choice of a side, and a repeated tie agrees with a tie. Rows that were excluded
    before stay so and are not measured.

    Examples
    --------
    >>> votes = pd.DataFrame({"rater": [1] * 12 + [2] * 12, "a": "x", "b": "y",
    ...                       "outcome": ["a"] * 12 + ["a", "b"] * 6})
    >>> exclusions(votes, {"side": 0.001}).raters["excluded"].tolist()
    [True, False]
    """
    wrong = not isinstance(rules, Mapping) or not all(map(is_number, rules.values()))
    if wrong:
        raise InvalidSetting("rules names thresholds: {'traps': 0.75, 'heard': 0.9}.")
    unknown = [name for name in rules if name not in RULES]
    if unknown:
        raise InvalidSetting(
            f"There is no rule {unknown[0]!r}.{nearest(str(unknown[0]), RULES)} "
            f"Known are: {', '.join(RULES)}."
        )
    answers = table_of(answers)
    everyone = usable(answers, ["rater"], tests_only=False)
    found = [
        Finding(
            name,
            RULES[name].measure(everyone),
            threshold,
            RULES[name].side,
            RULES[name].meaning.format(threshold),
        )
        for name, threshold in rules.items()
    ]
    return excluded(answers, everyone["rater"].unique(), found)


def excluded(
    answers: pd.DataFrame, raters: Iterable[Hashable], findings: Iterable[Finding]
) -> Exclusions:
    """Return the exclusions that follow from what was measured."""
    names = pd.Index(list(raters), name="rater")
    table = pd.DataFrame(index=names)
    reasons = pd.Series("", names)
    rows = {}
    for found in findings:
        measured = found.measured.reindex(names).astype(float)
        below = found.side == "below"
        out = measured < found.threshold if below else measured > found.threshold
        table[found.rule] = measured
        reasons = reasons.where(~out, reasons + found.rule + "; ")
        rows[found.rule] = {
            "threshold": found.threshold,
            "raters": int(measured.notna().sum()),
            "excluded": int(out.sum()),
            "meaning": found.meaning,
        }
    table["excluded"] = reasons != ""
    table["reason"] = reasons.str.removesuffix("; ")
    return Exclusions(
        answers=_marked(answers, table),
        table=pd.DataFrame.from_dict(rows, orient="index").rename_axis("rule"),
        raters=table,
    )


def _marked(answers: pd.DataFrame, raters: pd.DataFrame) -> pd.DataFrame:
    """Return the answers with who is excluded, on top of what was excluded before."""
    before = pd.Series(data=False, index=answers.index)
    if "excluded" in answers:
        before = flags(answers["excluded"])
    why = answers["reason"].fillna("") if "reason" in answers else ""
    now = flags(answers["rater"].map(raters["excluded"]))
    said = answers["rater"].map(raters["reason"]).fillna("")
    reason = pd.Series(why, answers.index).where(before, said)
    return answers.assign(excluded=before | now, reason=reason)
