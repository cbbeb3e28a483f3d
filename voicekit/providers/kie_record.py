"""Reads what Kie records of a task: in the answer to a query, and in a callback."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, Literal

from voicekit.job import Job
from voicekit.providers.envelope import task_id, without_addresses
from voicekit.providers.formats import media_type, raw_rate
from voicekit.providers.word_times import read_words
from voicekit.reading import Fields, receipt_of, state_of
from voicekit.task import Receipt, Result, Task, TaskState, Word

__all__ = ["IDS", "read_evidence", "read_receipt", "read_task"]

# The page shows `taskId`; the vendor's page on webhooks reads `task_id`.
IDS = ("taskId", "task_id")
_STATES: Mapping[str, TaskState] = {
    "waiting": "queued",
    "queuing": "queued",
    "generating": "running",
    "success": "done",
    "fail": "failed",
}
_SIDE_FILES: Mapping[str, tuple[Literal["words", "transcript"], str]] = {
    ".json": ("words", "application/json"),
    ".srt": ("transcript", "application/x-subrip"),
}
_NO_TIMES = "kie was asked for word times, and gave none that can be read."
_LONGEST_KEPT = 20_000
_DAY_US = 86_400_000_000


def read_receipt(data: Fields, asked: str | None = None) -> str:
    """Return the id of the task that a record is about.

    Raises
    ------
    BadReply
        If it is about another task than the one asked for, or about none.
    """
    return receipt_of(task_id(data, IDS), asked)


def read_task(job: Job, data: Fields, receipt: str) -> Task:
    """Return the task that a record describes.

    Raises
    ------
    BadReply
        If it has no state.
    """
    results = tuple(_results(job, data))
    has_audio = any(result.role == "audio" for result in results)
    word = data.first_text("state")
    state, warnings = state_of(word, _STATES, has_result=has_audio)
    if state == "done":
        return _done(job, data, receipt, results)
    cost = _cost(data) if state == "failed" else None
    return Task(
        state=state,
        receipt=receipt,
        progress=_progress(data),
        credits_micros=cost,
        error=_reason(data) if state == "failed" else None,
        billed=None if cost is None else cost > 0,
        warnings=warnings,
        details=_details(data),
    )


def read_evidence(
    request: Mapping[str, Any], data: Fields, receipt: str
) -> Receipt | None:
    """Compare the request that a task repeats in ``param`` with our own.

    The callback address is ours alone, and says most: whatever else is the same was
    perhaps asked for twice.
    """
    said = Fields(_parsed(data, "param"))
    ours, theirs = request.get("callBackUrl"), said.first_text("callBackUrl")
    if ours and theirs and ours != theirs:
        return None
    is_certain = bool(ours) and ours == theirs
    if not is_certain and not _is_same(request, said):
        return None
    return Receipt(
        id=receipt,
        created_at=data.time("createTime"),
        credits_micros=_cost(data),
        is_certain=is_certain,
    )


def _is_same(request: Mapping[str, Any], said: Fields) -> bool:
    told = said.fields("input")
    # Kie adds what was left out, as empty text, so only what we sent is compared.
    return said.raw("model") == request["model"] and all(
        told.raw(name) == value for name, value in request["input"].items()
    )


def _done(job: Job, data: Fields, receipt: str, results: tuple[Result, ...]) -> Task:
    is_timed = bool(job.settings.get("timestamps"))
    words = _words(data) if is_timed else ()
    is_unread = is_timed and not words and all(r.role != "words" for r in results)
    return Task(
        state="done",
        receipt=receipt,
        results=results,
        words=words,
        credits_micros=_cost(data),
        warnings=(_NO_TIMES,) if is_unread else (),
        # Not `costTime`: the page has seconds there, other documents milliseconds.
        vendor_s=data.span("createTime", "completeTime"),
        expires_at=_expiry(data),
        details=_details(data, with_result=is_unread),
    )


def _results(job: Job, data: Fields) -> Iterator[Result]:
    # Only a sound effect's format can be chosen; speech is MP3 wherever it was seen.
    audio = media_type(job.format) if job.format else "audio/mpeg"
    rate = raw_rate(job.format) if job.format else None
    for url in _urls(data):
        side = _SIDE_FILES.get(PurePosixPath(url.partition("?")[0]).suffix.lower())
        if side is None:
            yield Result(media_type=audio, url=url, sample_rate=rate)
        else:
            yield Result(role=side[0], media_type=side[1], url=url)


def _urls(data: Fields) -> list[str]:
    # The page shows one list of addresses; where word times come is not known.
    result = Fields(_parsed(data, "resultJson"))
    places = (result, result.fields("resultObject"))
    found = [url for place in places for url in place.texts("resultUrls")]
    return [url for url in dict.fromkeys(found) if url.strip()]


def _words(data: Fields) -> tuple[Word, ...]:
    result = _parsed(data, "resultJson")
    return read_words(result) or read_words(Fields(result).raw("resultObject"))


def _parsed(data: Fields, name: str) -> object:
    """Return JSON that the page shows as text, and others as an object."""
    value = data.raw(name)
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


def _cost(data: Fields) -> int | None:
    # The page has the first name, answers seen lately the second.
    cost = data.micros("consumeCredits")
    return data.micros("creditsConsumed") if cost is None else cost


def _progress(data: Fields) -> float | None:
    percent = data.number("progress")
    return percent / 100 if percent is not None and 0 <= percent <= 100 else None  # noqa: PLR2004


def _reason(data: Fields) -> str | None:
    message, code = data.first_text("failMsg"), data.first_text("failCode")
    return f"{message} ({code})" if message and code else message or code


def _expiry(data: Fields) -> int | None:
    # The shorter of two lives that the vendor names: 14 days, and 24 hours.
    made = data.time("completeTime") or data.time("createTime")
    return made + _DAY_US if made else None


def _details(data: Fields, *, with_result: bool = False) -> Mapping[str, Any]:
    said = data.first_text("resultJson") if with_result else None
    kept = {
        "model": data.first_text("model"),
        "cost_time": data.number("costTime"),
        "result": without_addresses(said)[:_LONGEST_KEPT] if said else None,
    }
    return {name: value for name, value in kept.items() if value is not None}
