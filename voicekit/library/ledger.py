"""The transactions of the ledger: what may be done to a job, and nothing else.

Each function takes the open transaction first. It changes only the database, so that a
transaction that failed can be run again.
"""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    bindparam,
    insert,
    select,
    update,
)

from voicekit.errors import BudgetExceeded, LibraryError
from voicekit.job import InputFile, Job
from voicekit.library import schema
from voicekit.library.budget import reserved
from voicekit.library.files import StoredFile, media_type_of
from voicekit.library.states import LIVE, State, may_follow
from voicekit.task import from_micros

__all__ = [
    "Change",
    "Claim",
    "Elsewhere",
    "Found",
    "Kept",
    "Mine",
    "Stands",
    "Terms",
    "accept",
    "advance",
    "begin_again",
    "claim",
    "file_columns",
    "find",
    "find_preview",
    "forget",
    "free",
    "job_of",
    "keep_preview",
    "now_us",
    "release",
    "retire",
    "retire_all",
    "unfinished",
]


NOBODY = ""
"""The owner of an attempt that waits to be taken over."""


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


@dataclass(frozen=True, slots=True)
class Mine:
    """The attempt is the caller's to carry on, from its state."""

    kept: Kept


@dataclass(frozen=True, slots=True)
class Found:
    """The result is in the library."""

    kept: Kept


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another process is at work on it."""

    kept: Kept


@dataclass(frozen=True, slots=True)
class Stands:
    """It ended without a result, and only the user can have it tried again."""

    kept: Kept


Claim: TypeAlias = Mine | Found | Elsewhere | Stands


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a new attempt is begun with."""

    owner: str
    repeatable: bool
    """Free and the same again: needs no barrier between reserving and sending."""
    unit: str
    charged_to: str | None = None
    estimated_micros: int | None = None
    bound_micros: int | None = None
    budget_micros: int | None = None
    """What this owner may reserve, spend or hold with this provider."""


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


def claim(
    connection: Connection,
    job: Job,
    terms: Terms,
    is_alive: Callable[[str], bool],
) -> Claim:
    """Decide, in one transaction, who carries a job: the rule of what is paid for once.

    A finished result is found; work of a living process is waited for; work that a dead
    process left is taken over where it stands; a new attempt is begun only where there
    is none, or the last one is known to have cost nothing.
    """
    kept = find(connection, key=job.key, take=job.take)
    if kept is None:
        return Mine(_begin(connection, _add_job(connection, job), terms))
    if _is_spent(kept):
        _free_key(connection, schema.job.c.id == kept.job["id"])
        return Mine(_begin(connection, _add_job(connection, job), terms))
    if kept.state in (State.FETCHED, State.SETTLED):
        _log(connection, kept, "answered")
        return Found(kept)
    if kept.state in LIVE:
        return _take_over(connection, kept, terms, is_alive)
    if _is_known_free(kept):
        return Mine(_begin(connection, kept.job, terms))
    return Stands(kept)


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
    _insert_event(connection, name, attempt, str(change.state), change.event)
    return Kept(
        job=kept.job,
        attempt={**kept.attempt, **values},
        files=(*kept.files, *rows),
    )


def accept(connection: Connection, kept: Kept, receipt: str | None) -> Kept | None:
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
    change = Change(state=State.ACCEPTED, columns={"receipt": receipt})
    return advance(connection, kept, change)


def begin_again(connection: Connection, kept: Kept, terms: Terms) -> Mine:
    """Begin another attempt of a job that ended in doubt, at risk or without success.

    Only the user asks for this: it may be billed twice.
    """
    if kept.state in LIVE:
        raise LibraryError(f"Job {kept.job['id']} is not over; there is nothing to do.")
    return Mine(_begin(connection, kept.job, terms))


def unfinished(connection: Connection) -> list[str]:
    """Return the names of jobs with an attempt that is open."""
    ended = (State.FETCHED, State.SETTLED)
    is_open = [str(state) for state in LIVE if state not in ended]
    query = select(schema.attempt.c.job).where(schema.attempt.c.state.in_(is_open))
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


def job_of(kept: Kept) -> Job:
    """Return the job of a row, as it was asked for."""
    row = kept.job
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


def retire(connection: Connection, kind: str, voice: str) -> None:
    """Let a call that made a voice be made anew: that voice was deleted."""
    made = select(schema.attempt.c.job).where(
        schema.attempt.c.details["voice"].as_string() == voice
    )
    _free_key(connection, (schema.job.c.kind == kind) & schema.job.c.id.in_(made))


def retire_all(connection: Connection, realm: str) -> None:
    """Let calls that made voices or bought proxies be made anew: all of them ended."""
    made = schema.job.c.kind.in_(("clone", "proxies"))
    _free_key(connection, (schema.job.c.realm == realm) & made)


def find_preview(connection: Connection, realm: str, voice: str) -> Row[Any] | None:
    """Return the file that a vendor plays for a voice; None if it was not fetched."""
    query = select(schema.preview).where(
        schema.preview.c.realm == realm, schema.preview.c.voice == voice
    )
    return connection.execute(query).one_or_none()


def keep_preview(
    connection: Connection, realm: str, voice: str, stored: StoredFile
) -> None:
    """Remember the file that a vendor plays for a voice."""
    place = (schema.preview.c.realm == realm) & (schema.preview.c.voice == voice)
    connection.execute(schema.preview.delete().where(place))
    columns = {
        "realm": realm,
        "voice": voice,
        "sha256": stored.sha256,
        "size": stored.size,
        "media_type": stored.media_type,
    }
    connection.execute(insert(schema.preview), columns)


def forget(connection: Connection, job: str) -> Sequence[tuple[str, int, str]]:
    """Drop a job's text and results; what it cost stays.

    Returns the files (hash, size, media type) that nothing refers to any longer.
    """
    attempts = select(schema.attempt.c.id).where(schema.attempt.c.job == job)
    mine = schema.file.c.attempt.in_(attempts)
    columns = (schema.file.c.sha256, schema.file.c.size, schema.file.c.media_type)
    row = connection.execute(_JOB_BY_ID, {"id": job}).one()
    inputs = [_input_row(file) for file in row.files.values()]
    dropped = [*connection.execute(select(*columns).where(mine)).all(), *inputs]
    connection.execute(schema.file.delete().where(mine))
    connection.execute(
        update(schema.attempt)
        .where(schema.attempt.c.job == job)
        .values(words=None, details=None, raw=None)
    )
    connection.execute(
        update(schema.job)
        .where(schema.job.c.id == job)
        .values(key=None, text=None, voice_id=None, settings={}, files={})
    )
    _insert_event(connection, job, None, "forgotten", None)
    used = _used(connection)
    return [(row[0], row[1], row[2]) for row in dropped if row[0] not in used]


def _input_row(file: Mapping[str, Any]) -> tuple[str, int, str]:
    return file["sha256"], file["size"], media_type_of(Path(file["path"]))


def _used(connection: Connection) -> set[str]:
    """Return the hash of every file that something refers to."""
    used = set(connection.execute(select(schema.file.c.sha256)).scalars())
    used |= set(connection.execute(select(schema.preview.c.sha256)).scalars())
    for files in connection.execute(select(schema.job.c.files)).scalars():
        used |= {file["sha256"] for file in files.values()}
    return used


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
_NOTHING_YET: Mapping[str, Any] = dict.fromkeys(schema.attempt.columns.keys())
_INSERT_JOB = insert(schema.job)
_INSERT_ATTEMPT = insert(schema.attempt)
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


def _add_job(connection: Connection, job: Job) -> Mapping[str, Any]:
    values = {
        "id": _new_name(),
        "key": job.key,
        "take": job.take,
        "realm": job.realm,
        "provider": job.provider,
        "kind": job.kind,
        "model": job.model,
        "voice": job.voice_name,
        "voice_id": job.voice,
        "text": job.text,
        "settings": dict(job.settings),
        "format": job.format,
        "files": {name: asdict(file) for name, file in job.files.items()},
        "characters": len(job.text),
        "created_at": now_us(),
    }
    connection.execute(_INSERT_JOB, values)
    return values


def _check_budget(
    connection: Connection, job: Mapping[str, Any], issuer: str, terms: Terms
) -> None:
    """Refuse, in the transaction that would reserve, what the budget does not cover.

    A job of unknown cost may begin while anything is left.
    """
    if terms.budget_micros is None:
        return
    left = terms.budget_micros - reserved(connection, terms.owner, issuer)
    if left <= 0 or (terms.bound_micros or 0) > left:
        bound, rest = (from_micros(n) for n in (terms.bound_micros, max(left, 0)))
        may_cost = "an unknown amount" if bound is None else f"up to {bound:g}"
        raise BudgetExceeded(
            f"{job['voice'] or job['provider']} may cost {may_cost} {terms.unit}, and "
            f"the budget for {job['provider']} has {rest:g} left. Nothing was sent. "
            "Open a Studio with a larger budget to go on."
        )


def _begin(connection: Connection, job: Mapping[str, Any], terms: Terms) -> Kept:
    issuer = f"{job['realm']} {job['provider']}"
    _check_budget(connection, job, issuer, terms)
    state = State.SENDING if terms.repeatable else State.RESERVED
    now = now_us()
    values: dict[str, Any] = {
        **_NOTHING_YET,
        "job": job["id"],
        "issuer": issuer,
        "state": str(state),
        "owner": terms.owner,
        "reserved_by": terms.owner,
        "unit": terms.unit,
        "charged_to": terms.charged_to,
        "estimated_micros": terms.estimated_micros,
        "bound_micros": terms.bound_micros,
        "created_at": now,
        "sent_at": now if terms.repeatable else None,
        "polls": 0,
    }
    del values["id"]  # the database counts
    result = connection.execute(_INSERT_ATTEMPT, values)
    assert result.inserted_primary_key is not None
    values["id"] = result.inserted_primary_key[0]
    _insert_event(connection, job["id"], values["id"], str(state), None)
    return Kept(job=job, attempt=values)


def _take_over(
    connection: Connection,
    kept: Kept,
    terms: Terms,
    is_alive: Callable[[str], bool],
) -> Claim:
    if kept.attempt["owner"] != NOBODY and is_alive(kept.attempt["owner"]):
        return Elsewhere(kept)
    if kept.state is State.RESERVED and kept.attempt["owner"] == terms.owner:
        return Mine(kept)  # begun by the user's own word, a moment ago
    if kept.state is State.RESERVED or terms.repeatable:
        ended = {
            "error": {"kind": "Unavailable", "message": "The kernel ended before it."},
            "billed": "no",
            "finished_at": now_us(),
        }
        advance(connection, kept, Change(state=State.FAILED, columns=ended))
        return Mine(_begin(connection, kept.job, terms))
    state = State.AMBIGUOUS if kept.state is State.SENDING else kept.state
    change = Change(state=state, columns={"owner": terms.owner}, event={"taken": True})
    return Mine(advance(connection, kept, change))


def _is_known_free(kept: Kept) -> bool:
    return kept.state is State.REFUSED or (
        kept.state is State.FAILED and kept.attempt["billed"] == "no"
    )


def _is_spent(kept: Kept) -> bool:
    """Tell whether what was bought has run out: proxies live for minutes."""
    expires_at = kept.attempt["expires_at"]
    return (
        kept.job["kind"] == "proxies"
        and kept.state in (State.FETCHED, State.SETTLED)
        and expires_at is not None
        and expires_at <= now_us()
    )


def free(connection: Connection, name: str) -> None:
    """Let the call that a job was made for be a new job."""
    _free_key(connection, schema.job.c.id == name)


def release(connection: Connection, attempt: int) -> None:
    """Let any process go on with an attempt that nobody works on any longer."""
    connection.execute(
        update(schema.attempt)
        .where(schema.attempt.c.id == attempt)
        .values(owner=NOBODY)
    )


def _free_key(connection: Connection, which: ColumnElement[bool]) -> None:
    """Let the same call be a new job; the old one stays on record."""
    connection.execute(update(schema.job).where(which).values(key=None))


def _log(connection: Connection, kept: Kept, what: str) -> None:
    _insert_event(connection, kept.job["id"], kept.attempt["id"], what, None)


def _insert_event(
    connection: Connection,
    job: str,
    attempt: int | None,
    what: str,
    data: Mapping[str, Any] | None,
) -> None:
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


def _new_name() -> str:
    """Return a name that is short enough to type, and never given twice in practice."""
    return base64.b32encode(secrets.token_bytes(5)).decode().lower()
