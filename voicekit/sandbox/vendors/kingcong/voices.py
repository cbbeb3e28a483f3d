"""The two voice lists of the ElevenLabs part: one paged by token, one by number."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from voicekit.sandbox.casting import Cast, manner, table
from voicekit.sandbox.desk import At, Desk
from voicekit.sandbox.lists import page_of
from voicekit.sandbox.refusals import Refused
from voicekit.sandbox.vendors.kingcong import answers as says
from voicekit.sandbox.vendors.kingcong.models import MODELS

__all__ = [
    "find_voice",
    "router",
    "shared_voices",
    "voices",
]

_SAMPLE = "Hello, my name is {name}, and this is how I sound."
_BEFORE_TIME = 1_700_000_000
_LABELS = ("accent", "description", "age", "gender", "use_case", "language")
_Row = dict[str, Any]
_Names = Annotated[list[str], Query()]
router = APIRouter()


@router.get("/v2/voices", tags=["list"])
async def voices(
    desk: At,
    page_size: Annotated[int, Query(ge=1, le=100)] = 10,
    next_page_token: str = "",
    search: str = "",
    sort: Literal["created_at_unix", "name"] | None = None,
    sort_direction: Literal["asc", "desc"] = "desc",
    category: str = "",
    voice_type: str = "",
    gender: str = "",
    age: str = "",
    accent: str = "",
    language: _Names = [],  # noqa: B006 - FastAPI copies it
    use_cases: _Names = [],  # noqa: B006 - FastAPI copies it
    voice_ids: _Names = [],  # noqa: B006 - FastAPI copies it
) -> says.Voices:
    """List the recommended voices."""
    exact = {"gender": gender, "age": age, "accent": accent}
    any_of = {"language": language, "use_case": use_cases, "voice_id": voice_ids}
    rows = [
        row
        for row in table("kingcong_voices")
        if _fits(row, search, exact, any_of)
        and category in {"", "premade"}
        and voice_type in {"", "default", "non-community"}
    ]
    if sort == "name":
        rows.sort(key=lambda row: row["name"], reverse=sort_direction == "desc")
    number = _page_number(next_page_token)
    listed = desk.listed((_BEFORE_TIME, _recommended(desk, row)) for row in rows)
    page = page_of(listed, number, page_size)
    return {
        "voices": list(page.rows),
        "has_more": page.has_next,
        "total_count": page.total,
        "next_page_token": _token(number + 1) if page.has_next else None,
    }


@router.get("/v1/shared-voices", tags=["list"])
async def shared_voices(
    desk: At,
    page_size: Annotated[int, Query(ge=1, le=100)] = 30,
    page: Annotated[int, Query(ge=0, le=10**6)] = 0,
    search: str = "",
    category: str = "",
    gender: str = "",
    age: str = "",
    accent: str = "",
    language: str = "",
    featured: bool = False,  # noqa: FBT001, FBT002 - a query parameter
    use_cases: _Names = [],  # noqa: B006 - FastAPI copies it
) -> says.SharedVoices:
    """List the voices that others share."""
    exact = {
        "gender": gender,
        "age": age,
        "accent": accent,
        "language": language,
        "category": category,
    }
    rows = [
        row
        for row in table("kingcong_shared")
        if _fits(row, search, exact, {"use_case": use_cases})
        and (row["featured"] or not featured)
    ]
    listed = desk.listed((_BEFORE_TIME, _shared(desk, row)) for row in rows)
    found = page_of(listed, page + 1, page_size)
    return {
        "voices": list(found.rows),
        "has_more": found.has_next,
        "total_count": found.total,
        "last_sort_id": None,
    }


def find_voice(voice_id: str) -> Cast:
    """Return who stands in for a voice of either list.

    Raises
    ------
    Refused
        If neither has it.
    """
    for row in (*table("kingcong_voices"), *table("kingcong_shared")):
        if row["voice_id"] == voice_id:
            return _cast(row)
    raise Refused("no_voice")


def _fits(
    row: _Row, search: str, exact: dict[str, str], any_of: dict[str, list[str]]
) -> bool:
    texts: Iterable[str] = (str(value) for value in row.values())
    return (
        (not search or any(search.casefold() in text.casefold() for text in texts))
        and all(not value or row[name] == value for name, value in exact.items())
        and all(not values or row[name] in values for name, values in any_of.items())
    )


def _recommended(desk: Desk, row: _Row) -> _Row:
    return {
        "voice_id": row["voice_id"],
        "name": row["name"],
        "samples": None,
        "category": "premade",
        "labels": {name: row[name] for name in _LABELS},
        "description": None,
        "preview_url": _preview(desk, row),
        "available_for_tiers": [],
        "settings": {
            "stability": 0.5,
            "similarity_boost": 0.75,
            "style": 0,
            "use_speaker_boost": True,
            "speed": 1,
        },
        "sharing": None,
        "high_quality_base_model_ids": list(MODELS),
        "verified_languages": [],
        "is_owner": False,
        "is_legacy": False,
        "is_mixed": False,
        "created_at_unix": None,
    }


def _shared(desk: Desk, row: _Row) -> _Row:
    kept = {k: v for k, v in row.items() if k not in {"espeak", "variant", "pitch"}}
    return {
        **kept,
        "date_unix": _BEFORE_TIME,
        "descriptive": "calm",
        "usage_character_count_1y": 0,
        "usage_character_count_7d": 0,
        "play_api_usage_character_count_1y": 0,
        "cloned_by_count": 0,
        "free_users_allowed": True,
        "live_moderation_enabled": False,
        "preview_url": _preview(desk, row),
        "rate": 1.0,
        "verified_languages": [],
    }


def _preview(desk: Desk, row: _Row) -> str:
    text = _SAMPLE.format(name=row["name"])
    return desk.preview(row["voice_id"], text, manner(_cast(row)))


def _cast(row: _Row) -> Cast:
    return Cast(row["espeak"], row["variant"], row["pitch"])


def _token(number: int) -> str:
    return base64.urlsafe_b64encode(f"page:{number}".encode()).decode()


def _page_number(token: str) -> int:
    if not token:
        return 1
    try:
        name, _, number = (
            base64.urlsafe_b64decode(token.encode()).decode().partition(":")
        )
        if name == "page" and 1 <= int(number) <= 10**6:
            return int(number)
    except (ValueError, binascii.Error):
        pass
    raise Refused("invalid", "next_page_token is not one of ours")
