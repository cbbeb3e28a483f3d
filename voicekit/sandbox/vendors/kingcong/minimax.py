"""The MiniMax part: speech, voices, configuration."""

from __future__ import annotations

import math
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field

from voicekit.sandbox.asked import Asked, Text
from voicekit.sandbox.casting import Cast, languages, manner, table
from voicekit.sandbox.clock import milliseconds
from voicekit.sandbox.clones import clones
from voicekit.sandbox.desk import At, Desk, Order
from voicekit.sandbox.lists import page_of
from voicekit.sandbox.refusals import Refused
from voicekit.sandbox.tasks import Product
from voicekit.sandbox.vendors.kingcong import answers as says
from voicekit.sandbox.vendors.kingcong.elevenlabs import AUDIO, TRANSCRIPT, spoken
from voicekit.sandbox.vendors.kingcong.models import MINIMAX_MODELS
from voicekit.sandbox.vendors.kingcong.tasks import receipt

__all__ = [
    "config",
    "language_named",
    "router",
    "speak",
    "voices",
]

TURBO_SHARE = 0.6
LONGEST_TEXT = 10_000
"""In characters; the page names no limit, this is MiniMax's own."""

_SAMPLE = "Hello, this is a voice of the list."
_CREATED = 1_735_000_000.0
router = APIRouter(prefix="/v1m")


class _VoiceSetting(Asked):
    voice_id: str
    # The proxy's own ranges; MiniMax's differ, and a client that stays within both
    # is right whichever holds.
    speed: Annotated[float, Field(ge=0.01, le=10)] = 1.0
    pitch: Annotated[int, Field(ge=-12, le=12)] = 0
    vol: Annotated[float, Field(ge=0.5, le=2)] = 1.0


class _Speech(Asked):
    text: Annotated[Text, Field(max_length=LONGEST_TEXT)]
    model: str
    voice_setting: _VoiceSetting
    language_boost: str = "Auto"
    with_transcript: bool = False
    receive_url: str = ""


class _List(Asked):
    page: Annotated[int, Field(ge=1, le=10**6)] = 1
    page_size: Annotated[int, Field(ge=1, le=200)] = 30
    tag_list: list[str] = Field(default_factory=list)


@router.get("/common/config", tags=["other"])
async def config() -> says.Config:
    """Answer the configuration: the page names what it is about, not its shape."""
    models = [{"name": name, "value": value} for value, name in MINIMAX_MODELS.items()]
    return {
        "data": {"t2a_model": models, "language_boost": ["Auto", *_names()]},
        "statusInfo": {"code": 0, "message": "success"},
    }


@router.post("/task/text-to-speech", tags=["submit"])
async def speak(asked: _Speech, desk: At) -> says.Receipt:
    """Begin to speak with a MiniMax voice or a clone."""
    if asked.model not in MINIMAX_MODELS:
        raise Refused("invalid", "model is not supported")
    setting = asked.voice_setting
    how = manner(
        _cast(desk, setting.voice_id),
        language=language_named(asked.language_boost),
        speed=setting.speed,
        semitones=setting.pitch,
        volume=setting.vol,
    )

    async def make() -> Product:
        sound = await desk.speaker.speak(asked.text, how)
        product = spoken(sound, transcript=asked.with_transcript)
        blobs = {name: row for name, row in product.blobs.items() if name != "json_url"}
        return Product(blobs=blobs, duration_s=sound.duration_s, words=sound.words)

    outputs = {"audio_url": [AUDIO]}
    if asked.with_transcript:
        outputs["srt_url"] = TRANSCRIPT["srt_url"]  # this route has no json_url
    share = TURBO_SHARE if "turbo" in asked.model else 1.0
    order = Order(
        kind="minimax_tts",
        asked=asked.model_dump(),
        cost=math.ceil(len(asked.text) * share),
        outputs=outputs,
        make=make,
        work_s=1.5 + len(asked.text) / 180,
        callback_url=asked.receive_url,
    )
    return receipt(desk, await desk.accept(order))


@router.post("/voice/list", tags=["list"])
async def voices(asked: _List, desk: At) -> says.MiniMaxVoices:
    """List voices that have all the tags; unknown tags are passed over."""
    rows = table("minimax_voices")
    known = {tag for row in rows for tag in row["tag_list"]}
    wanted = known.intersection(asked.tag_list)
    chosen = [row for row in rows if wanted.issubset(row["tag_list"])]
    listed = desk.listed((_CREATED, _row(desk, row)) for row in chosen)
    page = page_of(listed, asked.page, asked.page_size)
    data: says.VoicePage = {
        "voice_list": list(page.rows),
        "has_more": page.has_next,
        "total": page.total,
    }
    return {"success": True, "data": data}


def language_named(name: str) -> str | None:
    """Return the eSpeak voice of a language's name; None for Auto.

    Raises
    ------
    Refused
        If there is no such language.
    """
    if name == "Auto":
        return None
    for language in languages().values():
        if language.name == name:
            return language.espeak
    raise Refused("invalid", "the language is not supported")


def _names() -> list[str]:
    return [language.name for language in languages().values()]


def _cast(desk: Desk, voice_id: str) -> Cast:
    clone = clones(desk).get(voice_id)
    if clone is not None:
        if clone.stage(desk.clock) != "ready":
            raise Refused("no_voice")
        clone.uses += 1
        return clone.cast
    for row in table("minimax_voices"):
        if row["voice_id"] == voice_id:
            return Cast(row["espeak"], row["variant"], row["pitch"])
    raise Refused("no_voice")


def _row(desk: Desk, row: dict[str, Any]) -> dict[str, Any]:
    how = manner(Cast(row["espeak"], row["variant"], row["pitch"]))
    return {
        "voice_id": row["voice_id"],
        "parent_voice_id": "0",
        "voice_name": row["voice_name"],
        "tag_list": row["tag_list"],
        "file_id": "",
        "cover_url": "",
        "create_time": milliseconds(_CREATED),
        "update_time": milliseconds(_CREATED),
        "collected": False,
        "voice_status": 2,
        "sample_audio": desk.preview(row["voice_id"], _SAMPLE, how),
        "uniq_id": row["voice_name"].replace(" ", "_"),
        "group_id": "",
        "description": "",
        "generate_channel": 0,
    }
