"""Output formats, as the vendors name them: codec_samplerate_bitrate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

__all__ = ["Format", "OutputFormat", "parse"]

OutputFormat: TypeAlias = Literal[
    "mp3_22050_32",
    "mp3_44100_32",
    "mp3_44100_64",
    "mp3_44100_96",
    "mp3_44100_128",
    "mp3_44100_192",
    "pcm_8000",
    "pcm_16000",
    "pcm_22050",
    "pcm_24000",
    "pcm_44100",
    "pcm_48000",
    "ulaw_8000",
    "alaw_8000",
    "opus_48000_32",
    "opus_48000_64",
    "opus_48000_96",
    "opus_48000_128",
    "opus_48000_192",
]


class _Kind(NamedTuple):
    media_type: str
    suffix: str


_KINDS = {
    "alaw": _Kind("audio/x-alaw-basic", "alaw"),
    "mp3": _Kind("audio/mpeg", "mp3"),
    "opus": _Kind("audio/ogg", "opus"),
    "pcm": _Kind("audio/pcm", "pcm"),
    "ulaw": _Kind("audio/basic", "ulaw"),
    "wav": _Kind("audio/wav", "wav"),
}


@dataclass(frozen=True, slots=True)
class Format:
    """How a file is coded."""

    codec: str
    sample_rate: int
    """In Hz."""
    bitrate: int | None = None
    """In kbit/s."""

    @property
    def media_type(self) -> str:
        """What the file's Content-Type says."""
        return _KINDS[self.codec].media_type

    @property
    def suffix(self) -> str:
        """How the file's name ends."""
        return _KINDS[self.codec].suffix


def parse(name: str) -> Format:
    """Read a format's name.

    Examples
    --------
    >>> parse("mp3_44100_128")
    Format(codec='mp3', sample_rate=44100, bitrate=128)
    >>> parse("ulaw_8000")
    Format(codec='ulaw', sample_rate=8000, bitrate=None)
    """
    codec, *numbers = name.split("_")
    return Format(codec, *map(int, numbers))
