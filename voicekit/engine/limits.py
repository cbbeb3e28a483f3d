"""Keeps what is sent to one provider within what it allows."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from voicekit.engine.attempt import Attempt
from voicekit.engine.outcome import error_class
from voicekit.engine.pace import LONGEST_PAUSE_S, retry_after
from voicekit.errors import BadReply, BudgetExceeded, RateLimited
from voicekit.flow import Reply, Request, Transport
from voicekit.library.ledger import Kept, now_us
from voicekit.library.pacing import Pause, Rule, Wait, depart, note_refused
from voicekit.library.states import State
from voicekit.providers import Provider

__all__ = ["Limits", "Paced", "was_one_too_many"]

BACK_OFF_S = 1.0
"""How long nothing is sent after a first refusal, where the vendor does not say."""

SHARE = 0.1
"""Of the requests that a vendor says are left: those that are not for new jobs."""


@dataclass(slots=True)
class Limits:
    """The way out to one provider: one job at a time asks whether it may be sent.

    Parameters
    ----------
    budget_micros : int, optional
        What may be reserved, spent or held with it.
    sleep, clock : callable
        Wait, given seconds; and tell the time, in microseconds since 1970, UTC.
    """

    provider: Provider
    budget_micros: int | None = None
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    clock: Callable[[], int] = now_us
    _lines: defaultdict[object, asyncio.Lock] = field(
        default_factory=lambda: defaultdict(asyncio.Lock)
    )
    _closed_until: int = 0
    """To every request; and to those that begin a job:"""
    _closed_to_jobs_until: int = 0

    async def depart(self, attempt: Attempt) -> None:
        """Wait until a job may be sent; then SENDING is on disk.

        Raises
        ------
        RateLimited
            If the vendor has said that this would take long.
        BudgetExceeded
            If its price became known only now, and the budget does not cover it.
        """
        async with self._lines[_line(attempt)]:
            while True:
                await self._wait_until(self._closed_to_jobs_until)
                found = await self._try_to_depart(attempt)
                if isinstance(found, Kept):
                    attempt.kept = found
                    return
                if found.was_refused and found.seconds > LONGEST_PAUSE_S:
                    error = _closed(self.provider, found.seconds)
                    await attempt.stop(State.FAILED, error, billed="no")
                await self.sleep(found.seconds)

    async def _try_to_depart(self, attempt: Attempt) -> Kept | Wait:
        rule = Rule(
            rate=self.provider.rate,
            most_at_once=self.provider.most_at_once,
            budget_micros=self.budget_micros,
        )
        library = attempt.library
        alive = library.owner.is_alive
        try:
            return await library.transact(depart, attempt.kept, rule, self.clock, alive)
        except BudgetExceeded as error:
            await attempt.stop(State.FAILED, error, billed="no")

    async def refused(self, attempt: Attempt, answer: Reply) -> None:
        """Remember that a job was one too many, for every kernel of this library."""
        stated = retry_after(answer.headers)
        pause = Pause(BACK_OFF_S if stated is None else stated, stated is not None)
        await attempt.library.transact(note_refused, attempt.kept, pause, self.clock())

    async def rest(self) -> None:
        """Wait until the vendor takes requests again that begin no job."""
        await self._wait_until(self._closed_until)

    def hear(self, reply: Reply, *, of_job: bool = False) -> None:
        """Learn from an answer how many requests are left, and until when.

        Parameters
        ----------
        of_job : bool
            Whether it answers a job that may cost, of which the ledger knows, too.
        """
        stated = retry_after(reply.headers)
        longest = self.clock() + round(LONGEST_PAUSE_S * 1e6)
        if stated is not None and was_one_too_many(self.provider, reply):
            until = min(self.clock() + round(stated * 1e6), longest)
            self._closed_until = max(self._closed_until, until)
            if not of_job:  # by the ledger all kernels wait, and hear of a long pause
                self._closed_to_jobs_until = max(self._closed_to_jobs_until, until)
        told = self.provider.rate_limit(reply)
        if told is None or told.remaining is None or told.resets_at is None:
            return
        until = min(told.resets_at, longest)
        if told.remaining <= 0:
            self._closed_until = max(self._closed_until, until)
        if told.remaining <= (told.limit or 0) * SHARE:
            self._closed_to_jobs_until = max(self._closed_to_jobs_until, until)

    async def _wait_until(self, moment: int) -> None:
        if (left_us := moment - self.clock()) > 0:
            await self.sleep(left_us / 1e6)


@dataclass(frozen=True, slots=True)
class Paced:
    """A transport that keeps to the limits, and learns them from the answers."""

    transport: Transport
    limits: Limits

    async def send(self, request: Request, *, may_cost: bool = False) -> Reply:
        """Send one request; one that may cost has waited before it was SENDING.

        What that is answered is on disk before anything is learned from it.
        """
        if may_cost:
            return await self.transport.send(request, may_cost=True)
        await self.limits.rest()
        reply = await self.transport.send(request)
        self.limits.hear(reply)
        return reply

    async def aclose(self) -> None:
        """Close the transport."""
        await self.transport.aclose()


def was_one_too_many(provider: Provider, answer: Reply) -> bool:
    """Tell whether a vendor refused because there were too many: a matter of time."""
    try:
        problem = provider.problem(answer)
    except BadReply:
        return False
    kind = problem and error_class(answer, problem, provider.errors)
    return kind is RateLimited


def _line(attempt: Attempt) -> object:
    """Return what an attempt stands in line with: unknown prices hold up each other."""
    if attempt.kept.attempt["bound_micros"] is not None:
        return None
    return attempt.job.kind, attempt.job.model


def _closed(provider: Provider, seconds: float) -> RateLimited:
    return RateLimited(
        f"{provider.name} takes nothing more for {seconds:.0f} s. Nothing was charged. "
        "Wait, then call again.",
        provider=provider.name,
        retry_after=seconds,
    )
