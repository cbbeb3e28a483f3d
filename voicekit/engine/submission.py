"""The way of one attempt, from its place in the ledger to its files.

This is the whole rule of what happens to a request that may cost:

1. SENDING is on disk before the first byte leaves. Only a free and repeatable job skips
   that barrier: to send it again costs nothing.
2. The raw answer is on disk before anything parses it.
3. `judge` alone says what became of it. NOT_SENT and REFUSED cost nothing and end the
   attempt. ACCEPTED goes on with a receipt. AMBIGUOUS is HELD: it counts as spent, and
   voicekit never sends it again by itself.
4. Files are synced to disk under the hash of their content before it is FETCHED.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import NoReturn

from voicekit.engine import refusal
from voicekit.engine.attempt import Attempt, ended
from voicekit.engine.collecting import Collection, Fetch
from voicekit.engine.outcome import Outcome, error_class, judge
from voicekit.engine.pace import retry_after
from voicekit.engine.watching import Watch
from voicekit.errors import BadReply, KeyMissing, RateLimited, VoicekitError
from voicekit.flow import Flow, NoReply, Reply
from voicekit.library.ledger import Kept, accept, advance, now_us
from voicekit.library.states import State
from voicekit.task import Problem, Task

__all__ = ["Submission"]

MOST_TRIES = 3
"""How often a request is sent that certainly was not accepted before."""

BACK_OFF_S = 1.0
LONGEST_PAUSE_S = 120.0
"""A vendor that says to come back later than this is told to the user instead."""


@dataclass(slots=True)
class Submission:
    """Brings one attempt to its end.

    Parameters
    ----------
    fetch : callable
        Saves what a result's link leads to.
    sleep : callable
        Waits between tries and polls, given seconds.
    """

    attempt: Attempt
    fetch: Fetch
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    sent: bool = False
    """Whether a byte may have left; until then the attempt can be called off."""
    is_in_doubt: bool = False
    """Whether a request that may cost is on its way, and its answer is not stored."""

    async def carry(self) -> Kept:
        """Go on from where the ledger says the attempt is, and return it finished.

        Raises
        ------
        ProviderError
            If the provider refused or failed; the ledger says so, too.
        SubmissionUnknown
            If it is not known whether a request that may cost was accepted.
        """
        try:
            task = await self._begin()
        except asyncio.CancelledError:
            self._call_off()
            raise
        watch = Watch(self.attempt, self.sleep)
        collection = Collection(self.attempt, self.fetch, watch)
        return await collection.finish(await watch.wait(task))

    def _call_off(self) -> None:
        attempt = self.attempt
        if not self.sent and attempt.kept.state in (State.RESERVED, State.SENDING):
            never = VoicekitError("It was called off before anything was sent.")
            change = ended(State.FAILED, never, "no")
            attempt.library.post(advance, attempt.kept, change)

    async def _begin(self) -> Task:
        attempt = self.attempt
        if attempt.kept.state is State.AMBIGUOUS:
            return await self._judged_again()
        if attempt.kept.state not in (State.RESERVED, State.SENDING):
            return self._recalled()
        attempt.warnings = list(attempt.provider.warnings(attempt.job))
        next(attempt.provider.submit(attempt.job))  # what cannot be built is not begun
        if attempt.kept.state is State.RESERVED:
            await self._check_room()
            await attempt.advance(State.SENDING, sent_at=now_us())
        return await self._send(tries=1 if attempt.provider.repeatable else MOST_TRIES)

    async def _send(self, tries: int) -> Task:
        """Send, and send again only what certainly cost nothing: a few times."""
        attempt = self.attempt
        flow = attempt.provider.submit(attempt.job)
        request = next(flow)
        self.sent = True
        attempt.start_clock()
        self.is_in_doubt = not attempt.provider.repeatable
        try:
            answer = await attempt.ask(request)
        except KeyMissing as error:
            await attempt.stop(State.FAILED, error, billed="no")
        if isinstance(answer, Reply) and not attempt.provider.repeatable:
            await attempt.advance(
                State.SENDING, raw_status=answer.status, raw=answer.body
            )
        self.is_in_doubt = False
        wait_s = self._pause(answer, MOST_TRIES - tries)
        if wait_s is None or tries <= 1:
            return await self._judged(flow, answer)
        flow.close()
        if isinstance(answer, Reply) and not attempt.provider.repeatable:
            # Else a kernel that dies in the next try leaves this answer as the last.
            await attempt.advance(State.SENDING, raw_status=None, raw=None)
        self.sent = False  # nothing was accepted: it can be called off while it waits
        await self.sleep(wait_s)
        return await self._send(tries - 1)

    def _pause(self, answer: Reply | NoReply, tried: int) -> float | None:
        """Return after how many seconds to send again; None if that is not safe.

        A request that never left, or that was refused because there were too many.
        """
        if isinstance(answer, NoReply):
            return None if answer.may_have_arrived else BACK_OFF_S * 2**tried
        provider = self.attempt.provider
        try:
            problem = provider.problem(answer)
        except BadReply:
            return None
        if problem is None:
            return None
        kind = error_class(answer, problem, provider.errors)
        if kind is not RateLimited:
            return None
        stated = retry_after(answer.headers)
        if stated is not None and stated > LONGEST_PAUSE_S:
            return None
        return BACK_OFF_S * 2**tried if stated is None else stated

    async def _judged_again(self) -> Task:
        """Judge what an earlier kernel sent, by the answer that it stored."""
        if (stored := self._stored()) is None:
            await self._hold("the kernel that sent it ended before it had the answer")
        return await self._judged(*stored)

    def _recalled(self) -> Task:
        """Read the stored answer again: it may have been the last word."""
        stored = self._stored()
        task = None if stored is None else self.attempt.read(*stored)[1]
        receipt = self.attempt.kept.attempt["receipt"]
        return task or Task(state="running", receipt=receipt)

    def _stored(self) -> tuple[Flow[Task], Reply] | None:
        """Return the stored answer, and a flow that waits for it; None without one."""
        attempt = self.attempt
        row = attempt.kept.attempt
        if row["raw"] is None:
            return None
        flow = attempt.provider.submit(attempt.job)
        next(flow)
        return flow, Reply(status=row["raw_status"], body=row["raw"])

    async def _check_room(self) -> None:
        library = self.attempt.library
        try:
            await library.run(library.check_room)
        except VoicekitError as error:
            await self.attempt.stop(State.FAILED, error, billed="no")

    async def _judged(self, flow: Flow[Task], answer: Reply | NoReply) -> Task:
        attempt, table = self.attempt, self.attempt.provider.errors
        problem, task = attempt.read(flow, answer)
        outcome = judge(answer, problem=problem, task=task, table=table)
        if outcome is Outcome.ACCEPTED:
            assert task is not None
            await self._accept(task)
            return task
        if isinstance(answer, Reply) and outcome is Outcome.REFUSED:
            assert problem is not None
            error = refusal.refusal(attempt.job, answer, problem, table)
            await attempt.stop(State.REFUSED, error, billed="no")
        if outcome is Outcome.AMBIGUOUS and not attempt.provider.repeatable:
            await self._hold(_doubt(answer, problem))
        failure = self._free_failure(answer, problem)
        await attempt.stop(State.FAILED, failure, billed="no")
        return None

    async def _accept(self, task: Task) -> None:
        attempt = self.attempt
        attempt.warn(task)
        if attempt.provider.repeatable:
            return
        kept = await attempt.library.transact(accept, attempt.kept, task.receipt)
        if kept is None:
            await self._hold("its answer has the task id of another job")
        attempt.kept = kept

    def _free_failure(
        self, answer: Reply | NoReply, problem: Problem | None
    ) -> VoicekitError:
        job = self.attempt.job
        if isinstance(answer, NoReply):
            return refusal.no_answer(job, answer)
        if problem is not None:
            table = self.attempt.provider.errors
            return refusal.refusal(job, answer, problem, table)
        return BadReply(
            f"The answer of {refusal.who(job)} cannot be understood. Nothing was "
            "charged; call again.",
            provider=job.provider,
            voice=job.voice_name,
            status=answer.status,
        )

    async def _hold(self, why: str) -> NoReturn:
        attempt = self.attempt
        await attempt.advance(State.AMBIGUOUS)
        error = refusal.unclear(attempt.job, attempt.kept.job["id"], why)
        await attempt.stop(State.HELD, error, billed="unknown")


def _doubt(answer: Reply | NoReply, problem: Problem | None) -> str:
    if isinstance(answer, NoReply):
        return answer.reason
    if problem is not None:
        return f"it answered HTTP {answer.status} with the code {problem.code}"
    return f"its answer (HTTP {answer.status}) cannot be understood"
