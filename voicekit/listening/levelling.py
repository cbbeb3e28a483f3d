"""Copies of clips at equal loudness, for players that know no gain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from voicekit.audio.codec import amplify, decode
from voicekit.clip import Clip
from voicekit.errors import VoicekitError
from voicekit.listening.levels import match_levels

__all__ = ["Levelled", "levelled"]


@dataclass(frozen=True, slots=True)
class Levelled:
    """Clips at equal loudness."""

    sounds: Mapping[Any, bytes]
    """FLAC files by name."""
    table: pd.DataFrame
    """As :func:`match_levels` returns it; empty if nothing could be decoded."""
    failed: Mapping[Any, str]
    """Why a clip could not be read, by name."""

    @property
    def summary(self) -> str:
        """What was done, in one line."""
        if self.table.empty:
            return "No clip could be brought to equal loudness."
        gains, reached = self.table["gain_db"], self.table["target"].iloc[0]
        return (
            f"Played at equal loudness ({reached:.1f} LUFS, ITU-R BS.1770): copies "
            f"with gains of {gains.min():+.1f} to {gains.max():+.1f} dB per "
            f"{self.table['per'].iloc[0]}."
        )


def levelled(
    clips: Mapping[Any, Clip],
    target: float | None = None,
    *,
    per: Literal["clip", "voice"] = "clip",
) -> Levelled:
    """Return copies of clips that are equally loud; the clips stay as they are.

    A saved notebook that nobody trusts runs no script, so that the gain has to be in
    the sound. The copies are FLAC: what the vendor's coding lost is all that is lost.
    Sound is decoded and encoded by the sound worker, never in this process.

    Parameters
    ----------
    clips, target, per
        As for :func:`match_levels`.

    Raises
    ------
    InvalidSetting
        If a target is not below 0.
    """
    failed = {name: why for name, clip in clips.items() if (why := _problem(clip))}
    heard = {name: clip for name, clip in clips.items() if name not in failed}
    if not heard:
        return Levelled({}, pd.DataFrame(), failed)
    table = match_levels(heard, target, per=per)
    sounds = {
        name: amplify(clip.playable()[0], float(gain_db))
        for (name, clip), gain_db in zip(heard.items(), table["gain_db"], strict=True)
    }
    return Levelled(sounds, table, failed)


def _problem(clip: Clip) -> str | None:
    try:
        decode(clip.playable()[0])
    except VoicekitError as error:
        return str(error)
    return None
