"""Wakes one attempt's wait when its vendor calls."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

__all__ = ["Bell"]

PATIENCE_S = 30.0
"""Until then a task is not asked for unless its vendor has called: the call may be
lost, but that is rare."""
LEAST_S = 10.0
"""A task is asked for at most once in so many seconds, however often somebody calls."""


class Bell:
    """What an attempt sleeps by between polls.

    Parameters
    ----------
    clock : callable
        Seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._rung = asyncio.Event()
        self._least_s = PATIENCE_S
        self._next = clock()

    def ring(self) -> None:
        """Wake who sleeps, now or when it next may be."""
        self._rung.set()

    async def sleep(self, seconds: float) -> None:
        """Wait until the bell is rung, or so long, and longer while that is likely."""
        seconds = max(seconds, self._least_s)
        if await self.rest(seconds):
            await asyncio.sleep(self._next - self._clock())
            # Whoever called, and too early, will hardly call again.
            self._next, self._least_s = self._clock() + LEAST_S, LEAST_S
        self._rung.clear()

    async def rest(self, seconds: float) -> bool:
        """Wait so long at most; return whether the bell was rung."""
        try:
            async with asyncio.timeout(seconds):
                return await self._rung.wait()
        except TimeoutError:
            return False
