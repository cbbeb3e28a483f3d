"""One event loop in one daemon thread, and the ways onto it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

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
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="voicekit", daemon=True
        )
        self._thread.start()

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        """Start a coroutine and return its future at once.

        Raises
        ------
        RuntimeError
            If the loop was closed.
        """
        if self._loop.is_closed():
            coroutine.close()
            raise RuntimeError("This studio is closed; open another with Studio().")
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine and block until it is done.

        An interrupt (■, Ctrl-C) stops the wait and cancels the coroutine.

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
            return future.result()
        except KeyboardInterrupt:
            future.cancel()
            raise

    async def wait(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine here, and await it on the caller's loop."""
        return await asyncio.wrap_future(self.submit(coroutine))

    def is_current(self) -> bool:
        """Tell whether the caller is on the loop's own thread."""
        return threading.current_thread() is self._thread

    def close(self, last: Coroutine[Any, Any, None]) -> None:
        """Cancel what runs, run one last coroutine, and stop the loop."""
        self.submit(_cancel_others()).result()
        self.submit(last).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _cancel_others() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
