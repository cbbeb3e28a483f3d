"""Which moments of several clips say the same: by words, by warping, or by share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from voicekit.listening.warping import warp
from voicekit.task import Word

__all__ = ["Aligned", "Spoken", "align"]

Array = NDArray[np.float64]
How: TypeAlias = Literal["word timings", "time warping", "proportional"]

GRID_S = 0.05
LONGEST_WARPED_S = 60.0
"""Warping costs time and memory with the product of two lengths."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A clip as it is aligned: samples of one channel, and its words where known."""

    samples: Array
    rate: int
    words: tuple[Word, ...] = ()

    @property
    def duration_s(self) -> float:
        """The length in seconds."""
        return len(self.samples) / self.rate


@dataclass(frozen=True, slots=True)
class Aligned:
    """Marks that stand for the same moments in every clip."""

    marks: tuple[tuple[float, ...], ...]
    """Per clip, in seconds and rising; the first is 0, the last the clip's end."""
    words: tuple[tuple[Word, ...], ...]
    """Per clip; none where no clip knows its words."""
    how: How


def align(clips: Sequence[Spoken]) -> Aligned:
    """Align renderings of one text by the best that is known of them.

    Where every clip knows its words, and they are the same: by these. Else by time
    warping against one of them; clips over a minute by their share of the whole.

    Examples
    --------
    >>> short, long = Spoken(np.zeros(800), 8_000), Spoken(np.zeros(1_600_000), 8_000)
    >>> align([short, long])
    Aligned(marks=((0.0, 0.1), (0.0, 200.0)), words=((), ()), how='proportional')
    """
    texts = {tuple(_plain(word) for word in clip.words) for clip in clips}
    if len(texts) == 1 and texts != {()}:
        marks = tuple(_marks_of(clip) for clip in clips)
        return Aligned(marks, tuple(clip.words for clip in clips), "word timings")
    if max(clip.duration_s for clip in clips) > LONGEST_WARPED_S:
        ends = tuple((0.0, clip.duration_s) for clip in clips)
        return Aligned(ends, tuple(() for _ in clips), "proportional")
    return _warped(clips)


def _warped(clips: Sequence[Spoken]) -> Aligned:
    base = next((clip for clip in clips if clip.words), clips[0])
    grid = np.append(np.arange(0, base.duration_s, GRID_S), base.duration_s)
    marks, words = [], []
    for clip in clips:
        here, there = _way(base, clip)
        marks.append(tuple(np.interp(grid, here, there).tolist()))
        words.append(
            tuple(
                Word(
                    word.text,
                    float(np.interp(word.start_s, here, there)),
                    float(np.interp(word.end_s, here, there)),
                )
                for word in base.words
            )
        )
    return Aligned(tuple(marks), tuple(words), "time warping")


def _way(base: Spoken, clip: Spoken) -> tuple[Array, Array]:
    """Return times of the base, each once, and what they are in the clip."""
    if clip is base:
        ends = np.array([0.0, base.duration_s])
        return ends, ends
    here, there = warp(base.samples, clip.samples, (base.rate, clip.rate))
    times, place, count = np.unique(here, return_inverse=True, return_counts=True)
    # Where time stands still in the base, the middle of what the clip says meanwhile.
    matched = np.bincount(place, there) / count
    inside = (times > 0) & (times < base.duration_s)
    return (
        np.concatenate([[0.0], times[inside], [base.duration_s]]),
        np.concatenate([[0.0], matched[inside], [clip.duration_s]]),
    )


def _marks_of(clip: Spoken) -> tuple[float, ...]:
    times = [0.0, *(word.start_s for word in clip.words), clip.words[-1].end_s]
    rising = np.maximum.accumulate([*times, clip.duration_s])
    return tuple(np.minimum(rising, clip.duration_s).tolist())


def _plain(word: Word) -> str:
    return "".join(letter for letter in word.text.casefold() if letter.isalnum())
