"""Answers what the pitch of a clip is: ``python -m voicekit.audio.praat``.

Praat, and so parselmouth, is GPL: it runs in this process alone, which voicekit talks
to by messages.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from voicekit.child import Message, serve

__all__ = ["main"]


def main() -> None:
    """Answer requests until the other side closes."""
    serve(_pitch)


def _pitch(header: Mapping[str, Any], payload: bytes) -> Message:
    import parselmouth  # noqa: PLC0415 - an extra

    samples = np.frombuffer(payload, np.float64)
    try:
        track = parselmouth.Sound(samples, header["rate"]).to_pitch()
    except parselmouth.PraatError:  # shorter than three periods of the lowest pitch
        return {"error": "the clip is too short"}, b""
    found = track.selected_array["frequency"]
    voiced = found[found > 0]
    if not len(voiced):
        return {"error": "no part of the clip is voiced"}, b""
    low, middle, high = np.percentile(voiced, [10, 50, 90])
    semitones = 12 * np.log2(high / low)
    return {"pitch_hz": float(middle), "pitch_range_st": float(semitones)}, b""


if __name__ == "__main__":
    main()
