"""The two models of Kie's pages: their inputs, prices, and what they make."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from voicekit.sandbox.asked import Asked
from voicekit.sandbox.casting import (
    Cast,
    cast_for_sample,
    languages,
    manner,
    table,
)
from voicekit.sandbox.desk import Desk, Order, Output
from voicekit.sandbox.formats import Format, OutputFormat, parse
from voicekit.sandbox.refusals import Refused
from voicekit.sandbox.speech import MP3
from voicekit.sandbox.tasks import Product

__all__ = ["SOUND", "SPEECH", "sound_order", "speech_order"]

SPEECH = "elevenlabs/text-to-speech-turbo-2-5"
SOUND = "elevenlabs/sound-effect-v2"

SPEECH_CREDITS_PER_CHARACTER = 0.006
SOUND_CREDITS_PER_SECOND = 0.24
"""Both prices from third-party lists; the page has none."""

_PROMPTED_S = 4.0
"""What stands for the optimal duration when none is asked for."""


_AN_ID = re.compile(r"[A-Za-z0-9]{20}")
"""The page's list has names alone; newer documents of the vendor also list ids."""


def _steps(step: float) -> AfterValidator:
    """Refuse what no form of the page could send: a value between two steps."""

    def check(value: float | None) -> float | None:
        if value is not None and abs(value / step - round(value / step)) > 1e-6:  # noqa: PLR2004
            raise ValueError(f"must be a multiple of {step}")
        return value

    return AfterValidator(check)


_Hundredth = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False), _steps(0.01)]
_Speed = Annotated[float, Field(ge=0.7, le=1.2, allow_inf_nan=False), _steps(0.01)]
_Seconds = Annotated[float, Field(ge=0.5, le=22, allow_inf_nan=False), _steps(0.1)]


class _Speech(Asked):
    text: Annotated[str, Field(min_length=1, max_length=5000)]
    voice: str = "Rachel"
    stability: _Hundredth = 0.5
    similarity_boost: _Hundredth = 0.75
    style: _Hundredth = 0
    speed: _Speed = 1
    timestamps: bool = False
    previous_text: Annotated[str, Field(max_length=5000)] = ""
    next_text: Annotated[str, Field(max_length=5000)] = ""
    language_code: Annotated[str, Field(max_length=500)] = ""


class _Sound(Asked):
    text: Annotated[str, Field(max_length=5000)] = ""
    loop: bool = False
    duration_seconds: _Seconds | None = None
    prompt_influence: _Hundredth = 0.3
    output_format: OutputFormat = "mp3_44100_128"


async def speech_order(desk: Desk, given: dict[str, Any]) -> Order:
    """Order speech.

    Raises
    ------
    Refused, ValidationError
        If the input is not what the page allows.
    """
    asked = _Speech.model_validate(given)
    if not asked.text.strip():
        raise Refused("invalid", "input.text: must not be empty")
    language = languages().get(asked.language_code.lower()[:2])
    how = manner(
        _cast(asked.voice),
        language=language.espeak if language else None,
        speed=asked.speed,
        # Stability flattens and style exaggerates, as their descriptions say.
        liveliness=(1 - asked.stability) + asked.style / 2,
    )

    async def make() -> Product:
        sound = await desk.speaker.speak(asked.text, how)
        words = sound.words if asked.timestamps else ()
        return Product(
            blobs={"resultUrls": [sound.data]}, duration_s=sound.duration_s, words=words
        )

    cost = len(asked.text) * SPEECH_CREDITS_PER_CHARACTER
    return _order("speech", asked.model_dump(), cost, MP3, make, len(asked.text) / 180)


async def sound_order(desk: Desk, given: dict[str, Any]) -> Order:
    """Order a sound effect.

    Raises
    ------
    ValidationError
        If the input is not what the page allows.
    """
    asked = _Sound.model_validate(given)
    seconds, form = asked.duration_seconds or _PROMPTED_S, parse(asked.output_format)
    # Little influence means more variation: a number from the other settings.
    prompt = f"{asked.text}|{asked.prompt_influence}"

    async def make() -> Product:
        if not asked.text.strip():
            # The text is required, but the page's own sample leaves it out and is
            # answered with success, and so is its failed callback: accept, then fail.
            raise Refused("invalid")
        sound = await desk.speaker.compose(
            "effect", prompt, seconds, form, loop=asked.loop
        )
        return Product(blobs={"resultUrls": [sound.data]}, duration_s=seconds)

    cost = seconds * SOUND_CREDITS_PER_SECOND
    return _order("sound", asked.model_dump(), cost, form, make, seconds / 4)


def _order(
    kind: str,
    asked: dict[str, Any],
    cost: float,
    form: Format,
    make: Any,
    more_s: float,
) -> Order:
    return Order(
        kind=kind,
        asked=asked,
        cost=round(cost, 2),
        outputs={"resultUrls": [Output(form.suffix, form.media_type)]},
        make=make,
        work_s=2.0 + more_s,
    )


def _cast(name: str) -> Cast:
    for row in table("kie_voices"):
        if row["name"] == name:
            return Cast(row["espeak"], row["variant"], row["pitch"])
    if _AN_ID.fullmatch(name):
        return cast_for_sample(name.encode())
    raise Refused("invalid", "input.voice: is not within the range of allowed options")
