"""Clips as the player gets them: equally loud, of one rate, telling nothing else."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import cached_property, lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.signal import resample_poly

from voicekit.audio.codec import decode
from voicekit.audio.wav import wav_bytes
from voicekit.clip import Clip
from voicekit.errors import InvalidSetting
from voicekit.listening.alignment import Spoken
from voicekit.listening.levels import match_levels

__all__ = ["RATE", "Sounds", "encode"]

Array = NDArray[np.float64]

RATE = 48_000
"""Of everything that is played, whatever it came in; in Hz."""
KEPT = 32
"""Decoded clips that are kept; a trial needs a few, and then those of the next."""


class Sounds:
    """The clips of a test, decoded when they are needed.

    Every clip gets one static gain, so that all are equally loud over the whole test.

    Parameters
    ----------
    clips : mapping of str to Clip
        By any name.
    target : float, optional
        In LUFS; see :func:`match_levels`.
    """

    def __init__(
        self, clips: Mapping[Hashable, Clip], target: float | None = None
    ) -> None:
        for name, clip in clips.items():
            if not isinstance(clip, Clip):
                raise InvalidSetting(
                    f"{name!r} has no clip to play but {clip!r}; give the stimuli a "
                    "column 'clip'; outside recordings come from vk.Clip.open(path)."
                )
        self._clips = dict(clips)
        self.target = target
        self._decoded = lru_cache(KEPT)(self._decode)

    @classmethod
    def of(cls, plan: pd.DataFrame, target: float | None = None) -> Sounds | None:
        """Return the clips of a plan; None where it has none."""
        if "clip" not in plan:
            return None
        return cls(dict(zip(plan["stimulus"], plan["clip"], strict=True)), target)

    @cached_property
    def levels(self) -> pd.DataFrame:
        """The gain of each clip, and how it was measured; decodes all of them."""
        return match_levels(
            {name: self._decoded(name) for name in self._clips}, self.target
        )

    @cached_property
    def channels(self) -> int:
        """Of every clip as it is played: 2 where any of them has two."""
        widths = [self._decoded(name)[0].shape[1] for name in self._clips]
        return 1 if max(widths) == 1 else 2

    def spoken(self, name: Hashable) -> Spoken:
        """Return a clip in one channel, with its words."""
        samples, rate = self._decoded(name)
        return Spoken(samples.mean(axis=1), rate, self._clips[name].words)

    def wav(self, name: Hashable) -> bytes:
        """Return a WAV file of a clip; no two calls return the same bytes."""
        samples, rate = self._decoded(name)
        if samples.shape[1] != self.channels:
            samples = np.repeat(samples.mean(axis=1)[:, None], self.channels, axis=1)
        gain_db = self.levels["gain_db"].to_dict()[name]
        return encode(samples * 10 ** (gain_db / 20), rate)

    def describe(self) -> str:
        """Return how levels were matched, in words for a paper."""
        first = self.levels.iloc[0]
        lowered = "" if first["target"] >= first["requested"] else (
            f" (lowered from {first['requested']:.1f}, so that no true peak exceeds "
            "-1 dBTP)"
        )  # fmt: skip
        methods = ", ".join(sorted(set(self.levels["method"])))
        return (
            f"one static gain per {first['per']} to {first['target']:.1f} LUFS"
            f"{lowered}, measured by {methods}"
        )

    def _decode(self, name: Hashable) -> tuple[Array, int]:
        samples, rate = decode(self._clips[name].playable()[0])
        return samples.astype(float), rate


def encode(samples: Array, rate: int) -> bytes:
    """Return frames x channels as a WAV file of 16 bits at the player's rate.

    With triangular dither, which takes away the distortion of rounding; being chance,
    it also makes two copies of a clip differ in their bytes.
    """
    if rate != RATE:
        divisor = int(np.gcd(rate, RATE))
        samples = resample_poly(samples, RATE // divisor, rate // divisor, axis=0)
    rng = np.random.default_rng()
    dither = rng.random(samples.shape) - rng.random(samples.shape)
    steps = np.clip(np.round(samples * 32_767 + dither), -32_768, 32_767)
    return wav_bytes(steps.astype("<i2").tobytes(), RATE, channels=samples.shape[1])
