"""Kling's two tables of voices, and how an id names its language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from voicekit.errors import UnknownVoice, nearest
from voicekit.voice import Voice

__all__ = ["LANGUAGES", "split_id", "table"]

LANGUAGES = ("zh", "en")


def split_id(voice_id: str) -> tuple[str, str]:
    """Split ``id/language``.

    Raises
    ------
    UnknownVoice
        If it does not name its language.
    """
    voice, _, language = voice_id.rpartition("/")
    if voice and language in LANGUAGES:
        return voice, language
    raise UnknownVoice(
        f"{voice_id!r} does not name a voice of kling with its language, as in "
        f"'kling:oversea_male1/en'.{nearest(voice_id, table())} "
        "studio.voices(provider='kling') lists them."
    )


@cache
def table() -> Mapping[str, Voice]:
    """Return every listed voice by its id with its language."""
    text = (files("voicekit.providers") / "kling_voices.json").read_text("utf-8")
    return {
        f"{voice_id}/{language}": Voice(
            voice=f"kling:{voice_id}/{language}",
            name=name,
            language=language,
            owned=False,
        )
        for language, names in json.loads(text).items()
        for voice_id, name in names.items()
    }
