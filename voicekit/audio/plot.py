"""Draws a waveform with its words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from voicekit.audio.codec import decode
from voicekit.drawing import LINE, MARK, new_figure, plain, undecorated
from voicekit.task import Word

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["waveform"]

COLUMNS = 1_500
"""The waveform is drawn as so many vertical lines, from lowest to highest sample."""


def waveform(
    audio: bytes, words: Sequence[Word], *, title: str, ax: Axes | None = None
) -> Axes:
    """Draw the waveform of an audio file, and a mark and a label at each word.

    Raises
    ------
    Unsupported
        If matplotlib is not installed.
    """
    ax = ax or new_figure(figsize=(9, 2.2)).subplots()
    samples, rate = decode(audio)
    mono = samples.mean(axis=1)
    per_column = max(1, -(-len(mono) // COLUMNS))
    padded = np.pad(mono, (0, -len(mono) % per_column)).reshape(-1, per_column)
    times = np.arange(len(padded)) * per_column / rate
    ax.fill_between(
        times, padded.min(axis=1), padded.max(axis=1), color=LINE, linewidth=0.4
    )
    for number, word in enumerate(words):
        _mark(ax, word, raised=bool(number % 2))
    ax.set_xlim(0, len(mono) / rate)
    ax.set_ylim(-1.05, 1.3)
    ax.set_xlabel("time in s")
    ax.set_yticks([-1, 0, 1])
    ax.set_title(plain(title), fontsize=9, loc="left")
    undecorated(ax)
    return ax


def _mark(ax: Axes, word: Word, *, raised: bool) -> None:
    ax.axvline(word.start_s, color=MARK, linewidth=0.7, alpha=0.8)
    ax.text(
        word.start_s,
        1.18 if raised else 1.05,
        plain(f" {word.text}"),
        fontsize=7,
        clip_on=True,
    )
