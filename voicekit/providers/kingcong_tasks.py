"""Reads what KingCong says of a task."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias

from voicekit.errors import BadReply
from voicekit.flow import Reply
from voicekit.job import Job, Kind
from voicekit.providers import formats
from voicekit.providers.kingcong_errors import audio_in, task_id
from voicekit.reading import Fields, state_of
from voicekit.task import Notice, Result, Task, TaskState

__all__ = ["accepted", "checked_id", "cloned", "listed", "polled", "told"]

Role: TypeAlias = Literal["audio", "transcript", "words", "cover"]

_STATES: Mapping[str, TaskState] = {
    "doing": "running",
    "done": "done",
    "error": "failed",
}
_FIELDS: Mapping[Role, str] = {
    "audio": "audio_url",
    "transcript": "srt_url",
    "words": "json_url",
    "cover": "cover_url",
}
_MEDIA_TYPES: Mapping[Role, str] = {
    "audio": "audio/mpeg",
    "transcript": "application/x-subrip",
    "words": "application/json",
    "cover": "image/jpeg",
}
_ROLES: Mapping[Kind, tuple[Role, ...]] = {
    "speech": ("audio",),
    "music": ("audio", "cover"),
    "dubbing": ("audio", "transcript", "words"),
    "transcription": ("transcript", "words"),
}
_ID = re.compile(r"[\w:-][\w.:-]{0,199}", re.ASCII)
_URL = re.compile(r"https?://\S+", re.IGNORECASE)


def accepted(job: Job, reply: Reply) -> Task:
    """Read the answer to a submission: a task's id, or already the audio.

    Raises
    ------
    BadReply
        If it is neither.
    """
    # The page says "synchronous and asynchronous" and shows the latter alone.
    if data := audio_in(reply):
        return Task(state="done", results=(_result(job, "audio", data=data),))
    top = Fields.of(reply)
    body = _task_in(top)
    found = (*_results(job, body), *_spoken(job, top))
    given = task_id(body)
    # Audio in our hands needs no id; without it there is nothing else to go on with.
    receipt = _usable(given) if _is_complete(job, found) else checked_id(given)
    word = body.maybe_text("status")
    if word is not None:
        return _told(job, body, word, found, receipt)
    if _is_complete(job, found):
        return Task(state="done", receipt=receipt, results=found)
    return Task(state="queued", receipt=receipt)


def polled(job: Job, receipt: str, reply: Reply) -> Task:
    """Read how a task is.

    Raises
    ------
    BadReply
        If the answer has no status, or is not about this task.
    """
    body = _task_in(Fields.of(reply))
    if task_id(body) != receipt:
        raise BadReply("The answer is not about the task that was asked for.")
    return listed(job, receipt, body)


def listed(job: Job, receipt: str, body: Fields) -> Task:
    """Read a task as it stands in a list.

    Raises
    ------
    BadReply
        If it has no status.
    """
    return _told(job, body, body.text("status"), _results(job, body), receipt)


def told(
    body: bytes, headers: Mapping[str, str], keys: Mapping[str, str], *, now_s: float
) -> Notice:
    """Read a callback, a task as the vendor tells it: nothing proves who sent it."""
    del headers, keys, now_s
    try:
        task = _task_in(Fields.of(Reply(status=200, body=body)))
    except BadReply:
        return Notice()
    return Notice(receipt=_usable(task_id(task)))


def cloned(reply: Reply) -> Task:
    """Read the answer to a clone: the new voice; its list says when it can speak.

    Raises
    ------
    BadReply
        If it names no voice.
    """
    body = Fields.of(reply)
    places = (body, body.fields("data"))
    names = ("cloned_voice_id", "voice_id", "id")
    found = (place.first_text(*names) for place in places)
    receipt = checked_id(next(filter(None, found), None))
    return Task(state="running", receipt=receipt)


def checked_id(given: str | None) -> str:
    """Return an id that can stand in a path.

    Raises
    ------
    BadReply
        If there is none, or it is none that a vendor would give.
    """
    found = _usable(given)
    if found is None:
        raise BadReply("The answer has no usable id.")
    return found


def _usable(given: str | None) -> str | None:
    return given if given and _ID.fullmatch(given) else None


def _told(
    job: Job,
    body: Fields,
    word: str,
    found: tuple[Result, ...],
    receipt: str | None,
) -> Task:
    state, warnings = state_of(word, _STATES, has_result=_is_complete(job, found))
    cost = body.micros("credit_cost")
    failed, done = state == "failed", state == "done"
    return Task(
        state=state,
        receipt=receipt,
        progress=_progress(body),
        # The page shows addresses beside "doing": they are no results yet.
        results=found if done else (),
        credits_micros=cost,
        error=_reason(body) if failed else None,
        # Nobody says whether a failed task is paid back, unless it says "0" itself.
        billed=False if failed and cost == 0 else None,
        warnings=(*warnings, *(_shortfalls(job, found) if done else ())),
        details={"type": kind} if (kind := body.first_text("type")) else {},
    )


def _task_in(top: Fields) -> Fields:
    """Return the task, whether it stands bare or in an envelope."""
    inner = (top.fields("data"), top.fields("task"))
    named = (place for place in (top, *inner) if "task_id" in place or "id" in place)
    return next(named, top)


def _roles(job: Job) -> tuple[Role, ...]:
    # The page shows a transcript's address also where none was asked for.
    if job.kind == "speech" and job.settings.get("with_transcript"):
        return ("audio", "transcript", "words")
    return _ROLES[job.kind]


def _results(job: Job, body: Fields) -> tuple[Result, ...]:
    return tuple(
        _result(job, role, url=url)
        for role in _roles(job)
        for url in _urls(body, _FIELDS[role])
    )


def _urls(body: Fields, name: str) -> Iterator[str]:
    places = (body.fields("metadata"), Fields.inside(body.maybe_text("metadata")), body)
    texts = next((found for place in places if (found := place.texts(name))), ())
    return (text for text in texts if _URL.fullmatch(text))


def _spoken(job: Job, top: Fields) -> tuple[Result, ...]:
    """Return the audio in MiniMax's own answer, if that names its address."""
    said = top.fields("data").maybe_text("audio") or top.maybe_text("audio") or ""
    return (_result(job, "audio", url=said),) if _URL.fullmatch(said) else ()


def _result(
    job: Job, role: Role, *, url: str | None = None, data: bytes | None = None
) -> Result:
    named = job.format if role == "audio" else None
    return Result(
        role=role,
        media_type=formats.media_type(named) if named else _MEDIA_TYPES[role],
        url=url,
        data=data,
        sample_rate=formats.raw_rate(named) if named else None,
    )


def _is_complete(job: Job, found: tuple[Result, ...]) -> bool:
    """Tell whether it is all there that makes a task worth calling done."""
    roles = {result.role for result in found}
    return "audio" in roles or (job.kind == "transcription" and bool(roles))


def _shortfalls(job: Job, found: tuple[Result, ...]) -> Iterator[str]:
    roles = {result.role for result in found}
    # MiniMax's speech has no words with times; its page shows the transcript alone.
    if "transcript" in _roles(job) and "transcript" not in roles:
        yield "KingCong made no transcript."
    tracks = sum(result.role == "audio" for result in found)
    asked = job.settings.get("n", 1)
    if job.kind == "music" and tracks < int(asked):
        yield f"{asked} tracks were asked for, and {tracks} came."


def _progress(body: Fields) -> float | None:
    percent = body.number("progress")
    return None if percent is None else min(max(percent / 100, 0.0), 1.0)


def _reason(body: Fields) -> str | None:
    return body.first_text("error_message", "message", "error")
