"""The ElevenLabs part: speech, dubbing, transcription, models."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal, TypeAlias

from fastapi import APIRouter, File, Form, Query, UploadFile
from pydantic import Field

from voicekit.sandbox.asked import Asked, Text
from voicekit.sandbox.casting import Cast, cast_for_sample, languages, manner
from voicekit.sandbox.desk import At, Desk, Order, Output
from voicekit.sandbox.formats import OutputFormat, parse
from voicekit.sandbox.refusals import Refused
from voicekit.sandbox.speech import MP3, Sound
from voicekit.sandbox.tasks import Product
from voicekit.sandbox.transcripts import Heard, plausible, to_json, to_srt
from voicekit.sandbox.uploads import FormText, Upload, take
from voicekit.sandbox.vendors.kingcong import answers as says
from voicekit.sandbox.vendors.kingcong.models import MODELS, Model
from voicekit.sandbox.vendors.kingcong.tasks import receipt
from voicekit.sandbox.vendors.kingcong.voices import find_voice

__all__ = [
    "AUDIO",
    "TRANSCRIPT",
    "dub",
    "models",
    "router",
    "speak",
    "spoken",
    "transcribe",
]

DUBBING_CREDITS_PER_SECOND = 67.3
"""The estimate of the vendor's own form."""

TRANSCRIPTION_CREDITS_PER_SECOND = 1.0
LONGEST_DUBBING_S = 300
AUDIO = Output(MP3.suffix, MP3.media_type)
TRANSCRIPT = {
    "srt_url": [Output("srt", "application/x-subrip")],
    "json_url": [Output("json", "application/json")],
}
_DUBBED = {"m4a", "mp3", "wav"}
_TRANSCRIBED = {"mp3", "aac", "aiff", "ogg", "wav", "webm", "flac", "m4a"}
_TARGETS = (
    "ar bg zh hr cs da nl en tl fi fr de el hi id it ja ko ms pl pt ro ru sk es sv ta "
    "tr uk vi"
)
_Truth: TypeAlias = Literal["true", "false", "True", "False"]
router = APIRouter(prefix="/v1")


class _Settings(Asked):
    stability: Annotated[float, Field(ge=0, le=1)] = 0.5
    similarity_boost: Annotated[float, Field(ge=0, le=1)] = 0.75
    style: Annotated[float, Field(ge=0, le=1)] = 0.0
    speed: Annotated[float, Field(ge=0.7, le=1.2)] = 1.0
    use_speaker_boost: bool = True


class _Speech(Asked):
    text: Text
    model_id: str = "eleven_multilingual_v2"
    with_transcript: bool = False
    receive_url: str = ""
    voice_settings: _Settings | None = None
    language_code: str | None = None
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] | None = None
    previous_text: str | None = None
    next_text: str | None = None
    apply_text_normalization: Literal["auto", "on", "off"] = "auto"


@router.get("/models", tags=["other"])
async def models() -> says.Models:
    """List the models: the page's two, and the newer ones of its documentation."""
    return {"models": [model.row() for model in MODELS.values()]}


@router.post("/text-to-speech/{voice_id}", tags=["submit"])
async def speak(
    voice_id: str,
    asked: _Speech,
    desk: At,
    output_format: Annotated[OutputFormat, Query()] = "mp3_44100_128",
) -> says.Receipt:
    """Begin to speak with an ElevenLabs voice."""
    model = _model(asked)
    cast = find_voice(voice_id)
    settings, form = asked.voice_settings or _Settings(), parse(output_format)
    how = manner(
        cast,
        language=_language(asked, model),
        speed=settings.speed,
        # Stability flattens and style exaggerates, as their descriptions say.
        liveliness=(1 - settings.stability) + settings.style / 2,
    )

    async def make() -> Product:
        sound = await desk.speaker.speak(asked.text, how, form)
        return spoken(sound, transcript=asked.with_transcript)

    outputs = {"audio_url": [Output(form.suffix, form.media_type)]}
    # Whether a transcript comes without being asked for is open: the page shows both.
    # Here it has to be asked for, so that nobody relies on more.
    order = Order(
        kind="tts",
        asked={**asked.model_dump(), "voice_id": voice_id},
        cost=len(asked.text),
        outputs={**outputs, **(TRANSCRIPT if asked.with_transcript else {})},
        make=make,
        work_s=1.5 + len(asked.text) / 180,
        callback_url=asked.receive_url,
    )
    return receipt(desk, await desk.accept(order))


@router.post("/task/dubbing", tags=["submit"])
async def dub(
    desk: At,
    file: Annotated[UploadFile, File()],
    target_lang: Annotated[FormText, Form()],
    num_speakers: Annotated[int, Form(ge=0, le=9)] = 0,
    disable_voice_cloning: Annotated[_Truth, Form()] = "true",
    source_lang: Annotated[FormText, Form()] = "auto",
    receive_url: Annotated[FormText, Form()] = "",
) -> says.Receipt:
    """Begin to dub a file into another language."""
    if target_lang not in _TARGETS.split():
        raise Refused("invalid", f"target_lang must be one of: {_TARGETS}")
    if source_lang != "auto" and source_lang not in languages():
        raise Refused("invalid", "source_lang is not supported")
    upload = await take(file, desk.speaker, suffixes=_DUBBED, megabytes=20)
    if upload.duration_s > LONGEST_DUBBING_S:
        raise Refused("invalid", "file is longer than 5 minutes")
    keeps_voice = disable_voice_cloning.lower() == "false"
    cast = cast_for_sample(upload.data) if keeps_voice else Cast("gmw/en-US", "m3")
    language = languages()[target_lang]
    text = _as_long_as(upload.duration_s, language.sentence)

    async def make() -> Product:
        how = manner(cast, language=language.espeak)
        return spoken(await desk.speaker.speak(text, how), language=target_lang)

    order = Order(
        kind="dubbing",
        asked={"target_lang": target_lang, "num_speakers": num_speakers},
        cost=math.ceil(DUBBING_CREDITS_PER_SECOND * upload.duration_s),
        outputs={"audio_url": [AUDIO], **TRANSCRIPT},
        make=make,
        work_s=4.0 + upload.duration_s / 4,
        callback_url=receive_url,
    )
    return receipt(desk, await desk.accept(order))


@router.post("/task/speech-to-text", tags=["submit"])
async def transcribe(
    desk: At,
    file: Annotated[UploadFile, File()],
    receive_url: Annotated[FormText, Form()] = "",
) -> says.Receipt:
    """Begin to transcribe; what was spoken here is recognised word for word."""
    upload = await take(file, desk.speaker, suffixes=_TRANSCRIBED, megabytes=200)

    async def make() -> Product:
        return _transcribed(desk, upload)

    order = Order(
        kind="speech_to_text",
        asked={"duration_s": upload.duration_s},
        cost=math.ceil(TRANSCRIPTION_CREDITS_PER_SECOND * upload.duration_s),
        outputs=TRANSCRIPT,
        make=make,
        work_s=2.0 + upload.duration_s / 8,
        callback_url=receive_url,
    )
    return receipt(desk, await desk.accept(order))


def spoken(sound: Sound, *, transcript: bool = True, language: str = "en") -> Product:
    """Return what a speech task made, with its words if they were asked for."""
    blobs: dict[str, list[bytes]] = {"audio_url": [sound.data]}
    if transcript:
        blobs |= _written(sound.words, language)
    return Product(blobs=blobs, duration_s=sound.duration_s, words=sound.words)


def _transcribed(desk: Desk, upload: Upload) -> Product:
    words = desk.speaker.recognise(upload.data) or plausible(upload.duration_s)
    blobs: dict[str, Any] = _written(words, "en")
    return Product(blobs=blobs, duration_s=upload.duration_s, words=words)


def _written(words: Any, language: str) -> dict[str, list[bytes]]:
    heard: list[Heard] = list(words)
    return {"srt_url": [to_srt(heard)], "json_url": [to_json(heard, language)]}


def _model(asked: _Speech) -> Model:
    model = MODELS.get(asked.model_id)
    if model is None:
        raise Refused("invalid", f"A model with id {asked.model_id!r} does not exist")
    if len(asked.text) > model.longest_text:
        raise Refused("invalid", f"text is longer than {model.longest_text} characters")
    return model


def _language(asked: _Speech, model: Model) -> str | None:
    if asked.language_code is None:
        return None
    if not model.enforces_language:
        raise Refused("invalid", f"{asked.model_id} does not support language_code")
    if asked.language_code not in languages():
        raise Refused("invalid", "language_code is not supported")
    return languages()[asked.language_code].espeak


def _as_long_as(seconds: float, sentence: str) -> str:
    """Repeat a sentence of about two seconds."""
    return " ".join([sentence] * max(1, round(seconds / 2)))
