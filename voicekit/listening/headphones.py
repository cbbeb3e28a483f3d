"""A check that a rater wears headphones: the quietest of three tones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["LENGTH_S", "TONES", "TRIALS", "right_answer", "tones"]

TRIALS = 6
TONES = 3
RATE = 48_000
FREQUENCY = 200.0
LENGTH_S = 1.0
RAMP_S = 0.1
LEVEL = 0.2
QUIET_DB = -6.0


def right_answer(test: str, number: int) -> int:
    """Return which of the three tones of a trial is the quiet one, from 0."""
    return int(_order(test, number).tolist().index(0))


def tones(test: str, number: int) -> list[NDArray[np.float64]]:
    """Return the three tones of a trial, frames x 2.

    One is 6 dB softer. Another has its sides in opposite phase: from loudspeakers these
    cancel and it seems to be the quietest, over headphones it does not (Woods et al.
    2017, Attention, Perception & Psychophysics 79; 200 Hz, six trials).
    """
    time = np.arange(int(LENGTH_S * RATE)) / RATE
    edge = np.clip(np.minimum(time, LENGTH_S - time) / RAMP_S, 0, 1)
    tone = LEVEL * np.sin(2 * np.pi * FREQUENCY * time) * np.sin(np.pi / 2 * edge) ** 2
    kinds = [
        np.stack([tone, tone], axis=1) * 10 ** (QUIET_DB / 20),
        np.stack([tone, -tone], axis=1),
        np.stack([tone, tone], axis=1),
    ]
    return [kinds[kind] for kind in _order(test, number)]


def _order(test: str, number: int) -> NDArray[np.int64]:
    """Return the kinds of tone in order, the same for a test and a trial."""
    rng = np.random.default_rng([number, *test.encode()])
    return rng.permutation(3)
