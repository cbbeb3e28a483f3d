"""How the voice list of the Voice Clone API shows clones and system voices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from voicekit.sandbox.casting import Cast, manner, table
from voicekit.sandbox.clock import iso
from voicekit.sandbox.clones import Clone, clones
from voicekit.sandbox.desk import Desk
from voicekit.sandbox.refusals import Refused
from voicekit.sandbox.vendors import voiceclone_answers as says

__all__ = ["SystemVoice", "find_voice", "row_of_clone", "system_voices"]

_STATUS = {"processing": "PROCESSING", "ready": "COMPLETED", "failed": "FAILED"}
_SAMPLE = "Hello, this is a system voice."


@dataclass(slots=True)
class SystemVoice:
    """A voice that everybody may use."""

    told: dict[str, Any]
    cast: Cast
    uses: int = 0

    @property
    def row(self) -> dict[str, Any]:
        """How it is listed."""
        return {**self.told, "usageCount": self.uses, "popularity": self.uses}


def row_of_clone(desk: Desk, clone: Clone) -> dict[str, Any]:
    """Return how a clone is listed."""
    return {
        "id": clone.id,
        **clone.told,
        "audioUrl": desk.files.url(clone.sample),
        "duration": round(clone.duration_s),
        "status": _STATUS[clone.stage(desk.clock)],
        "type": "USER",
        "isPublic": False,
        "popularity": 0,
        "usageCount": clone.uses,
        "createdAt": iso(clone.created),
        "updatedAt": iso(clone.created),
    }


def system_voices(desk: Desk) -> dict[str, SystemVoice]:
    """Return the system voices by their id, which is new in each start."""
    shelf: dict[str, SystemVoice] = desk.shelf.setdefault("system voices", {})
    if not shelf:
        for row in table("voiceclone_voices"):
            voice = _system_voice(desk, desk.sheet.new_id(), row)
            shelf[voice.told["id"]] = voice
    return shelf


def _system_voice(desk: Desk, voice_id: str, row: dict[str, Any]) -> SystemVoice:
    cast = Cast(row["espeak"], row["variant"], row["pitch"])
    told = {
        "id": voice_id,
        "title": row["title"],
        "description": row["description"],
        "coverImage": None,
        "audioUrl": desk.preview(voice_id, _SAMPLE, manner(cast)),
        "duration": 2,
        "status": "COMPLETED",
        "type": "SYSTEM",
        "isPublic": True,
        "tags": row["tags"],
        "createdAt": iso(0),
        "updatedAt": iso(0),
    }
    return SystemVoice(told, cast)


def find_voice(desk: Desk, voice_id: str) -> tuple[Cast, says.SpeechVoice]:
    """Return who speaks as a voice that can be used now, and how it is named.

    Raises
    ------
    Refused
        If there is none, or it is still being made.
    """
    found: Clone | SystemVoice | None = clones(desk).get(voice_id)
    if isinstance(found, Clone):
        if found.stage(desk.clock) != "ready":
            raise Refused("no_voice")
        row = row_of_clone(desk, found)
    else:
        found = system_voices(desk).get(voice_id)
        if found is None:
            raise Refused("no_voice")
        row = found.row
    found.uses += 1
    named: says.SpeechVoice = {
        "id": voice_id,
        "title": row["title"],
        "coverImage": row["coverImage"],
        "type": row["type"],
    }
    return found.cast, named
