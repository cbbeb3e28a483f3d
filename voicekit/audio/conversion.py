"""Resample and encode; only the sound worker imports this module."""

from __future__ import annotations

import io
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

import soundfile

from voicekit.child import Message

__all__ = ["amplify", "convert", "describe"]

_STEEPEST = 0.9999
"""libsndfile refuses a compression level of exactly 1 for MP3."""


class _Coding(NamedTuple):
    container: str
    subtype: str
    options: Mapping[str, Any] = {}


_CODINGS: Mapping[str, _Coding] = {
    "alaw": _Coding("RAW", "ALAW"),
    "flac": _Coding("FLAC", "PCM_16"),
    "mp3": _Coding("MP3", "MPEG_LAYER_III", {"bitrate_mode": "CONSTANT"}),
    "opus": _Coding("OGG", "OPUS"),
    "pcm": _Coding("RAW", "PCM_16", {"endian": "LITTLE"}),
    "ulaw": _Coding("RAW", "ULAW"),
    "wav": _Coding("WAV", "PCM_16"),
}


def convert(header: Mapping[str, Any], payload: bytes) -> Message:
    """Make a mono file of the codec, sample rate and bit rate in the header.

    Header: ``codec``, ``sample_rate`` in Hz, ``bitrate`` in kbit/s or None.
    """
    samples, rate = soundfile.read(io.BytesIO(payload), dtype="float32")
    if samples.ndim > 1:
        samples = samples.mean(axis=1)
    coding, target_rate = _CODINGS[header["codec"]], header["sample_rate"]
    options = dict(coding.options)
    if header["bitrate"] is not None:
        level = _compression_level(header["codec"], target_rate, header["bitrate"])
        options["compression_level"] = level
    target = io.BytesIO()
    soundfile.write(
        target,
        _resample(samples, rate, target_rate),
        target_rate,
        format=coding.container,
        subtype=coding.subtype,
        **options,
    )
    return {"duration_s": len(samples) / rate}, target.getvalue()


def amplify(header: Mapping[str, Any], payload: bytes) -> Message:
    """Make a FLAC file that is ``gain_db`` louder."""
    samples, rate = soundfile.read(io.BytesIO(payload), dtype="float32")
    target = io.BytesIO()
    louder = samples * 10 ** (header["gain_db"] / 20)
    soundfile.write(target, louder, rate, format="FLAC", subtype="PCM_16")
    return {}, target.getvalue()


def describe(header: Mapping[str, Any], payload: bytes) -> Message:
    """Say how long a file is, and what it is made of."""
    del header
    info = soundfile.info(io.BytesIO(payload))
    return {
        "duration_s": info.duration,
        "sample_rate": info.samplerate,
        "channels": info.channels,
        "container": info.format,
        "subtype": info.subtype,
    }, b""


def _resample(samples: Any, rate: int, target_rate: int) -> Any:
    if rate == target_rate:
        return samples
    # SciPy takes half a second to import, and few callers resample.
    from scipy.signal import resample_poly  # noqa: PLC0415

    ratio = Fraction(target_rate, rate)
    return resample_poly(samples, ratio.numerator, ratio.denominator)


def _compression_level(codec: str, sample_rate: int, kbit: int) -> float:
    """Invert libsndfile's way from a level of 0..1 to a bit rate."""
    lowest, highest = (6, 256) if codec == "opus" else _mp3_range(sample_rate)
    return min((highest - kbit) / (highest - lowest), _STEEPEST)


def _mp3_range(sample_rate: int) -> tuple[int, int]:
    """Return the bit rates of MPEG-1, 2 and 2.5, which the sample rate decides."""
    if sample_rate >= 32_000:  # noqa: PLR2004 - the lowest rate of MPEG-1
        return 32, 320
    return (8, 160) if sample_rate >= 16_000 else (8, 64)  # noqa: PLR2004 - of MPEG-2
