"""The way of one attempt, from its place in the ledger to its files.

This is the whole rule of what happens to a request that may cost:

1. SENDING is on disk before the first byte leaves. Only a free and repeatable job is
   sent meanwhile: to send it again costs nothing.
2. The raw answer is on disk before anything parses it.
3. `judge` alone says what became of it. NOT_SENT and REFUSED cost nothing and end the
   attempt. ACCEPTED goes on with a receipt. AMBIGUOUS is HELD unless
   evidence names its task: it counts as spent, and voicekit never sends it again by
   itself.
4. Files are synced to disk under the hash of their content before it is FETCHED.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import NoReturn

from voicekit.engine import refusal
from voicekit.engine.attempt import Attempt, ended
from voicekit.engine.bell import Bell
from voicekit.engine.collecting import Collection, Fetch
from voicekit.engine.limits import was_one_too_many
from voicekit.engine.line import Line
from voicekit.engine.outcome import Outcome, judge
from voicekit.engine.pace import LONGEST_PAUSE_S, retry_after
from voicekit.engine.watching import Watch
from voicekit.engine.witness import Sight
from voicekit.errors import KeyMissing, VoicekitError
from voicekit.flow import Flow, NoReply, Reply
from voicekit.library.claiming import CALLED_OFF
from voicekit.library.ledger import Kept, accept, advance
from voicekit.library.states import State
from voicekit.task import Task

__all__ = ["Submission"]

MOST_TRIES = 3
"""How often a request is sent that never left before."""

MOST_REFUSALS = 6
"""How often a request is sent that was one too many before: over half a minute."""

MOST_PROOFS = 2
"""How often the vendor's balance may have a request sent again."""

BACK_OFF_S = 1.0


class _NotAcceptedError(Exception):
    """The vendor's balance proves that a submission cost nothing."""


async def _nothing_known(kept: Kept) -> None:
    del kept


@dataclass(slots=True)
class Submission:
    """Brings one attempt to its end.

    Parameters
    ----------
    fetch : callable
        Saves what a result's link leads to.
    line : Line
        The line to its provider.
    sleep : callable
        Waits between tries and polls, given seconds.
    bell : Bell, optional
        Waits between polls instead, where the vendor calls by itself.
    evidence : callable
        Returns the id of the task that a lost answer was about, where something says.
    """

    attempt: Attempt
    fetch: Fetch
    line: Line
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    bell: Bell | None = None
    evidence: Callable[[Kept], Awaitable[str | None]] = _nothing_known
    sent: bool = False
    """Whether a byte may have left; until then the attempt can be called off."""
    is_in_doubt: bool = False
    """Whether a request that may cost is on its way, and its answer is not stored."""
    _sight: Sight | None = None
    _proofs: int = 0
    is_wanted: bool = True
    """Whether anybody waits for it: what nobody wants is not tried once more."""

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
        except BaseException as error:
            self._call_off(error)
            raise
        nap = self.sleep if self.bell is None else self.bell.sleep
        watch = Watch(self.attempt, nap, self.line)
        collection = Collection(self.attempt, self.fetch, watch)
        return await collection.finish(await watch.wait(task))

    def _call_off(self, why: BaseException) -> None:
        attempt = self.attempt
        if not self.sent and attempt.kept.state in (State.RESERVED, State.SENDING):
            error = why if isinstance(why, VoicekitError) else VoicekitError(CALLED_OFF)
            change = ended(State.FAILED, error, "no")
            attempt.library.post(advance, attempt.kept, change)

    async def _begin(self) -> Task:
        attempt = self.attempt
        if attempt.kept.state is State.AMBIGUOUS:
            return await self._judged_again()
        if attempt.kept.state not in (State.RESERVED, State.SENDING):
            return self._recalled()
        attempt.warnings = list(attempt.provider.warnings(attempt.job))
        next(attempt.submission())  # what cannot be built is not begun
        if attempt.provider.repeatable:
            heard = await self._send()
            await attempt.be_written()
            return await self._judged(*heard)
        await self._check_room()
        if self.line.witness is None:
            return await self._accepted()
        async with self.line.witness.watch() as self._sight:
            task = await self._accepted()
            await self._sight.note_accepted(task)
            return task

    async def _accepted(self) -> Task:
        """Send until that was accepted, as often as it certainly cost nothing."""
        while True:
            try:
                return await self._sent()
            except _NotAcceptedError:
                self._proofs += 1

    async def _sent(self) -> Task:
        for tried in range(MOST_REFUSALS):
            await self.line.limits.depart(self.attempt)
            flow, answer = await self._send()
            if not await self._may_send_again(answer, tried):
                return await self._judged(flow, answer)
            flow.close()
        raise AssertionError  # the last try is judged

    async def _send(self) -> tuple[Flow[Task], Reply | NoReply]:
        attempt = self.attempt
        flow = attempt.submission()
        request = next(flow)
        self.sent = True
        attempt.start_clock()
        self.is_in_doubt = not attempt.provider.repeatable
        try:
            answer = await attempt.ask(request)
        except KeyMissing as error:
            await attempt.stop(State.FAILED, error, billed="no")
        if isinstance(answer, Reply) and not attempt.provider.repeatable:
            answered_at = self.line.limits.clock()
            await attempt.keep_answer(answer, answered_at, self.sleep)
            self.line.limits.hear(answer, of_job=True)
        self.is_in_doubt = False
        return flow, answer

    async def _may_send_again(self, answer: Reply | NoReply, tried: int) -> bool:
        """Tell whether a request certainly cost nothing, and is worth another try.

        One that never left, or that was refused because there were too many.
        """
        if isinstance(answer, NoReply):
            is_last = tried + 1 >= MOST_TRIES or not self.is_wanted
            if answer.may_have_arrived or is_last:
                return False
            self.sent = False  # it can be called off while it waits
            await self.sleep(BACK_OFF_S * 2**tried)
            return True
        if not was_one_too_many(self.attempt.provider, answer):
            return False
        await self.line.limits.refused(self.attempt, answer)
        is_soon = (retry_after(answer.headers) or 0) <= LONGEST_PAUSE_S
        is_last = tried + 1 >= MOST_REFUSALS or not self.is_wanted
        self.sent = not is_soon or is_last
        return not self.sent

    async def _judged_again(self) -> Task:
        """Judge what an earlier kernel sent, by the answer that it stored."""
        if (stored := self._stored()) is None:
            why = "the kernel that sent it ended before it had the answer"
            return await self._doubted(why)
        return await self._judged(*stored)

    def _recalled(self) -> Task:
        """Read the stored answer again: it may have been the last word.

        Not where another task was adopted since, for that answer named none or a wrong.
        """
        stored = self._stored()
        task = None if stored is None else self.attempt.read(*stored)[1]
        receipt = self.attempt.kept.attempt["receipt"]
        if task is None or task.receipt != receipt:
            return Task(state="running", receipt=receipt)
        return task

    def _stored(self) -> tuple[Flow[Task], Reply] | None:
        """Return the stored answer, and a flow that waits for it; None without one."""
        attempt = self.attempt
        row = attempt.kept.attempt
        if row["raw"] is None:
            return None
        flow = attempt.submission()
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
            if await self._is_proven_free():
                raise _NotAcceptedError
            return await self._doubted(refusal.doubt(answer, problem))
        failure = refusal.free_failure(attempt.job, answer, problem, table)
        await attempt.stop(State.FAILED, failure, billed="no")
        return None

    async def _accept(self, task: Task) -> None:
        attempt = self.attempt
        attempt.warn(task)
        if attempt.provider.repeatable:
            return
        kept = await attempt.library.transact(
            accept, attempt.kept, task.receipt, attempt.expiry()
        )
        if kept is None:
            await self._hold("its answer has the task id of another job")
        attempt.kept = kept

    async def _is_proven_free(self) -> bool:
        sight = self._sight
        is_asked = sight is not None and self._proofs < MOST_PROOFS
        return is_asked and sight is not None and await sight.shows_nothing()

    async def _doubted(self, why: str) -> Task:
        """Go on with the task that the evidence names, or hold the attempt."""
        attempt = self.attempt
        await attempt.advance(State.AMBIGUOUS)
        receipt = await self.evidence(attempt.kept)
        if receipt is not None:
            kept = await attempt.library.transact(
                accept, attempt.kept, receipt, attempt.expiry()
            )
            if kept is not None:
                attempt.kept = kept
                return Task(state="running", receipt=receipt)
        return await self._hold(why)

    async def _hold(self, why: str) -> NoReturn:
        attempt = self.attempt
        await attempt.advance(State.AMBIGUOUS)
        error = refusal.unclear(attempt.job, attempt.kept.job["id"], why)
        was_charged = self._sight is not None and self._sight.fell
        billed = "yes" if was_charged else "unknown"
        await attempt.stop(State.HELD, error, billed=billed)
