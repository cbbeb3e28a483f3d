"""The methods paragraph of a listening test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

import pandas as pd

__all__ = ["About", "paragraph", "playback"]

PLAYBACK: dict[str, Callable[[Any], str]] = {
    "must_listen": "at least {:.0%} of each clip heard before an answer".format,
    "switching": "on switching: {}".format,
    "target": "asked for {:g} LUFS".format,
    "show_text": lambda shown: f"texts {'shown' if shown else 'not shown'}",
}
PACKAGES = ("voicekit", "numpy", "scipy", "statsmodels")


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a reader must know about a test; None is what nobody recorded."""

    name: str
    source: str
    question: str
    labels: tuple[str, ...]
    levels: str | None
    playback: str | None
    design: str | None
    raters: int | None
    items: int | None
    excluded: str | None
    statistics: str


def paragraph(about: About) -> str:
    """Return the facts as sentences.

    Examples
    --------
    >>> facts = About(
    ...     name="MOS", source="ITU-T P.800", question="How good?", labels=(),
    ...     levels=None, playback=None, design=None, raters=3, items=2, excluded=None,
    ...     statistics="Means.")
    >>> paragraph(facts).split(". ")[0]
    'Kind of test: MOS (ITU-T P.800), with 3 raters and 2 items'
    """
    labels = ", ".join(f"“{label}”" for label in about.labels)
    answers = f", with the answers {labels}" if labels else ""
    raters, items = _many(about.raters), _many(about.items)
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    sentences = [
        f"Kind of test: {about.name} ({about.source}), with {raters} raters",
        f"and {items} items.",
        f"The question was “{about.question}”{answers}.",
        f"Levels: {about.levels or 'not recorded'}.",
        f"Playback: {about.playback or 'not recorded'}.",
        f"Order of trials: {about.design or 'not recorded'}.",
        about.excluded or "Exclusions: none recorded.",
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


def _many(number: int | None) -> str:
    return "an unrecorded number of" if number is None else str(number)
