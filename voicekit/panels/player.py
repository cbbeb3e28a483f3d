"""A player of several clips that switches between them without a gap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from voicekit.clip import Clip, show_text
from voicekit.errors import InvalidSetting
from voicekit.listening.alignment import Spoken, align
from voicekit.listening.screens import LETTERS
from voicekit.listening.sounds import Sounds
from voicekit.panels.source import script
from voicekit.panels.stage import Stage, StageView

__all__ = ["Player", "PlayerView"]

COLUMNS = 400
MODES = ("restart", "same time", "same word")


class PlayerView(StageView):
    """The page's side of a player."""

    _esm = script("player")


class Player(Stage):
    """Hear clips against each other, equally loud, without being told which is which.

    Letters switch, without a gap: to the start of the other clip, to the same time, or
    to the same word. Words are found by the timings that the clips know; else by time
    warping of the sound; else by share of the length; the page says by which.

    Parameters
    ----------
    clips : sequence of Clip
        Of the same text, of any lengths.
    target : float, optional
        Loudness in LUFS; see :func:`voicekit.listening.match_levels`.

    Examples
    --------
    ``vk.listening.player([one, other])`` ends a cell; then ``.reveal()``.
    """

    title = "The player"

    def __init__(self, clips: Sequence[Clip], *, target: float | None = None) -> None:
        if not 0 < len(clips) <= len(LETTERS):
            raise InvalidSetting(f"A player holds 1 to {len(LETTERS)} clips.")
        self._clips = list(clips)
        self._sounds = Sounds(dict(enumerate(clips)), target)
        super().__init__(PlayerView(), "player")

    def reveal(self) -> pd.DataFrame:
        """Return which letter is what, and the gain of each."""
        voices = pd.DataFrame(
            {"voice": [clip.voice for clip in self._clips]},
            index=pd.Index(list(LETTERS[: len(self._clips)]), name="clip"),
        )
        levels = self._sounds.levels.set_axis(voices.index)
        return voices.join(levels[["loudness", "gain_db"]])

    def wav(self, place: int) -> bytes:
        """Return one of the clips."""
        return self._sounds.wav(place)

    def opened(self) -> Mapping[str, Any]:
        """Return the clips for the page."""
        spoken = [self._sounds.spoken(place) for place in range(len(self._clips))]
        aligned = align(spoken)
        tokens = self.name_places(len(spoken))
        gains = self._sounds.levels["gain_db"].tolist()
        signals = [
            {
                "id": token,
                "name": letter,
                "key": letter.lower(),
                "duration": one.duration_s,
                "marks": list(marks),
                "words": [[show_text(word.text), word.start_s] for word in words],
                "peaks": _peaks(one, gain),
            }
            for token, letter, one, marks, words, gain in zip(
                tokens,
                LETTERS,
                spoken,
                aligned.marks,
                aligned.words,
                gains,
                strict=False,
            )
        ]
        return {"signals": signals, "modes": list(MODES), "how": aligned.how}


def _peaks(one: Spoken, gain_db: float) -> list[list[float]]:
    """Return the lowest and the highest sample of each column of the waveform."""
    columns = np.array_split(one.samples * 10 ** (gain_db / 20), COLUMNS)
    return [
        [round(float(part.min()), 3), round(float(part.max()), 3)]
        if len(part)
        else [0, 0]
        for part in columns
    ]
