"""A job: one thing asked of one provider, and the key under which it is kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from numbers import Integral
from typing import Literal, TypeAlias

from voicekit.errors import InvalidSetting

__all__ = [
    "KEY_VERSION",
    "REHEARSED",
    "InputFile",
    "Job",
    "Kind",
    "SettingValue",
    "check_take",
]

Kind: TypeAlias = Literal[
    "speech", "sound_effect", "music", "dubbing", "transcription", "clone", "proxies"
]
SettingValue: TypeAlias = bool | int | float | str
"""A setting's value in canonical form: a whole number is never a float."""

KEY_VERSION = 1
"""Raise this only with a way to find what was stored under the old keys."""

REHEARSED = "sandbox"
"""The realm of what local stand-ins are asked, which end with their kernel."""

MOST_TAKES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFile:
    """A file that goes with a job, known by its content."""

    path: str
    sha256: str
    size: int
    duration_us: int | None = None
    """How long it sounds, which some vendors charge by; None where its header does not
    tell."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """One thing asked of one provider: checked, canonical, and ready to send."""

    provider: str
    kind: Kind
    text: str = ""
    """Exactly as it goes on the wire."""
    voice: str | None = None
    """The provider's own id of the voice."""
    model: str | None = None
    settings: Mapping[str, SettingValue] = field(default_factory=dict)
    """Only what goes on the wire, in canonical form."""
    format: str | None = None
    take: int = 1
    files: Mapping[str, InputFile] = field(default_factory=dict)
    shown_voice: str | None = None
    """What tables and errors show instead of a voice that is itself a secret."""
    realm: str = "live"
    """``live``, ``sandbox``, or the address where the user overrode it."""

    @cached_property
    def key(self) -> str:
        """The SHA-256 under which the result is kept, as 64 hex digits.

        It holds no account, no key material and no callback address, so that a stored
        clip is found with no key and no network. A later release must make the same
        key for the same call.
        """
        parts = {
            "version": KEY_VERSION,
            "realm": self.realm,
            "provider": self.provider,
            "kind": self.kind,
            "model": self.model,
            "voice": self.voice,
            "text": self.text,
            "files": {name: file.sha256 for name, file in self.files.items()},
            "settings": dict(self.settings),
            "format": self.format,
            "take": self.take,
        }
        canonical = json.dumps(parts, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    @property
    def voice_name(self) -> str | None:
        """The voice as it is shown, ``"provider:id"``."""
        shown = self.shown_voice or self.voice
        return None if shown is None else f"{self.provider}:{shown}"


def check_take(take: object) -> int:
    """Return the number of a take, counted from 1.

    Raises
    ------
    InvalidSetting
        If it is no such number.
    """
    if isinstance(take, bool) or not isinstance(take, Integral):
        raise InvalidSetting(f"take is a whole number from 1, not {take!r}.")
    if not 1 <= int(take) <= MOST_TAKES:
        raise InvalidSetting(f"take counts takes from 1 to {MOST_TAKES}.")
    return int(take)
