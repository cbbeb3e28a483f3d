"""The list of a voice picker, of which only the visible rows travel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import anywidget
import traitlets

from voicekit.panels.catalogue import VoiceRow
from voicekit.panels.frozen import static_table
from voicekit.panels.source import script, style

__all__ = ["VoiceList"]

FIRST_ROWS = 20
"""Rows that come with a new list, without being asked for."""

MOST_ROWS = 100
"""Rows that are sent at a time, however many are asked for."""


class VoiceList(anywidget.AnyWidget):
    """A list whose choice is said by name, never by its place.

    The list narrows while one types. A click on the fifth line that is still on the
    screen must not choose the fifth line of the list that is on its way.
    """

    _esm = script("voice_list")
    _css = style("voice_list")

    value = traitlets.Unicode(None, allow_none=True).tag(sync=True)
    """The chosen voice, also while it is not listed."""
    values: traitlets.List[str] = traitlets.List().tag(sync=True)
    """The voices marked for a comparison, in the order of their marks."""
    favourites: traitlets.List[str] = traitlets.List().tag(sync=True)
    playing = traitlets.Unicode().tag(sync=True)
    """The voice whose preview sounds."""

    def __init__(
        self, rows_at: Callable[[int, int], list[VoiceRow]], **traits: Any
    ) -> None:
        super().__init__(**traits)
        self._rows_at = rows_at
        self._total = 0
        self._active = 0
        self._edition = 0

    def show(self, total: int, active: int = 0) -> None:
        """Show a new list, from its top or where one row of it stands."""
        self._total = total
        self._active = active
        self._edition += 1
        self.send_rows(active - FIRST_ROWS // 2, FIRST_ROWS)

    def to_html(self) -> str:
        """Return its first rows, as a saved notebook shows them."""
        rows = self._rows_at(0, FIRST_ROWS)
        more = f", the first {len(rows)}" if len(rows) < self._total else ""
        return static_table(
            ["voice", "name", "about", "description"],
            [[row["voice"], row["name"], row["facts"], row["text"]] for row in rows],
            caption=f"{self._total:,} voices{more}",
        )

    def send_rows(self, first: int, count: int) -> None:
        """Send a part of the list, as the browser scrolls to it."""
        first = max(int(first), 0)
        rows: Sequence[VoiceRow] = self._rows_at(first, min(int(count), MOST_ROWS))
        self.send(
            {
                "edition": self._edition,
                "total": self._total,
                "active": self._active,
                "first": first,
                "rows": rows,
            }
        )
