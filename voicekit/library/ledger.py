"""The transactions of the ledger: what may be done to an attempt, and nothing else.

Each function takes the open transaction first. It changes only the database, so that a
transaction that failed can be run again.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, insert, select, update

from voicekit.errors import LibraryError
from voicekit.job import InputFile, Job
from voicekit.library import schema
from voicekit.library.files import StoredFile
from voicekit.library.states import OPEN, SHOWN, State, may_follow

__all__ = [
    "Change",
    "Kept",
    "accept",
    "adopt",
    "advance",
    "file_columns",
    "find",
    "find_latest",
    "job_of",
    "log_event",
    "note_answered",
    "now_us",
    "settle",
    "unfinished",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One job with one of its attempts and that attempt's files, as rows."""

    job: Mapping[str, Any]
    attempt: Mapping[str, Any]
    files: tuple[Mapping[str, Any], ...] = ()

    @property
    def state(self) -> State:
        """How far the attempt has come."""
        return State(self.attempt["state"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What becomes known about an attempt in one step."""

    state: State
    columns: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[Mapping[str, Any], ...] = ()
    event: Mapping[str, Any] | None = None


def now_us() -> int:
    """Return the time in microseconds since 1970, UTC."""
    return time.time_ns() // 1000


def advance(connection: Connection, kept: Kept, change: Change) -> Kept:
    """Move an attempt to its next state, with everything learned in that step.

    Raises
    ------
    LibraryError
        If that state cannot follow: the caller is wrong, and nothing is written.
    """
    attempt = kept.attempt["id"]
    now = State(connection.execute(_ATTEMPT_STATE, {"attempt": attempt}).scalar_one())
    if not may_follow(now, change.state):
        raise LibraryError(f"Attempt {attempt} cannot go {now} → {change.state}.")
    values = {"state": str(change.state), **change.columns}
    connection.execute(
        update(schema.attempt).where(schema.attempt.c.id == attempt), values
    )
    rows = tuple({**columns, "attempt": attempt} for columns in change.files)
    if rows:
        connection.execute(_INSERT_FILE, rows)
    name = kept.job["id"]
    log_event(connection, name, attempt, str(change.state), change.event)
    return Kept(
        job=kept.job,
        attempt={**kept.attempt, **values},
        files=(*kept.files, *rows),
    )


def accept(
    connection: Connection,
    kept: Kept,
    receipt: str | None,
    expires_at: int | None = None,
) -> Kept | None:
    """Record that a submission was accepted; None if its receipt is another's.

    A vendor that gives the same task id twice leaves it open what was accepted.
    """
    owners = select(schema.attempt.c.id).where(
        schema.attempt.c.issuer == kept.attempt["issuer"],
        schema.attempt.c.receipt == receipt,
        schema.attempt.c.id != kept.attempt["id"],
    )
    if receipt is not None and connection.execute(owners).first() is not None:
        return None
    columns = {"receipt": receipt, "expires_at": expires_at}
    change = Change(state=State.ACCEPTED, columns=columns)
    return advance(connection, kept, change)


def note_answered(connection: Connection, kept: Kept) -> None:
    """Count a call that was answered from the library."""
    log_event(connection, kept.job["id"], kept.attempt["id"], "answered")


def adopt(connection: Connection, kept: Kept, receipt: str) -> Kept | None:
    """Take a task for a job in doubt; None if it is another job's.

    Raises
    ------
    LibraryError
        If the job is no longer as its user saw it.
    """
    _must_be_as_seen(connection, kept)
    return accept(connection, kept, receipt)


def settle(connection: Connection, kept: Kept, change: Change) -> Kept:
    """Do with a job in doubt what its user decided.

    Raises
    ------
    LibraryError
        If it is no longer as its user saw it: what runs now would be forgotten.
    """
    _must_be_as_seen(connection, kept)
    return advance(connection, kept, change)


def _must_be_as_seen(connection: Connection, kept: Kept) -> None:
    latest = find(connection, job=kept.job["id"])
    if latest is None or latest.attempt["id"] != kept.attempt["id"]:
        raise LibraryError(
            f"Job {kept.job['id']} was submitted again by now: nothing was changed."
        )
    # What nobody has judged yet may be judged by somebody by now.
    owner, state = latest.attempt["owner"], latest.state
    was_taken = state is State.AMBIGUOUS and owner != kept.attempt["owner"]
    if state is not kept.state or was_taken:
        raise LibraryError(
            f"Job {kept.job['id']} is {SHOWN[state]} by now: nothing was changed."
        )


def unfinished(connection: Connection) -> list[str]:
    """Return the names of jobs with an attempt that is open, unless forgotten since."""
    query = (
        select(schema.job.c.id)
        .join_from(schema.job, schema.attempt)
        .where(schema.attempt.c.state.in_(OPEN), schema.job.c.key.is_not(None))
    )
    return [str(name) for name in connection.execute(query).scalars()]


def find(
    connection: Connection,
    *,
    key: str | None = None,
    take: int | None = None,
    job: str | None = None,
) -> Kept | None:
    """Return a job by its key and take, or by its name, with its latest attempt."""
    if job is not None:
        row = connection.execute(_JOB_BY_ID, {"id": job}).one_or_none()
    else:
        row = connection.execute(_JOB_BY_KEY, {"key": key, "take": take}).one_or_none()
    return None if row is None else _kept(connection, row)


def find_latest(connection: Connection, which: ColumnElement[bool]) -> Kept | None:
    """Return a job by what only one attempt has; None if that is not its latest."""
    query = select(schema.attempt.c.id, schema.attempt.c.job).where(which)
    row = connection.execute(query).one_or_none()
    kept = None if row is None else find(connection, job=row.job)
    is_latest = kept is not None and row is not None and kept.attempt["id"] == row.id
    return kept if is_latest else None


def job_of(kept: Kept) -> Job:
    """Return the job of a row, as it was asked for.

    Raises
    ------
    LibraryError
        If it was forgotten: as another job it would be sent, and paid for, again.
    """
    row = kept.job
    if row["key"] is None:
        name = row["id"]
        raise LibraryError(f"Job {name} was forgotten; only what it cost is left.")
    return Job(
        realm=row["realm"],
        provider=row["provider"],
        kind=row["kind"],
        model=row["model"],
        voice=row["voice_id"],
        shown_voice=None if row["voice"] is None else row["voice"].partition(":")[2],
        text=row["text"],
        settings=row["settings"],
        format=row["format"],
        take=row["take"],
        files={name: InputFile(**file) for name, file in row["files"].items()},
    )


def file_columns(stored: StoredFile, **columns: Any) -> Mapping[str, Any]:
    """Return the row of a stored file."""
    return {
        "sha256": stored.sha256,
        "size": stored.size,
        "media_type": stored.media_type,
        "duration_us": None,
        "sample_rate": None,
        **columns,
    }


def log_event(
    connection: Connection,
    job: str,
    attempt: int | None,
    what: str,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Note that something happened to a job."""
    connection.execute(
        _INSERT_EVENT,
        {
            "job": job,
            "attempt": attempt,
            "at": now_us(),
            "what": what,
            "data": None if data is None else dict(data),
        },
    )


_JOB_BY_KEY = select(schema.job).where(
    schema.job.c.key == bindparam("key"), schema.job.c.take == bindparam("take")
)
_JOB_BY_ID = select(schema.job).where(schema.job.c.id == bindparam("id"))
_LATEST_ATTEMPT = (
    select(schema.attempt)
    .where(schema.attempt.c.job == bindparam("job"))
    .order_by(schema.attempt.c.id.desc())
    .limit(1)
)
_ATTEMPT_STATE = select(schema.attempt.c.state).where(
    schema.attempt.c.id == bindparam("attempt")
)
_FILES = (
    select(schema.file)
    .where(schema.file.c.attempt == bindparam("attempt"))
    .order_by(schema.file.c.id)
)
_INSERT_EVENT = insert(schema.event)
_INSERT_FILE = insert(schema.file)


def _kept(connection: Connection, job: Row[Any]) -> Kept:
    attempt = connection.execute(_LATEST_ATTEMPT, {"job": job.id}).one()
    files = connection.execute(_FILES, {"attempt": attempt.id}).all()
    return Kept(
        job=dict(job._mapping),  # noqa: SLF001 - the documented way to a row's mapping
        attempt=dict(attempt._mapping),  # noqa: SLF001
        files=tuple(dict(row._mapping) for row in files),  # noqa: SLF001
    )
