"""HTML of our own making inside a panel; a saved notebook keeps it."""

from __future__ import annotations

import ipywidgets as widgets

__all__ = ["Markup"]


class Markup(widgets.HTML):
    """A picture or a table as HTML, in which every foreign text is escaped already."""

    def __init__(self) -> None:
        super().__init__()
        self.add_class("voicekit-markup")

    def to_html(self) -> str:
        """Return it as it is."""
        return str(self.value)
