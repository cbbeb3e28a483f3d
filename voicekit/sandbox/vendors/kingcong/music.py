"""The MiniMax part's music."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from voicekit.sandbox.asked import Asked
from voicekit.sandbox.covers import cover
from voicekit.sandbox.desk import At, Order, Output
from voicekit.sandbox.refusals import Refused
from voicekit.sandbox.speech import MP3
from voicekit.sandbox.tasks import Product
from voicekit.sandbox.vendors.kingcong import answers as says
from voicekit.sandbox.vendors.kingcong.elevenlabs import AUDIO
from voicekit.sandbox.vendors.kingcong.tasks import receipt

__all__ = [
    "music",
    "router",
]

CREDITS_PER_TRACK = 1200
"""The estimate of the vendor's own form."""

TRACK_S = 10.0
_STYLES = {*map(str, range(1, 19))} - {"14", "16"}
_MOODS = {*map(str, range(1, 12))}
_SCENARIOS = {*map(str, range(1, 11))}
router = APIRouter(prefix="/v1m/task")


class _Music(Asked):
    title: Annotated[str, Field(max_length=40)] = ""
    idea: Annotated[str, Field(min_length=20, max_length=300)] | None = None
    lyrics: Annotated[str, Field(min_length=50, max_length=3000)] | None = None
    n: Annotated[int, Field(ge=1, le=3)] = 1
    style_id: str = ""
    mood_id: str = ""
    scenario_id: str = ""
    rewrite_idea_switch: bool = False
    receive_url: str = ""


@router.post("/music-generation", tags=["submit"])
async def music(asked: _Music, desk: At) -> says.Receipt:
    """Begin to make music."""
    # "Supports both idea-based and lyrics-based": either is enough.
    if asked.idea is None and asked.lyrics is None:
        raise Refused("invalid", "idea must be at least 20 characters")
    for name, known in _IDS.items():
        if getattr(asked, name) not in {"", *known}:
            raise Refused("invalid", f"{name} is not supported")
    prompts = [f"{asked.model_dump()}|{number}" for number in range(asked.n)]

    async def make() -> Product:
        tracks = [
            await desk.speaker.compose("music", prompt, TRACK_S, MP3, loop=False)
            for prompt in prompts
        ]
        blobs = {
            "audio_url": [track.data for track in tracks],
            "cover_url": [cover(prompt) for prompt in prompts],
        }
        return Product(blobs=blobs, duration_s=TRACK_S)

    order = Order(
        kind="minimax_music",
        asked=asked.model_dump(),
        cost=CREDITS_PER_TRACK * asked.n,
        outputs={
            "audio_url": [AUDIO] * asked.n,
            "cover_url": [Output("jpg", "image/jpeg")] * asked.n,
        },
        make=make,
        work_s=8.0 + 4.0 * asked.n,
        callback_url=asked.receive_url,
    )
    return receipt(desk, await desk.accept(order))


_IDS = {"style_id": _STYLES, "mood_id": _MOODS, "scenario_id": _SCENARIOS}
