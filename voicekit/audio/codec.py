"""Encode and decode through the sound worker, never in this process."""

from __future__ import annotations

import atexit
import threading
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from voicekit.child import Child, ChildDied
from voicekit.errors import BadReply

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["amplify", "compose", "convert", "decode", "describe", "encode"]

TIMEOUT_S = 60.0
"""After so long a file is taken for one that was made to be slow."""


def encode(wav: bytes, container: str) -> bytes:
    """Turn a WAV file into ``flac``, ``mp3`` or ``ogg``.

    Raises
    ------
    BadReply
        If the sound worker cannot.
    """
    return _ask({"operation": "encode", "format": container}, wav)[1]


def convert(
    audio: bytes, codec: str, *, sample_rate: int, bitrate: int | None = None
) -> bytes:
    """Turn a file into mono sound of another coding.

    Parameters
    ----------
    audio : bytes
        Any file that libsndfile reads.
    codec : str
        ``mp3``, ``opus`` (in Ogg), ``flac``, ``wav``, or headerless ``pcm`` (16-bit
        little-endian), ``ulaw`` or ``alaw``.
    sample_rate : int
        In Hz.
    bitrate : int, optional
        In kbit/s, for ``mp3`` (constant) and ``opus`` (average).

    Raises
    ------
    BadReply
        If the sound worker cannot. Another sample rate than the file's own needs
        SciPy, which the extra ``sandbox`` installs.
    """
    header = {
        "operation": "convert",
        "codec": codec,
        "sample_rate": sample_rate,
        "bitrate": bitrate,
    }
    return _ask(header, audio)[1]


def amplify(audio: bytes, gain_db: float) -> bytes:
    """Return a copy of a file as FLAC with 16 bits, louder or softer throughout.

    Parameters
    ----------
    audio : bytes
        Any file that libsndfile reads.
    gain_db : float
        What would exceed full scale is cut off there.

    Raises
    ------
    BadReply
        If the sound worker cannot.
    """
    return _ask({"operation": "amplify", "gain_db": gain_db}, audio)[1]


def compose(
    kind: Literal["music", "effect"],
    prompt: str,
    *,
    duration_s: float,
    loop: bool = False,
) -> bytes:
    """Make simple music or a sound effect as a WAV file, the same for a prompt."""
    header = {
        "operation": "compose",
        "kind": kind,
        "prompt": prompt,
        "duration_s": duration_s,
        "loop": loop,
    }
    return _ask(header, b"")[1]


def describe(audio: bytes) -> Mapping[str, Any]:
    """Return a file's ``duration_s``, ``sample_rate``, ``channels`` and coding.

    Raises
    ------
    BadReply
        If libsndfile cannot read it.
    """
    return _ask({"operation": "describe"}, audio)[0]


def decode(audio: bytes) -> tuple[NDArray[np.float32], int]:
    """Return the samples of a file and its sample rate.

    Returns
    -------
    samples : ndarray, shape=(frames, channels)
        Full scale is 1.
    sample_rate : int
        In Hz.

    Raises
    ------
    BadReply
        If libsndfile cannot read it: it reads WAV, FLAC, MP3, Ogg and AIFF, no WebM,
        m4a or AAC.
    """
    import numpy as np  # noqa: PLC0415 - a first offline clip needs no NumPy

    shape, raw = _ask({"operation": "decode"}, audio)
    samples = np.frombuffer(raw, np.float32)
    return samples.reshape(shape["frames"], shape["channels"]), shape["sample_rate"]


def _ask(header: Mapping[str, Any], payload: bytes) -> tuple[Mapping[str, Any], bytes]:
    worker = _worker()
    limit = threading.Timer(TIMEOUT_S, worker.kill)
    limit.start()
    try:
        answer, data = worker.ask(header, payload)
    except ChildDied as error:
        raise BadReply(
            f"The sound worker could not read this audio: {error}."
        ) from None
    finally:
        limit.cancel()
    if "error" in answer:
        raise BadReply(f"This audio cannot be read: {answer['error']}")
    return answer, data


@cache
def _worker() -> Child:
    worker = Child("voicekit.audio.worker")
    atexit.register(worker.close)
    return worker
