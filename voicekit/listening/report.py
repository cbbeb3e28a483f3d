"""The methods paragraph of a listening test."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version

__all__ = ["About", "paragraph"]

PACKAGES = ("voicekit", "numpy", "scipy", "statsmodels")


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a reader must know about a test; None is what nobody recorded."""

    name: str
    source: str
    question: str
    labels: tuple[str, ...]
    levels: str | None
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
    ...     levels=None, design=None, raters=3, items=2, excluded=None,
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
        f"Order of trials: {about.design or 'not recorded'}.",
        about.excluded or "Exclusions: none recorded.",
        about.statistics,
        f"Computed with {versions}.",
    ]
    return " ".join(sentences)


def _many(number: int | None) -> str:
    return "an unrecorded number of" if number is None else str(number)
