"""Make simple music and sound effects; only the sound worker imports this module.

They stand in for what a vendor would make of a prompt: clearly audible, different for
different prompts, and the same for the same prompt.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from voicekit.audio.wav import wav_bytes
from voicekit.child import Message

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["compose"]

SAMPLE_RATE = 44_100
_PEAK = 0.5 * 32_767
_BEAT_S = 0.5
_FADE_S = 0.02
_PROGRESSIONS = ((0, 5, 7, 0), (0, 9, 5, 7), (0, 3, 10, 5), (9, 5, 0, 7))
"""Roots of four chords, in semitones above the key."""
_CHORDS = ((0, 4, 7), (0, 3, 7), (0, 4, 7, 11))


def compose(header: Mapping[str, Any], payload: bytes) -> Message:
    """Make a WAV file of ``kind`` music or effect.

    Header: ``kind``, ``prompt``, ``duration_s``, ``loop``.
    """
    del payload
    seed = hashlib.sha256(header["prompt"].encode()).digest()
    generator = np.random.default_rng(list(seed))
    count = round(header["duration_s"] * SAMPLE_RATE)
    samples = _KINDS[header["kind"]](generator, count)
    if header["loop"]:
        samples = _join_ends(samples)
    scaled = samples / max(float(np.abs(samples).max()), 1e-9) * _PEAK
    wav = wav_bytes(scaled.astype("<i2").tobytes(), SAMPLE_RATE)
    return {"duration_s": count / SAMPLE_RATE}, wav


def _music(generator: np.random.Generator, count: int) -> NDArray[np.float64]:
    key = int(generator.integers(45, 57))
    chord = _CHORDS[generator.integers(len(_CHORDS))]
    roots = _PROGRESSIONS[generator.integers(len(_PROGRESSIONS))]
    samples = np.zeros(count)
    beat = round(_BEAT_S * SAMPLE_RATE)
    for number, start in enumerate(range(0, count, beat)):
        root = key + roots[number // 4 % 4]
        length = min(beat, count - start)
        melody = root + 12 + chord[generator.integers(len(chord))]
        for note, level in ((melody, 0.6), *((root + step, 0.3) for step in chord)):
            samples[start : start + length] += level * _note(note, length)
    return samples


def _note(midi: int, length: int) -> NDArray[np.float64]:
    time = np.arange(length) / SAMPLE_RATE
    hertz = 440.0 * 2.0 ** ((midi - 69) / 12)
    tone = np.sin(2 * np.pi * hertz * time) + 0.3 * np.sin(4 * np.pi * hertz * time)
    attack = np.minimum(time / _FADE_S, 1)
    result: NDArray[np.float64] = tone * attack * np.exp(-3 * time)
    return result


def _effect(generator: np.random.Generator, count: int) -> NDArray[np.float64]:
    time = np.arange(count) / SAMPLE_RATE
    first, last = generator.uniform(80, 1200, 2)
    sweep = first + (last - first) * time / max(time[-1], _FADE_S)
    tone = np.sin(2 * np.pi * np.cumsum(sweep) / SAMPLE_RATE)
    noise = generator.standard_normal(count)
    pulse = 0.55 + 0.45 * np.sin(2 * np.pi * generator.uniform(1, 8) * time)
    result: NDArray[np.float64] = (tone + generator.uniform(0.2, 1) * noise) * pulse
    return result


def _join_ends(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """Blend the end into the beginning, so that a repetition has no click."""
    length = min(round(_FADE_S * SAMPLE_RATE), len(samples) // 2)
    ramp = np.linspace(0, 1, length)
    joined = samples.copy()
    joined[-length:] = samples[-length:] * (1 - ramp) + samples[0] * ramp
    return joined


_KINDS = {"music": _music, "effect": _effect}
