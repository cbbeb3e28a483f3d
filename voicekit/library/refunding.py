"""What a vendor gave back for a task that was deleted there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from voicekit.library import schema
from voicekit.library.ledger import (
    Change,
    Kept,
    advance,
    find_latest,
    log_event,
    now_us,
)
from voicekit.library.states import OPEN, State

__all__ = ["note_deleted", "owner_of"]


def owner_of(connection: Connection, issuer: str, receipt: str) -> Kept | None:
    """Return the job whose latest attempt has this task; None if none has."""
    attempt = schema.attempt.c
    return find_latest(
        connection, (attempt.issuer == issuer) & (attempt.receipt == receipt)
    )


def note_deleted(
    connection: Connection, issuer: str, receipt: str, refunded_micros: int | None
) -> None:
    """Note that a task is gone, and what came back for it.

    One that had not ended has failed thereby, and is known to have cost nothing where
    all that was charged came back.
    """
    kept = owner_of(connection, issuer, receipt)
    if kept is None:
        return
    if refunded_micros:
        data = {"micros": refunded_micros}
        log_event(connection, kept.job["id"], kept.attempt["id"], "refunded", data)
    if kept.state in OPEN:
        change = Change(state=State.FAILED, columns=_ended(kept, refunded_micros))
        advance(connection, kept, change)


def _ended(kept: Kept, refunded_micros: int | None) -> Mapping[str, Any]:
    charged = kept.attempt["credits_micros"]
    known = refunded_micros if charged is None else charged
    is_free = bool(refunded_micros) and refunded_micros == known
    return {
        "billed": "no" if is_free else "unknown",
        "credits_micros": known,
        "error": {"kind": "GenerationFailed", "message": "Its task was deleted."},
        "finished_at": now_us(),
    }
