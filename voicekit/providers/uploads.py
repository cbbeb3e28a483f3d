"""The file of a job as part of a request."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from voicekit.flow import Upload
from voicekit.job import InputFile

__all__ = ["upload"]

_MEDIA_TYPES: Mapping[str, str] = {
    ".aac": "audio/aac",
    ".aiff": "audio/aiff",
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".wav": "audio/wav",
    ".webm": "audio/webm",
}


def upload(file: InputFile, field: str = "file") -> Upload:
    """Return the part that carries a file. The user's name for it stays here.

    Examples
    --------
    >>> upload(InputFile(path="my interview.MP3", sha256="0", size=1)).filename
    'file.mp3'
    """
    extension = Path(file.path).suffix.lower()
    return Upload(
        field=field,
        path=Path(file.path),
        sha256=file.sha256,
        filename=f"file{extension}",
        media_type=_MEDIA_TYPES.get(extension, "application/octet-stream"),
    )
