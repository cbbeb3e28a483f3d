"""Sound without a header: what nothing in the file itself says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

__all__ = ["HEADERLESS", "Headerless", "media_type_of_codec"]


class Headerless(NamedTuple):
    """How the samples of one media type are coded."""

    codec: str
    """As vendors, and the endings of files, name it."""
    width: int
    """Bytes per sample."""
    wav_tag: int
    """What a WAV header calls it (RFC 2361)."""


HEADERLESS: Mapping[str, Headerless] = {
    "audio/l16": Headerless("pcm", 2, 1),
    "audio/basic": Headerless("ulaw", 1, 7),
    "audio/pcma": Headerless("alaw", 1, 6),
}
"""By media type.

Samples of 16 bits come little-endian, though RFC 2586 says otherwise of L16."""

LOWEST_RATE = 8_000
"""Samples per second where nobody told; that of telephones."""


def media_type_of_codec(codec: str) -> str | None:
    """Return the media type of a codec without a header; None for any other.

    Examples
    --------
    >>> media_type_of_codec("ulaw"), media_type_of_codec("mp3")
    ('audio/basic', None)
    """
    found = (media for media, one in HEADERLESS.items() if one.codec == codec)
    return next(found, None)
