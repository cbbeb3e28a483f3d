"""One take as HTML that also plays in a saved, untrusted notebook."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Self

from voicekit.clip import Clip, show_text
from voicekit.offer import Offer
from voicekit.panels.settings_form import default_of

__all__ = ["Take"]

LONGEST_TITLE = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """One clip of a panel, and what its user calls it."""

    clip: Clip
    voice: str
    """What its voice is called."""
    changed: str
    """What was set otherwise than by default."""
    player: str
    """The clip's own HTML, with its sound."""
    label: str = ""

    @classmethod
    def of(cls, clip: Clip, offer: Offer | None, voice: str | None = None) -> Self:
        """Return a clip as a take; this reads its file."""
        return cls(
            clip=clip,
            voice=show_text(voice or ""),
            changed=_changed(clip, offer),
            player=clip.to_html(),
        )

    @property
    def title(self) -> str:
        """What the take says, in one line, behind its label."""
        text = " ".join(show_text(self.clip.text or "").split())
        if len(text) > LONGEST_TITLE:
            text = f"{text[:LONGEST_TITLE]}…"
        return f"{show_text(self.label)}: {text}" if self.label else text

    @property
    def about(self) -> str:
        """What tells it from other takes, in one line."""
        return " · ".join(filter(None, (self.voice, self.changed)))

    def to_html(self) -> str:
        """Return the title, what was set, and the player.

        The style stands on the elements: no style sheet is left in a saved notebook.
        """
        return (
            '<div style="margin:0.7em 0;padding:0.1em 0 0.1em 0.9em;'
            'border-left:3px solid #9e9e9e;overflow-wrap:anywhere">'
            f"<strong>{html.escape(self.title)}</strong>"
            f'<br><span style="opacity:0.85">{html.escape(self.about)}</span>'
            f"{self.player}</div>"
        )


def _changed(clip: Clip, offer: Offer | None) -> str:
    declared = {} if offer is None else {one.name: one for one in offer.settings}
    changed = [
        f"{name} {value} {declared[name].unit if name in declared else ''}".rstrip()
        for name, value in clip.settings.items()
        if name not in declared or default_of(declared[name]) != value
    ]
    told = show_text(", ".join(changed)) or "default settings"
    return told if clip.take == 1 else f"{told}, take {clip.take}"
