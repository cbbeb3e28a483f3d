"""A voice, and the name it goes by: ``"provider:id"``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from voicekit.errors import InvalidSetting, UnknownVoice, nearest

__all__ = ["Voice", "VoiceQuery", "check_filters", "searchable", "split_voice"]

GENDERS = ("female", "male", "neutral", "non-binary")
"""What vendors tell apart."""

_LANGUAGE = re.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")

LONGEST_NAME = 4_096
"""A signed address of a sample is the longest there is."""
SHOWN_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """One voice of one provider, as a plain value."""

    voice: str
    """The name to speak with, ``"provider:id"``."""
    name: str = ""
    language: str | None = None
    """BCP-47 where the provider says which."""
    gender: str | None = None
    age: str | None = None
    accent: str | None = None
    use_case: str | None = None
    description: str | None = None
    tags: tuple[str, ...] = ()
    category: str | None = None
    status: str | None = None
    owned: bool | None = None
    preview_url: str | None = None
    created_at: int | None = None
    """Microseconds since 1970, UTC."""

    @property
    def provider(self) -> str:
        """The part before the colon."""
        return split_voice(self.voice)[0]

    @property
    def id(self) -> str:
        """The part after the first colon: the provider's own id."""
        return split_voice(self.voice)[1]

    def __str__(self) -> str:
        return self.voice


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceQuery:
    """What `Studio.voices` was asked for."""

    search: str | None = None
    language: str | None = None
    gender: str | None = None
    shared: bool = False
    limit: int | None = 200

    @property
    def is_narrow(self) -> bool:
        """Whether anything but the number of voices was asked for."""
        return any((self.search, self.language, self.gender))

    def matches(self, voice: Voice) -> bool:
        """Tell whether a voice is among those asked for.

        A language matches its regions: ``"en"`` finds ``"en-GB"``.
        """
        return (
            _is_within(self.language, voice.language)
            and (self.gender is None or self.gender.casefold() == voice.gender)
            and all(word in searchable(voice) for word in _words(self.search))
        )


def split_voice(voice: str) -> tuple[str, str]:
    """Split ``"provider:id"`` at its first colon.

    Examples
    --------
    >>> split_voice("offline:de+f3")
    ('offline', 'de+f3')

    Raises
    ------
    UnknownVoice
        If there is no provider or no id.
    """
    provider, _, voice_id = voice.partition(":")
    if not provider or not voice_id or len(voice) > LONGEST_NAME:
        shown = voice if len(voice) <= SHOWN_NAME else f"{voice[:SHOWN_NAME]}…"
        raise UnknownVoice(
            f"{shown!r} names no voice. Voices are written 'provider:id', such as "
            "'offline:en-us'; studio.voices() lists them."
        )
    return provider, voice_id


def check_filters(language: str | None, gender: str | None) -> None:
    """Refuse what no voice can match, instead of finding nothing.

    Raises
    ------
    InvalidSetting
        If the language is no code, or there is no such gender.
    """
    if language is not None and not _LANGUAGE.fullmatch(language):
        raise InvalidSetting(
            f"A language is written as its code, such as 'en' or 'en-GB', not "
            f"{language!r}. To find a word in the names of voices, use search."
        )
    if gender is not None and gender.casefold() not in GENDERS:
        raise InvalidSetting(
            f"There is no gender {gender!r}.{nearest(gender, GENDERS)} "
            f"Voices are {', '.join(GENDERS)}."
        )


def searchable(voice: Voice) -> str:
    """Return what is searched of a voice, in lower case."""
    parts = (
        voice.voice,
        voice.name,
        voice.language,
        voice.accent,
        voice.use_case,
        voice.description,
        *voice.tags,
    )
    return " ".join(part for part in parts if part).casefold()


def _is_within(wanted: str | None, language: str | None) -> bool:
    if wanted is None:
        return True
    return f"{language or ''}-".lower().startswith(f"{wanted}-".lower())


def _words(search: str | None) -> list[str]:
    return (search or "").casefold().split()
