"""What vendors' callbacks said, kept until it is known what became of a submission."""

from __future__ import annotations

from sqlalchemy import Connection, select

from voicekit.library import schema
from voicekit.library.ledger import Kept, find_latest, log_event
from voicekit.library.states import State

__all__ = ["addressee", "keep_told", "told"]

MOST_TOLD = 5
"""Ids that are remembered of one attempt: a vendor tells one, a forger many."""

_IN_DOUBT = frozenset({State.SENDING, State.AMBIGUOUS, State.HELD})


def addressee(connection: Connection, callback: str) -> Kept | None:
    """Return the job whose latest attempt was given this address, if any was."""
    return find_latest(connection, schema.attempt.c.callback == callback)


def keep_told(connection: Connection, callback: str, receipt: str) -> None:
    """Note a task's id that came to an address, if its attempt is in want of one."""
    kept = addressee(connection, callback)
    if kept is None or kept.state not in _IN_DOUBT:
        return
    attempt = kept.attempt["id"]
    known = told(connection, attempt)
    if receipt not in known and len(known) < MOST_TOLD:
        log_event(connection, kept.job["id"], attempt, "told", {"task": receipt})


def told(connection: Connection, attempt: int) -> list[str]:
    """Return the ids that came for an attempt: hints, which nothing has proven yet."""
    query = select(schema.event.c.data).where(
        schema.event.c.attempt == attempt, schema.event.c.what == "told"
    )
    return [data["task"] for data in connection.execute(query).scalars()]
