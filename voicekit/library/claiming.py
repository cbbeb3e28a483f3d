"""Who carries a job: the rule of what is paid for once, in one transaction."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

from sqlalchemy import Connection, insert, update

from voicekit.errors import LibraryError
from voicekit.job import Job
from voicekit.library import schema
from voicekit.library.budget import Terms, check_budget
from voicekit.library.forgetting import free
from voicekit.library.ledger import Change, Kept, advance, find, log_event, now_us
from voicekit.library.states import DONE, LIVE, OPEN, State

__all__ = [
    "CALLED_OFF",
    "Claim",
    "Elsewhere",
    "Found",
    "Mine",
    "Stands",
    "begin_again",
    "call_off",
    "claim",
    "never_made",
    "release",
]


NOBODY = ""
CALLED_OFF = "It was called off before anything was sent."


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
        free(connection, kept.job["id"])
        return Mine(_begin(connection, _add_job(connection, job), terms))
    if kept.state in DONE:
        return Found(kept)
    if kept.state in LIVE:
        return _take_over(connection, kept, terms, is_alive)
    if _is_known_free(kept):
        return Mine(_begin(connection, kept.job, terms))
    return Stands(kept)


def begin_again(connection: Connection, kept: Kept, terms: Terms) -> Mine:
    """Begin another attempt of a job that ended in doubt, at risk or without success.

    Only the user asks for this: it may be billed twice. What was held is closed: nobody
    will judge it any longer, and it counts as spent.
    """
    latest = find(connection, job=kept.job["id"])  # it may have been asked for twice
    if latest is None or latest.state in LIVE:
        raise LibraryError(f"Job {kept.job['id']} is not over; there is nothing to do.")
    if latest.state is State.HELD:
        advance(connection, latest, _sent_again(latest))
    return Mine(_begin(connection, latest.job, terms))


def _sent_again(held: Kept) -> Change:
    message = "It was sent again; nobody knows whether this one was billed, too."
    columns = {
        "error": {"kind": "SubmissionUnknown", "message": message},
        "billed": held.attempt["billed"] or "unknown",
        "finished_at": now_us(),
    }
    return Change(state=State.FAILED, columns=columns)


def call_off(connection: Connection, job: Job, terms: Terms) -> None:
    """Let go of what a call claimed and will not carry: nothing was sent by it."""
    kept = find(connection, key=job.key, take=job.take)
    is_ours = kept is not None and kept.attempt["owner"] == terms.owner
    if kept is None or not is_ours or kept.state not in OPEN:
        return
    if kept.state is State.RESERVED or terms.repeatable:
        kept = advance(connection, kept, never_made(CALLED_OFF))
    release(connection, kept.attempt["id"])


def never_made(why: str = "The kernel ended before it.") -> Change:
    """Return the change that ends an attempt that nobody began: free."""
    ended = {
        "error": {"kind": "Unavailable", "message": why},
        "billed": "no",
        "finished_at": now_us(),
    }
    return Change(state=State.FAILED, columns=ended)


def release(connection: Connection, attempt: int) -> None:
    """Let any process go on with an attempt that nobody works on any longer."""
    connection.execute(
        update(schema.attempt)
        .where(schema.attempt.c.id == attempt)
        .values(owner=NOBODY)
    )


_INSERT_JOB = insert(schema.job)
_INSERT_ATTEMPT = insert(schema.attempt)
_NOTHING_YET: Mapping[str, Any] = dict.fromkeys(schema.attempt.columns.keys())


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


def _begin(connection: Connection, job: Mapping[str, Any], terms: Terms) -> Kept:
    issuer = f"{job['realm']} {job['provider']}"
    check_budget(connection, job, issuer, terms)
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
        "callback": terms.callback,
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
    log_event(connection, job["id"], values["id"], str(state))
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
        advance(connection, kept, never_made())
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
        and kept.state in DONE
        and expires_at is not None
        and expires_at <= now_us()
    )


def _new_name() -> str:
    """Return a name that is short enough to type, and never given twice in practice."""
    return base64.b32encode(secrets.token_bytes(5)).decode().lower()
