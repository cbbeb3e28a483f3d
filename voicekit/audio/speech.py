"""Where there is speech in a clip, and where there is a pause."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

__all__ = ["Speech", "speech_of"]

HOP_S = 0.01
DROP_DB = 40.0
"""So far below its loud parts a clip is silent: synthetic speech has little noise."""
PAUSE_S = 0.25
"""A shorter silence belongs to a consonant (Goldman-Eisler 1968)."""


class Speech(NamedTuple):
    """What a clip holds besides silence."""

    speech_s: float
    """From the first sound to the last."""
    pauses: int
    pause_s: float
    """All pauses together."""


def speech_of(samples: ArrayLike, rate: int) -> Speech:
    """Find the speech in a clip.

    Parameters
    ----------
    samples : array, shape=(frames,) or (frames, channels)
    rate : int
        In Hz.

    Examples
    --------
    >>> tone = np.sin(np.arange(8_000))
    >>> speech_of(np.concatenate([0 * tone, tone, 0 * tone, tone]), 8_000)
    Speech(speech_s=3.0, pauses=1, pause_s=1.0)
    """
    frames = np.asarray(samples, dtype=float)
    mono = frames if frames.ndim == 1 else frames.mean(axis=1)
    hop = round(HOP_S * rate)
    count = len(mono) // hop
    power = (mono[: count * hop].reshape(count, hop) ** 2).mean(axis=1)
    if not power.any():
        return Speech(0.0, 0, 0.0)
    floor = np.percentile(power[power > 0], 95) / 10 ** (DROP_DB / 10)
    sounding = np.flatnonzero(power > floor)
    # A step of 1 + n between two sounding parts is a silence of n.
    silences = (np.diff(sounding) - 1) * HOP_S
    pauses = silences[silences >= PAUSE_S - HOP_S / 2]
    length = (sounding[-1] - sounding[0] + 1) * HOP_S
    return Speech(round(float(length), 3), len(pauses), round(float(pauses.sum()), 3))
