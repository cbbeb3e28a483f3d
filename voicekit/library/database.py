"""Opens the ledger's database and makes sure that it keeps what it is told."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import Connection, Engine, event, insert, select, text, update
from sqlalchemy.exc import DatabaseError

from voicekit.errors import LibraryError
from voicekit.library.schema import SCHEMA_VERSION, STEPS, meta, metadata

__all__ = ["open_database"]

# A rollback journal, not WAL: WAL has lost data up to SQLite 3.51.2 and needs shared
# memory. EXTRA also syncs the folder after the journal is removed.
_PRAGMAS = {
    "journal_mode": "delete",
    "synchronous": 3,
    "busy_timeout": 10_000,
    "foreign_keys": 1,
    "secure_delete": 1,  # what the user has forgotten leaves the file
}


def open_database(path: Path) -> Engine:
    """Open the ledger, creating it where there is none.

    Raises
    ------
    LibraryError
        If it cannot be written, is damaged, or a newer voicekit wrote it.
    """
    interrupted = path.with_name(f"{path.name}-journal").exists()
    # Not as text: a folder's name may hold what means something in an address.
    address = sqlalchemy.URL.create("sqlite", database=str(path))
    engine = sqlalchemy.create_engine(address, poolclass=sqlalchemy.pool.NullPool)
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    try:
        with engine.begin() as connection:
            if interrupted:
                _check(connection, path)
            _prepare(connection, path)
    except DatabaseError as error:
        raise LibraryError(
            f"The ledger {path} cannot be used: {error.orig}. Check that the folder "
            "can be written and has room, or name another with Studio(library=...)."
        ) from error
    return engine


def _configure(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where we say, see _begin
    for name, wanted in _PRAGMAS.items():
        connection.execute(f"PRAGMA {name}={wanted}")
        (found,) = connection.execute(f"PRAGMA {name}").fetchone()
        if found != wanted:
            raise LibraryError(
                f"The ledger's database keeps {name}={found} where {wanted} was asked "
                "for; it could lose what it was told. Name another folder with "
                "Studio(library=...)."
            )


def _begin(connection: Connection) -> None:
    # The write lock at once: two kernels that both read first would both then write.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _check(connection: Connection, path: Path) -> None:
    verdict = connection.execute(text("PRAGMA integrity_check")).scalar()
    if verdict != "ok":
        raise LibraryError(
            f"The ledger {path} is damaged: {verdict}. Nothing was changed. Restore it "
            "from a backup, or name another folder with Studio(library=...)."
        )


def _add_what_is_new(connection: Connection) -> None:
    """Add the tables and indexes that an earlier voicekit did not have yet."""
    metadata.create_all(connection)
    for table in metadata.sorted_tables:
        for index in table.indexes:
            index.create(connection, checkfirst=True)


def _prepare(connection: Connection, path: Path) -> None:
    if not sqlalchemy.inspect(connection).has_table("meta"):
        metadata.create_all(connection)
        connection.execute(insert(meta).values(version=SCHEMA_VERSION))
        return
    version = connection.execute(select(meta.c.version)).scalar_one()
    for step in range(version + 1, SCHEMA_VERSION + 1):
        for statement in STEPS[step]:
            connection.execute(text(statement))
        version = step
        connection.execute(update(meta).values(version=version))
    if version == SCHEMA_VERSION:
        _add_what_is_new(connection)
    inspector = sqlalchemy.inspect(connection)
    for table in metadata.sorted_tables:
        there = inspector.has_table(table.name) and {
            column["name"] for column in inspector.get_columns(table.name)
        }
        if version == SCHEMA_VERSION and there != set(table.columns.keys()):
            raise LibraryError(
                f"The ledger {path} is not one of this voicekit: its table "
                f"{table.name} has other columns. Nothing was changed. Name another "
                "folder with Studio(library=...)."
            )
    if version > SCHEMA_VERSION:
        raise LibraryError(
            f"The library {path.parent} was written by a newer voicekit: its version "
            f"is {version}, this one reads {SCHEMA_VERSION}. Nothing was changed. "
            "Update voicekit, or name another folder with Studio(library=...)."
        )
