"""What the Voice Clone API answers."""

from __future__ import annotations

from typing import Any, NotRequired

from typing_extensions import TypedDict

from voicekit.sandbox.account import Amount

__all__ = [
    "Accepted",
    "Breakdown",
    "Cloned",
    "Credits",
    "Error",
    "Pagination",
    "Speech",
    "SpeechVoice",
    "Status",
    "Voice",
    "Voices",
]


class Voice(TypedDict):
    """A clone, when it was made."""

    id: str
    title: str
    description: str | None
    coverImage: str | None
    audioUrl: str
    duration: Amount
    tags: list[str]
    createdAt: str


class Cloned(TypedDict):
    """A clone was accepted."""

    success: bool
    voiceId: str
    voice: Voice


class Pagination(TypedDict):
    """Where in a list one is."""

    page: int
    limit: int
    total: int
    totalPages: int
    hasNext: bool
    hasPrev: bool


class Voices(TypedDict):
    """A page of voices."""

    success: bool
    voices: list[dict[str, Any]]
    pagination: Pagination


class SpeechVoice(TypedDict):
    """Who speaks."""

    id: str
    title: str
    coverImage: str | None
    type: str


class Speech(TypedDict):
    """A speech, as far as it is."""

    id: str
    text: str
    format: str
    status: str
    creditsUsed: int
    createdAt: str
    audioUrl: NotRequired[str | None]
    duration: NotRequired[Amount | None]
    updatedAt: NotRequired[str]
    voice: NotRequired[SpeechVoice]


class Accepted(TypedDict):
    """A speech was accepted."""

    success: bool
    speechId: str
    creditsUsed: int
    speech: Speech


class Status(TypedDict):
    """How a speech stands."""

    success: bool
    speech: Speech


class Breakdown(TypedDict):
    """The two kinds of credits."""

    regular: Amount
    permanent: Amount
    resetAt: str


class Credits(TypedDict):
    """The balance."""

    success: bool
    credits: Amount
    breakdown: Breakdown


class Error(TypedDict):
    """Any refusal."""

    code: str
    error: str
    credits: NotRequired[Amount]
    needCredits: NotRequired[Amount]
