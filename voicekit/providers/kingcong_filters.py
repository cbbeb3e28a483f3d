"""What ElevenLabs' lists of voices can be narrowed by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from voicekit.errors import InvalidSetting, nearest

__all__ = ["RECOMMENDED", "SHARED", "Filter", "query_of"]

Filter: TypeAlias = str | bool | int | Sequence[str]
"""What a list can be narrowed by; several texts mean any of them."""

_Choices: TypeAlias = Mapping[str, tuple[str, ...]]

RECOMMENDED: _Choices = {
    "search": (),
    "sort": ("created_at_unix", "name"),
    "sort_direction": ("asc", "desc"),
    "voice_type": (
        "personal",
        "community",
        "default",
        "workspace",
        "non-default",
        "non-community",
        "saved",
    ),
    "category": ("premade", "cloned", "generated", "professional"),
    "gender": (),
    "age": (),
    "accent": (),
    "language": (),
    "use_cases": (),
    "voice_ids": (),
    "high_quality": (),
    "include_custom_rates": (),
    "include_live_moderated": (),
}
SHARED: _Choices = {
    "search": (),
    "sort": (
        "created_date",
        "usage_character_count_1y",
        "trending",
        "cloned_by_count",
    ),
    "category": ("professional", "famous", "high_quality"),
    "gender": (),
    "age": (),
    "accent": (),
    "language": (),
    "locale": (),
    "use_cases": (),
    "descriptives": (),
    "featured": (),
    "owner_id": (),
    "min_notice_period_days": (),
    "include_custom_rates": (),
    "include_live_moderated": (),
    "reader_app_enabled": (),
}
"""The filters of ElevenLabs, and their values where it names them all."""


def query_of(filters: Mapping[str, Filter], known: _Choices) -> list[tuple[str, str]]:
    """Return filters as they stand in a request.

    Raises
    ------
    InvalidSetting
        If one is unknown, or its value is none of its choices.
    """
    return [
        (name, text)
        for name, value in filters.items()
        for text in _checked(name, value, known)
    ]


def _checked(name: str, value: Filter, known: _Choices) -> list[str]:
    if name not in known:
        raise InvalidSetting(
            f"kingcong cannot filter voices by {name!r}.{nearest(name, known)} "
            f"It can by: {', '.join(known)}."
        )
    texts = [_text(value)] if isinstance(value, str | int) else [*map(_text, value)]
    for text in texts:
        if known[name] and text not in known[name]:
            raise InvalidSetting(
                f"{name} must be one of {', '.join(known[name])}, not {text!r}."
            )
    return texts


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
