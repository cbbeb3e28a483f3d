"""The speech models of both routes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["MINIMAX_MODELS", "MODELS", "Model"]

_MANY = ("en", "es", "fr", "de", "it", "pt", "pl", "hi", "ar")


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One ElevenLabs model."""

    model_id: str
    name: str
    languages: tuple[str, ...] = _MANY
    converts_voices: bool = False
    enforces_language: bool = False
    longest_text: int = 10_000
    """In characters; the page names no limit, these are ElevenLabs' own."""

    def row(self) -> dict[str, Any]:
        """Return how the page lists it."""
        return {
            "model_id": self.model_id,
            "name": self.name,
            "can_be_finetuned": False,
            "can_do_text_to_speech": True,
            "can_do_voice_conversion": self.converts_voices,
            "languages": list(self.languages),
        }


MODELS: Mapping[str, Model] = {
    model.model_id: model
    for model in (
        Model(
            model_id="eleven_multilingual_v2",
            name="Eleven Multilingual v2",
            converts_voices=True,
        ),
        Model(
            model_id="eleven_monolingual_v1",
            name="Eleven English v1",
            languages=("en",),
        ),
        Model(
            model_id="eleven_turbo_v2_5",
            name="Eleven Turbo v2.5",
            enforces_language=True,
            longest_text=40_000,
        ),
        Model(
            model_id="eleven_flash_v2_5",
            name="Eleven Flash v2.5",
            enforces_language=True,
            longest_text=40_000,
        ),
        Model(model_id="eleven_v3", name="Eleven v3", longest_text=5_000),
        # Not on the page; ElevenLabs still lists them.
        Model(
            model_id="eleven_turbo_v2",
            name="Eleven Turbo v2",
            languages=("en",),
            longest_text=30_000,
        ),
        Model(
            model_id="eleven_flash_v2",
            name="Eleven Flash v2",
            languages=("en",),
            longest_text=30_000,
        ),
        Model(model_id="eleven_multilingual_v1", name="Eleven Multilingual v1"),
    )
}

MINIMAX_MODELS: Mapping[str, str] = {
    "speech-2.8-hd": "Speech 2.8 HD",
    "speech-2.8-turbo": "Speech 2.8 Turbo",
    "speech-2.6-hd": "Speech 2.6 HD",
    "speech-2.6-turbo": "Speech 2.6 Turbo",
    "speech-2.5-hd-preview": "Speech 2.5 HD Preview",
    "speech-2.5-turbo-preview": "Speech 2.5 Turbo Preview",
    "speech-02-hd": "Speech 02 HD",
    "speech-02-turbo": "Speech 02 Turbo",
    "speech-01-hd": "Speech 01 HD",
    "speech-01-turbo": "Speech 01 Turbo",
}
