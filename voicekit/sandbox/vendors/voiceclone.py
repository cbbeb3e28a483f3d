"""The stand-in of the Voice Clone & Text-to-Speech API: one credit a byte."""

from __future__ import annotations

import json
import secrets
import string
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Form, Query, UploadFile

from voicekit.sandbox.account import number
from voicekit.sandbox.asked import Asked, Text
from voicekit.sandbox.casting import cast_for_sample, manner
from voicekit.sandbox.clock import iso
from voicekit.sandbox.clones import clones, make_clone
from voicekit.sandbox.desk import At, Desk, Order, Output
from voicekit.sandbox.formats import Format
from voicekit.sandbox.limits import Limit
from voicekit.sandbox.lists import page_of
from voicekit.sandbox.refusals import Refused, Wording
from voicekit.sandbox.sheet import Sheet
from voicekit.sandbox.tasks import Product, Task
from voicekit.sandbox.uploads import FormText, take
from voicekit.sandbox.vendors import voiceclone_answers as says
from voicekit.sandbox.vendors.voiceclone_voices import (
    find_voice,
    row_of_clone,
    system_voices,
)

__all__ = [
    "SHEET",
    "clone_voice",
    "credits",
    "speak",
    "status",
    "voices",
]

CLONE_COST = 1000
MOST_BYTES = 5000
MOST_MEGABYTES = 20
_PERMANENT = 20_000
_FORMATS = {
    "mp3": Format("mp3", 44_100, 128),
    "opus": Format("opus", 48_000, 64),
    # The page does not say what is in a PCM or WAV file: 16 bits, mono, 24 kHz.
    "pcm": Format("pcm", 24_000),
    "wav": Format("wav", 24_000),
}
_CUID = string.ascii_lowercase + string.digits
router = APIRouter(prefix="/api/v1")


class _Asked(Asked):
    text: Text
    voiceId: str
    format: Literal["mp3", "wav", "opus", "pcm"] = "mp3"


@router.post("/voice-clone", tags=["submit"])
async def clone_voice(
    desk: At,
    voice: Annotated[UploadFile, File()],
    title: Annotated[FormText, Form()] = "",
    description: Annotated[FormText, Form(max_length=500)] = "",
    coverImage: Annotated[FormText, Form()] = "",
    tags: Annotated[FormText, Form()] = "",
) -> says.Cloned:
    """Clone a voice; it can be used when the list says COMPLETED."""
    upload = await take(
        voice,
        desk.speaker,
        suffixes={"mp3", "wav", "webm"},
        megabytes=MOST_MEGABYTES,
    )
    told: dict[str, Any] = {
        "title": title or f"Voice {len(clones(desk)) + 1}",
        "description": description or None,
        "coverImage": coverImage or None,
        "tags": _tags(tags),
    }
    cast = cast_for_sample(upload.data)
    clone = make_clone(desk, upload, cast, told, cost=CLONE_COST)
    answer: says.Voice = {
        "id": clone.id,
        "title": told["title"],
        "description": told["description"],
        "coverImage": told["coverImage"],
        "audioUrl": desk.files.url(clone.sample),
        "duration": round(clone.duration_s, 1),
        "tags": told["tags"],
        "createdAt": iso(clone.created),
    }
    return {"success": True, "voiceId": clone.id, "voice": answer}


@router.get("/voices", tags=["list"])
async def voices(
    desk: At,
    page: Annotated[int, Query(ge=1, le=10**6)] = 1,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    status: Literal["PROCESSING", "COMPLETED", "FAILED"] | None = None,
    type: Literal["USER", "SYSTEM"] | None = None,  # noqa: A002 - the page's name
    sortBy: Literal[
        "createdAt", "updatedAt", "title", "duration", "popularity"
    ] = "createdAt",
    sortOrder: Literal["asc", "desc"] = "desc",
) -> says.Voices:
    """List voices: without a filter the system's, too, since they can be used."""
    rows = [
        (clone.created, row_of_clone(desk, clone)) for clone in clones(desk).values()
    ]
    rows += [(0.0, voice.row) for voice in system_voices(desk).values()]
    wanted = [
        (made, row)
        for made, row in rows
        if status in {None, row["status"]} and type in {None, row["type"]}
    ]
    wanted.sort(key=lambda entry: entry[1][sortBy], reverse=sortOrder == "desc")
    found = page_of(desk.listed(wanted), page, limit)
    pagination: says.Pagination = {
        "page": page,
        "limit": limit,
        "total": found.total,
        "totalPages": found.pages,
        "hasNext": found.has_next,
        "hasPrev": page > 1,
    }
    return {"success": True, "voices": list(found.rows), "pagination": pagination}


@router.post("/tts", tags=["submit"])
async def speak(asked: _Asked, desk: At) -> says.Accepted:
    """Begin to speak."""
    cost = len(asked.text.encode())
    if cost > MOST_BYTES:
        raise Refused("invalid", f"Text exceeds maximum length of {MOST_BYTES} bytes")
    cast, voice = find_voice(desk, asked.voiceId)
    form = _FORMATS[asked.format]

    async def make() -> Product:
        sound = await desk.speaker.speak(asked.text, manner(cast), form)
        return Product(blobs={"audioUrl": [sound.data]}, duration_s=sound.duration_s)

    task = await desk.accept(
        Order(
            kind="tts",
            asked={**asked.model_dump(), "voice": voice},
            cost=cost,
            outputs={"audioUrl": [Output(form.suffix, form.media_type)]},
            make=make,
            work_s=1.5 + cost / 180,
        )
    )
    speech = _speech(desk, task)
    speech["status"] = "PROCESSING"  # whatever it is by now: the page promises it
    return {
        "success": True,
        "speechId": task.id,
        "creditsUsed": cost,
        "speech": speech,
    }


@router.get("/tts/{speech_id}", tags=["poll"])
async def status(speech_id: str, desk: At) -> says.Status:
    """Answer how a speech stands."""
    task = desk.find(speech_id)
    view = desk.view(task)
    is_done = view.state == "done" and task.product is not None
    speech = _speech(desk, task)
    speech["audioUrl"] = view.url("audioUrl")
    speech["duration"] = (
        round(task.product.duration_s, 2) if is_done and task.product else None
    )
    speech["updatedAt"] = iso(task.ended or desk.clock.now())
    speech["voice"] = task.asked["voice"]
    return {"success": True, "speech": speech}


@router.get("/credits", tags=["credits"])
async def credits(desk: At) -> says.Credits:  # noqa: A001 - the page's name
    """Answer the balance; what resets is spent first, which the page leaves open."""
    balance = number(desk.balance())
    permanent = min(balance, _PERMANENT)
    breakdown: says.Breakdown = {
        "regular": balance - permanent,
        "permanent": permanent,
        "resetAt": iso(_next_month(desk.clock.now())),
    }
    return {"success": True, "credits": balance, "breakdown": breakdown}


def _speech(desk: Desk, task: Task) -> says.Speech:
    return {
        "id": task.id,
        "text": task.asked["text"],
        "format": task.asked["format"],
        "status": str(desk.view(task).word),
        "creditsUsed": int(task.cost),
        "createdAt": iso(task.created),
    }


def _tags(text: str) -> list[str]:
    """Read tags in either form that the page names."""
    try:
        read = json.loads(text)
    except ValueError:
        read = None
    parts = read if isinstance(read, list) else text.split(",")
    return [str(part).strip() for part in parts if str(part).strip()]


def _next_month(now: float) -> float:
    today = datetime.fromtimestamp(now, UTC)
    year, month = divmod(today.year * 12 + today.month, 12)
    return datetime(year, month + 1, 1, tzinfo=UTC).timestamp()


def _id() -> str:
    """Return an id like the page's: ``cl`` and what follows in a cuid."""
    return "cl" + "".join(secrets.choice(_CUID) for _ in range(23))


def _authenticate(desk: Desk, headers: Mapping[str, str]) -> None:
    expected = f"Bearer {desk.sheet.credentials['key']}"
    given = headers.get("authorization", "")
    if not secrets.compare_digest(given.encode(), expected.encode()):
        raise Refused("bad_key")


def _envelope(wording: Wording, extra: Mapping[str, Any]) -> dict[str, Any]:
    return {"code": wording.code, "error": wording.message, **extra}


_CODES = {
    400: "INVALID_PARAMETERS",
    401: "UNAUTHORIZED",
    404: "NOT_FOUND",
    429: "RATE_LIMITED",
}
_TYPE = "Invalid file type. Supported formats: MP3, WAV, WebM"
_SIZE = f"File size exceeds {MOST_MEGABYTES}MB limit"

SHEET = Sheet(
    name="voiceclone",
    title="Voice Clone & Text-to-Speech",
    routers=[router],
    base_path="/api/v1",
    credentials={"key": "sandbox-voiceclone-key"},
    authenticate=_authenticate,
    refusals={
        "no_key": Wording(401, "UNAUTHORIZED", "Authentication required"),
        "bad_key": Wording(401, "UNAUTHORIZED", "Authentication required"),
        "no_credits": Wording(429, "USAGE_LIMIT_EXCEEDED", "Insufficient credits"),
        "invalid": Wording(400, "INVALID_PARAMETERS", "Invalid parameters"),
        "wrong_type": Wording(400, "INVALID_PARAMETERS", _TYPE),
        "too_large": Wording(400, "INVALID_PARAMETERS", _SIZE),
        "no_voice": Wording(404, "NOT_FOUND", "Voice not found or not available"),
        "not_found": Wording(404, "NOT_FOUND", "Speech not found or access denied"),
        "no_route": Wording(404, "NOT_FOUND", "Not found"),
        "method": Wording(405, "INVALID_PARAMETERS", "Method not allowed"),
        "rate": Wording(429, "RATE_LIMITED", "Rate limit exceeded"),
        "internal": Wording(500, "INTERNAL_ERROR", "Internal server error"),
    },
    envelope=_envelope,
    code_of_status=lambda status: _CODES.get(status, "INTERNAL_ERROR"),
    error_model=says.Error,
    words={
        "queued": "PROCESSING",
        "running": "PROCESSING",
        "done": "COMPLETED",
        "failed": "FAILED",
    },
    id_fields=frozenset({"id", "voiceId", "speechId"}),
    new_id=_id,
    new_clone_id=_id,
    opening=50_000.0,
    # The page says nothing of refunds; a client must not count on one.
    refunds=False,
    limit=lambda: Limit(most=1000, window_s=60),
    tells_limit=True,
)
