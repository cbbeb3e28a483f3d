"""A clock that tests move: it runs on as soon as everybody sleeps."""

import asyncio
import heapq
import itertools

QUIET_ROUNDS = 3


class VirtualTime:
    """Gives ``sleep`` and ``clock`` to what is under test, and moves them."""

    def __init__(self, library, start=1_700_000_000_000_000):
        self.now_us = start
        self._library = library
        self._sleepers = []
        self._count = itertools.count()
        self._busy = 0
        self._watch("post")
        self._watch("run")
        self._watch("save")

    def _watch(self, name):
        """Count what is asked of the library: while anything is, nobody is idle."""
        ask = getattr(self._library, name)

        def counted(*args, **kwargs):
            self._busy += 1
            return ask(*args, **kwargs)

        setattr(self._library, name, counted)

    def clock(self):
        return self.now_us

    async def sleep(self, seconds):
        wake = asyncio.get_running_loop().create_future()
        until = self.now_us + round(seconds * 1e6)
        heapq.heappush(self._sleepers, (until, next(self._count), wake))
        await wake

    async def run(self, *works):
        """Run coroutines together until all are done, and return what they bring."""
        together = asyncio.ensure_future(asyncio.gather(*works, return_exceptions=True))
        while not together.done():
            await self._quiet()
            if self._sleepers and not together.done():
                self._wake_next()
        return together.result()

    def _wake_next(self):
        self.now_us = max(self.now_us, self._sleepers[0][0])
        while self._sleepers and self._sleepers[0][0] <= self.now_us:
            *_, wake = heapq.heappop(self._sleepers)
            if not wake.done():
                wake.set_result(None)

    async def _quiet(self):
        """Wait until nobody asks the library anything any more."""
        for _ in range(QUIET_ROUNDS):
            before = None
            while before != self._busy:
                before = self._busy
                await self._library.run(lambda: None)
                await self._library.transact(lambda _: None)
                self._busy = before + (self._busy - before - 2)
                await asyncio.sleep(0)
