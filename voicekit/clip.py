"""A clip: a piece of audio that knows where it came from, and shows itself."""

from __future__ import annotations

import base64
import html
import os
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from voicekit.errors import InvalidSetting
from voicekit.headerless import HEADERLESS, LOWEST_RATE
from voicekit.media import media_type_of
from voicekit.task import Word, cost_text
from voicekit.voice import split_voice

if TYPE_CHECKING:
    from IPython.display import Audio
    from matplotlib.axes import Axes

__all__ = ["Clip", "Source", "audio_element", "escaped", "show_text"]

LONGEST_SHOWN = 2_000
"""Characters of foreign text that are shown anywhere."""

LONGEST_EMBEDDED = 16 << 20
"""Bytes of sound that a cell's output holds; a notebook of more is slow to open."""


class Source(Protocol):
    """Where a clip's bytes are: `read` checks that they are what was saved."""

    @property
    def path(self) -> Path:
        """The file."""

    def read(self) -> bytes:
        """Return the content."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Clip:
    """One piece of audio with its provenance.

    Shown as the last value of a cell it is a player with a one-line caption. The bytes
    stay the vendor's, unchanged; they are read from the library when they are needed.
    """

    source: Source
    media_type: str
    provider: str
    voice: str | None
    """As it is spoken with, ``"provider:id"``."""
    model: str | None = None
    text: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict, hash=False)
    take: int = 1
    duration_s: float | None = None
    sample_rate: int | None = None
    """In Hz."""
    task_id: str | None = None
    job: str | None = None
    credits: float | None = None
    """What the vendor charged for this audio, whoever asked first; None if unknown."""
    unit: str | None = None
    estimated_credits: float | None = None
    cached: bool = False
    """Whether this call cost nothing."""
    latency_s: float | None = None
    """From the request to the first answer that says done."""
    latency_slack_s: float | None = None
    """Time since the poll before that answer: the truth lies between."""
    vendor_s: float | None = None
    """The vendor's own end minus start, where it gives both."""
    created_at: datetime | None = None
    words: tuple[Word, ...] = ()
    captions: Source | None = None
    """The file behind `transcript`."""
    cover: Path | None = None
    warnings: tuple[str, ...] = ()
    """Whatever the vendor will ignore, or changed."""
    details: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """What else the vendor said."""

    @classmethod
    def open(
        cls,
        path: str | Path,
        *,
        text: str | None = None,
        voice: str = "human:speaker1",
        words: tuple[Word, ...] | None = None,
    ) -> Clip:
        """Take in audio from outside: a reference recording, another system.

        Parameters
        ----------
        path : str or Path
            A WAV, FLAC, MP3 or Ogg file; ``~`` is your home. It is read when it is
            needed, and must not change until then.
        voice : str
            Who speaks, ``"system:name"``.

        Raises
        ------
        LibraryError
            If there is no such file.
        InvalidSetting
            If it is not audio, or holds no sound.
        UnknownVoice
            If ``voice`` is of another form.

        Notes
        -----
        A WAV file that holds less than its header promises is as long as what is
        there, and says so in ``warnings``.
        """
        provider, _ = split_voice(str(voice))
        from voicekit.audio.file import measure  # noqa: PLC0415 - a lazy upward call

        found = measure(Path(path).expanduser())
        return cls(
            source=found.source,
            media_type=found.media_type,
            provider=provider,
            voice=voice,
            text=text,
            duration_s=found.duration_s,
            sample_rate=found.sample_rate,
            words=words or (),
            created_at=datetime.now(UTC),
            warnings=found.warnings,
        )

    @property
    def audio(self) -> bytes:
        """The vendor's bytes, unchanged.

        Raises
        ------
        LibraryError
            If the file is gone, or is not what was saved.
        """
        return self.source.read()

    @property
    def transcript(self) -> str | None:
        """What is said, as captions (SubRip); None where the vendor gave none."""
        if self.captions is None:
            return None
        return self.captions.read().decode("utf-8", "replace")

    @property
    def path(self) -> Path:
        """The file in the library. Do not change it; `save` makes a copy."""
        return self.source.path

    def save(self, path: str | Path) -> Path:
        """Copy the audio to a file, or into a folder, and return its path.

        Folders that do not exist are made.

        Raises
        ------
        InvalidSetting
            If the name says another format than that of the audio.
        """
        target = Path(path)
        if target.is_dir() or str(path).endswith(("/", os.sep)):
            target = target / self.path.name
        named = {media_type_of(target), media_type_of(self.path)}
        if len([one for one in named if one.startswith("audio/")]) > 1:
            raise InvalidSetting(
                f"{target.name} names another format: this clip is {self.media_type}. "
                f"Save it as {target.stem}{self.path.suffix}, or ask for another "
                "format=... when it is spoken."
            )
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(self.audio)  # a damaged file is not passed on
        return target

    def player(self) -> Audio:
        """Return an audio player whose sound is inside the notebook."""
        from voicekit.player import Player  # noqa: PLC0415 - needs IPython

        return Player(*self.playable())

    def playable(self) -> tuple[bytes, str]:
        """Return bytes that a browser plays, and their media type."""
        coding = HEADERLESS.get(self.media_type)
        if coding is None:
            return self.audio, self.media_type
        from voicekit.audio.wav import wav_bytes  # noqa: PLC0415 - a lazy upward call

        rate = self.sample_rate or LOWEST_RATE
        return wav_bytes(self.audio, rate, coding=coding), "audio/wav"

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the waveform, with a mark and a label at each word.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; a new figure if None.
        """
        from voicekit.audio.plot import waveform  # noqa: PLC0415 - a lazy upward call

        return waveform(self.playable()[0], self.words, title=self.caption, ax=ax)

    @property
    def caption(self) -> str:
        """Provider and voice, model, duration and cost in one line of plain text."""
        parts = (
            self.voice or self.provider,
            self.model,
            None if self.take == 1 else f"take {self.take}",
            None if self.duration_s is None else f"{self.duration_s:.1f} s",
            self.cost,
        )
        return show_text(" · ".join(part for part in parts if part))

    @property
    def cost(self) -> str:
        """What it cost in a word or two; nothing for a recording from outside."""
        if self.job is None:
            return ""
        cost = cost_text(self.credits, self.unit, unknown="cost unknown")
        return f"{cost}, already paid" if self.cached and self.credits else cost

    def __repr__(self) -> str:
        return f"<Clip {self.caption}>"

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> dict[str, str]:
        """Show a player and a caption; the sound stands in the notebook once."""
        del include, exclude
        return {"text/plain": repr(self), "text/html": self.to_html()}

    def to_html(self) -> str:
        """Return the player and its caption as HTML that also plays untrusted."""
        notes = "".join(f"<br>⚠ {escaped(warning)}" for warning in self.warnings)
        audio, media_type = self.playable()
        if len(audio) > LONGEST_EMBEDDED:
            sound = (
                f"<p>{len(audio) >> 20} MiB of sound, too much to keep in a notebook: "
                "save it with clip.save(path), or show it all the same with "
                "clip.player().</p>"
            )
        else:
            sound = audio_element(audio, media_type)
        return (
            # A price in dollars is no formula.
            f'<figure class="voicekit-clip tex2jax_ignore mathjax_ignore" '
            f'style="margin:0.3em 0">'
            f"{sound}"
            f'<figcaption style="font-size:0.85em;opacity:0.75">'
            f"{escaped(self.caption)}{notes}</figcaption></figure>"
        )


def audio_element(audio: bytes, media_type: str) -> str:
    """Return an ``<audio>`` element with the sound inside.

    The sound is the element's own ``src``: in an untrusted notebook JupyterLab strips
    the ``src`` of a ``<source>`` (measured), and the player would be silent.
    """
    data = base64.b64encode(audio).decode()
    return (
        f'<audio controls preload="metadata" style="width:100%;max-width:34em" '
        f'src="data:{escaped(media_type)};base64,{data}"></audio>'
    )


def show_text(text: str) -> str:
    r"""Return foreign text without what could hide or reorder it, and not too long.

    Examples
    --------
    >>> show_text("Rachel" + chr(0x202E) + chr(27) + "[31m")
    'Rachel[31m'
    """
    shown = text[:LONGEST_SHOWN] + ("…" if len(text) > LONGEST_SHOWN else "")
    plain = "".join(" " if unicodedata.category(c) == "Zs" else c for c in shown)
    return "".join(c for c in plain if c.isprintable() or c in "\n\t\u200d")


def escaped(text: str) -> str:
    """Return foreign text as HTML that shows it and is nothing else."""
    return html.escape(show_text(text), quote=True)
