"""Akool's stand-in: business codes under HTTP 200, callbacks signed and encrypted."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7
from fastapi import APIRouter, Query
from pydantic import Field

from voicekit.sandbox.account import number
from voicekit.sandbox.asked import Asked, Text
from voicekit.sandbox.callbacks import Letter
from voicekit.sandbox.casting import Cast, cast_for_sample, manner, table
from voicekit.sandbox.clock import milliseconds
from voicekit.sandbox.desk import At, Desk, Order, Output
from voicekit.sandbox.refusals import Refused, Wording
from voicekit.sandbox.sheet import DAY_S, Sheet
from voicekit.sandbox.speech import MP3
from voicekit.sandbox.tasks import Product, Task, View
from voicekit.sandbox.vendors import akool_answers as says

__all__ = [
    "SHEET",
    "clone",
    "create",
    "info",
    "quota",
    "token",
    "voices",
]

MOST_WORDS = 5000
CREDITS_PER_CHARACTER = 0.0044
"""The price of the newer API's smallest plan; the page has none."""

_OWN, _AKOOL = 4, 3
_UID = 101690
_BLOCK_BITS, _BLOCK_BYTES = 128, 16
_TOKENS = "tokens"
_TOKEN_PATH = "/api/open/v3/getToken"  # noqa: S105 - a path
_SAMPLE = "Choose from male and female voices for various use cases."
router = APIRouter()

Percent = Annotated[str, Field(pattern=r"^(100|[1-9]?[0-9])%$")]


class _Credentials(Asked):
    clientId: str
    clientSecret: str


class _Create(Asked):
    input_text: Text
    voice_id: str
    rate: Percent = "100%"
    webhookUrl: str = ""


class _Clone(Asked):
    input_text: Text
    rate: Percent
    voice_id: str = ""
    voice_url: str = ""
    webhookUrl: str = ""


@router.post(_TOKEN_PATH, tags=["token"])
async def token(asked: _Credentials, desk: At) -> says.Token | says.Error:
    """Exchange client id and secret for a bearer token."""
    keys = desk.sheet.credentials
    given = f"{asked.clientId} {asked.clientSecret}".encode()
    expected = f"{keys['client id']} {keys['client secret']}".encode()
    if not secrets.compare_digest(given, expected):
        raise Refused("bad_key")
    new = f"sandbox.{secrets.token_urlsafe(24)}.{secrets.token_urlsafe(24)}"
    desk.shelf.setdefault(_TOKENS, set()).add(new)
    return {"code": 1000, "token": new}


@router.post("/api/open/v3/audio/create", tags=["submit"])
async def create(asked: _Create, desk: At) -> says.Answer | says.Error:
    """Speak with a voice of the list."""
    row = _row(asked.voice_id)
    cast = Cast(row["espeak"], row["variant"], row["pitch"])
    told = {**asked.model_dump(), "voice_model_id": row["_id"]}
    return _answer(desk, await _speak(desk, cast, told))


@router.post("/api/open/v3/audio/clone", tags=["submit"])
async def clone(asked: _Clone, desk: At) -> says.Answer | says.Error:
    """Speak with the voice of a sample.

    The sample's address is what decides the voice: nothing is fetched from it. Where
    both are given the sample counts, since it is what the endpoint is for.
    """
    if asked.voice_url:
        if not asked.voice_url.startswith(("http://", "https://")):
            raise Refused("invalid", "voice_url is not a URL")
        cast, model = cast_for_sample(asked.voice_url.encode()), secrets.token_hex(12)
    elif asked.voice_id:
        row = _row(asked.voice_id)
        cast, model = Cast(row["espeak"], row["variant"], row["pitch"]), row["_id"]
    else:
        raise Refused("invalid", "voice_id and voice_url must provide one")
    told = {**asked.model_dump(), "voice_model_id": model}
    return _answer(desk, await _speak(desk, cast, told))


@router.get("/api/open/v3/audio/infobymodelid", tags=["poll"])
async def info(desk: At, audio_model_id: str = "") -> says.Answer | says.Error:
    """Answer how a task stands; the page shows the answer, without its path."""
    return _answer(desk, desk.find(audio_model_id))


@router.get("/api/open/v3/voice/list", tags=["list"])
async def voices(
    desk: At, origin: Annotated[Literal["", "3", "4"], Query(alias="from")] = ""
) -> says.Voices | says.Error:
    """List voices: 3 for Akool's, 4 for one's own, of which v3 can make none."""
    rows = (
        [] if origin == str(_OWN) else [_voice(desk, r) for r in table("akool_voices")]
    )
    listed = desk.listed((row["create_time"] / 1000, row) for row in rows)
    return {"code": 1000, "msg": "ok", "data": listed}


@router.get("/api/open/v3/faceswap/quota/info", tags=["credits"])
async def quota(desk: At) -> says.Quota | says.Error:
    """Answer the balance, despite the path's name."""
    return {"code": 1000, "msg": "OK", "data": {"credit": number(desk.balance())}}


async def _speak(desk: Desk, cast: Cast, told: dict[str, Any]) -> Task:
    text: str = told["input_text"]
    if len(text.split()) > MOST_WORDS:
        raise Refused("invalid", f"input_text is limited to {MOST_WORDS} words")
    # 100% is the page's sample and the top of its range: normal speed, and less is
    # slower. That it could be a maximum is nowhere said.
    how = manner(cast, speed=int(told["rate"][:-1]) / 100)

    async def make() -> Product:
        sound = await desk.speaker.speak(text, how)
        return Product(blobs={"url": [sound.data]}, duration_s=sound.duration_s)

    return await desk.accept(
        Order(
            kind="audio",
            asked=told,
            cost=round(len(text) * CREDITS_PER_CHARACTER, 4),
            outputs={"url": [Output(MP3.suffix, MP3.media_type)]},
            make=make,
            work_s=2.0 + len(text) / 180,
            callback_url=told["webhookUrl"],
        )
    )


def _answer(desk: Desk, task: Task) -> says.Answer:
    view = desk.view(task)
    return {
        "code": 1000,
        "msg": "OK",
        "data": {
            "_id": task.id,
            "create_time": milliseconds(task.created),
            "uid": _UID,
            "from": _AKOOL,
            "input_text": task.asked["input_text"],
            "rate": task.asked["rate"],
            "voice_model_id": task.asked["voice_model_id"],
            "url": view.url("url") or "",
            "status": view.word,
            "__v": 0,
        },
    }


def _voice(desk: Desk, row: dict[str, Any]) -> dict[str, Any]:
    cast = Cast(row["espeak"], row["variant"], row["pitch"])
    shown = {k: v for k, v in row.items() if k not in {"espeak", "variant", "pitch"}}
    return {
        **shown,
        "create_time": 1_687_181_385_319,
        "uid": 1,
        "from": _AKOOL,
        "type": 1,
        "preview": desk.preview(row["voice_id"], _SAMPLE, manner(cast)),
        "__v": 0,
    }


def _row(voice_id: str) -> dict[str, Any]:
    for row in table("akool_voices"):
        if row["voice_id"] == voice_id:
            found: dict[str, Any] = row
            return found
    raise Refused("no_voice")


def _write(desk: Desk, view: View, keys: Mapping[str, str], stamped: float) -> Letter:
    """Encrypt with the secret, then sign: SHA-1 over four sorted texts."""
    del desk
    clear = {
        "_id": view.task.id,
        "status": view.word,
        "type": "audio",
        "url": view.url("url") or "",
    }
    sealed = _encrypt(json.dumps(clear).encode(), keys)
    timestamp, nonce = milliseconds(stamped), str(secrets.randbelow(10_000))
    parts = sorted([keys["client id"], str(timestamp), nonce, sealed])
    letter = {
        "signature": hashlib.sha1("".join(parts).encode()).hexdigest(),  # noqa: S324 - theirs
        "dataEncrypt": sealed,
        "timestamp": timestamp,
        "nonce": nonce,
    }
    return Letter(json.dumps(letter).encode(), {})


def _encrypt(clear: bytes, keys: Mapping[str, str]) -> str:
    padder = PKCS7(_BLOCK_BITS).padder()
    padded = padder.update(clear) + padder.finalize()
    start = keys["client id"].encode()[:_BLOCK_BYTES]
    sealer = Cipher(AES(keys["client secret"].encode()), CBC(start)).encryptor()
    return base64.b64encode(sealer.update(padded) + sealer.finalize()).decode()


def _authenticate(desk: Desk, headers: Mapping[str, str]) -> None:
    """Accept the key in either header of the page, or a token that was given out."""
    key = desk.sheet.credentials["key"]
    given = headers.get("x-api-key") or headers.get("authorization", "")
    if not given:
        raise Refused("no_key")
    given = given.removeprefix("Bearer ")
    if given in desk.shelf.get(_TOKENS, ()):
        return
    if not secrets.compare_digest(given.encode(), key.encode()):
        raise Refused("bad_key")


def _envelope(wording: Wording, extra: Mapping[str, Any]) -> dict[str, Any]:
    del extra
    return {"code": wording.code, "msg": wording.message}


_CODES = {400: 1003, 401: 1101, 402: 1104, 403: 1009, 404: 1014, 422: 1003, 429: 1005}

SHEET = Sheet(
    name="akool",
    title="Akool audio",
    routers=[router],
    credentials={
        "key": "sandbox-akool-key",
        "client id": "sandbox-akool-id",
        "client secret": "sandbox-akool-secret-024",
    },
    authenticate=_authenticate,
    # Clients take HTTP 200 for granted: the code in the body decides.
    refusals={
        "no_key": Wording(200, 1102, "Authorization cannot be empty"),
        "bad_key": Wording(200, 1101, "Invalid authorization or the token has expired"),
        "invalid": Wording(200, 1003, "Parameter error or parameter cannot be empty"),
        "rate": Wording(200, 1005, "Operation is too frequent"),
        "quota": Wording(200, 1006, "Your quota is not enough"),
        "not_found": Wording(200, 1008, "The content does not exist"),
        "forbidden": Wording(200, 1009, "You do not have permission"),
        "no_voice": Wording(200, 1014, "The resource does not exist"),
        "no_credits": Wording(200, 1104, "Insufficient balance"),
        "banned": Wording(200, 1200, "The account has been banned"),
        "generation": Wording(200, 1201, "Create audio error"),
        "too_large": Wording(200, 1003, "Request too large"),
        "no_route": Wording(404, 1014, "Not found"),
        "method": Wording(405, 1010, "You can not operate it"),
        "internal": Wording(500, 1201, "Create audio error"),
    },
    envelope=_envelope,
    code_of_status=lambda status: _CODES.get(status, 1201),
    error_model=says.Error,
    words={"queued": 1, "running": 2, "done": 3, "failed": 4},
    id_fields=frozenset({"_id"}),
    new_id=lambda: secrets.token_hex(12),
    opening=1_000.0,
    open_paths=frozenset({_TOKEN_PATH}),
    write=_write,
    callback_tries=3,
    file_life_s=7 * DAY_S,
)
