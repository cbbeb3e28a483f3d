"""A button whose click carries what the controls show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import anywidget
import ipywidgets as widgets
import traitlets

from voicekit.errors import VoicekitError
from voicekit.panels.source import script

__all__ = ["CHANGED", "Shown", "Submit"]

Shown: TypeAlias = Mapping[str, Mapping[str, Any]]
"""What the browser showed at the click: for each control its value, or its index."""

CHANGED = "The settings have just changed; look, and press again."


class Submit(anywidget.AnyWidget):
    """A button that buys exactly what is on the screen.

    Messages of two widgets may overtake each other: ipykernel 7.4 hands a widget's
    messages to the thread that last wrote to it (seen with JupyterLab 4.6). A click
    that came before the last move of a slider would make the wrong speech.
    """

    _esm = script("submit")

    description = traitlets.Unicode().tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)
    """What stands behind the description: the price."""
    icon = traitlets.Unicode("volume-up").tag(sync=True)
    """A name of Font Awesome's; without one it is a button among others."""
    tooltip = traitlets.Unicode().tag(sync=True)
    controls = traitlets.List(traitlets.Instance(widgets.Widget)).tag(
        sync=True, **widgets.widget_serialization
    )
    """What the click is about."""

    def on_submit(self, action: Callable[[Shown | None], object]) -> None:
        """Call ``action(shown)`` at each click, with None if a program clicks."""
        self._action = action
        self.on_msg(lambda _widget, content, _buffers: action(content["shown"]))

    def click(self) -> None:
        """Do what a click does."""
        self._action(None)

    def take_over(self, shown: Shown | None) -> None:
        """Give every control the value that it shows.

        Raises
        ------
        VoicekitError
            If the browser showed other controls than those that are here by now, or
            one does not take what it showed.
        """
        if shown is None:
            return
        controls = {f"IPY_MODEL_{one.model_id}": one for one in self.controls}
        if shown.keys() != controls.keys():
            raise VoicekitError(CHANGED)
        for name, state in shown.items():
            for trait, value in state.items():
                setattr(controls[name], trait, value)
                if getattr(controls[name], trait) != value:
                    raise VoicekitError(CHANGED)
