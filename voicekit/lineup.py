"""Read what a comparison is asked with: texts, voices, and settings of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral
from typing import Any

from voicekit.errors import InvalidSetting, InvalidText, nearest
from voicekit.voice import Voice, split_voice

__all__ = ["read_own", "read_texts", "read_voices"]


def read_texts(texts: object) -> dict[int | str, str]:
    """Return texts by their ids; by their number, from 1, where they have none.

    Examples
    --------
    >>> read_texts(["Hello.", "Goodbye."])
    {1: 'Hello.', 2: 'Goodbye.'}
    """
    if isinstance(texts, str):
        texts = [texts]
    if hasattr(texts, "items"):
        found = {_text_id(key): text for key, text in texts.items()}
    elif isinstance(texts, Iterable):
        found = dict(enumerate(texts, 1))
    else:
        raise InvalidText(f"texts are text, or a list of texts, not {texts!r:.60}.")
    if not found:
        raise InvalidText("There is no text to speak.")
    twice = [text for text in found.values() if list(found.values()).count(text) > 1]
    if twice:
        raise InvalidText(
            f"{str(twice[0])[:60]!r} stands twice in texts. For several takes of the "
            "same, give take=[1, 2]."
        )
    return found


def _text_id(key: object) -> int | str:
    return int(key) if isinstance(key, Integral) else str(key)


def read_voices(voices: object) -> list[str]:
    """Return the names of voices, each once."""
    if isinstance(voices, str | Voice):
        voices = [voices]
    if not isinstance(voices, Iterable):
        raise InvalidSetting(f"voices are a list of 'provider:id', not {voices!r:.60}.")
    names = [one.voice if isinstance(one, Voice) else one for one in voices]
    if not names:
        raise InvalidSetting("There is no voice to compare.")
    for name in names:
        split_voice(name if isinstance(name, str) else str(type(name).__name__))
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise InvalidSetting(f"{twice[0]} stands twice in voices.")
    return names


def read_own(
    settings: Mapping[str, Mapping[str, Any]], names: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Return what is set for each voice: its provider's settings, then its own."""
    known = {*names, *(split_voice(name)[0] for name in names)}
    for name in settings:
        if name not in known:
            raise InvalidSetting(
                f"settings has {name!r}, which is none of these voices or their "
                f"providers.{nearest(name, known)}"
            )
    return {
        name: {
            **settings.get(split_voice(name)[0], {}),
            **settings.get(name, {}),
        }
        for name in names
    }
