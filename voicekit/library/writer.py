"""One thread that talks to the database, where waiting calls share a commit."""

from __future__ import annotations

import queue
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

        The future has its value once the transaction is committed, on disk. After a
        commit that failed, every further call fails with `LibraryError`.
        """
        call = _Call(lambda connection: function(connection, *args, **kwargs))
        self._calls.put(call)
        return call.future

    def close(self) -> None:
        """Run what is waiting, and stop."""
        self._calls.put(None)
        self._thread.join()

    def _run(self) -> None:
        with self._engine.connect() as connection:
            for batch in self._batches():
                # Whoever stopped waiting before we began never asked.
                wanted = [
                    call for call in batch if call.future.set_running_or_notify_cancel()
                ]
                self._commit(connection, wanted)

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
        if self._broken is not None:
            for call in batch:
                call.future.set_exception(self._broken)
            return
        try:
            with connection.begin():
                values = [call.function(connection) for call in batch]
        except Exception as error:  # noqa: BLE001 - handed to whoever asked
            if len(batch) > 1:
                for call in batch:
                    self._commit(connection, [call])
            else:
                batch[0].future.set_exception(self._explained(error))
            return
        for call, value in zip(batch, values, strict=True):
            call.future.set_result(value)

    def _explained(self, error: Exception) -> Exception:
        if not isinstance(error, DatabaseError) or isinstance(error, IntegrityError):
            return error  # not the disk: the call was wrong, and is rolled back
        explained = LibraryError(
            f"The ledger could not be written: {error.orig}. Nothing more is sent. "
            "Make room or repair the disk, then open a new Studio."
        )
        explained.__cause__ = error
        self._broken = explained
        return explained
