"""The list of a voice picker."""

from __future__ import annotations

from pathlib import Path

import anywidget
import traitlets

__all__ = ["VoiceList"]


class VoiceList(anywidget.AnyWidget):
    """A list whose choice is said by name, never by its place.

    The list narrows while one types. A click on the fifth line that is still on the
    screen must not choose the fifth line of the list that is on its way.
    """

    _esm = Path(__file__).with_suffix(".js")

    options: traitlets.List[list[str]] = traitlets.List().tag(sync=True)
    """Pairs of a label and a value."""
    value = traitlets.Unicode(None, allow_none=True).tag(sync=True)
    """The chosen one, also while it is not listed."""
