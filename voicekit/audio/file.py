"""Audio files from outside: what they are, and how long they sound."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import tinytag

from voicekit.audio.wav import wav_length
from voicekit.content import read_unchanged
from voicekit.errors import InvalidSetting, LibraryError
from voicekit.headerless import HEADERLESS, LOWEST_RATE
from voicekit.media import media_type_of

__all__ = ["Measured", "OutsideFile", "duration_us", "length_of", "measure", "sniff"]

_MAGIC: Mapping[bytes, str] = {
    b"fLaC": "audio/flac",
    b"OggS": "audio/ogg",
    b"ID3": "audio/mpeg",
    b"\x1aE\xdf\xa3": "audio/webm",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG": "image/png",
}
SLACK_S = 0.001
"""A last frame that is incomplete is no cut."""
_MPEG_SYNC = 0xFFE0
_LONGEST_S = 1e7
"""A header that tells more, some 116 days, is wrong."""


@dataclass(frozen=True, slots=True)
class OutsideFile:
    """A file that is not ours, remembered by its hash."""

    path: Path
    sha256: str

    def read(self) -> bytes:
        """Return the content.

        Raises
        ------
        LibraryError
            If the file is gone or was changed.
        """
        return read_unchanged(self.path, self.sha256)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What is known of an audio file without decoding it."""

    source: OutsideFile
    media_type: str
    duration_s: float | None
    sample_rate: int | None
    warnings: tuple[str, ...] = ()


def measure(path: Path) -> Measured:
    """Read the type and the length of an audio file from its header.

    Raises
    ------
    LibraryError
        If it cannot be read.
    InvalidSetting
        If it is no audio file of a known kind, or holds no sound.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise LibraryError(f"{path} cannot be read: {error.strerror}.") from error
    media_type = sniff(content)
    if media_type is None:
        raise InvalidSetting(f"{path} is no WAV, FLAC, MP3 or Ogg file.")
    duration_s, sample_rate = length_of(path, media_type)
    if duration_s is None:
        raise InvalidSetting(f"{path} cannot be read as audio.")
    warnings: tuple[str, ...] = ()
    length = wav_length(content) if media_type == "audio/wav" else None
    if length is not None and abs(length.there_s - length.promised_s) > SLACK_S:
        # As a recorder leaves it that was stopped, or a copy that broke off.
        found, said = f"{length.there_s:.2f} s", f"{length.promised_s:.2f} s"
        warnings = (f"The file holds {found} of {said}: it may have been cut off.",)
    duration_s = duration_s if length is None else length.there_s
    if not duration_s:
        raise InvalidSetting(f"{path} holds no sound: it has no samples.")
    return Measured(
        source=OutsideFile(path.resolve(), hashlib.sha256(content).hexdigest()),
        media_type=media_type,
        duration_s=duration_s,
        sample_rate=sample_rate,
        warnings=warnings,
    )


def length_of(
    path: Path, media_type: str, sample_rate: int | None = None
) -> tuple[float | None, int | None]:
    """Return seconds and sample rate of an audio file, without decoding it.

    Parameters
    ----------
    sample_rate : int, optional
        That of raw samples, which have no header to tell it.

    Returns
    -------
    duration_s : float or None
    sample_rate : int or None
        None where the header does not tell.
    """
    if media_type in HEADERLESS:
        rate = sample_rate or LOWEST_RATE
        return path.stat().st_size / HEADERLESS[media_type].width / rate, rate
    try:
        tag = tinytag.TinyTag.get(path)
    except (tinytag.TinyTagException, OSError):
        return None, sample_rate
    return tag.duration, tag.samplerate


def duration_us(path: Path) -> int | None:
    """Return how long a user's file sounds, in microseconds; None where unknown."""
    if not path.is_file():  # a pipe would be waited for
        return None
    duration_s, _ = length_of(path, media_type_of(path))
    if duration_s is None or not 0 < duration_s < _LONGEST_S:
        return None
    return round(duration_s * 1e6)


def sniff(content: bytes) -> str | None:
    """Return the media type that the first bytes show; None if they show none.

    Examples
    --------
    >>> sniff(b"fLaC....")
    'audio/flac'
    """
    if content[:4] == b"RIFF":
        return {b"WAVE": "audio/wav", b"WEBP": "image/webp"}.get(content[8:12])
    for magic, media_type in _MAGIC.items():
        if content.startswith(magic):
            return media_type
    if content[4:8] == b"ftyp":
        return "audio/mp4"
    first = int.from_bytes(content[:2], "big")
    return "audio/mpeg" if first & _MPEG_SYNC == _MPEG_SYNC else None
