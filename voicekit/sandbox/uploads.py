"""Files that a client sends: what they are, and how long."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, NamedTuple

from fastapi import UploadFile
from pydantic import AfterValidator

from voicekit.errors import BadReply
from voicekit.sandbox.asked import clean
from voicekit.sandbox.refusals import Refused
from voicekit.sandbox.speech import Speaker

__all__ = ["MEDIA_TYPES", "FormText", "Upload", "take"]

MEGABYTE = 1_000_000
"""The stricter reading of the pages' MB: who relies on more will notice here."""

_BYTES_PER_SECOND = 16_000
"""For files that libsndfile cannot read: 128 kbit/s."""

FormText = Annotated[str, AfterValidator(clean)]

MEDIA_TYPES: Mapping[str, str] = {
    "aac": "audio/aac",
    "aiff": "audio/aiff",
    "flac": "audio/flac",
    "m4a": "audio/mp4",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "wav": "audio/wav",
    "webm": "audio/webm",
}

_MAGIC: tuple[tuple[str, int, bytes], ...] = (
    ("wav", 8, b"WAVE"),
    ("webm", 0, b"\x1a\x45\xdf\xa3"),
    ("ogg", 0, b"OggS"),
    ("flac", 0, b"fLaC"),
    ("m4a", 4, b"ftyp"),
    ("aiff", 0, b"FORM"),
    ("mp3", 0, b"ID3"),
    ("aac", 0, b"\xff\xf1"),
    ("aac", 0, b"\xff\xf9"),
    ("mp3", 0, b"\xff\xfb"),
    ("mp3", 0, b"\xff\xfa"),
    ("mp3", 0, b"\xff\xf3"),
    ("mp3", 0, b"\xff\xf2"),
    ("mp3", 0, b"\xff\xe3"),
)
"""Type, offset, bytes: the pages do not say how they judge; content cannot lie."""


class Upload(NamedTuple):
    """A file that was accepted."""

    data: bytes
    suffix: str
    duration_s: float

    @property
    def media_type(self) -> str:
        """What it is served as."""
        return MEDIA_TYPES[self.suffix]


async def take(
    file: UploadFile, speaker: Speaker, *, suffixes: Collection[str], megabytes: int
) -> Upload:
    """Accept a file of these types, up to this size.

    Raises
    ------
    Refused
        For ``too_large``, ``wrong_type``.
    """
    data = await file.read()
    if len(data) > megabytes * MEGABYTE:
        raise Refused("too_large")
    suffix = next((s for s, at, magic in _MAGIC if data.startswith(magic, at)), "")
    if suffix not in suffixes:
        raise Refused("wrong_type")
    try:
        duration_s = await speaker.duration_s(data)
    except BadReply:
        duration_s = len(data) / _BYTES_PER_SECOND
    return Upload(data, suffix, duration_s)
