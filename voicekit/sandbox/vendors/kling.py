"""Kling's stand-in: one call that answers with the sound, codes in the body."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import jwt
from fastapi import APIRouter, Query
from pydantic import Field

from voicekit.sandbox.asked import Asked, Text
from voicekit.sandbox.casting import Cast, manner, table
from voicekit.sandbox.clock import milliseconds
from voicekit.sandbox.desk import At, Desk, Order, Output
from voicekit.sandbox.refusals import Refused, Wording
from voicekit.sandbox.sheet import DAY_S, Sheet
from voicekit.sandbox.speech import MP3
from voicekit.sandbox.tasks import Product, Task
from voicekit.sandbox.vendors import kling_answers as says

__all__ = [
    "SHEET",
    "costs",
    "speak",
    "task",
]

COST = 0.05
"""Units for a call; the page has no price, resellers quote this one."""

SLOWEST, FASTEST = 0.8, 2.0
LONGEST_TEXT = 1000
_TOTAL_UNITS = 200.0
router = APIRouter()


class _Speech(Asked):
    text: Text
    voice_id: str
    # Required, and "default zh": what is left out is Chinese.
    voice_language: Literal["zh", "en"] = "zh"
    voice_speed: Annotated[float, Field(allow_inf_nan=False)] = 1.0


@router.post("/v1/audio/tts", tags=["submit"])
async def speak(asked: _Speech, desk: At) -> says.Answer:
    """Speak, and answer when it is done."""
    if len(asked.text) > LONGEST_TEXT:
        raise Refused("invalid", f"text is longer than {LONGEST_TEXT} characters")
    cast = _cast(asked.voice_id, asked.voice_language)
    # "Accurate to one decimal place; values outside are automatically rounded":
    # read as brought into the range, never refused.
    speed = round(min(max(asked.voice_speed, SLOWEST), FASTEST), 1)
    how = manner(cast, speed=speed)

    async def make() -> Product:
        sound = await desk.speaker.speak(asked.text, how)
        return Product(blobs={"url": [sound.data]}, duration_s=sound.duration_s)

    task = await desk.accept(
        Order(
            kind="tts",
            asked=asked.model_dump(),
            cost=COST,
            outputs={"url": [Output(MP3.suffix, MP3.media_type)]},
            make=make,
        )
    )
    return _answer(desk, task)


@router.get("/v1/audio/tts/{task_id}", tags=["poll"])
async def task(task_id: str, desk: At) -> says.Answer:
    """Answer a task again.

    The page has no such path. It stands where Kling's other products have theirs, for
    the states that only a fault brings.
    """
    return _answer(desk, desk.find(task_id))


@router.get("/account/costs", tags=["credits"])
async def costs(
    desk: At,
    start_time: Annotated[int, Query(ge=0)],
    end_time: Annotated[int, Query(ge=0)],
    resource_pack_name: str = "",
) -> says.CostsAnswer:
    """Answer what is left of the packs; documented to lag by up to 12 hours."""
    del start_time, end_time
    pack = _pack(desk)
    fits = resource_pack_name in {"", pack["resource_pack_name"]}
    data: says.Costs = {
        "code": 0,
        "msg": "SUCCEED",
        "resource_pack_subscribe_infos": [pack] if fits else [],
    }
    return {"code": 0, "message": "SUCCEED", "request_id": _id(), "data": data}


def _answer(desk: Desk, task: Task) -> says.Answer:
    view = desk.view(task)
    is_failed = view.state == "failed"
    data: says.Data = {
        "task_id": task.id,
        "task_status": str(view.word),
        "task_status_msg": "risk control: the text was refused" if is_failed else "",
        "created_at": milliseconds(task.created),
        "updated_at": milliseconds(task.ended or desk.clock.now()),
    }
    if view.state == "done":
        data["task_result"] = {"audios": _audios(task, view.url("url"))}
        data["final_unit_deduction"] = f"{task.cost:g}"
    return {"code": 0, "message": "SUCCEED", "request_id": _id(), "data": data}


def _audios(task: Task, url: str | None) -> list[says.Audio]:
    if url is None:
        return []
    duration_s = task.product.duration_s if task.product else 0.0
    return [{"id": f"{task.id}1", "url": url, "duration": f"{duration_s:.3f}"}]


def _pack(desk: Desk) -> says.Pack:
    bought = milliseconds(desk.clock.now() - DAY_S)
    left = desk.balance()
    return {
        "resource_pack_name": "Sandbox pack",
        "resource_pack_id": "sandbox-pack",
        "resource_pack_type": "decreasing_total",
        "total_quantity": _TOTAL_UNITS,
        "remaining_quantity": left,
        "purchase_time": bought,
        "effective_time": bought,
        "invalid_time": milliseconds(desk.clock.now() + 365 * DAY_S),
        "status": "online" if left > 0 else "runOut",
    }


def _cast(voice_id: str, language: str) -> Cast:
    for row in table("kling_voices"):
        if row["voice_id"] == voice_id and row["voice_language"] == language:
            return Cast(row["espeak"], row["variant"], row["pitch"])
    raise Refused("no_voice")


def _id() -> str:
    """Return an id like Kling's: digits that begin with the time."""
    return f"{time.time_ns() // 1000}{secrets.randbelow(10**4):04}"


def _authenticate(desk: Desk, headers: Mapping[str, str]) -> None:
    """Accept the key itself, or a token that was made with the two older keys."""
    keys = desk.sheet.credentials
    header = headers.get("authorization", "")
    if not header:
        raise Refused("no_key")
    scheme, _, token = header.partition(" ")
    if scheme != "Bearer":
        raise Refused("bad_key")
    if secrets.compare_digest(token.encode(), keys["key"].encode()):
        return
    # Read with this machine's clock, also when the vendors' is moved forward: the
    # client's clock cannot be moved along, so every token would be too old.
    try:
        claims = jwt.decode(token, keys["secret key"], ["HS256"], _JWT_RULES)
    except jwt.ImmatureSignatureError:
        raise Refused("early_token") from None
    except jwt.ExpiredSignatureError:
        raise Refused("old_token") from None
    except jwt.InvalidTokenError:
        raise Refused("bad_key") from None
    if claims["iss"] != keys["access key"]:
        raise Refused("bad_key")


_JWT_RULES: Any = {"require": ["iss", "exp", "nbf"]}


def _envelope(wording: Wording, extra: Mapping[str, Any]) -> dict[str, Any]:
    del extra
    return {"code": wording.code, "message": wording.message, "request_id": _id()}


_CODES = {401: 1002, 403: 1103, 404: 1203, 429: 1302, 500: 5000, 503: 5001, 504: 5002}

SHEET = Sheet(
    name="kling",
    title="Kling TTS",
    routers=[router],
    credentials={
        "key": "sandbox-kling-key",
        "access key": "sandbox-kling-access-key",
        "secret key": "sandbox-kling-secret-key-of-32-bytes",
    },
    authenticate=_authenticate,
    refusals={
        "no_key": Wording(401, 1001, "Authorization is empty"),
        "bad_key": Wording(401, 1002, "Authorization is invalid"),
        "early_token": Wording(401, 1003, "Authorization is not valid yet"),
        "old_token": Wording(401, 1004, "Authorization has expired"),
        "account": Wording(429, 1100, "Account exception"),
        "arrears": Wording(429, 1101, "Account in arrears"),
        "no_credits": Wording(429, 1102, "Resource pack is used up or has expired"),
        "forbidden": Wording(403, 1103, "No right to this resource"),
        "invalid": Wording(400, 1201, "Invalid parameters"),
        "no_voice": Wording(400, 1201, "voice_id does not fit voice_language"),
        "no_route": Wording(404, 1203, "The requested resource does not exist"),
        "not_found": Wording(404, 1203, "The requested resource does not exist"),
        "method": Wording(404, 1202, "The requested method is invalid"),
        "policy": Wording(400, 1300, "Platform policy was triggered"),
        "content": Wording(400, 1301, "Content safety was triggered"),
        "rate": Wording(429, 1302, "Too many requests"),
        "parallel": Wording(429, 1303, "parallel task over resource pack limit"),
        "address": Wording(429, 1304, "IP is not in the whitelist"),
        "too_large": Wording(400, 1200, "Request too large"),
        "internal": Wording(500, 5000, "Internal error"),
        "maintenance": Wording(503, 5001, "Service is temporarily unavailable"),
        "timeout": Wording(504, 5002, "Internal timeout"),
    },
    envelope=_envelope,
    code_of_status=lambda status: _CODES.get(status, 1200 if status < 500 else 5000),  # noqa: PLR2004
    error_model=says.Error,
    words={
        "queued": "submitted",
        "running": "processing",
        "done": "succeed",
        "failed": "failed",
    },
    id_fields=frozenset({"task_id"}),
    new_id=_id,
    opening=_TOTAL_UNITS,
    unit="units",
    at_once=True,
    file_life_s=30 * DAY_S,
)
