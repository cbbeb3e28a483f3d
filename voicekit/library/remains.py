"""What earlier kernels left: tasks that nobody finished, results that nobody saved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, select

from voicekit.library import schema
from voicekit.library.claiming import NOBODY
from voicekit.library.states import OPEN, State

__all__ = ["left_behind", "unsaved"]

_UNSAVED = frozenset({State.ACCEPTED, State.RUNNING, State.SUCCEEDED, State.AT_RISK})


def left_behind(connection: Connection) -> list[Mapping[str, Any]]:
    """Return what is open and nobody works on: job, provider, issuer, expires_at.

    To open a library has taken from dead kernels what was theirs: see `orphans`.
    """
    query = (
        select(
            schema.job.c.id,
            schema.job.c.provider,
            schema.attempt.c.issuer,
            schema.attempt.c.expires_at,
        )
        .join_from(schema.attempt, schema.job)
        .where(schema.attempt.c.state.in_(OPEN), schema.attempt.c.owner == NOBODY)
    )
    return [dict(row._mapping) for row in connection.execute(query)]  # noqa: SLF001


def unsaved(rows: Iterable[Mapping[str, Any]], now_us: int) -> list[Mapping[str, Any]]:
    """Return the attempts whose result is not here and will end, the soonest first."""
    ending = [
        row
        for row in rows
        if row["state"] in _UNSAVED and (row["expires_at"] or 0) > now_us
    ]
    return sorted(ending, key=lambda row: int(row["expires_at"]))
