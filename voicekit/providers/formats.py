"""What the audio of a format named ``codec_rate_bitrate`` is."""

from __future__ import annotations

from collections.abc import Mapping

from voicekit.headerless import media_type_of_codec

__all__ = ["ELEVENLABS", "media_type", "raw_rate"]

ELEVENLABS = (
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
)
"""The formats of ElevenLabs, whoever resells its voices."""

_MEDIA_TYPES: Mapping[str, str] = {
    "mp3": "audio/mpeg",
    "opus": "audio/ogg",
}


def media_type(name: str) -> str:
    """Return the media type.

    Examples
    --------
    >>> media_type("opus_48000_32")
    'audio/ogg'
    """
    codec = name.partition("_")[0]
    return media_type_of_codec(codec) or _MEDIA_TYPES[codec]


def raw_rate(name: str) -> int | None:
    """Return the samples per second where no header says so; else None.

    Examples
    --------
    >>> raw_rate("pcm_16000"), raw_rate("mp3_44100_128")
    (16000, None)
    """
    codec, rate, *_ = name.split("_")
    return int(rate) if media_type_of_codec(codec) else None
