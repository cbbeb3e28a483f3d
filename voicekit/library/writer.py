"""One thread that talks to the database, where waiting calls share a commit."""

from __future__ import annotations

import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DatabaseError, IntegrityError

from voicekit.errors import LibraryError

__all__ = ["Writer"]

P = ParamSpec("P")
T = TypeVar("T")

MOST_IN_ONE_COMMIT = 256

BUSY_TRIES = 3
"""How often a transaction begins that finds the database locked; SQLite itself waits
ten seconds each time."""

_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_PASSING = _BUSY | {sqlite3.SQLITE_FULL}
"""What leaves the database as it was, and may be over at the next call."""


@dataclass(frozen=True, slots=True)
class _Call:
    function: Callable[[Connection], Any]
    future: Future[Any] = field(default_factory=Future)


class Writer:
    """Runs functions on the ledger's one connection, in the order they come.

    Calls that wait at the same time share a transaction, so that a hundred jobs at once
    cost a few commits. If one of them fails, the transaction is rolled back and each is
    run alone: a function given to `submit` must not change anything but the database.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._broken: LibraryError | None = None
        self._connection: Connection | None = None
        self._thread = threading.Thread(
            target=self._run, name="voicekit-ledger", daemon=True
        )
        self._thread.start()

    def submit(
        self,
        function: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Future[T]:
        """Run ``function(connection, *args)`` in a transaction.

        The future has its value once the transaction is committed, on disk. While the
        database is locked or the disk is full, a call fails with `LibraryError`; after
        a commit that failed in another way, so does every further one.
        """
        call = _Call(lambda connection: function(connection, *args, **kwargs))
        self._calls.put(call)
        return call.future

    def close(self) -> None:
        """Run what is waiting, and stop."""
        self._calls.put(None)
        self._thread.join()

    def _run(self) -> None:
        for batch in self._batches():
            # Whoever stopped waiting before we began never asked.
            wanted = [
                call for call in batch if call.future.set_running_or_notify_cancel()
            ]
            self._serve(wanted)
        self._disconnect()

    def _serve(self, batch: list[_Call]) -> None:
        if self._broken is not None:
            _fail(batch, self._broken)
            return
        try:
            connection = self._connected()
        except Exception as error:  # noqa: BLE001 - handed to whoever asked
            _fail(batch, _passing(error))  # nothing was begun: the next one may connect
            return
        self._commit(connection, batch)

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(DatabaseError):
                connection.close()

    def _batches(self) -> Iterator[list[_Call]]:
        call = self._calls.get()
        while call is not None:
            batch = [call]
            while len(batch) < MOST_IN_ONE_COMMIT and not self._calls.empty():
                if (call := self._calls.get()) is None:
                    yield batch
                    return
                batch.append(call)
            yield batch
            call = self._calls.get()

    def _commit(self, connection: Connection, batch: list[_Call]) -> None:
        try:
            values = _in_one(connection, batch)
        except Exception as error:  # noqa: BLE001 - handed to whoever asked
            if len(batch) > 1 and not _is_the_disk(error):
                for call in batch:
                    self._serve([call])
            else:
                _fail(batch, self._explained(error))
            return
        for call, value in zip(batch, values, strict=True):
            call.future.set_result(value)

    def _explained(self, error: Exception) -> Exception:
        if not isinstance(error, DatabaseError) or isinstance(error, IntegrityError):
            return error  # not the disk: the call was wrong, and is rolled back
        self._disconnect()
        if _code(error) in _PASSING:
            return _passing(error)
        explained = LibraryError(
            f"The ledger could not be written: {error.orig}. Nothing more is sent. "
            "Make room or repair the disk, then open a new Studio."
        )
        explained.__cause__ = error
        self._broken = explained
        return explained


def _in_one(connection: Connection, batch: list[_Call]) -> list[Any]:
    """Run all calls in one transaction; again, where another process holds the lock."""
    for left in reversed(range(BUSY_TRIES)):
        try:
            with connection.begin():
                return [call.function(connection) for call in batch]
        except DatabaseError as error:
            _roll_back(connection)
            if _code(error) not in _BUSY or not left:
                raise
    raise AssertionError  # the last try returns or raises


def _roll_back(connection: Connection) -> None:
    """Leave the transaction whose commit found the database locked: it stays open."""
    with contextlib.suppress(DatabaseError, sqlite3.Error):
        connection.connection.rollback()


def _fail(batch: list[_Call], error: Exception) -> None:
    for call in batch:
        call.future.set_exception(error)


def _is_the_disk(error: Exception) -> bool:
    """Tell whether a transaction that failed must not be tried again, call by call.

    After an I/O error the next try may seem to succeed though what it wrote is gone.
    """
    own = isinstance(error, IntegrityError) or _code(error) == sqlite3.SQLITE_FULL
    return isinstance(error, DatabaseError) and not own


def _code(error: Exception) -> int:
    """Return SQLite's primary code; its extended ones stand in the higher bits."""
    return int(getattr(getattr(error, "orig", None), "sqlite_errorcode", 0)) & 0xFF


def _passing(error: Exception) -> Exception:
    if not isinstance(error, DatabaseError):
        return error
    explained = LibraryError(
        f"The ledger cannot be used now: {error.orig}. Make room on the disk, or end "
        "what else uses the library, then call again."
    )
    explained.__cause__ = error
    return explained
