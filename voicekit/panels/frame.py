"""What a panel needs around it: its looks, its keys, an end of all its parts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import anywidget
import ipywidgets as widgets

from voicekit.panels.source import script, style

__all__ = ["Frame", "close_all", "framed", "offer_choices"]


class Frame(anywidget.AnyWidget):
    """An invisible part that brings a panel's style, and keeps its keys to it.

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


def close_all(widget: Any) -> None:
    """Close a widget and all that stands in it: each is held until it is closed."""
    parts = (getattr(widget, name, None) for name in ("layout", "style"))
    for part in (*getattr(widget, "children", ()), *filter(None, parts)):
        close_all(part)
    widget.close()


def offer_choices(menu: widgets.Dropdown, options: Iterable[Any]) -> None:
    """Offer these in a menu; what is chosen stays if it can, else the first is."""
    wanted, chosen = tuple(options), menu.value
    if wanted == menu.options:
        return
    menu.options = wanted
    values = [one[1] if isinstance(one, tuple) else one for one in wanted]
    if values:
        menu.value = chosen if chosen in values else values[0]
