"""Asks for a task until its provider says done or failed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from voicekit.engine.attempt import Attempt
from voicekit.engine.outcome import error_class
from voicekit.engine.polling import intervals
from voicekit.errors import NotFound, ResultExpired
from voicekit.flow import NoReply, Reply
from voicekit.library.states import State
from voicekit.task import Problem, Task

__all__ = ["Watch"]

MOST_MISSES = 8
"""After how many answers in a row that know no such task it counts as at risk: some
20 s, in which a vendor's list may catch up with its own answer."""


@dataclass(slots=True)
class Watch:
    """Polls one attempt's task.

    Parameters
    ----------
    sleep : callable
        Waits between polls, given seconds.
    """

    attempt: Attempt
    sleep: Callable[[float], Awaitable[None]]
    _misses: int = 0

    async def wait(self, task: Task) -> Task:
        """Poll until the provider says done or failed."""
        for seconds in intervals():
            if task.state in ("done", "failed"):
                return task
            await self.sleep(seconds)
            task = await self.poll(task)
            await self.attempt.note_progress(task)
        raise AssertionError  # intervals never end

    async def poll(self, task: Task) -> Task:
        """Ask once, and return the task as it is now.

        A poll that brings nothing changes nothing: the task is kept, and asked again.
        """
        assert task.receipt is not None
        attempt = self.attempt
        flow = attempt.provider.task(attempt.job, task.receipt)
        attempt.polls += 1
        answer = await attempt.ask(next(flow))
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
