"""One player for whatever a panel plays, with the words lit as they sound."""

from __future__ import annotations

from collections.abc import Sequence

import anywidget
import traitlets

from voicekit.clip import Clip, show_text
from voicekit.panels.source import script, style
from voicekit.task import Word

__all__ = ["PlayerBar"]


class PlayerBar(anywidget.AnyWidget):
    """A player that gets its sound when it plays: none is kept in the notebook."""

    _esm = script("player_bar")
    _css = style("player_bar")

    playing = traitlets.Unicode().tag(sync=True)
    """What sounds, by the name it was given; empty when nothing does."""

    def play(self, name: str, title: str, clip: Clip, sound: tuple[bytes, str]) -> None:
        """Play a clip.

        Parameters
        ----------
        name : str
            What `playing` says meanwhile.
        sound : tuple of bytes and str
            As `Clip.playable` returns it: reading it may take a while.
        """
        audio, media_type = sound
        message = {
            "kind": "play",
            "name": name,
            "title": show_text(title),
            "mediaType": media_type,
            "words": _timed(clip.words),
        }
        self.send(message, [audio])

    def stop(self) -> None:
        """Play no more."""
        self.send({"kind": "stop"})


def _timed(words: Sequence[Word]) -> list[tuple[str, float, float]]:
    return [(show_text(word.text), word.start_s, word.end_s) for word in words]
