"""The WAV container: headers for samples that come without one."""

from __future__ import annotations

import struct
from typing import NamedTuple

from voicekit.headerless import HEADERLESS, Headerless

__all__ = ["WavLength", "wav_bytes", "wav_length"]

_PCM = HEADERLESS["audio/l16"]


class WavLength(NamedTuple):
    """How long a WAV file says it is, and how long it is, in seconds."""

    promised_s: float
    there_s: float


def wav_length(content: bytes) -> WavLength | None:
    """Return the length of a WAV file; None where it has no readable header.

    Examples
    --------
    >>> wav_length(wav_bytes(bytes(16_000), 8_000)[:8_044])
    WavLength(promised_s=1.0, there_s=0.5)
    """
    place, frame, per_second = 12, 0, 0
    while place + 8 <= len(content):
        name, size = struct.unpack_from("<4sI", content, place)
        place += 8
        if name == b"fmt " and len(content) >= place + 16:
            per_second, frame = struct.unpack_from("<IH", content, place + 8)
        if name == b"data":
            if not per_second or not frame:
                return None
            there = min(size, len(content) - place) // frame * frame
            return WavLength(size / per_second, there / per_second)
        place += size + size % 2  # chunks begin at even places
    return None


def wav_bytes(
    samples: bytes, sample_rate: int, *, channels: int = 1, coding: Headerless = _PCM
) -> bytes:
    """Put a WAV header before raw samples, which stay unchanged.

    Parameters
    ----------
    samples : bytes
        Interleaved samples, little-endian where they are wider than a byte.
    sample_rate : int
        In Hz.

    Examples
    --------
    >>> len(wav_bytes(b"", 22050))
    44
    """
    frame = channels * coding.width
    header = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF",
        36 + len(samples),
        b"WAVE",
        b"fmt ",
        16,
        coding.wav_tag,
        channels,
        sample_rate,
        sample_rate * frame,
        frame,
        8 * coding.width,
        b"data",
        len(samples),
    )
    return header + samples
