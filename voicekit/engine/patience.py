"""Asks a provider that does not answer one by one, and ever more seldom."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from voicekit.flow import NoReply, Reply, Request, Transport

__all__ = ["Patient"]

FIRST_S = 1.0
LONGEST_S = 10.0

DOWN = frozenset({502, 503, 504})
"""What a gateway says in the place of a service that is not there."""


@dataclass(slots=True)
class Patient:
    """A transport whose polls go one by one while nobody answers.

    However many tasks are waited for, an outage then costs a few requests instead of
    one from each of them again and again.

    Parameters
    ----------
    transport : Transport
        What carries the requests.
    sleep : callable
        Waits, given seconds.
    """

    transport: Transport
    sleep: Callable[[float], Awaitable[None]]
    _pause_s: float = 0.0
    """How long nothing is asked; 0 while there is no outage."""
    _door: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def send(self, request: Request, *, may_cost: bool = False) -> Reply:
        """Send one request; one that asks for a task may have to wait its turn."""
        if request.method != "GET":
            return await self.transport.send(request, may_cost=may_cost)
        if not self._pause_s:
            return await self._ask(request)
        async with self._door:
            if self._pause_s:
                await self.sleep(self._pause_s)
            return await self._ask(request)

    async def aclose(self) -> None:
        """Close the transport."""
        await self.transport.aclose()

    async def _ask(self, request: Request) -> Reply:
        before = self._pause_s
        try:
            reply = await self.transport.send(request)
        except NoReply:
            self._fail(before)
            raise
        if reply.status in DOWN:
            self._fail(before)
        else:
            self._pause_s = 0.0
        return reply

    def _fail(self, before: float) -> None:
        # Of many that were under way at the same time, one makes the pause longer.
        if self._pause_s == before:
            self._pause_s = min(max(FIRST_S, 2 * before), LONGEST_S)
