"""Loudness of clips, and the static gains that make them equally loud."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd
import pyloudnorm
from numpy.typing import ArrayLike, NDArray
from scipy.signal import resample_poly

from voicekit.audio.codec import decode, describe
from voicekit.clip import Clip
from voicekit.errors import InvalidSetting
from voicekit.listening.estimate import Fixed

__all__ = ["Loudness", "Sound", "loudness", "match_levels", "true_peak"]

Sound: TypeAlias = Clip | tuple[ArrayLike, int]
"""A clip, or samples and how many of them there are in a second."""

Array = NDArray[np.float64]
BLOCK_S = 0.4
CEILING = -1.0
TARGET = -23.0
OVERSAMPLING = 4
BS1770 = "BS.1770 gated"
RMS = f"RMS, as shorter than {BLOCK_S:g} s"
SILENT = "silence"


class Loudness(Fixed, float):
    """A loudness in LUFS that knows how it was measured; it cannot be changed."""

    __slots__ = ("method",)
    method: str

    def __new__(cls, lufs: float, method: str) -> Loudness:  # noqa: D102, PYI034
        made = super().__new__(cls, lufs)
        object.__setattr__(made, "method", method)
        return made

    def __reduce__(self) -> tuple[object, ...]:
        return Loudness, (float(self), self.method)

    def __repr__(self) -> str:
        return f"{float(self):.2f} LUFS ({self.method})"


def loudness(sound: ArrayLike | Clip, rate: int | None = None) -> Loudness:
    """Return the integrated loudness of a clip.

    Parameters
    ----------
    sound : Clip or array
        An array is frames, or frames x channels; full scale is 1.
    rate : int, optional
        Samples per second of an array.

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
    BadReply
        If the clip cannot be decoded.

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
    frames, rate = _frames(sound, rate)
    if not frames.any():
        return Loudness(-math.inf, SILENT)
    if len(frames) < BLOCK_S * rate:
        power = float((frames**2).mean(axis=0).sum())
        return Loudness(10 * math.log10(power), RMS)
    with np.errstate(divide="ignore"):
        measured = float(pyloudnorm.Meter(rate).integrated_loudness(frames))
    return Loudness(measured, BS1770 if math.isfinite(measured) else SILENT)


def true_peak(sound: ArrayLike | Clip, rate: int | None = None) -> float:
    """Return the true peak in dBTP, by fourfold oversampling (BS.1770-4, annex 2).

    Parameters and errors are those of :func:`loudness`. Silence is minus infinity.

    Examples
    --------
    >>> quarter = np.sin(np.pi / 2 * np.arange(4800) + np.pi / 4)
    >>> round(true_peak(quarter, 48_000), 1), round(float(np.abs(quarter).max()), 3)
    (0.1, 0.707)
    """
    frames, _ = _frames(sound, rate)
    between = np.abs(resample_poly(frames, OVERSAMPLING, 1, axis=0)).max()
    peak = max(float(between), float(np.abs(frames).max()))
    return 20 * math.log10(peak) if peak else -math.inf


def match_levels(
    clips: Mapping[Any, Sound] | Sequence[Sound],
    target: float | None = None,
    *,
    per: Literal["clip", "voice"] = "clip",
    voices: Mapping[Hashable, Hashable] | None = None,
) -> pd.DataFrame:
    """Return the static gain for each clip that makes them equally loud.

    Parameters
    ----------
    clips : mapping or sequence
        Clips, or pairs of samples and rate; by name, else counted from 0.
    target : float, optional
        In LUFS; -23 (EBU R 128) without it. It is lowered for all clips together
        where one of them would exceed a true peak of -1 dBTP.
    per : {"clip", "voice"}
        "voice": one gain per voice, from the mean loudness of its clips, which keeps
        the voice's own differences between clips.
    voices : mapping, optional
        Name to voice, where clips do not say it themselves; implies ``per="voice"``.

    Returns
    -------
    DataFrame
        Index ``clip``; ``loudness`` (LUFS before), ``true_peak`` (dBTP before),
        ``gain_db``, ``target`` (LUFS reached), ``requested`` (LUFS; where it is above
        ``target`` it had to be lowered), ``method`` and ``per`` ("clip" or "voice").

    Raises
    ------
    InvalidSetting
        If there is no clip, or a target that is not below 0; if a voice is unknown.
    BadReply
        If a clip cannot be decoded.

    Notes
    -----
    Where some clips are stereo, mono ones are measured as they are played, from both
    sides. Silent clips get no gain and lower nothing. The gains are meant for the
    player: no clip is touched, and :func:`levelled` makes copies.

    Examples
    --------
    >>> tone = np.sin(2 * np.pi * 1000 * np.arange(48_000) / 48_000)
    >>> clips = {"a": (tone, 48_000), "b": (tone / 4, 48_000)}
    >>> match_levels(clips)["gain_db"].round(1).tolist()
    [-20.0, -7.9]
    """
    requested = TARGET if target is None else float(target)
    named = clips if isinstance(clips, Mapping) else dict(enumerate(clips))
    if not named or not requested < 0:
        raise InvalidSetting("Give at least one clip, and a target below 0 LUFS.")
    if per == "voice" and voices is None:
        voices = {name: _voice(name, sound) for name, sound in named.items()}
    rows = _measured(named)
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


def _measured(clips: Mapping[Any, Sound]) -> pd.DataFrame:
    widest = max(_channels(sound) for sound in clips.values())
    rows = []
    for sound in clips.values():  # decoded one at a time: many clips fill a memory
        one, rate = _frames(*_parts(sound))
        played = np.repeat(one, widest, axis=1) if one.shape[1] == 1 else one
        found = loudness(played, rate)
        rows.append((float(found), true_peak(one, rate), found.method))
    index = pd.Index(list(clips), name="clip")
    return pd.DataFrame(rows, index, columns=["loudness", "true_peak", "method"])


def _voice(name: Hashable, sound: Sound) -> Hashable:
    if not isinstance(sound, Clip) or sound.voice is None:
        raise InvalidSetting(f"{name!r} says no voice; name it with voices={{...}}.")
    return sound.voice


def _parts(sound: Sound) -> tuple[ArrayLike | Clip, int | None]:
    return (sound, None) if isinstance(sound, Clip) else sound


def _channels(sound: Sound) -> int:
    if isinstance(sound, Clip):
        return int(describe(sound.playable()[0])["channels"])
    shape = np.shape(sound[0])
    return shape[1] if len(shape) > 1 else 1


def _frames(sound: ArrayLike | Clip, rate: int | None) -> tuple[Array, int]:
    """Return the samples as frames x channels, and how many there are in a second."""
    if isinstance(sound, Clip):
        sound, rate = decode(sound.playable()[0])  # by the sound worker
    frames = np.asarray(sound, dtype=float)
    frames = frames[:, None] if frames.ndim == 1 else frames
    if frames.ndim != 2 or not frames.size or not np.isfinite(frames).all():  # noqa: PLR2004
        raise InvalidSetting("A clip is frames, or frames x channels, of numbers.")
    if rate is None or not rate > 0:
        raise InvalidSetting(f"The sample rate must be above 0, not {rate}.")
    return frames, rate
