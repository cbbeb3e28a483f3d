"""Encodes and decodes sound in a process of its own.

``python -m voicekit.audio.worker``. libsndfile parses what vendors send; a file made to
harm it harms this process alone, whose memory and time are limited.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Mapping
from typing import Any

import soundfile

from voicekit.audio.conversion import amplify, convert, describe
from voicekit.child import Message, serve

MEMORY_LIMIT = 2 << 30
"""Bytes of address space: an hour of 48 kHz stereo as float32 takes 1.3 GiB."""

_SUBTYPES = {"flac": "PCM_16", "mp3": "MPEG_LAYER_III", "ogg": "VORBIS"}


def main() -> None:
    """Answer requests until the other side closes."""
    # Windows has no resource limits, macOS refuses this one, a system may allow less.
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    serve(_answer)


def _answer(header: Mapping[str, Any], payload: bytes) -> Message:
    operation = _OPERATIONS[header["operation"]]
    try:
        return operation(header, payload)
    except (soundfile.LibsndfileError, MemoryError) as error:
        return {"error": str(error) or "it needs too much memory"}, b""


def _encode(header: Mapping[str, Any], payload: bytes) -> Message:
    samples, rate = soundfile.read(io.BytesIO(payload), dtype="int16")
    target, container = io.BytesIO(), header["format"]
    soundfile.write(
        target,
        samples,
        rate,
        format=container.upper(),
        subtype=_SUBTYPES[container],
    )
    return {}, target.getvalue()


def _compose(header: Mapping[str, Any], payload: bytes) -> Message:
    # NumPy is not needed to encode an offline clip, and takes a while to import.
    from voicekit.audio.synthesis import compose  # noqa: PLC0415

    return compose(header, payload)


def _decode(header: Mapping[str, Any], payload: bytes) -> Message:
    del header
    samples, rate = soundfile.read(io.BytesIO(payload), dtype="float32", always_2d=True)
    frames, channels = samples.shape
    shape = {"frames": frames, "channels": channels, "sample_rate": rate}
    return shape, samples.tobytes()


_OPERATIONS: Mapping[str, Callable[[Mapping[str, Any], bytes], Message]] = {
    "amplify": amplify,
    "compose": _compose,
    "convert": convert,
    "decode": _decode,
    "describe": describe,
    "encode": _encode,
}

if __name__ == "__main__":
    main()
