"""What Kie accepts for each of its models."""

from __future__ import annotations

from voicekit.offer import Model, Offer, TextLimit
from voicekit.parameters import Choice, Range, Text, Toggle
from voicekit.providers.formats import ELEVENLABS

__all__ = ["MODELS", "OFFERS"]

SPEECH_MODEL = "elevenlabs/text-to-speech-turbo-2-5"
SOUND_MODEL = "elevenlabs/sound-effect-v2"

MODELS = (
    Model(id=SPEECH_MODEL, name="ElevenLabs Turbo v2.5", kinds=("speech",)),
    Model(id=SOUND_MODEL, name="ElevenLabs Sound Effect v2", kinds=("sound_effect",)),
)

# Integrators saw that the server does not always apply the defaults it documents:
# every setting that has one is sent.


def _share(name: str, text: str, default: float) -> Range:
    return Range(
        name=name,
        wire=f"input.{name}",
        help=text,
        minimum=0,
        maximum=1,
        step=0.01,
        default=default,
        always_sent=True,
    )


def _toggle(name: str, text: str) -> Toggle:
    return Toggle(
        name=name, wire=f"input.{name}", help=text, default=False, always_sent=True
    )


def _context(name: str, text: str, max_length: int = 5000) -> Text:
    return Text(name=name, wire=f"input.{name}", help=text, max_length=max_length)


_SPEECH = Offer(
    provider="kie",
    kind="speech",
    model=SPEECH_MODEL,
    text_limit=TextLimit(maximum=5000),
    settings=(
        _share("stability", "How even the voice stays; low is more expressive.", 0.5),
        _share("similarity_boost", "How close to the original voice.", 0.75),
        _share("style", "How much of the speaker's style is exaggerated.", 0),
        Range(
            name="speed",
            wire="input.speed",
            help="Speed of speech; extreme values may affect quality.",
            minimum=0.7,
            maximum=1.2,
            step=0.01,
            default=1,
            unit="times",
            always_sent=True,
        ),
        _toggle("timestamps", "Whether to return when each word sounds."),
        _context("previous_text", "What comes before the text, for continuity."),
        _context("next_text", "What comes after the text, for continuity."),
        # 500 characters for an ISO 639-1 code is odd, but it is what the page says.
        _context("language_code", "Language to enforce, ISO 639-1.", 500),
    ),
)

_SOUND = Offer(
    provider="kie",
    kind="sound_effect",
    model=SOUND_MODEL,
    text_limit=TextLimit(maximum=5000),
    settings=(
        _toggle("loop", "Whether the sound can be repeated without a seam."),
        Range(
            name="duration_seconds",
            wire="input.duration_seconds",
            help="Length; left out, the prompt decides.",
            minimum=0.5,
            maximum=22,
            step=0.1,
            unit="s",
        ),
        _share("prompt_influence", "How closely to follow the prompt.", 0.3),
    ),
    formats=Choice(
        name="format",
        wire="input.output_format",
        help="Codec, sample rate in Hz and, where there is one, bitrate in kbps.",
        choices=ELEVENLABS,
        default="mp3_44100_128",
        always_sent=True,
    ),
)

OFFERS = (_SPEECH, _SOUND)
