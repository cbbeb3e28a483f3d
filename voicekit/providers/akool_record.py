"""Reads what Akool records of an audio: in the answer to a request, and to a query."""

from __future__ import annotations

from collections.abc import Mapping

from voicekit.providers.envelope import task_id, without_addresses
from voicekit.reading import Fields, receipt_of, state_of
from voicekit.task import Result, Task, TaskState

__all__ = ["IDS", "KEPT_S", "read_task"]

IDS = ("_id",)
KEPT_S = 7 * 86_400
_STATES: Mapping[str, TaskState] = {
    "1": "queued",
    "2": "running",
    "3": "done",
    "4": "failed",
}
# The page says that the reason stands "in the audio details", and names no field.
_REASONS = (
    "error_reason",
    "error_message",
    "error_msg",
    "err_msg",
    "error",
    "fail_reason",
    "failed_reason",
    "reason",
    "message",
    "msg",
)
_NEW = "1"


def read_task(data: Fields, asked: str | None = None) -> Task:
    """Return the task that a record describes.

    Parameters
    ----------
    data : Fields
        The record.
    asked : str, optional
        The task's id; left out in the answer that makes it.

    Raises
    ------
    BadReply
        If it cannot be told which task this is, or how it is.
    """
    word, url = data.first_text("status"), data.first_text("url")
    if asked is None and word is None:
        word = _NEW
    state, warnings = state_of(word, _STATES, has_result=url is not None)
    if state == "done" and url:
        return _done(data, asked, url)
    return Task(
        # An address before completion is not the whole audio.
        state=state,
        receipt=receipt_of(task_id(data, IDS), asked),
        error=_reason(data) if state == "failed" else None,
        warnings=warnings,
    )


def _done(data: Fields, asked: str | None, url: str) -> Task:
    made = data.time("create_time")
    return Task(
        state="done",
        # Finished audio is worth having without an id, too.
        receipt=task_id(data, IDS) or asked,
        results=(Result(media_type="audio/mpeg", url=url),),
        # Only the vendor's newer interface tells the price; it costs nothing to look.
        credits_micros=data.micros("deduction_credit"),
        expires_at=made + KEPT_S * 1_000_000 if made else None,
    )


def _reason(data: Fields) -> str | None:
    found = data.first_text(*_REASONS)
    return without_addresses(found) if found else None
