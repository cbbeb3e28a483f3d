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
        self._post = library.post
        self._posted, self._asked, self._under_way = [], 0, 0
        library.post = self._counted_post
        for name in ("run", "save"):
            setattr(library, name, self._counted(getattr(library, name)))

    def _counted_post(self, *args, **kwargs):
        self._asked += 1
        self._posted = [future for future in self._posted if not future.done()]
        self._posted.append(self._post(*args, **kwargs))
        return self._posted[-1]

    def _counted(self, ask):
        async def counted(*args):
            self._asked += 1
            self._under_way += 1
            try:
                return await ask(*args)
            finally:
                self._under_way -= 1

        return counted

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
        """Wait until nobody asks the library anything, nor waits for its answer."""
        for _ in range(QUIET_ROUNDS):
            before = None
            while before != self._asked or self._is_waited_for():
                before = self._asked
                # Through the writer and back: what it answered before has been heard.
                await asyncio.wrap_future(self._post(lambda _: None))
                await asyncio.sleep(0)

    def _is_waited_for(self):
        return self._under_way or not all(future.done() for future in self._posted)
