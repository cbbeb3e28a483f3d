"""The MiniMax part's clones: make, list, delete."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Form, UploadFile

from voicekit.sandbox.casting import cast_for_sample
from voicekit.sandbox.clock import milliseconds
from voicekit.sandbox.clones import Clone, clones, make_clone
from voicekit.sandbox.desk import At, Desk
from voicekit.sandbox.ids import new_number
from voicekit.sandbox.refusals import Refused
from voicekit.sandbox.uploads import FormText, take
from voicekit.sandbox.vendors.kingcong import answers as says
from voicekit.sandbox.vendors.kingcong.minimax import language_named

__all__ = [
    "clone",
    "delete",
    "many",
    "new_clone_id",
    "router",
]

COST = 1000
"""The page names no price; here a clone costs, so that a second one would show."""

LONGEST_SAMPLE_S = 300
_STATUS = {"processing": 1, "ready": 2, "failed": 3}
router = APIRouter(prefix="/v1m/voice/clone")


@router.post("", tags=["submit"])
async def clone(
    desk: At,
    file: Annotated[UploadFile, File()],
    voice_name: Annotated[FormText, Form(min_length=1)],
    preview_text: Annotated[FormText, Form(min_length=1, max_length=500)],
    language_tag: Annotated[FormText, Form()],
    gender_tag: Annotated[Literal["male", "female"], Form()],
    need_noise_reduction: Annotated[Literal["true", "false"], Form()] = "false",
) -> says.Cloned:
    """Clone a voice."""
    del preview_text, need_noise_reduction
    language = language_named(language_tag)
    upload = await take(
        file, desk.speaker, suffixes={"mp3", "m4a", "wav"}, megabytes=20
    )
    if upload.duration_s > LONGEST_SAMPLE_S:
        raise Refused("invalid", "file is longer than 5 minutes")
    cast = cast_for_sample(upload.data, language or "gmw/en-US")
    told = {
        "voice_name": voice_name,
        "tag_list": [language_tag, gender_tag.capitalize()],
    }
    made = make_clone(desk, upload, cast, told, cost=COST)
    return {"success": True, "cloned_voice_id": int(made.id)}


@router.get("", tags=["list"])
async def many(desk: At) -> says.Clones:
    """List the clones, the newest first; the page shows no example."""
    found = reversed(clones(desk).values())
    rows = ((clone.created, _row(desk, clone)) for clone in found)
    return {"success": True, "data": desk.listed(rows)}


@router.delete("/{voice_clone_id}", tags=["other"])
async def delete(voice_clone_id: str, desk: At) -> says.Removed:
    """Delete a clone."""
    if clones(desk).pop(voice_clone_id, None) is None:
        raise Refused("not_found", "Voice clone not found")
    return {"success": True}


def new_clone_id() -> str:
    """Return a new id: digits, since the page shows a number."""
    return str(new_number())


def _row(desk: Desk, clone: Clone) -> dict[str, Any]:
    return {
        "voice_id": clone.id,
        **clone.told,
        "sample_audio": desk.files.url(clone.sample),
        "cover_url": "",
        "create_time": milliseconds(clone.created),
        "voice_status": _STATUS[clone.stage(desk.clock)],
    }
