"""The WAV container: headers for samples that come without one."""

from __future__ import annotations

import struct
from typing import Literal, TypeAlias

__all__ = ["Encoding", "wav_bytes"]

Encoding: TypeAlias = Literal["pcm16", "alaw", "ulaw"]

_FORMAT_TAGS: dict[Encoding, tuple[int, int]] = {
    "pcm16": (1, 2),
    "alaw": (6, 1),
    "ulaw": (7, 1),
}
"""WAVE format tag and bytes per sample (RFC 2361)."""


def wav_bytes(
    samples: bytes, sample_rate: int, *, channels: int = 1, encoding: Encoding = "pcm16"
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
    tag, width = _FORMAT_TAGS[encoding]
    frame = channels * width
    header = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF",
        36 + len(samples),
        b"WAVE",
        b"fmt ",
        16,
        tag,
        channels,
        sample_rate,
        sample_rate * frame,
        frame,
        8 * width,
        b"data",
        len(samples),
    )
    return header + samples
