"""One take as HTML that also plays in a saved, untrusted notebook."""

from __future__ import annotations

import html

from voicekit.clip import Clip, show_text
from voicekit.offer import Offer
from voicekit.panels.parameters import default_of

__all__ = ["take_html"]

LONGEST_TITLE = 120


def take_html(clip: Clip, offer: Offer | None) -> str:
    """Return the text, what was set otherwise than by default, and the player.

    The style stands on the elements: no style sheet is left in a saved notebook.
    """
    title = show_text(clip.text or "")
    if len(title) > LONGEST_TITLE:
        title = f"{title[:LONGEST_TITLE]}…"
    return (
        '<div style="margin:0.7em 0;padding:0.1em 0 0.1em 0.9em;'
        'border-left:3px solid #9e9e9e;overflow-wrap:anywhere">'
        f"<strong>{html.escape(title)}</strong>"
        f'<br><span style="opacity:0.85">{html.escape(_changed(clip, offer))}</span>'
        f"{clip.to_html()}</div>"
    )


def _changed(clip: Clip, offer: Offer | None) -> str:
    declared = {} if offer is None else {one.name: one for one in offer.settings}
    changed = [
        f"{name} {value} {declared[name].unit if name in declared else ''}".rstrip()
        for name, value in clip.settings.items()
        if name not in declared or default_of(declared[name]) != value
    ]
    return show_text(", ".join(changed)) or "default settings"
