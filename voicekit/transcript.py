"""What was said in an audio file, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from voicekit.task import Word

__all__ = ["Transcript"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """A transcription, with what it cost."""

    text: str
    words: tuple[Word, ...] = ()
    srt: str | None = None
    """Captions, as SubRip."""
    provider: str
    job: str
    credits: float | None = None
    unit: str | None = None
    cached: bool = False
    details: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text
