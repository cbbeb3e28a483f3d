"""A table in a panel: live, of plain text, with rows to choose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NotRequired, TypeAlias, TypedDict

import anywidget
import traitlets

from voicekit.clip import show_text
from voicekit.panels.frozen import static_table
from voicekit.panels.source import script, style

__all__ = ["Cell", "Column", "Row", "Table", "row"]

Mark: TypeAlias = Literal["", "urgent", "soon"]


class Column(TypedDict):
    """A column: what it is called, and how its cells are drawn."""

    label: str
    kind: Literal["text", "number", "state", "share"]


class Cell(TypedDict):
    """One value, as text; a share of 1 is drawn as a bar, too."""

    text: str
    share: NotRequired[float | None]


class Row(TypedDict):
    """One line, by a key that stays the same while its values change."""

    key: str
    mark: Mark
    cells: list[Cell]


def row(key: str, *cells: str | Cell, mark: Mark = "") -> Row:
    """Return a row whose text hides nothing, whoever wrote it."""
    shown = [Cell(text=one) if isinstance(one, str) else one for one in cells]
    return Row(
        key=key,
        mark=mark,
        cells=[Cell({**one, "text": show_text(one["text"])}) for one in shown],
    )


class Table(anywidget.AnyWidget):
    """Rows of text; only what changed is drawn anew, so that a choice is kept.

    Parameters
    ----------
    columns : sequence of Column
        From left to right.
    selectable : bool
        Whether each row has a box.
    """

    _esm = script("table")
    _css = style("table")

    columns: traitlets.List[Column] = traitlets.List().tag(sync=True)
    rows: traitlets.List[Row] = traitlets.List().tag(sync=True)
    caption = traitlets.Unicode().tag(sync=True)
    selectable = traitlets.Bool(False).tag(sync=True)
    chosen: traitlets.List[str] = traitlets.List().tag(sync=True)
    """Keys of the rows whose box is checked."""

    def __init__(self, columns: Sequence[Column], *, selectable: bool = False) -> None:
        super().__init__(columns=[*columns], selectable=selectable)

    def show(self, rows: Sequence[Row], caption: str = "") -> None:
        """Show these rows; what is no longer among them is no longer chosen."""
        keys = {one["key"] for one in rows}
        with self.hold_sync():
            self.rows = [*rows]
            self.caption = show_text(caption)
            self.chosen = [key for key in self.chosen if key in keys]

    def to_html(self) -> str:
        """Return the table as a saved notebook shows it."""
        return static_table(
            [column["label"] for column in self.columns],
            [[cell["text"] for cell in one["cells"]] for one in self.rows],
            caption=self.caption,
        )
