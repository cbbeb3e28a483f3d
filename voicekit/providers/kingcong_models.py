"""Reads KingCong's lists of models."""

from __future__ import annotations

from collections.abc import Iterable

from voicekit.offer import Model
from voicekit.providers.kingcong_tables import MINIMAX_MODELS
from voicekit.reading import Fields

__all__ = ["elevenlabs_models", "minimax_models"]


def elevenlabs_models(items: Iterable[Fields]) -> list[Model]:
    """Read the models of ``/v1/models``."""
    named = ((item.first_text("model_id"), item) for item in items)
    return [
        Model(
            id=model,
            name=item.first_text("name") or "",
            kinds=("speech",) if item.flag("can_do_text_to_speech") else (),
            # Texts on the page, objects at ElevenLabs.
            languages=item.texts("languages")
            + tuple(map(_language, item.each("languages"))),
        )
        for model, item in named
        if model
    ]


def _language(item: Fields) -> str:
    return item.first_text("language_id", "name") or ""


def minimax_models(items: Iterable[Fields]) -> list[Model]:
    """Read the models of MiniMax's configuration; else return those we declare."""
    named = ((item.first_text("value"), item) for item in items)
    found = [
        Model(id=model, name=item.first_text("name") or "")
        for model, item in named
        if model
    ]
    # The page shows no configuration; in another shape it says nothing of models.
    return found or [Model(id=model) for model in MINIMAX_MODELS]
