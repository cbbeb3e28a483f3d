"""What the library lets go of: texts and files, and the claim to what they became."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, select, update

from voicekit.errors import LibraryError
from voicekit.library import schema
from voicekit.library.ledger import find, log_event
from voicekit.library.states import OPEN, SHOWN, State
from voicekit.media import media_type_of

__all__ = ["forget", "free", "retire", "retire_all"]


def forget(connection: Connection, job: str) -> Sequence[tuple[str, int, str]]:
    """Drop a job's text and results; what it cost stays.

    Returns the files (hash, size, media type) that nothing refers to any longer.

    Raises
    ------
    LibraryError
        If it is not over: it still runs, or nobody knows whether it was accepted.
    """
    kept = find(connection, job=job)
    if kept is not None and kept.state in OPEN | {State.HELD}:
        raise LibraryError(
            f"Job {job} is {SHOWN[kept.state]}, so it is not over: the same call would "
            "be sent again. One that is held is settled by adopt or write_off first."
        )
    attempts = select(schema.attempt.c.id).where(schema.attempt.c.job == job)
    mine = schema.file.c.attempt.in_(attempts)
    columns = (schema.file.c.sha256, schema.file.c.size, schema.file.c.media_type)
    kept_files = select(schema.job.c.files).where(schema.job.c.id == job)
    inputs = map(_input_row, connection.execute(kept_files).scalar_one().values())
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
    log_event(connection, job, None, "forgotten")
    used = _used(connection)
    return [(row[0], row[1], row[2]) for row in dropped if row[0] not in used]


def free(connection: Connection, name: str) -> None:
    """Let the call that a job was made for be a new job."""
    _free_key(connection, schema.job.c.id == name)


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


def _input_row(file: Mapping[str, Any]) -> tuple[str, int, str]:
    return file["sha256"], file["size"], media_type_of(Path(file["path"]))


def _used(connection: Connection) -> set[str]:
    """Return the hash of every file that something refers to."""
    used = set(connection.execute(select(schema.file.c.sha256)).scalars())
    used |= set(connection.execute(select(schema.preview.c.sha256)).scalars())
    for files in connection.execute(select(schema.job.c.files)).scalars():
        used |= {file["sha256"] for file in files.values()}
    return used


def _free_key(connection: Connection, which: ColumnElement[bool]) -> None:
    """Let the same call be a new job; the old one stays on record."""
    connection.execute(update(schema.job).where(which).values(key=None))
