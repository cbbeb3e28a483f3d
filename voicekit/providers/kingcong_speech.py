"""What each of KingCong's models of speech accepts."""

from __future__ import annotations

from voicekit.offer import Offer, TextLimit
from voicekit.parameters import Choice, Range, Setting, Text, Toggle
from voicekit.providers import formats
from voicekit.providers.kingcong_tables import MINIMAX_LANGUAGES, MINIMAX_MODELS

__all__ = ["ELEVENLABS", "MINIMAX", "UNCONFIRMED"]

# The page names no defaults at all, so the ones we tell the user are sent.
_TRANSCRIPT = Toggle(
    name="with_transcript",
    help="Also make a transcript with times.",
    default=False,
    always_sent=True,
)


def _part(name: str, text: str, default: float) -> Range:
    # Left out, ElevenLabs takes what is stored with the voice, which differs from voice
    # to voice. KingCong's own tool sends all of them, too.
    return Range(
        name=name,
        help=text,
        minimum=0,
        maximum=1,
        step=0.01,
        default=default,
        always_sent=True,
        wire=f"voice_settings.{name}",
    )


_STABILITY = _part("stability", "Low is lively, high is monotone.", 0.5)
_SIMILARITY = _part("similarity_boost", "How close it keeps to the voice.", 0.75)
_STYLE = _part("style", "Exaggerates the speaker's style.", 0)
_BOOST = Toggle(
    name="use_speaker_boost",
    help="Brings it nearer to the speaker.",
    default=True,
    always_sent=True,
    wire="voice_settings.use_speaker_boost",
)
_SPEED = Range(
    name="speed",
    help="How fast it speaks; 1 is the voice's own pace.",
    minimum=0.7,
    maximum=1.2,
    step=0.01,
    default=1,
    always_sent=True,
    wire="voice_settings.speed",
)
_SEED = Range(
    name="seed",
    help="The same seed tends to give the same take.",
    minimum=0,
    maximum=4_294_967_295,
    step=1,
)
_LANGUAGE = Text(
    name="language_code",
    help="The language to speak, ISO 639-1.",
    min_length=2,
    max_length=3,
)
_CONTEXT = tuple(
    Text(name=name, help=text, min_length=1, max_length=5_000)
    for name, text in (
        ("previous_text", "What was said before; not spoken."),
        ("next_text", "What comes after; not spoken."),
    )
)


def _normalization(*choices: str) -> Choice:
    return Choice(
        name="apply_text_normalization",
        help="Whether numbers and the like are spelled out.",
        choices=choices,
        default="auto",
    )


_NORMALIZATION = _normalization("auto", "on", "off")
_ALL_VOICE: tuple[Setting, ...] = (_STABILITY, _SIMILARITY, _STYLE, _BOOST, _SPEED)
_VERSION_2: tuple[Setting, ...] = (*_ALL_VOICE, _SEED, *_CONTEXT, _NORMALIZATION)
# Version 2.5 alone enforces a language, and refuses "on".
_VERSION_2_5: tuple[Setting, ...] = (
    *_ALL_VOICE,
    _LANGUAGE,
    _SEED,
    *_CONTEXT,
    _normalization("auto", "off"),
)
_VERSION_1: tuple[Setting, ...] = (
    _STABILITY,
    _SIMILARITY,
    _SEED,
    *_CONTEXT,
    _NORMALIZATION,
)
# KingCong's own tool sends version 3 no voice settings at all, so none goes by itself.
_VERSION_3: tuple[Setting, ...] = (
    Choice(
        name="stability",
        help="0 is creative, 0.5 natural, 1 robust.",
        choices=(0, 0.5, 1),
        default=0.5,
        wire="voice_settings.stability",
    ),
    *(part.model_copy(update={"always_sent": False}) for part in (_SIMILARITY, _SPEED)),
    _SEED,
    _NORMALIZATION,
)

UNCONFIRMED = (
    "language_code",
    "seed",
    "previous_text",
    "next_text",
    "apply_text_normalization",
)
"""What ElevenLabs documents and KingCong neither confirms nor denies to pass on."""


def _elevenlabs(model: str, settings: tuple[Setting, ...], longest: int) -> Offer:
    return Offer(
        provider="kingcong",
        kind="speech",
        route="elevenlabs",
        model=model,
        settings=(*settings, _TRANSCRIPT),
        formats=Choice(
            name="format",
            help="Codec, sample rate and bitrate.",
            choices=formats.ELEVENLABS,
            default="mp3_44100_128",
            # What comes back is checked against what was asked for.
            always_sent=True,
            wire="output_format",
        ),
        # KingCong names no limit; these are what ElevenLabs takes.
        text_limit=TextLimit(maximum=longest),
    )


ELEVENLABS = (
    _elevenlabs("eleven_multilingual_v2", _VERSION_2, 10_000),
    _elevenlabs("eleven_v3", _VERSION_3, 5_000),
    _elevenlabs("eleven_turbo_v2_5", _VERSION_2_5, 40_000),
    _elevenlabs("eleven_flash_v2_5", _VERSION_2_5, 40_000),
    _elevenlabs("eleven_turbo_v2", _VERSION_2, 30_000),
    _elevenlabs("eleven_flash_v2", _VERSION_2, 30_000),
    _elevenlabs("eleven_multilingual_v1", _VERSION_1, 10_000),
    _elevenlabs("eleven_monolingual_v1", _VERSION_1, 10_000),
)


def _voice_setting(
    name: str, text: str, span: tuple[float, float], step: float, default: int
) -> Range:
    return Range(
        name=name,
        help=text,
        minimum=span[0],
        maximum=span[1],
        step=step,
        default=default,
        always_sent=True,
        wire=f"voice_setting.{name}",
    )


_MINIMAX_SETTINGS = (
    # KingCong and MiniMax differ: 0.01 to 10 here and 0.5 to 2 there, for volume the
    # other way round. What lies in both is right in either case.
    _voice_setting("speed", "How fast it speaks.", (0.5, 2), 0.01, 1),
    _voice_setting("vol", "How loud it is.", (0.5, 2), 0.01, 1),
    _voice_setting("pitch", "Higher or lower, in semitones.", (-12, 12), 1, 0),
    Choice(
        name="language_boost",
        help="The language to get right.",
        choices=("Auto", *MINIMAX_LANGUAGES),
        default="Auto",
        always_sent=True,
    ),
    _TRANSCRIPT,
)
MINIMAX = tuple(
    Offer(
        provider="kingcong",
        kind="speech",
        route="minimax",
        model=model,
        settings=_MINIMAX_SETTINGS,
        # KingCong names no limit; this is MiniMax's.
        text_limit=TextLimit(maximum=10_000),
    )
    for model in MINIMAX_MODELS
)
