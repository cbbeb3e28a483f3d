"""Hearing clips against each other outside of a test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from voicekit.clip import Clip

if TYPE_CHECKING:
    from voicekit.panels.player import Player

__all__ = ["player"]


def player(clips: Sequence[Clip], *, target: float | None = None) -> Player:
    """Return a widget that plays clips against each other, equally loud.

    Parameters
    ----------
    clips : sequence of Clip
        Of the same text, of any lengths. The page calls them A, B, C …;
        ``.reveal()`` tells which is which.
    target : float, optional
        Loudness in LUFS; see :func:`match_levels`.

    Examples
    --------
    ``vk.listening.player([one, other])`` as the last value of a cell.
    """
    from voicekit.panels.player import Player  # noqa: PLC0415 - needs a notebook

    return Player(clips, target=target)
