"""One attempt on its way: what it is, what was heard of it, and how that is kept."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from voicekit.engine import refusal
from voicekit.errors import BadReply, LibraryError, VoicekitError
from voicekit.flow import Flow, NoReply, Reply, Request, Transport, finish
from voicekit.job import Job
from voicekit.library.claiming import Claim, Mine
from voicekit.library.ledger import Change, Kept, advance, now_us
from voicekit.library.library import Library
from voicekit.library.states import State
from voicekit.providers import Provider
from voicekit.task import Problem, Task

__all__ = ["Attempt", "ended"]

KEEP_AGAIN_S = (0.1, 0.4, 1.6)
"""How long before each further try to write down an answer."""


@dataclass(slots=True)
class Attempt:
    """A job with its row in the ledger, and the way to its provider.

    Attributes
    ----------
    warnings : list of str
        What the provider said so far, each once.
    polls : int
        How often it was asked for, also by earlier kernels.
    written : Future, optional
        The claim, once its row is on disk; only a free job is sent before.
    clock : callable
        Seconds that only grow.
    """

    job: Job
    kept: Kept
    provider: Provider
    transport: Transport
    library: Library
    written: asyncio.Future[Claim] | None = None
    warnings: list[str] = field(default_factory=list)
    polls: int = 0
    clock: Callable[[], float] = time.monotonic
    _sent_at: float | None = None
    _answered_at: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.polls = self.kept.attempt["polls"]

    def start_clock(self) -> None:
        """Count the latency from here."""
        self._sent_at = self.clock()
        self._answered_at.clear()

    def submission(self) -> Flow[Task]:
        """Return the flow that sends it: the same request whenever it is run."""
        return self.provider.submit(self.job, self.kept.attempt["callback"])

    async def ask(self, request: Request) -> Reply | NoReply:
        """Send one request, and return the answer or why there is none."""
        may_cost = request.method == "POST" and not self.provider.repeatable
        try:
            return await self.transport.send(request, may_cost=may_cost)
        except NoReply as lost:
            return lost
        finally:
            self.note_answer()

    async def be_written(self) -> None:
        """Wait until its row is on disk.

        Raises
        ------
        LibraryError
            If it is not; or if another kernel came first, after all.
        """
        if self.written is None:
            return
        claimed = await self.written
        if not isinstance(claimed, Mine):
            name = claimed.kept.job["id"]
            raise LibraryError(f"Another kernel has just begun job {name}; call again.")
        self.kept = claimed.kept

    async def keep_answer(
        self,
        answer: Reply,
        answered_at: int,
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        """Write down the raw answer: what it names is known to nobody else.

        A disk that is full, or a ledger that is locked, may be neither in a moment.

        Raises
        ------
        LibraryError
            If it cannot be written.
        """
        known = {
            "raw_status": answer.status,
            "raw": answer.body,
            "answered_at": answered_at,
        }
        for pause_s in KEEP_AGAIN_S:
            with contextlib.suppress(LibraryError):
                return await self.advance(State.SENDING, **known)
            await sleep(pause_s)
        try:
            await self.advance(State.SENDING, **known)
        except LibraryError as error:
            who, name = refusal.who(self.job), self.kept.job["id"]
            raise LibraryError(
                f"The answer of {who} to job {name} is lost, so it may have cost; the "
                f"next call holds it, and sends nothing. {error}"
            ) from error

    def note_answer(self) -> None:
        """Count the latency until here."""
        self._answered_at.append(self.clock())

    def read(
        self, flow: Flow[Task], answer: Reply | NoReply
    ) -> tuple[Problem | None, Task | None]:
        """Return the problem or the task in an answer; neither if it makes no sense."""
        if isinstance(answer, NoReply):
            return None, None
        try:
            problem = self.provider.problem(answer)
            return problem, None if problem else finish(flow, answer)
        except BadReply:
            return None, None

    def warn(self, task: Task) -> None:
        """Remember every warning once, also those of earlier answers."""
        self.warnings = list(dict.fromkeys((*self.warnings, *task.warnings)))

    async def note_progress(self, task: Task) -> None:
        """Let tables see how far it is, with a commit only where it moved."""
        if task.progress is None or task.state in ("done", "failed"):
            return
        progress = round(task.progress * 100)
        moved = progress != self.kept.attempt["progress"]
        if moved and self.kept.state in (State.ACCEPTED, State.RUNNING):
            await self.advance(State.RUNNING, progress=progress, polls=self.polls)

    async def advance(self, state: State, **columns: Any) -> None:
        """Write down that it has come to `state`."""
        change = Change(state=state, columns=columns)
        self.kept = await self.library.transact(advance, self.kept, change)

    async def stop(
        self,
        state: State,
        error: VoicekitError,
        *,
        billed: str,
        columns: Mapping[str, Any] | None = None,
    ) -> NoReturn:
        """Write down that it ended without a result, and raise why."""
        counted = {"polls": self.polls, **(columns or {})}
        change = ended(state, error, billed, counted)
        self.kept = await self.library.transact(advance, self.kept, change)
        raise error

    def expiry(self) -> int | None:
        """Return when the vendor drops the result: counted from the submission."""
        kept_s, sent = self.provider.retention_s, self.kept.attempt["sent_at"]
        return None if kept_s is None or sent is None else sent + kept_s * 1_000_000

    def latency(self) -> Mapping[str, int]:
        """Return the time to the answer that said done, where we saw it being sent."""
        if self._sent_at is None:
            return {}
        # A first answer that says done leaves nothing open: it is its own predecessor.
        before, done = [self._answered_at[0], *self._answered_at][-2:]
        return {
            "latency_us": round((done - self._sent_at) * 1e6),
            "latency_slack_us": round((done - before) * 1e6),
        }


def ended(
    state: State,
    error: VoicekitError,
    billed: str,
    columns: Mapping[str, Any] | None = None,
) -> Change:
    """Return the change that ends an attempt without a result."""
    known = {
        "error": refusal.to_store(error),
        "billed": billed,
        "finished_at": now_us(),
        **(columns or {}),
    }
    return Change(state=state, columns=known)
