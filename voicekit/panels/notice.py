"""A line of plain text in a panel: never markup, whatever a vendor puts into it."""

from __future__ import annotations

import traceback

import anywidget
import traitlets

from voicekit.clip import show_text
from voicekit.errors import VoicekitError
from voicekit.panels.source import script, style

__all__ = ["Notice", "told"]


class Notice(anywidget.AnyWidget):
    """A message that is read out by screen readers when it changes."""

    _esm = script("notice")
    _css = style("notice")

    text = traitlets.Unicode().tag(sync=True)
    """What is shown, as text."""
    details = traitlets.Unicode().tag(sync=True)
    """More, behind a fold."""
    kind = traitlets.Enum(["note", "status", "error"], "status").tag(sync=True)

    def note(self, text: str) -> None:
        """Show a fact that is not worth reading out at each key."""
        self._say("note", text)

    def tell(self, text: str) -> None:
        """Show what happened."""
        self._say("status", text)

    def warn(self, text: str, details: str = "") -> None:
        """Show an error."""
        self._say("error", text, details)

    def clear(self) -> None:
        """Show nothing."""
        self._say("status", "")

    def _say(self, kind: str, text: str, details: str = "") -> None:
        with self.hold_sync():
            self.kind = kind
            self.text = show_text(text)
            self.details = show_text(details)


def told(error: Exception) -> tuple[str, str]:
    """Return an error as a user reads it, and what else to show on demand.

    Examples
    --------
    >>> told(VoicekitError("There is no text."))
    ('There is no text.', '')
    """
    if isinstance(error, VoicekitError):
        return str(error), ""
    details = "".join(traceback.format_exception(error))
    return f"{type(error).__name__}: {error}", details
