"""From the answers of a listening test to its table and its methods paragraph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from voicekit.clip import escaped
from voicekit.errors import InvalidAnswers, InvalidSetting, Unsupported
from voicekit.listening.by_kind import ANALYSES
from voicekit.listening.chart import chart, picture
from voicekit.listening.estimate import checked_confidence
from voicekit.listening.page import page
from voicekit.listening.protocols import protocol
from voicekit.listening.report import About, counted, entered, paragraph, playback
from voicekit.listening.screening import Exclusions
from voicekit.listening.tables import check_labels, flags, table_of
from voicekit.report_file import write_report

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Analysis", "analyse"]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Analysis:
    """The result of a listening test; a notebook shows its table and its methods."""

    kind: str
    table: pd.DataFrame
    """By system (by pair for "abx" and "cmos"), best first; the columns of the kind's
    own function."""
    about: About
    """What the paragraph is made of."""
    raters: pd.DataFrame
    """By rater: trials answered, and of these excluded; empty where unknown."""

    def methods(self) -> str:
        """Return the paragraph for the paper.

        Question, labels, levels, order design, exclusions, statistics and versions;
        what is not known is said to be so.
        """
        return paragraph(self.about)

    def __repr__(self) -> str:
        return f"{self.about.name}\n\n{self.table}\n\n{self.methods()}"

    def _repr_html_(self) -> str:
        methods = f'<p style="max-width:50em">{escaped(self.methods())}</p>'
        return f"{self.table.to_html()}{methods}"

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the estimates of `table` with their intervals, best on top.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; a new figure if None.

        Raises
        ------
        Unsupported
            If matplotlib is not installed.
        """
        return chart(self.table, ax)

    def report(self, path: str | Path) -> Path:
        """Write picture, tables and methods as one HTML file, and return its path.

        The file needs nothing beside it; in a folder it is called ``report.html``.
        Without matplotlib it has no picture.
        """
        try:
            png = picture(self.table)
        except Unsupported:
            png = None
        tables = {"Result": self.table}
        if not self.raters.empty:
            tables["Raters"] = self.raters
        return write_report(path, page(self.about.name, self.methods(), tables, png))


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
        For the paragraph, where the ``attrs`` of the answers do not know them (a file
        or a merge loses these): what was asked, the words of the scale, how levels
        were matched, how orders were made.
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
    there are any. Missing responses are left out and counted. Several votes of one
    rater: as the method of each kind says, intervals cluster on raters and items.

    Examples
    --------
    >>> scores = pd.DataFrame({"rater": [1, 1, 2, 2], "item": ["x", "y"] * 2,
    ...                        "system": "kie", "score": [4, 5, 3, 5]})
    >>> float(analyse(scores).table.loc["kie", "mean"])
    4.25
    """
    checked_confidence(confidence)
    answers = table_of(answers)
    told = kind or answers.attrs.get("kind") or _told(answers)
    asked = str(told or _guessed(answers))
    known = protocol(asked)
    found = ANALYSES[asked](answers, confidence)
    recorded = answers.attrs
    with_reference = recorded.get("reference", True)
    if labels is not None and not isinstance(labels, Mapping):
        raise InvalidSetting("labels names the words by answer: {1: 'Bad', 2: 'Poor'}.")
    words = recorded.get("labels") if labels is None else labels
    kept, by_rater = _kept(answers), _raters(answers)
    trials = by_rater.get("trials")
    about = About(
        name=known.name if with_reference else f"{known.name}, no reference",
        source=known.source if told else None,
        question=question or recorded.get("question"),
        labels=None if words is None else tuple(map(str, words.values())),
        levels=levels or recorded.get("levels"),
        playback=playback(answers),
        design=design or recorded.get("design"),
        raters=_count(kept, "rater"),
        entered=entered(kept),
        items=_count(kept, "item"),
        trials=None if trials is None else (int(trials.min()), int(trials.max())),
        missing=found.missing,
        excluded=exclusions.sentence() if exclusions else _excluded(answers),
        statistics=f"{found.statistics} All intervals are {confidence:.0%}.",
    )
    return Analysis(kind=asked, table=found.table, about=about, raters=by_rater)


COLUMNS = {"ab": "outcome", "mos": "score", "rank": "rank", "best_worst": "best"}


def _told(answers: pd.DataFrame) -> object:
    """Return the kind that the column ``kind`` tells, if it tells one."""
    if "kind" not in answers:
        return None
    check_labels(answers, ["kind"])
    kinds = answers["kind"].dropna().unique()
    return kinds[0] if len(kinds) == 1 else None


def _guessed(answers: pd.DataFrame) -> str:
    for kind, column in COLUMNS.items():
        if column in answers:
            return kind
    raise InvalidAnswers(
        "The kind of test cannot be told from the answers; name it, as in kind='mos'."
    )


def _raters(answers: pd.DataFrame) -> pd.DataFrame:
    """Return how many trials each rater answered, and how many are excluded."""
    if not {"rater", "trial"} <= set(answers.columns):
        return pd.DataFrame()
    trials = _trials(answers)
    table = trials.groupby("rater").size().rename("trials").to_frame()
    if "excluded" in trials:
        out = flags(trials["excluded"])
        table["excluded"] = out.groupby(trials["rater"]).sum()
    return table


def _trials(answers: pd.DataFrame) -> pd.DataFrame:
    """Return a row per trial, or the answers where no trial is named."""
    known = {"rater", "trial"} <= set(answers.columns)
    return answers.drop_duplicates(["rater", "trial"]) if known else answers


def _kept(answers: pd.DataFrame) -> pd.DataFrame:
    return answers[~flags(answers["excluded"])] if "excluded" in answers else answers


def _count(answers: pd.DataFrame, column: str) -> int | None:
    return int(answers[column].nunique()) if column in answers else None


def _excluded(answers: pd.DataFrame) -> str | None:
    if "excluded" not in answers:
        return None
    out = _trials(answers[flags(answers["excluded"])])
    if out.empty:
        return "No answer was excluded."
    why = out["reason"].dropna() if "reason" in out else pd.Series(dtype=str)
    reasons = (
        ", ".join(sorted({str(one) for one in why if one})) or "reasons not recorded"
    )
    were = "was" if len(out) == 1 else "were"
    noun = "trial" if "trial" in out else "answer"
    return f"{counted(len(out), noun)} {were} excluded ({reasons})."
