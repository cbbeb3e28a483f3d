"""The takes of a panel: play, label, save or remove each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypedDict

import anywidget
import traitlets

from voicekit.panels.source import script, style

__all__ = ["TakeList", "TakeRow"]


class TakeRow(TypedDict):
    """One take as the browser shows it."""

    job: str
    title: str
    caption: str
    label: str


class TakeList(anywidget.AnyWidget):
    """A line for each take; the sound itself stands in the output below."""

    _esm = script("take_list")
    _css = style("take_list")

    rows: traitlets.List[TakeRow] = traitlets.List().tag(sync=True)
    """Newest first."""
    playing = traitlets.Unicode().tag(sync=True)
    """The job whose take sounds."""

    def on_action(self, act: Callable[[str, str, str], object]) -> None:
        """Call ``act(name, job, label)`` for what is done to a take."""

        def read(_widget: object, said: Mapping[str, Any], _buffers: object) -> None:
            act(said["action"], str(said["job"]), str(said.get("label", "")))

        self.on_msg(read)

    def show(self, rows: Sequence[TakeRow]) -> None:
        """Show these takes."""
        self.rows = [*rows]
