"""What dead kernels left in the ledger, put right when the library is opened."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, select

from voicekit.job import REHEARSED
from voicekit.library import schema
from voicekit.library.claiming import NOBODY, never_made, release
from voicekit.library.ledger import Change, Kept, advance, find
from voicekit.library.states import OPEN, State

__all__ = ["settle_orphans"]


def settle_orphans(
    connection: Connection,
    own: str,
    is_alive: Callable[[str], bool],
    is_free: Callable[[str], bool],
) -> None:
    """Let every attempt of a dead kernel say what is known of it.

    What is free has failed, and cost nothing; so has all of a rehearsal, whose
    stand-ins ended with their kernel. What was being sent is in doubt until somebody
    resumes it. What was never sent waits, and what was accepted runs on, with nobody at
    work on it.

    Parameters
    ----------
    own : str
        The owner that asks.
    is_alive : callable
        Whether another owner still runs.
    is_free : callable
        Whether the jobs of a provider cost nothing.
    """
    query = select(schema.attempt.c.job, schema.attempt.c.owner).where(
        schema.attempt.c.state.in_(OPEN)
    )
    rows = connection.execute(query).all()
    owners = {owner for _, owner in rows}
    working = {name for name in owners if name == own or (name and is_alive(name))}
    for job, owner in rows:
        kept = find(connection, job=job) if owner not in working else None
        if kept is not None:
            _settle(connection, kept, is_free)


def _settle(connection: Connection, kept: Kept, is_free: Callable[[str], bool]) -> None:
    if kept.job["realm"] == REHEARSED or is_free(kept.job["provider"]):
        advance(connection, kept, never_made())
    elif kept.state is State.SENDING:
        advance(connection, kept, Change(state=State.AMBIGUOUS))
    if kept.attempt["owner"] != NOBODY:
        release(connection, kept.attempt["id"])
