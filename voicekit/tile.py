"""One cell of a table of players: where it stands, and its sound or its problem."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from voicekit.clip import Clip
from voicekit.crossing import Cell
from voicekit.errors import VoicekitError

__all__ = ["Tile", "planned_tile", "tile_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One cell of a table; all of it is shown as text."""

    text_id: int | str
    text: str
    voice: str
    note: str
    """What is set for this voice beside the axes."""
    column: str
    """The values of the axes."""
    caption: str = ""
    sound: bytes | None = None
    """A file as a browser plays it."""
    media_type: str = ""
    problem: str | None = None
    """Why there is no sound, or what is wrong with it."""


def planned_tile(cell: Cell, voice: str, caption: str) -> Tile:
    """Return the tile of a cell that is not made yet."""
    model = {} if "model" in cell.axes else {"": cell.model}
    return Tile(
        text_id=cell.text_id,
        text=cell.text,
        voice=voice,
        note=_listed({**model, **cell.fixed}),
        column=_listed(cell.axes),
        caption=caption,
    )


def tile_of(
    cell: Cell, voice: str, made: Clip | str, sound: bytes | str | None
) -> Tile:
    """Return the tile of a cell.

    Parameters
    ----------
    voice : str
        Its name as it may be shown.
    made : Clip or str
        What came of it, or why nothing did.
    sound : bytes, str or None
        A FLAC file to be played instead of the clip's, or why there is none.
    """
    if isinstance(made, str):
        return replace(planned_tile(cell, voice, ""), problem=made)
    tile = planned_tile(cell, voice, _caption(made))
    if isinstance(sound, bytes):
        return replace(tile, sound=sound, media_type="audio/flac")
    try:
        own, media_type = made.playable()
    except VoicekitError as error:
        return replace(tile, problem=str(error))
    return replace(tile, sound=own, media_type=media_type, problem=sound)


def _listed(settings: Mapping[str, object]) -> str:
    """Return settings in one line.

    Examples
    --------
    >>> _listed({"": "v2", "speed": 0.9, "style": None})
    'v2 · speed 0.9'
    """
    return " · ".join(
        f"{name} {value}".strip()
        for name, value in settings.items()
        if value is not None
    )


def _caption(clip: Clip) -> str:
    length = "" if clip.duration_s is None else f"{clip.duration_s:.1f} s"
    warned = " ".join(f"⚠ {warning}" for warning in clip.warnings)
    return " · ".join(filter(None, (length, clip.cost, warned)))
