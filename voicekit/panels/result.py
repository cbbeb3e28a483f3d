"""What was made of files and ideas, as HTML that also plays in a saved notebook."""

from __future__ import annotations

import base64
import html
from pathlib import Path

from voicekit.clip import Clip, show_text
from voicekit.errors import BadReply
from voicekit.media import media_type_of
from voicekit.offer import Offer
from voicekit.panels.forms import Made
from voicekit.panels.take import Take
from voicekit.task import cost_text
from voicekit.transcript import Transcript
from voicekit.voice import Voice

__all__ = ["result_html"]

LARGEST_COVER = 2 << 20
"""Bytes of a picture that a notebook holds."""

# Parts stand beside each other where there is room.
_PART = "display:inline-block;vertical-align:top;margin:0.3em 1em 0.3em 0"


def result_html(made: Made, source: Path | None, offer: Offer) -> str:
    """Return the players, covers and transcripts of one result.

    Parameters
    ----------
    source : Path, optional
        The recording that was handed in; it plays beside its transcript.
    """
    if isinstance(made, Voice):
        return _framed(_strong(made.name or made.voice), _voice(made))
    if isinstance(made, Transcript):
        return _framed(_recording(source), _transcript(made.text), _cost(made))
    clips = made if isinstance(made, list) else [made]
    return "".join(_clip(clip, offer) for clip in clips)


def _clip(clip: Clip, offer: Offer) -> str:
    cover = "" if clip.cover is None else _picture(clip.cover)
    return _framed(
        cover, Take.of(clip, offer).to_html(), _transcript(clip.transcript or "")
    )


def _voice(voice: Voice) -> str:
    return f"<p>Speak with it: <code>{_text(voice.voice)}</code></p>"


def _recording(source: Path | None) -> str:
    if source is None:
        return ""
    try:
        return Clip.open(source, voice="your:recording").to_html()
    except BadReply:  # WebM, m4a and AAC play nowhere here
        return _strong(source.name)


def _picture(path: Path) -> str:
    content = path.read_bytes()
    if len(content) > LARGEST_COVER:
        return ""
    data = base64.b64encode(content).decode()
    return (
        f'<img alt="Cover" width="120" src="data:{media_type_of(path)};base64,{data}">'
    )


def _transcript(text: str) -> str:
    if not text:
        return ""
    return f'<div style="white-space:pre-line;max-width:34em">{_text(text)}</div>'


def _cost(made: Transcript) -> str:
    paid = cost_text(made.credits, made.unit, unknown="cost unknown")
    return f'<p style="opacity:0.75">{_text(f"{made.provider} · {paid}")}</p>'


def _framed(*parts: str) -> str:
    inside = "".join(f'<div style="{_PART}">{part}</div>' for part in parts if part)
    return f'<div class="voicekit-result">{inside}</div>'


def _strong(text: str) -> str:
    return f"<strong>{_text(text)}</strong>"


def _text(text: str) -> str:
    return html.escape(show_text(text), quote=True)
