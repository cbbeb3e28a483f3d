"""The pitch of a clip, as Praat hears it, in a process of its own."""

from __future__ import annotations

import atexit
import importlib.util
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from voicekit.child import Child, ChildDied
from voicekit.errors import Unsupported

__all__ = ["pitch"]


def pitch(samples: ArrayLike, rate: int) -> Mapping[str, Any]:
    """Return the median pitch and its range.

    Parameters
    ----------
    samples : array, shape=(frames,) or (frames, channels)
    rate : int
        In Hz.

    Returns
    -------
    mapping
        ``pitch_hz``, and ``pitch_range_st``: from the 10th to the 90th percentile, in
        semitones.

    Raises
    ------
    Unsupported
        If Praat is not installed, or the clip has no voiced part.
    """
    if importlib.util.find_spec("parselmouth") is None:
        raise Unsupported("pitch: pip install 'voicekit[praat]'.")
    frames = np.asarray(samples, dtype=np.float64)
    mono = frames if frames.ndim == 1 else frames.mean(axis=1)
    try:
        answer, _ = _worker().ask({"rate": rate}, mono.tobytes())
    except ChildDied as error:
        raise Unsupported(f"pitch: Praat failed, {error}.") from None
    if "error" in answer:
        raise Unsupported(f"pitch: {answer['error']}.")
    return answer


@cache
def _worker() -> Child:
    """Praat is GPL: voicekit talks to it, and does not link it."""
    worker = Child("voicekit.audio.praat")
    atexit.register(worker.close)
    return worker
