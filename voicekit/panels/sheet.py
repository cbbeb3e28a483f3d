"""Ordinary outputs below a panel: plain HTML, which a saved notebook keeps."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from IPython.display import display, update_display

__all__ = ["Sheet"]


class Sheet:
    """What a panel made, as HTML that needs no kernel and no trust.

    Each part is an output of its own: what changes travels without the others' sound.
    Outputs can only be added while a cell runs, so all parts are shown from the first,
    also those that are empty.

    Parameters
    ----------
    parts : iterable of str
        Their names, from top to bottom.
    """

    def __init__(self, parts: Iterable[str]) -> None:
        self._parts = dict.fromkeys(parts, "")
        self._is_shown = False
        self._display_id = f"voicekit-{secrets.token_hex(8)}"

    @property
    def html(self) -> str:
        """All parts, one below the other."""
        return "".join(map(_framed, filter(None, self._parts.values())))

    def put(self, part: str, markup: str) -> None:
        """Replace one part, also on the screen."""
        if self._parts[part] == markup:
            return
        self._parts[part] = markup
        if self._is_shown:
            update_display(_shown(markup), raw=True, display_id=self._id_of(part))

    def take_over(self, other: Sheet) -> None:
        """Hold from now on what stands on a sheet of some of the parts."""
        for part, markup in other._parts.items():
            self.put(part, markup)

    def show(self) -> None:
        """Show it below the running cell."""
        self._is_shown = True
        for part, markup in self._parts.items():
            display(_shown(markup), raw=True, display_id=self._id_of(part))

    def _id_of(self, part: str) -> str:
        return f"{self._display_id}-{part}"


def _shown(markup: str) -> dict[str, str]:
    # An empty part is nothing, also to who reads plain text only.
    return {"text/html": _framed(markup), "text/plain": ""}


def _framed(markup: str) -> str:
    # Without these classes JupyterLab reads "from $5 to $9" as a formula.
    return (
        f'<div class="voicekit-takes tex2jax_ignore mathjax_ignore">{markup}</div>'
        if markup
        else ""
    )
