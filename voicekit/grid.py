"""Many clips as one table of players, in HTML that also plays untrusted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from voicekit.clip import LONGEST_EMBEDDED, audio_element, escaped
from voicekit.tile import Tile

__all__ = ["Grid"]

LONGEST_GRID = 64 << 20
"""Bytes of sound in one table; a notebook with more takes long to open."""

_CELL = (
    "text-align:left;vertical-align:top;"
    "padding:0.35em 0.6em;border-top:1px solid #9e9e9e66;"
)
_SMALL = "font-size:0.85em;opacity:0.75"
_TOO_LONG = "Too much sound for one notebook; save this row's clip to hear it."
_PROBLEM = "border-left:3px solid #c62828;padding-left:0.5em;max-width:26em"


@dataclass(frozen=True, slots=True, repr=False)
class Grid:
    """A table of players for each text: a row for each voice, a column for each set.

    Each clip stands in it once, so that a saved notebook stays small.
    """

    tiles: tuple[Tile, ...]
    notes: tuple[str, ...] = ()

    @property
    def html(self) -> str:
        """The tables, without any script or style sheet."""
        by_text: dict[int | str, list[Tile]] = {}
        for tile in _within(self.tiles, LONGEST_GRID):
            by_text.setdefault(tile.text_id, []).append(tile)
        tables = "".join(map(_table, by_text.values()))
        notes = "".join(f"<br>{escaped(note)}" for note in self.notes)
        # Without these classes JupyterLab reads "from $5 to $9" as a formula.
        return (
            '<div class="voicekit-grid tex2jax_ignore mathjax_ignore" '
            f'style="overflow-x:auto">{tables}'
            f'<p style="{_SMALL}">{notes.removeprefix("<br>")}</p></div>'
        )

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> dict[str, str]:
        del include, exclude
        return {"text/plain": repr(self), "text/html": self.html}

    def __repr__(self) -> str:
        return f"<Grid of {len(self.tiles)} clips>"


def _within(tiles: Iterable[Tile], room: int) -> Iterator[Tile]:
    """Leave out sounds that are too long for a notebook."""
    for tile in tiles:
        size = len(tile.sound or b"")
        if size > min(room, LONGEST_EMBEDDED):
            yield replace(tile, sound=None, problem=_TOO_LONG)
        else:
            room -= size
            yield tile


def _table(tiles: Sequence[Tile]) -> str:
    by_voice: dict[str, list[Tile]] = {}
    for tile in tiles:
        by_voice.setdefault(tile.voice, []).append(tile)
    varied = (line for line in by_voice.values() if not _has_no_axis(line))
    columns = list(dict.fromkeys(tile.column for line in varied for tile in line))
    rows = "".join(_row(line, columns) for line in by_voice.values())
    return (
        '<table style="border-collapse:collapse;text-align:left;margin:0 0 1em;'
        'min-width:24em">'
        '<caption style="caption-side:top;text-align:left;padding:0.3em 0.6em">'
        f"<strong>{escaped(str(tiles[0].text_id))}</strong> "
        f"{escaped(tiles[0].text)}</caption>"
        f"{_heading(columns)}{rows}</table>"
    )


def _has_no_axis(tiles: Sequence[Tile]) -> bool:
    """Tell whether a voice has none of the axes: it speaks once."""
    return not any(tile.column for tile in tiles)


def _heading(columns: Sequence[str]) -> str:
    if not columns:
        return ""
    cells = "".join(
        f'<th scope="col" style="{_CELL}">{escaped(name or "default")}</th>'
        for name in columns
    )
    return f'<tr><th style="{_CELL}"></th>{cells}</tr>'


def _row(tiles: Sequence[Tile], columns: Sequence[str]) -> str:
    contents = {tile.column: _content(tile) for tile in tiles}
    cells = "".join(
        f'<td style="{_CELL}">{contents.get(name, "")}</td>' for name in columns
    )
    if _has_no_axis(tiles):
        width = max(1, len(columns))
        cells = f'<td colspan="{width}" style="{_CELL}">{contents[""]}</td>'
    note = escaped(tiles[0].note)
    return (
        f'<tr><th scope="row" style="{_CELL}font-weight:600">'
        f"{escaped(tiles[0].voice)}"
        f'<br><span style="{_SMALL}">{note}</span></th>{cells}</tr>'
    )


def _content(tile: Tile) -> str:
    if tile.sound is None and tile.problem is None:
        return f'<span style="{_SMALL}">{escaped(tile.caption)}</span>'
    if tile.sound is None:
        return f'<div style="{_PROBLEM}">{escaped(str(tile.problem))}</div>'
    caption = "".join(
        f"<br>{escaped(line)}" for line in (tile.problem, tile.caption) if line
    )
    return (
        f'<div style="min-width:15em">{audio_element(tile.sound, tile.media_type)}'
        f'<span style="{_SMALL}">{caption}</span></div>'
    )
