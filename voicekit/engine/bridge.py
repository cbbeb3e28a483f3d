"""One event loop in one daemon thread, and the ways onto it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

from voicekit.errors import VoicekitError

__all__ = ["Bridge"]

T = TypeVar("T")


class Bridge:
    """Runs coroutines on a loop of its own, so that no caller's loop is nested.

    Nesting loops loses button clicks and queued cells on current kernels; a loop in its
    own thread needs no patch, works from inside a callback, and keeps one pool of
    connections for all callers.
    """

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._lock = threading.Lock()
        self._closing = False
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="voicekit", daemon=True
        )
        self._thread.start()

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        """Start a coroutine and return its future at once.

        Raises
        ------
        VoicekitError
            If the loop was closed.
        """
        with self._lock:
            if not self._closing:
                return asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        coroutine.close()
        raise VoicekitError("This studio is closed; open another with Studio().")

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine and block until it is done.

        An interrupt (■, Ctrl-C) stops the wait and cancels the coroutine. An error of
        ours comes without the way it took through the engine: it says itself what is
        wrong, and a hundred lines of ours would stand before that in a notebook.

        Raises
        ------
        RuntimeError
            If called on the loop's own thread, where it would wait for itself.
        """
        if self.is_current():
            coroutine.close()
            raise RuntimeError("A blocking call on voicekit's loop; use studio.aio.")
        future = self.submit(coroutine)
        try:
            error = future.exception()
        except KeyboardInterrupt:
            future.cancel()
            raise
        if isinstance(error, VoicekitError):
            raise error.with_traceback(None)
        return future.result()

    async def wait(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine here, awaited on the caller's loop; errors as in `run`."""
        try:
            return await asyncio.wrap_future(self.submit(coroutine))
        except VoicekitError as error:
            raise error.with_traceback(None) from error.__cause__

    def is_current(self) -> bool:
        """Tell whether the caller is on the loop's own thread."""
        return threading.current_thread() is self._thread

    def close(
        self, first: Coroutine[Any, Any, None], last: Coroutine[Any, Any, None]
    ) -> None:
        """Run one coroutine, cancel what still runs, run another, stop the loop.

        Nothing can be submitted any longer: its future would never be done.
        """
        with self._lock:
            self._closing = True
        for coroutine in (first, _cancel_others(), last):
            asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _cancel_others() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
