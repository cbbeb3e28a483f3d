"""Which eSpeak voice stands in for a vendor's voice, and how settings sound."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = [
    "CAST_OF_CLONES",
    "Cast",
    "Language",
    "Manner",
    "cast_for_sample",
    "languages",
    "manner",
    "table",
]

NORMAL_RATE = 175
"""eSpeak's own, in words a minute."""

SLOWEST, FASTEST = 80, 450
"""The rates that eSpeak can speak; beyond them a vendor's speed sounds no different."""

PITCH_PER_SEMITONE = 4
CAST_OF_CLONES = (
    *("adam", "Alex", "Alicia", "Andy", "Annie", "belinda", "caleb", "david", "Diogo"),
    *("ed", "Gene", "Hugo", "linda", "marcelo", "Michael", "steph", "steph2", "travis"),
)


@dataclass(frozen=True, slots=True)
class Cast:
    """An eSpeak voice: a language, and a variant for the timbre."""

    language: str
    """As eSpeak names the file, such as ``gmw/en-US``."""
    variant: str
    pitch: int = 50


@dataclass(frozen=True, slots=True)
class Language:
    """A language by its code, its name, its eSpeak voice, and a sentence in it."""

    name: str
    espeak: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How eSpeak shall say it."""

    voice: str
    rate: int = NORMAL_RATE
    """In words a minute."""
    pitch: int = 50
    pitch_range: int = 50
    volume: int = 100


def manner(  # noqa: PLR0913 - the settings that vendors have between them
    cast: Cast,
    *,
    language: str | None = None,
    speed: float = 1.0,
    semitones: float = 0.0,
    volume: float = 1.0,
    liveliness: float = 0.5,
) -> Manner:
    """Turn vendor settings into eSpeak's.

    Parameters
    ----------
    cast : Cast
        The voice.
    language : str, optional
        An eSpeak file, instead of the voice's own language.
    speed, semitones, volume : float
        Relative to normal: a factor, a distance, a factor.
    liveliness : float
        0 is monotonous, 1 exaggerated.

    Examples
    --------
    >>> manner(Cast("gmw/en-US", "f3"), speed=2.0).rate
    350
    """
    return Manner(
        voice=f"{language or cast.language}+{cast.variant}",
        rate=_within(NORMAL_RATE * speed, SLOWEST, FASTEST),
        pitch=_within(cast.pitch + semitones * PITCH_PER_SEMITONE, 0, 99),
        pitch_range=_within(100 * liveliness, 0, 99),
        volume=_within(100 * volume, 0, 200),
    )


def cast_for_sample(sample: bytes, language: str = "gmw/en-US") -> Cast:
    """Choose a voice for a clone: the same sample always gets the same one."""
    digest = hashlib.sha256(sample).digest()
    variant = CAST_OF_CLONES[digest[0] % len(CAST_OF_CLONES)]
    return Cast(language, variant, 40 + digest[1] % 21)


@cache
def languages() -> dict[str, Language]:
    """Return the languages by their ISO 639-1 code."""
    return {code: Language(**row) for code, row in table("languages").items()}


@cache
def table(name: str) -> Any:
    """Read one of the data files."""
    source = files("voicekit.sandbox") / "data" / f"{name}.json"
    return json.loads(source.read_text(encoding="utf-8"))


def _within(value: float, lowest: int, highest: int) -> int:
    return round(min(max(value, lowest), highest))
