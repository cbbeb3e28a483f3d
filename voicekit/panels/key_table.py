"""Fields for keys, whose content goes to the kernel and stays nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypedDict

import anywidget
import traitlets

from voicekit.panels.frozen import static_table
from voicekit.panels.source import script, style

__all__ = ["KeyRow", "KeyTable"]


class KeyRow(TypedDict):
    """One vendor: what it wants to be shown, and how it stands with it."""

    provider: str
    ways: list[list[str]]
    """Each a way to be known: the names of the parts that it needs."""
    state: str
    is_connected: bool


class KeyTable(anywidget.AnyWidget):
    """A line for each vendor.

    What is typed is no trait: it is a message of its own, which neither the notebook
    nor the widget's state nor the history keeps.
    """

    _esm = script("key_table")
    _css = style("key_table")

    rows: traitlets.List[KeyRow] = traitlets.List().tag(sync=True)

    def on_action(self, act: Callable[[str, str, Mapping[str, str]], object]) -> None:
        """Call ``act(name, provider, parts)`` for what is done to a key."""

        def read(_widget: object, said: Mapping[str, Any], _buffers: object) -> None:
            act(said["action"], str(said["provider"]), said.get("parts") or {})

        self.on_msg(read)

    def show(self, rows: Sequence[KeyRow]) -> None:
        """Show these vendors."""
        self.rows = [*rows]

    def to_html(self) -> str:
        """Return what stands in its place where there is no kernel."""
        rows = [[row["provider"], row["state"]] for row in self.rows]
        return static_table(["provider", "state"], rows)
