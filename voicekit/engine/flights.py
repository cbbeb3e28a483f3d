"""Jobs in the air: one flight under one key, however many wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from voicekit.engine import refusal
from voicekit.engine.submission import Submission
from voicekit.errors import StillRunning, VoicekitError
from voicekit.job import Job
from voicekit.library.ledger import Kept

__all__ = ["Carry", "Done", "Flight", "Flights"]

SETTLE_S = 10.0
"""How long closing waits for the answers to paid requests that are on their way."""


@dataclass(frozen=True, slots=True)
class Done:
    """A finished attempt, and whether this call found it instead of paying for it."""

    kept: Kept
    cached: bool


@dataclass(slots=True)
class Flight:
    """A job in the air, and how many wait for it."""

    task: asyncio.Task[Done] | None = None
    submission: Submission | None = None
    name: str | None = None
    named: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: int = 0
    ended: VoicekitError | None = None
    """Why it was brought down, as whoever waits for it is told."""

    def call_it(self, name: str) -> None:
        """Say what the ledger calls the job."""
        self.name = name
        self.named.set()

    def want(self, *, wanted: bool) -> None:
        """Say whether it is to be tried once more, if that should be needed."""
        if self.submission is not None:
            self.submission.is_wanted = wanted

    def give_up(self) -> None:
        """Call it off where nothing was sent; else let what was sent come to its end.

        An error that nobody waits for any longer is in the ledger.
        """
        self.want(wanted=False)
        self.carrying.add_done_callback(
            lambda done: done.cancelled() or done.exception()
        )
        if not self.was_sent:
            self.carrying.cancel()

    @property
    def carrying(self) -> asyncio.Task[Done]:
        """The task that carries it."""
        assert self.task is not None
        return self.task

    @property
    def is_called_off(self) -> bool:
        """Whether it is ending unsent: who comes now begins anew."""
        return self.task is not None and self.task.cancelling() > 0

    @property
    def was_sent(self) -> bool:
        """Whether a byte may have left."""
        return self.submission is not None and self.submission.sent


Carry: TypeAlias = Callable[[Job, Flight], Coroutine[Any, Any, Done]]


class Flights:
    """Shares one flight among all calls for the same job.

    Parameters
    ----------
    carry : callable
        Brings a job to its end; it says on the flight how far that has come.
    """

    def __init__(self, carry: Carry) -> None:
        self._carry = carry
        self._flights: dict[tuple[str, int], Flight] = {}

    async def join(self, job: Job, timeout: float | None) -> Done:
        """Wait for a job to be carried, and carry it where nobody does yet.

        A call that is cancelled stops waiting; the job is called off only if nobody
        else waits and nothing was sent.

        Raises
        ------
        StillRunning
            After `timeout` seconds; the job goes on.
        """
        place = (job.key, job.take)
        while (dying := self._flights.get(place)) and dying.is_called_off:
            await asyncio.wait([dying.carrying])
        joined = place in self._flights
        flight = self._flights.setdefault(place, Flight())
        if flight.task is None:
            flight.task = asyncio.create_task(self._carry(job, flight))
            flight.task.add_done_callback(lambda _: self._flights.pop(place, None))
        flight.waiting += 1
        flight.want(wanted=True)
        try:
            done = await asyncio.wait_for(asyncio.shield(flight.task), timeout)
        except TimeoutError:
            # The ledger names the job in a moment: who stops waiting needs the name.
            await asyncio.wait(
                [flight.task, asyncio.ensure_future(flight.named.wait())],
                return_when=asyncio.FIRST_COMPLETED,
            )
            if flight.name is None:
                return await flight.task
            raise _still_running(str(flight.name), job, timeout) from None
        except asyncio.CancelledError:
            if flight.ended is not None:
                raise flight.ended from None
            if flight.waiting == 1:
                flight.give_up()
            raise
        finally:
            flight.waiting -= 1
        return Done(done.kept, cached=done.cached or joined)

    async def end(self, name: str, why: VoicekitError) -> None:
        """Bring down the flight of a job, if there is one."""
        for flight in list(self._flights.values()):
            if flight.name == name:
                flight.ended = why
                flight.carrying.cancel()
                await asyncio.wait([flight.carrying])

    async def settle(self) -> None:
        """Wait a little for answers to what was sent: a receipt may be near."""
        sent = [
            flight.carrying
            for flight in self._flights.values()
            if flight.submission is not None and flight.submission.is_in_doubt
        ]
        if sent:
            await asyncio.wait(sent, timeout=SETTLE_S)


def _still_running(name: str, job: Job, timeout: float | None) -> StillRunning:
    return StillRunning(
        f"Job {name} of {refusal.who(job)} still runs after {timeout:g} s and is kept; "
        f"studio.clip({name!r}) waits on.",
        job=name,
    )
