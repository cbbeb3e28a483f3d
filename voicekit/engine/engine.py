"""The engine: one job at a time under one key, however many ask for it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import TypeVar

from voicekit import providers
from voicekit.engine import refusal
from voicekit.engine.attempt import Attempt
from voicekit.engine.callbacks import Callbacks
from voicekit.engine.clips import stored_files
from voicekit.engine.connector import Connector
from voicekit.engine.flights import Done, Flight, Flights
from voicekit.engine.limits import Limits
from voicekit.engine.line import Line
from voicekit.engine.receiver import Receiver
from voicekit.engine.submission import Submission
from voicekit.engine.witnesses import witness_of
from voicekit.errors import (
    BadReply,
    LibraryError,
    UnknownProvider,
    VoicekitError,
)
from voicekit.flow import Flow, NoReply, Reply, Request
from voicekit.job import Job
from voicekit.library.budget import Terms
from voicekit.library.claiming import (
    Claim,
    Elsewhere,
    Found,
    Mine,
    call_off,
    claim,
    release,
)
from voicekit.library.files import StoredFile
from voicekit.library.forgetting import free
from voicekit.library.ledger import Kept, find, job_of, note_answered
from voicekit.library.library import Library
from voicekit.library.orphans import settle_orphans
from voicekit.library.prices import history, learned, upper_bound
from voicekit.library.states import DONE, LIVE
from voicekit.providers import Provider
from voicekit.task import Estimate, Result, to_micros

__all__ = ["Engine"]

T = TypeVar("T")

LOOK_AGAIN_S = 0.05
"""How often a job that another process works on is looked at."""


class Engine:
    """Performs jobs against providers and keeps what they bring.

    Every method runs on the bridge's loop.

    Parameters
    ----------
    library : Library
        Where jobs, answers and files are kept.
    connector : Connector
        Knows where the providers are, and makes what carries their requests.
    budgets : mapping of str to int, optional
        What may be reserved, spent or held with each provider, in millionths.
    balance_proves : bool
        Whether a balance may prove that a submission was not accepted.
    """

    def __init__(
        self,
        library: Library,
        connector: Connector,
        budgets: Mapping[str, int] | None = None,
        *,
        balance_proves: bool = False,
    ) -> None:
        self.library = library
        self.connector = connector
        self.budgets = budgets or {}
        self._lines: dict[str, Line] = {}
        self._balance_proves = balance_proves
        self.callbacks: Callbacks | None = None
        self._receiver: Receiver | None = None
        self._flights = Flights(self._carry)
        owner = library.owner
        library.post(settle_orphans, owner.name, owner.is_alive, _is_free)

    def listen(self, base: str, port: int) -> Receiver:
        """Have vendors told where to call back, and return what hears them.

        Raises
        ------
        InvalidSetting
            If the port cannot be used.
        """
        self.callbacks = Callbacks(base, self)
        self._receiver = Receiver(port, self.callbacks.deliver)
        return self._receiver

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
        return await self._flights.join(job, timeout)

    async def find(self, name: str) -> Kept:
        """Return a job of the ledger by its name.

        Raises
        ------
        LibraryError
            If the library has no such job.
        """
        kept = await self.library.transact(find, job=name)
        if kept is None:
            raise LibraryError(
                f"The library has no job {name!r}; studio.tasks() lists them."
            )
        return kept

    async def await_job(self, name: str, timeout: float) -> Done:
        """Return a job of the ledger by its name, waiting if it is still running.

        Raises
        ------
        LibraryError
            If the library has no such job.
        StillRunning
            After `timeout` seconds; the job goes on.
        """
        kept = await self.find(name)
        if kept.state in DONE and kept.files and await self._is_whole(kept):
            return Done(kept, cached=True)
        if kept.state in LIVE:
            return await self.perform(job_of(kept), timeout)
        raise refusal.stored(kept)

    async def terms(self, job: Job, provider: Provider) -> Terms:
        """Return what a new attempt of a job is begun with."""
        estimate = await self.estimate(job, provider)
        callbacks = self.callbacks
        return Terms(
            owner=self.library.owner.name,
            repeatable=provider.repeatable,
            unit=estimate.unit,
            charged_to=await self.connector.account(provider),
            estimated_micros=to_micros(estimate.credits),
            bound_micros=upper_bound(estimate),
            callback=callbacks.address(job, provider) if callbacks else None,
            budget_micros=self.budgets.get(provider.name),
        )

    async def fetch(self, provider: Provider, result: Result) -> StoredFile:
        """Save what a result's link leads to; see `Downloader`."""
        return await self.connector.downloader(provider, self.library).fetch(result)

    async def bring_down(self, name: str, why: VoicekitError) -> None:
        """End the work on a job, if any is going on; whoever waits for it hears why."""
        await self._flights.end(name, why)

    async def settle(self) -> None:
        """Wait a little for answers to what was sent: a receipt may be near."""
        await self._flights.settle()
        if self._receiver is not None:
            await self._receiver.aclose()

    async def aclose(self) -> None:
        """Close the transports; the library is closed once the loop has stopped."""
        for line in self._lines.values():
            await line.transport.aclose()
        await self.connector.aclose()

    async def _answer(self, provider: Provider, request: Request) -> Reply:
        try:
            reply = await self._line(provider).direct.send(request)
        except NoReply as lost:
            raise refusal.no_answer(provider, lost) from None
        if (problem := provider.problem(reply)) is not None:
            raise refusal.refusal(provider, reply, problem, provider.errors)
        return reply

    async def _carry(self, job: Job, flight: Flight) -> Done:
        provider = providers.find(job.provider)
        terms = await self.terms(job, provider)
        alive = self.library.owner.is_alive
        while True:
            try:
                claimed, written = await self.library.foresee(claim, job, terms, alive)
                if not (provider.repeatable and isinstance(claimed, Mine)):
                    claimed = await written
            except asyncio.CancelledError:
                # What it asked for may still be written, with nobody to carry it.
                self.library.post(call_off, job, terms)
                raise
            flight.call_it(claimed.kept.job["id"])
            if isinstance(claimed, Mine):
                kept = await self._submit(job, provider, claimed, written, flight)
                return Done(kept, False)
            if isinstance(claimed, Found):
                if await self._is_whole(claimed.kept):
                    # Not waited for: on a full disk a stored clip is still a clip.
                    self.library.post(note_answered, claimed.kept)
                    return Done(claimed.kept, cached=True)
                await self._make_room_for_another(provider, claimed.kept)
            elif isinstance(claimed, Elsewhere):
                await asyncio.sleep(LOOK_AGAIN_S)
            else:
                raise refusal.stored(claimed.kept)

    async def _submit(
        self,
        job: Job,
        provider: Provider,
        claimed: Mine,
        written: asyncio.Future[Claim],
        flight: Flight,
    ) -> Kept:
        line = self._line(provider)
        attempt = Attempt(
            job, claimed.kept, provider, line.transport, self.library, written
        )
        fetch = partial(self.fetch, provider)
        flight.submission = Submission(attempt, fetch, line)
        if (callbacks := self.callbacks) is not None:
            flight.submission.bell = callbacks.bell(claimed.kept)
            flight.submission.evidence = callbacks.evidence
        try:
            return await flight.submission.carry()
        except BaseException:
            # Whoever asks next, in whatever kernel, may go on from where it stands.
            self.library.post(release, claimed.kept.attempt["id"])
            raise
        finally:
            if self.callbacks is not None:
                self.callbacks.hang_up(claimed.kept)

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
        await self.library.transact(free, name)

    def _line(self, provider: Provider) -> Line:
        if provider.name not in self._lines:
            transport = self.connector.transport(provider)
            limits = Limits(provider, self.budgets.get(provider.name))
            witness = witness_of(provider, self) if self._balance_proves else None
            line = Line.to(provider, transport, self.library, limits, witness)
            self._lines[provider.name] = line
        return self._lines[provider.name]


def _is_free(name: str) -> bool:
    """Tell whether a provider's jobs cost nothing; one that is gone may have cost."""
    try:
        return providers.find(name).repeatable
    except UnknownProvider:
        return False
