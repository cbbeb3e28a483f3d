"""Media types, and how the names of their files end."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from voicekit.headerless import HEADERLESS

__all__ = ["EXTENSIONS", "media_type_of"]

EXTENSIONS: Mapping[str, str] = {
    "audio/wav": "wav",
    "audio/flac": "flac",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/webm": "webm",
    "audio/mp4": "m4a",
    **{media_type: one.codec for media_type, one in HEADERLESS.items()},
    "audio/opus": "opus",
    "audio/aac": "aac",
    "audio/aiff": "aiff",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "application/x-subrip": "srt",
    "text/plain": "txt",
    "application/json": "json",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
}
_MEDIA_TYPES = {extension: media for media, extension in EXTENSIONS.items()}


def media_type_of(path: Path) -> str:
    """Return the media type that a file's ending names.

    Examples
    --------
    >>> media_type_of(Path("speech.WAV")), media_type_of(Path("speech"))
    ('audio/wav', 'application/octet-stream')
    """
    suffix = path.suffix.lower().lstrip(".")
    return _MEDIA_TYPES.get(suffix, "application/octet-stream")
