"""An ordinary output below a panel: plain HTML, which a saved notebook keeps."""

from __future__ import annotations

import secrets

from IPython.display import HTML, display, update_display

__all__ = ["Sheet"]


class Sheet:
    """What a panel made, as HTML that needs no kernel and no trust.

    Panels that stand together share one: each has its own part.
    """

    def __init__(self) -> None:
        self._parts: dict[str, str] = {}
        self._is_shown = False
        self._display_id = f"voicekit-{secrets.token_hex(8)}"

    @property
    def html(self) -> str:
        """All parts, one below the other."""
        # Without these classes JupyterLab reads "from $5 to $9" as a formula.
        return (
            f'<div class="voicekit-takes tex2jax_ignore mathjax_ignore">'
            f"{''.join(self._parts.values())}</div>"
        )

    def put(self, part: str, markup: str) -> None:
        """Replace one part, also on the screen."""
        self._parts[part] = markup
        if self._is_shown:
            update_display(HTML(self.html), display_id=self._display_id)

    def show(self) -> None:
        """Show it below the running cell, if anything has been put on it."""
        if self._parts:
            self._is_shown = True
            display(HTML(self.html), display_id=self._display_id)
