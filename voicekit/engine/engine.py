"""The engine: one job at a time under one key, however many ask for it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from voicekit import providers
from voicekit.clip import Clip
from voicekit.engine import refusal
from voicekit.engine.clips import preview_of, stored_files
from voicekit.engine.connector import Connector
from voicekit.engine.submission import Submission
from voicekit.errors import BadReply, LibraryError, StillRunning, Unsupported
from voicekit.flow import Flow, NoReply, Reply, Request, Transport
from voicekit.job import Job
from voicekit.library.files import StoredFile
from voicekit.library.ledger import (
    Claim,
    Elsewhere,
    Found,
    Kept,
    Mine,
    Terms,
    claim,
    find,
    find_preview,
    forget,
    job_of,
    keep_preview,
)
from voicekit.library.library import Library
from voicekit.library.prices import history, learned
from voicekit.library.states import LIVE
from voicekit.providers import Provider
from voicekit.task import Estimate, Result, to_micros
from voicekit.voice import Voice

__all__ = ["Done", "Engine"]

T = TypeVar("T")

NAMED_WITHIN_S = 30.0
"""The ledger answers in milliseconds, unless another process holds it."""

LOOK_AGAIN_S = 0.05
"""How often a job that another process works on is looked at."""


@dataclass(frozen=True, slots=True)
class Done:
    """A finished attempt, and whether this call found it instead of paying for it."""

    kept: Kept
    cached: bool


@dataclass(slots=True)
class _Flight:
    """A job in the air, and how many wait for it."""

    task: asyncio.Task[Done] | None = None
    submission: Submission | None = None
    name: str | None = None
    named: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: int = 0

    @property
    def was_sent(self) -> bool:
        """Whether a byte may have left."""
        return self.submission is not None and self.submission.sent


class Engine:
    """Performs jobs against providers and keeps what they bring.

    Every method runs on the bridge's loop.

    Parameters
    ----------
    library : Library
        Where jobs, answers and files are kept.
    connector : Connector
        Knows where the providers are, and makes what carries their requests.
    """

    def __init__(self, library: Library, connector: Connector) -> None:
        self.library = library
        self.connector = connector
        self._transports: dict[str, Transport] = {}
        self._flights: dict[tuple[str, int], _Flight] = {}

    async def ask(self, provider: Provider, flow: Flow[T]) -> T:
        """Carry a free flow's requests and replies until it returns.

        Raises
        ------
        ProviderError
            If the provider says no, or nothing, or what cannot be understood.
        KeyMissing
            If there is no key for it.
        """
        try:
            request = next(flow)
            while True:
                request = flow.send(await self._answer(provider, request))
        except StopIteration as stop:
            value: T = stop.value
            return value
        except BadReply as bad:
            raise refusal.unreadable(provider, bad) from None
        finally:
            flow.close()

    async def estimate(self, job: Job, provider: Provider) -> Estimate:
        """Say what a job will cost: by the vendor's page, else by earlier tasks."""
        stated = provider.estimate(job)
        if stated.credits is not None:
            return stated
        earlier = await self.library.transact(history, job)
        return learned(earlier, job, provider.unit) or stated

    async def preview(self, provider: Provider, voice: Voice) -> Clip:
        """Return what a vendor plays for a voice, fetched once.

        Raises
        ------
        Unsupported
            If there is none.
        """
        realm = self.connector.realm(provider)
        row = await self.library.transact(find_preview, realm, voice.voice)
        if row is not None:
            stored = self.library.files.find(row.sha256, row.size, row.media_type)
            if await self.library.run(stored.is_whole):
                return preview_of(voice, stored)
        if voice.preview_url is None:
            raise Unsupported(f"{voice} has no preview.")
        asked = Result(media_type="audio/mpeg", url=voice.preview_url)
        stored = await self._fetch(provider, asked)
        await self.library.transact(keep_preview, realm, voice.voice, stored)
        return preview_of(voice, stored)

    async def perform(self, job: Job, timeout: float | None) -> Done:
        """Return the finished job: from the library, or by carrying it out once.

        Calls for the same job share one attempt, also across processes. A call that is
        cancelled stops waiting; the job is called off only if nobody else waits and
        nothing was sent.

        Raises
        ------
        StillRunning
            After `timeout` seconds; the job goes on.
        """
        place = (job.key, job.take)
        joined = place in self._flights
        flight = self._flights.setdefault(place, _Flight())
        if flight.task is None:
            flight.task = asyncio.create_task(self._carry(job, flight))
            flight.task.add_done_callback(lambda _: self._flights.pop(place, None))
        flight.waiting += 1
        try:
            done = await asyncio.wait_for(asyncio.shield(flight.task), timeout)
        except TimeoutError:
            # The ledger names the job in a moment: who stops waiting needs the name.
            await asyncio.wait_for(flight.named.wait(), NAMED_WITHIN_S)
            raise _still_running(str(flight.name), job, timeout) from None
        except asyncio.CancelledError:
            if flight.waiting == 1 and not flight.was_sent:
                flight.task.cancel()
            raise
        finally:
            flight.waiting -= 1
        return Done(done.kept, cached=done.cached or joined)

    async def await_job(self, name: str, timeout: float) -> Done:
        """Return a job of the ledger by its name, waiting if it is still running.

        Raises
        ------
        LibraryError
            If the library has no such job.
        StillRunning
            After `timeout` seconds; the job goes on.
        """
        kept = await self._find(name)
        if kept.state in LIVE:
            return await self.perform(job_of(kept), timeout)
        raise refusal.stored(kept)

    async def forget(self, name: str) -> None:
        """Drop a job's text and files; what it cost stays in the ledger."""
        await self._find(name)
        unused = await self.library.transact(forget, name)
        for sha256, size, media_type in unused:
            file = self.library.files.find(sha256, size, media_type)
            await self.library.run(partial(file.path.unlink, missing_ok=True))

    async def aclose(self) -> None:
        """Close the transports; the library is closed once the loop has stopped."""
        for transport in self._transports.values():
            await transport.aclose()
        await self.connector.aclose()

    async def _answer(self, provider: Provider, request: Request) -> Reply:
        try:
            reply = await self._transport(provider).send(request)
        except NoReply as lost:
            raise refusal.no_answer(provider, lost) from None
        if (problem := provider.problem(reply)) is not None:
            raise refusal.refusal(provider, reply, problem, provider.errors)
        return reply

    async def _find(self, name: str) -> Kept:
        kept = await self.library.transact(find, job=name)
        if kept is None:
            raise LibraryError(
                f"The library has no job {name!r}; studio.tasks() lists them."
            )
        return kept

    async def _carry(self, job: Job, flight: _Flight) -> Done:
        provider = providers.find(job.provider)
        while True:
            claimed = await self._claim(job, provider)
            flight.name = claimed.kept.job["id"]
            flight.named.set()
            if isinstance(claimed, Mine):
                return Done(await self._submit(job, provider, claimed, flight), False)
            if isinstance(claimed, Found):
                if await self._is_whole(claimed.kept):
                    return Done(claimed.kept, cached=True)
                await self._make_room_for_another(provider, claimed.kept)
            elif isinstance(claimed, Elsewhere):
                await asyncio.sleep(LOOK_AGAIN_S)
            else:
                raise refusal.stored(claimed.kept)

    async def _claim(self, job: Job, provider: Provider) -> Claim:
        estimate = await self.estimate(job, provider)
        terms = Terms(
            owner=self.library.owner.name,
            repeatable=provider.repeatable,
            unit=estimate.unit,
            estimated_micros=to_micros(estimate.credits),
            bound_micros=to_micros(estimate.credits),
        )
        alive = self.library.owner.is_alive
        return await self.library.transact(claim, job, terms, alive)

    async def _submit(
        self, job: Job, provider: Provider, claimed: Mine, flight: _Flight
    ) -> Kept:
        transport = self._transport(provider)
        fetch = partial(self._fetch, provider)
        flight.submission = Submission(
            job, claimed.kept, provider, transport, self.library, fetch
        )
        return await flight.submission.carry()

    async def _is_whole(self, kept: Kept) -> bool:
        files = stored_files(kept, self.library.files)
        return await self.library.run(lambda: all(file.is_whole() for file in files))

    async def _make_room_for_another(self, provider: Provider, kept: Kept) -> None:
        """Drop a result whose files are gone, if making it again costs nothing."""
        name = kept.job["id"]
        if not provider.repeatable:
            raise LibraryError(
                f"The audio of job {name} is no longer in the library, or was changed. "
                f"Restore it, or pay for another with studio.forget({name!r})."
            )
        await self.library.transact(forget, name)

    def _transport(self, provider: Provider) -> Transport:
        if provider.name not in self._transports:
            self._transports[provider.name] = self.connector.transport(provider)
        return self._transports[provider.name]

    async def _fetch(self, provider: Provider, result: Result) -> StoredFile:
        return await self.connector.downloader(provider, self.library).fetch(result)


def _still_running(name: str, job: Job, timeout: float | None) -> StillRunning:
    return StillRunning(
        f"Job {name} of {refusal.who(job)} still runs after {timeout:g} s and is kept; "
        f"studio.clip({name!r}) waits on.",
        job=name,
    )
