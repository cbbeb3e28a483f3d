"""Asks for a task until its provider says done or failed."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from voicekit.engine.attempt import Attempt
from voicekit.engine.line import Line
from voicekit.engine.outcome import error_class
from voicekit.engine.pace import LONGEST_PAUSE_S, retry_after
from voicekit.engine.polling import intervals
from voicekit.engine.rounds import Place
from voicekit.errors import NotFound, ResultExpired
from voicekit.flow import NoReply, Reply
from voicekit.library.states import State
from voicekit.task import Problem, Task

__all__ = ["Watch"]

MOST_MISSES = 8
"""After how many answers in a row that know no such task it counts as at risk: some
20 s, in which a vendor's list may catch up with its own answer."""

JITTER = 0.1
"""So that many tasks that began together are not asked for together for ever."""


@dataclass(slots=True)
class Watch:
    """Polls one attempt's task.

    Parameters
    ----------
    sleep : callable
        Waits between polls, given seconds.
    line : Line
        Knows how long such tasks take, and who else waits for one.
    """

    attempt: Attempt
    sleep: Callable[[float], Awaitable[None]]
    line: Line
    _misses: int = 0
    _least_s: float = 0.0
    """How long the vendor said to wait when it was last asked."""

    async def wait(self, task: Task) -> Task:
        """Poll until the provider says done or failed."""
        if task.state in ("done", "failed"):
            return task
        assert task.receipt is not None
        expected_s = await self.line.experience.expected_s(self.attempt.job)
        with self.line.rounds.join(self.attempt.job, task.receipt) as place:
            for seconds in intervals(expected_s, self._waited_s()):
                await self._sleep(seconds, place)
                task = await self._look(task, place)
                await self.attempt.note_progress(task)
                if task.state in ("done", "failed"):
                    break
        self.line.experience.note(self.attempt.job, self.attempt.latency())
        return task

    async def ask_anew(self, task: Task, pause_s: float) -> Task:
        """Ask for a task that is done once more, after a pause: its link has expired.

        Nobody calls for that: it is no sleep that a callback may end, or draw out.
        """
        await self.line.limits.sleep(max(pause_s, self._least_s))
        return await self.wait(await self.poll(task))

    def _waited_s(self) -> float:
        sent_at = self.attempt.kept.attempt["sent_at"]
        if sent_at is None:
            return 0.0
        return max(0.0, float(self.line.limits.clock() - sent_at) / 1e6)

    async def _sleep(self, seconds: float, place: Place) -> None:
        """Wait until the next poll is due, or a round says that the task has ended."""
        seconds *= random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - no secret
        due = asyncio.ensure_future(self.sleep(max(seconds, self._least_s)))
        ended = asyncio.ensure_future(place.end())
        try:
            await asyncio.wait((due, ended), return_when=asyncio.FIRST_COMPLETED)
            if due.done():
                due.result()  # what went wrong in it is not swallowed
        finally:
            due.cancel()
            ended.cancel()

    async def _look(self, task: Task, place: Place) -> Task:
        """Return the task as it is now: as a round has told it, else by asking."""
        rounds = self.line.rounds
        told = place.take()
        if told is None and rounds.are_worth_it(place.job):
            self.attempt.polls += 1
            if await rounds.ask_for(place):
                told = place.take()
        if told is None:
            return await self.poll(task)
        self._misses = 0
        self.attempt.note_answer()
        self.attempt.warn(told)
        return told

    async def poll(self, task: Task) -> Task:
        """Ask once, and return the task as it is now.

        A poll that brings nothing changes nothing: the task is kept, and asked again.
        """
        assert task.receipt is not None
        attempt = self.attempt
        flow = attempt.provider.task(attempt.job, task.receipt)
        attempt.polls += 1
        answer = await attempt.ask(next(flow))
        self._least_s = _told_to_wait_s(answer)
        problem, found = attempt.read(flow, answer)
        await self._note_miss(answer, problem)
        if found is None:
            return task
        attempt.warn(found)
        return found

    async def _note_miss(
        self, answer: Reply | NoReply, problem: Problem | None
    ) -> None:
        """Give up on a task of which its vendor knows nothing, again and again."""
        attempt = self.attempt
        unknown = (
            isinstance(answer, Reply)
            and problem is not None
            and error_class(answer, problem, attempt.provider.errors) is NotFound
        )
        self._misses = self._misses + 1 if unknown else 0
        if self._misses < MOST_MISSES:
            return
        lost = ResultExpired(
            f"{attempt.job.provider} no longer knows the task of job "
            f"{attempt.kept.job['id']}; it was accepted before, so it may have cost."
        )
        await attempt.stop(State.AT_RISK, lost, billed="unknown")


def _told_to_wait_s(answer: Reply | NoReply) -> float:
    """Return for how long the vendor asks not to be asked for this task."""
    if isinstance(answer, NoReply):
        return 0.0
    # When the allowance starts anew stands in every answer of some vendors.
    said = {
        name: value
        for name, value in answer.headers.items()
        if name in ("retry-after", "retry-after-ms")
    }
    return min(retry_after(said) or 0.0, LONGEST_PAUSE_S)
