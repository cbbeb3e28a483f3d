"""What a panel needs from the browser: its looks, its keys, a name for each control."""

from __future__ import annotations

from collections.abc import Sequence

import anywidget
import ipywidgets as widgets

from voicekit.panels.source import script, style

__all__ = ["Frame", "framed"]


class Frame(anywidget.AnyWidget):
    """An invisible part that brings a panel's style, and tidies the panel around it.

    JupyterLab takes plain keys for its own in the whole notebook: without it, an arrow
    in the list of voices leaves the list, and typing "dd" there deletes the cell.
    """

    _esm = script("frame")
    _css = style("frame")


def framed(children: Sequence[widgets.Widget], part: str) -> widgets.VBox:
    """Return a panel, or a part of one that can stand alone."""
    box = widgets.VBox([Frame(), *children])
    for name in ("voicekit", f"voicekit-{part}"):
        box.add_class(name)
    return box
