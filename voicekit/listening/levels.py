"""Loudness of clips, and the static gains that make them equally loud."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import NoReturn

import numpy as np
import pandas as pd
import pyloudnorm
from numpy.typing import ArrayLike, NDArray
from scipy.signal import resample_poly

from voicekit.errors import InvalidSetting

__all__ = ["Loudness", "loudness", "match_levels", "true_peak"]

Array = NDArray[np.float64]
BLOCK_S = 0.4
CEILING = -1.0
TARGET = -23.0
OVERSAMPLING = 4
BS1770 = "BS.1770 gated"
RMS = f"RMS, as shorter than {BLOCK_S:g} s"
SILENT = "silence"


class Loudness(float):
    """A loudness in LUFS that knows how it was measured; it cannot be changed."""

    __slots__ = ("method",)
    method: str

    def __new__(cls, lufs: float, method: str) -> Loudness:  # noqa: D102, PYI034
        made = super().__new__(cls, lufs)
        object.__setattr__(made, "method", method)
        return made

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"A Loudness cannot be changed ({name}).")

    def __reduce__(self) -> tuple[object, ...]:
        return Loudness, (float(self), self.method)

    def __repr__(self) -> str:
        return f"{float(self):.2f} LUFS ({self.method})"


def loudness(samples: ArrayLike, rate: int) -> Loudness:
    """Return the integrated loudness of a clip.

    Parameters
    ----------
    samples : array
        Frames, or frames x channels; full scale is 1.
    rate : int
        Samples per second.

    Returns
    -------
    Loudness
        In LUFS, after ITU-R BS.1770-4 with its gate (by pyloudnorm). A clip shorter
        than one block of 400 ms: the level of its root mean square, summed over
        channels, which equals it for a steady 1 kHz tone; ``method`` says which.
        Silence: minus infinity.

    Raises
    ------
    InvalidSetting
        If there are no samples, one is not a number, or the rate is not positive.

    Notes
    -----
    One channel measures 3.01 LU less than the same signal in two: compare clips with
    the same number of channels, as :func:`match_levels` does.

    Examples
    --------
    >>> tone = 0.1 * np.sin(2 * np.pi * 1000 * np.arange(48_000) / 48_000)
    >>> loudness(tone, 48_000)
    -23.05 LUFS (BS.1770 gated)
    """
    frames = _frames(samples, rate)
    if not frames.any():
        return Loudness(-math.inf, SILENT)
    if len(frames) < BLOCK_S * rate:
        power = float((frames**2).mean(axis=0).sum())
        return Loudness(10 * math.log10(power), RMS)
    with np.errstate(divide="ignore"):
        measured = float(pyloudnorm.Meter(rate).integrated_loudness(frames))
    return Loudness(measured, BS1770 if math.isfinite(measured) else SILENT)


def true_peak(samples: ArrayLike, rate: int) -> float:
    """Return the true peak in dBTP, by fourfold oversampling (BS.1770-4, annex 2).

    Silence is minus infinity.

    Examples
    --------
    >>> quarter = np.sin(np.pi / 2 * np.arange(4800) + np.pi / 4)
    >>> round(true_peak(quarter, 48_000), 1), round(float(np.abs(quarter).max()), 3)
    (0.1, 0.707)
    """
    frames = _frames(samples, rate)
    between = np.abs(resample_poly(frames, OVERSAMPLING, 1, axis=0)).max()
    peak = max(float(between), float(np.abs(frames).max()))
    return 20 * math.log10(peak) if peak else -math.inf


def match_levels(
    clips: Mapping[Hashable, tuple[ArrayLike, int]],
    target: float | None = None,
    *,
    voices: Mapping[Hashable, Hashable] | None = None,
) -> pd.DataFrame:
    """Return the static gain for each clip that makes them equally loud.

    Parameters
    ----------
    clips : mapping
        Name to (samples, rate).
    target : float, optional
        In LUFS; -23 (EBU R 128) without it. It is lowered for all clips together
        where one of them would exceed a true peak of -1 dBTP.
    voices : mapping, optional
        Name to voice: one gain per voice, from the mean loudness of its clips, which
        keeps the voice's own differences between clips.

    Returns
    -------
    DataFrame
        Index ``clip``; ``loudness`` (LUFS before), ``true_peak`` (dBTP before),
        ``gain_db``, ``target`` (LUFS reached), ``requested`` (LUFS; where it is above
        ``target`` it had to be lowered), ``method`` and ``per`` ("clip" or "voice").

    Raises
    ------
    InvalidSetting
        If there is no clip, or a target that is not below 0.

    Notes
    -----
    Where some clips are stereo, mono ones are measured as they are played, from both
    sides. Silent clips get no gain and lower nothing. The gains are meant for the
    player; the samples are not touched.

    Examples
    --------
    >>> tone = np.sin(2 * np.pi * 1000 * np.arange(48_000) / 48_000)
    >>> clips = {"a": (tone, 48_000), "b": (tone / 4, 48_000)}
    >>> match_levels(clips)["gain_db"].round(1).tolist()
    [-20.0, -7.9]
    """
    requested = TARGET if target is None else float(target)
    if not clips or not requested < 0:
        raise InvalidSetting("Give at least one clip, and a target below 0 LUFS.")
    rows = _measured(clips)
    rows["level"] = rows["loudness"]
    if voices is not None:
        voice = pd.Series([voices.get(name, name) for name in rows.index], rows.index)
        heard = rows["loudness"].where(np.isfinite(rows["loudness"]))
        rows["level"] = heard.groupby(voice).transform("mean")
    room = rows["level"] + CEILING - rows["true_peak"]
    lowest = float(room[np.isfinite(room)].min()) if np.isfinite(room).any() else 0.0
    reached = min(requested, lowest)
    gain = (reached - rows["level"]).where(np.isfinite(rows["loudness"]), 0.0)
    return pd.DataFrame(
        {
            "loudness": rows["loudness"],
            "true_peak": rows["true_peak"],
            "gain_db": gain,
            "target": reached,
            "requested": requested,
            "method": rows["method"],
            "per": "clip" if voices is None else "voice",
        }
    )


def _measured(clips: Mapping[Hashable, tuple[ArrayLike, int]]) -> pd.DataFrame:
    frames = {name: _frames(*clip) for name, clip in clips.items()}
    widest = max(one.shape[1] for one in frames.values())
    rows = []
    for name, one in frames.items():
        rate = clips[name][1]
        played = np.repeat(one, widest, axis=1) if one.shape[1] == 1 else one
        found = loudness(played, rate)
        rows.append((float(found), true_peak(one, rate), found.method))
    index = pd.Index(list(frames), name="clip")
    return pd.DataFrame(rows, index, columns=["loudness", "true_peak", "method"])


def _frames(samples: ArrayLike, rate: int) -> Array:
    """Return the samples as frames x channels."""
    frames = np.asarray(samples, dtype=float)
    frames = frames[:, None] if frames.ndim == 1 else frames
    if frames.ndim != 2 or not frames.size or not np.isfinite(frames).all():  # noqa: PLR2004
        raise InvalidSetting("A clip is frames, or frames x channels, of numbers.")
    if not rate > 0:
        raise InvalidSetting(f"The sample rate must be above 0, not {rate}.")
    return frames
