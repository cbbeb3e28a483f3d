"""What earlier kernels left: tasks that nobody finished, results that nobody saved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, select

from voicekit.library import schema
from voicekit.library.states import DONE, LIVE, State

__all__ = ["left_behind", "unsaved"]

_OPEN = [str(state) for state in LIVE - DONE]
_UNSAVED = frozenset({State.ACCEPTED, State.RUNNING, State.SUCCEEDED, State.AT_RISK})


def left_behind(
    connection: Connection, is_at_work: Callable[[str], bool]
) -> list[Mapping[str, Any]]:
    """Return what is open and nobody works on: job, provider, issuer, expires_at.

    Parameters
    ----------
    is_at_work : callable
        Whether the owner of this name still runs.
    """
    query = (
        select(
            schema.job.c.id,
            schema.job.c.provider,
            schema.attempt.c.issuer,
            schema.attempt.c.owner,
            schema.attempt.c.expires_at,
        )
        .join_from(schema.attempt, schema.job)
        .where(schema.attempt.c.state.in_(_OPEN))
    )
    rows = [dict(row._mapping) for row in connection.execute(query)]  # noqa: SLF001
    owners = {row["owner"] for row in rows}
    at_work = {owner for owner in owners if owner and is_at_work(owner)}
    return [row for row in rows if row["owner"] not in at_work]


def unsaved(rows: Iterable[Mapping[str, Any]], now_us: int) -> list[Mapping[str, Any]]:
    """Return the attempts whose result is not here and will end, the soonest first."""
    ending = [
        row
        for row in rows
        if row["state"] in _UNSAVED and (row["expires_at"] or 0) > now_us
    ]
    return sorted(ending, key=lambda row: int(row["expires_at"]))
