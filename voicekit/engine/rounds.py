"""Asks for many tasks of one provider in one request, where the provider lists them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from voicekit.errors import BadReply
from voicekit.flow import Flow, NoReply, Transport
from voicekit.job import Job
from voicekit.providers import Provider
from voicekit.task import Task

__all__ = ["Place", "Rounds"]

LEAST = 5
"""From so many waiting tasks on, the list is asked for instead of each."""


@dataclass(slots=True, eq=False)
class Place:
    """One task that is waited for."""

    job: Job
    receipt: str
    told: Task | None = None
    """What the last round said, until it is taken."""
    _ended: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, task: Task) -> None:
        """Say how the task is; who sleeps is woken where it has ended."""
        self.told = task
        if task.state in ("done", "failed"):
            self._ended.set()

    def take(self) -> Task | None:
        """Return what was told since the last time, if anything was."""
        told, self.told = self.told, None
        return told

    async def end(self) -> None:
        """Wait until a round says that the task has ended."""
        await self._ended.wait()


@dataclass(slots=True)
class Rounds:
    """The tasks of one provider that are waited for in this kernel."""

    provider: Provider
    transport: Transport
    _places: list[Place] = field(default_factory=list)
    _one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)

    @contextmanager
    def join(self, job: Job, receipt: str) -> Iterator[Place]:
        """Have a task asked for together with the others."""
        place = Place(job, receipt)
        self._places.append(place)
        try:
            yield place
        finally:
            self._places.remove(place)

    def are_worth_it(self, job: Job) -> bool:
        """Tell whether a list now takes fewer requests than asking for each."""
        return job.kind in self.provider.lists and len(self._places) >= LEAST

    async def ask_for(self, place: Place) -> bool:
        """Tell every place what the list says; return whether this one was told.

        What a list does not name may still be there: lists lag behind.
        """
        async with self._one_at_a_time:
            if place.told is None:
                await self._go()
        return place.told is not None

    async def _go(self) -> None:
        places = {place.receipt: place for place in self._places}
        listed = {
            receipt: place.job
            for receipt, place in places.items()
            if place.job.kind in self.provider.lists
        }
        told = await self._answer(self.provider.tasks_of(listed))
        for receipt, task in told.items():
            places[receipt].tell(task)

    async def _answer(self, flow: Flow[dict[str, Task]]) -> dict[str, Task]:
        """Carry the flow; an answer that makes no sense tells nothing of anybody."""
        try:
            request = next(flow)
            while True:
                answer = await self.transport.send(request)
                if self.provider.problem(answer) is not None:
                    return {}
                request = flow.send(answer)
        except StopIteration as stop:
            told: dict[str, Task] = stop.value
            return told
        except (BadReply, NoReply):
            return {}
        finally:
            flow.close()
