"""The WAV container: headers for samples that come without one."""

from __future__ import annotations

import struct

from voicekit.headerless import HEADERLESS, Headerless

__all__ = ["wav_bytes"]

_PCM = HEADERLESS["audio/l16"]


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
