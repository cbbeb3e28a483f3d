"""The methods paragraph of a listening test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import pandas as pd

__all__ = ["About", "counted", "entered", "paragraph", "playback"]

PLAYBACK: dict[str, Callable[[Any], str]] = {
    "must_listen": "at least {:.0%} of each clip heard before an answer".format,
    "switching": "on switching: {}".format,
    "target": "asked for {:g} LUFS".format,
    "show_text": lambda shown: f"texts {'shown' if shown else 'not shown'}",
}
ENTERED = {"simulated": "programs, not people", "code": "answers entered in code"}
"""Who answered, where it was nobody in a booth."""
PACKAGES = ("voicekit", "numpy", "scipy", "statsmodels")


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a reader must know about a test; None is what nobody recorded."""

    name: str
    source: str | None
    question: str | None
    labels: tuple[str, ...] | None
    levels: str | None
    playback: str | None
    design: str | None
    raters: int | None
    entered: str | None
    items: int | None
    trials: tuple[int, int] | None
    """The fewest and the most that a rater answered."""
    missing: int
    excluded: str | None
    statistics: str


def paragraph(about: About) -> str:
    """Return the facts as sentences.

    Examples
    --------
    >>> facts = About(
    ...     name="MOS", source="ITU-T P.800", question=None, labels=(), levels=None,
    ...     playback=None, design=None, raters=3, entered=None, items=1,
    ...     trials=None, missing=0, excluded=None, statistics="Means.")
    >>> paragraph(facts).split(". ")[0]
    'Kind of test: MOS (ITU-T P.800), with 3 raters and 1 item'
    """
    kind = f"{about.name} ({about.source})"
    if about.source is None:
        kind = f"not recorded, analysed as {about.name}"
    who = f" ({about.entered})" if about.entered else ""
    raters, items = counted(about.raters, "rater"), counted(about.items, "item")
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    sentences = [
        f"Kind of test: {kind}, with {raters}{who} and {items}.",
        f"The question was {_quoted(about.question)}{_answers(about.labels)}.",
        f"Levels: {about.levels or 'not recorded'}.",
        f"Playback: {about.playback or 'not recorded'}.",
        f"Order of trials: {about.design or 'not recorded'}.",
        about.excluded or "Exclusions: none recorded.",
        _missing(about.missing) + _uneven(about.trials),
        about.statistics,
        f"Computed with {versions}.",
    ]
    return " ".join(sentences)


def playback(answers: pd.DataFrame) -> str | None:
    """Return how clips were played, in words; None where no answer knows.

    Examples
    --------
    >>> playback(pd.DataFrame({"must_listen": [0.95], "switching": ["restart"]}))
    'at least 95% of each clip heard before an answer; on switching: restart'
    """
    said = []
    for name, phrase in PLAYBACK.items():
        if name in answers:
            values = answers[name].dropna().unique()
            said += [" or ".join(map(phrase, values))] if len(values) else []
    return "; ".join(said) or None


def entered(answers: pd.DataFrame) -> str | None:
    """Return how many raters were programs, or answered outside of the booth.

    Examples
    --------
    >>> entered(pd.DataFrame({"rater": [1, 1, 2], "entered": "simulated"}))
    'programs, not people: 2'
    """
    if not {"rater", "entered"} <= set(answers.columns):
        return None
    raters = answers.groupby("entered")["rater"].nunique()
    said = [f"{ENTERED[how]}: {raters[how]}" for how in ENTERED if how in raters]
    return "; ".join(said) or None


def counted(number: int | None, noun: str) -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> counted(1, "rater"), counted(None, "item")
    ('1 rater', 'an unrecorded number of items')
    """
    many = "an unrecorded number of" if number is None else str(number)
    return f"{many} {noun}" if number == 1 else f"{many} {noun}s"


def _answers(labels: tuple[str, ...] | None) -> str:
    if labels is None:
        return ", and the words of the answers were not recorded"
    said = ", ".join(map(_quoted, labels))
    return f", with the answers {said}" if labels else ""


def _missing(number: int) -> str:
    if not number:
        return "No answer was missing."
    were = "was" if number == 1 else "were"
    return f"{counted(number, 'answer')} {were} missing and left out."


def _uneven(trials: tuple[int, int] | None) -> str:
    """Return that some raters answered fewer than others: they may have left early."""
    if trials is None or trials[0] == trials[1]:
        return ""
    return f" Raters answered between {trials[0]} and {trials[1]} trials each."


def _quoted(words: str | None) -> str:
    return "not recorded" if words is None else f"“{words}”"
