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
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any, NoReturn, TypeAlias

from voicekit.audio.file import length_of
from voicekit.audio.timing import words_from_json, words_from_srt
from voicekit.engine import refusal
from voicekit.engine.outcome import Outcome, error_class, judge
from voicekit.engine.pace import retry_after
from voicekit.engine.polling import intervals
from voicekit.errors import (
    BadReply,
    GenerationFailed,
    KeyMissing,
    NotFound,
    RateLimited,
    ResultExpired,
    UnsafeResult,
    VoicekitError,
)
from voicekit.flow import Flow, NoReply, Reply, Request, Transport, finish
from voicekit.job import Job
from voicekit.library.files import StoredFile
from voicekit.library.ledger import (
    Change,
    Kept,
    accept,
    advance,
    file_columns,
    now_us,
)
from voicekit.library.library import Library
from voicekit.library.states import State
from voicekit.providers import Provider
from voicekit.task import Problem, Result, Task

__all__ = ["Submission"]

MOST_TRIES = 3
"""How often a request is sent that certainly was not accepted before."""

BACK_OFF_S = 1.0
LONGEST_PAUSE_S = 120.0
"""A vendor that says to come back later than this is told to the user instead."""

MOST_MISSES = 8
"""After how many answers in a row that know no such task it counts as at risk: some
20 s, in which a vendor's list may catch up with its own answer."""

_UNDER_WAY = (State.ACCEPTED, State.RUNNING)

_Saved: TypeAlias = tuple[StoredFile, Mapping[str, Any]]
"""A file, and its row in the ledger."""

MOST_NEW_LINKS = 5
"""How often an expired link is asked for anew before the result counts as at risk."""


@dataclass(slots=True)
class Submission:
    """One attempt on its way; `carry` brings it to its end.

    Parameters
    ----------
    fetch : callable
        Saves what a result's link leads to.
    sleep : callable
        Waits between polls, given seconds.
    """

    job: Job
    kept: Kept
    provider: Provider
    transport: Transport
    library: Library
    fetch: Callable[[Result], Awaitable[StoredFile]]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    sent: bool = False
    """Whether a byte may have left; until then the attempt can be called off."""
    is_in_doubt: bool = False
    """Whether a request that may cost is on its way, and its answer is not stored."""
    is_wanted: bool = True
    """Whether anybody waits for it: what nobody wants is not tried once more."""
    _warnings: list[str] = field(default_factory=list)
    _misses: int = 0
    _polls: int = 0
    _started: float | None = None
    _answers: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._polls = self.kept.attempt["polls"]

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
            return await self._finish(await self._wait(await self._begin()))
        except asyncio.CancelledError:
            if not self.sent and self.kept.state in (State.RESERVED, State.SENDING):
                never = VoicekitError("It was called off before anything was sent.")
                self.library.post(advance, self.kept, _end(State.FAILED, never, "no"))
            raise

    async def _begin(self) -> Task:
        if self.kept.state is State.AMBIGUOUS:
            await self._hold("the kernel that sent it ended before it had the answer")
        if self.kept.state not in (State.RESERVED, State.SENDING):
            return self._recalled()
        self._warnings = list(self.provider.warnings(self.job))
        next(self.provider.submit(self.job))  # what cannot be built is not begun
        if self.kept.state is State.RESERVED:
            await self._check_room()
            await self._advance(State.SENDING, sent_at=now_us())
        return await self._send(tries=1 if self.provider.repeatable else MOST_TRIES)

    async def _send(self, tries: int) -> Task:
        """Send, and send again only what certainly cost nothing: a few times."""
        flow = self.provider.submit(self.job)
        request = next(flow)
        self.sent = True
        self._started = time.monotonic()
        self.is_in_doubt = not self.provider.repeatable
        try:
            answer = await self._ask(request)
        except KeyMissing as error:
            await self._stop(State.FAILED, error, billed="no")
        if isinstance(answer, Reply) and not self.provider.repeatable:
            await self._advance(
                State.SENDING, raw_status=answer.status, raw=answer.body
            )
        self.is_in_doubt = False
        wait_s = self._pause(answer, MOST_TRIES - tries)
        if wait_s is None or tries <= 1 or not self.is_wanted:
            return await self._judged(flow, answer)
        flow.close()
        self.sent = False  # nothing was accepted: it can be called off while it waits
        await self.sleep(wait_s)
        return await self._send(tries - 1)

    def _pause(self, answer: Reply | NoReply, tried: int) -> float | None:
        """Return after how many seconds to send again; None if that is not safe.

        A request that never left, or that was refused because there were too many.
        """
        if isinstance(answer, NoReply):
            return None if answer.may_have_arrived else BACK_OFF_S * 2**tried
        try:
            problem = self.provider.problem(answer)
        except BadReply:
            return None
        if problem is None:
            return None
        kind = error_class(answer, problem, self.provider.errors)
        if kind is not RateLimited:
            return None
        stated = retry_after(answer.headers)
        if stated is not None and stated > LONGEST_PAUSE_S:
            return None
        return BACK_OFF_S * 2**tried if stated is None else stated

    def _recalled(self) -> Task:
        """Read the stored answer again: it may have been the last word."""
        attempt = self.kept.attempt
        waiting = Task(state="running", receipt=attempt["receipt"])
        if attempt["raw"] is None:
            return waiting
        flow = self.provider.submit(self.job)
        next(flow)
        answer = Reply(status=attempt["raw_status"], body=attempt["raw"])
        return self._read(flow, answer)[1] or waiting

    async def _check_room(self) -> None:
        try:
            await self.library.run(self.library.check_room)
        except VoicekitError as error:
            await self._stop(State.FAILED, error, billed="no")

    async def _ask(self, request: Request) -> Reply | NoReply:
        may_cost = request.method == "POST" and not self.provider.repeatable
        try:
            return await self.transport.send(request, may_cost=may_cost)
        except NoReply as lost:
            return lost
        finally:
            self._answers.append(time.monotonic())

    async def _judged(self, flow: Flow[Task], answer: Reply | NoReply) -> Task:
        problem, task = self._read(flow, answer)
        table = self.provider.errors
        outcome = judge(answer, problem=problem, task=task, table=table)
        if outcome is Outcome.ACCEPTED:
            assert task is not None
            await self._accept(task)
            return task
        if isinstance(answer, Reply) and outcome is Outcome.REFUSED:
            assert problem is not None
            error = refusal.refusal(self.job, answer, problem, table)
            await self._stop(State.REFUSED, error, billed="no")
        if outcome is Outcome.AMBIGUOUS and not self.provider.repeatable:
            await self._hold(_doubt(answer, problem))
        await self._stop(State.FAILED, self._free_failure(answer, problem), billed="no")
        return None

    async def _accept(self, task: Task) -> None:
        self._warned(task)
        if self.provider.repeatable:
            return
        kept = await self.library.transact(accept, self.kept, task.receipt)
        if kept is None:
            await self._hold("its answer has the task id of another job")
        self.kept = kept

    def _warned(self, task: Task) -> None:
        """Remember every warning once, also those of earlier answers."""
        self._warnings = list(dict.fromkeys((*self._warnings, *task.warnings)))

    def _read(
        self, flow: Flow[Task], answer: Reply | NoReply
    ) -> tuple[Problem | None, Task | None]:
        if isinstance(answer, NoReply):
            return None, None
        try:
            problem = self.provider.problem(answer)
            return problem, None if problem else finish(flow, answer)
        except BadReply:
            return None, None

    def _free_failure(
        self, answer: Reply | NoReply, problem: Problem | None
    ) -> VoicekitError:
        if isinstance(answer, NoReply):
            return refusal.no_answer(self.job, answer)
        if problem is not None:
            return refusal.refusal(self.job, answer, problem, self.provider.errors)
        return BadReply(
            f"The answer of {refusal.who(self.job)} cannot be understood. Nothing was "
            "charged; call again.",
            provider=self.job.provider,
            voice=self.job.voice_name,
            status=answer.status,
        )

    async def _wait(self, task: Task) -> Task:
        """Poll until the provider says done or failed."""
        for seconds in intervals():
            if task.state in ("done", "failed"):
                return task
            await self.sleep(seconds)
            task = await self._poll(task)
        raise AssertionError  # intervals never end

    async def _poll(self, task: Task) -> Task:
        assert task.receipt is not None
        flow = self.provider.task(self.job, task.receipt)
        self._polls += 1
        # A poll that brings nothing changes nothing: the task is kept, and asked again.
        answer = await self._ask(next(flow))
        problem, found = self._read(flow, answer)
        await self._note_miss(answer, problem)
        if found is None:
            return task
        self._warned(found)
        await self._note_progress(found)
        return found

    async def _note_progress(self, task: Task) -> None:
        """Let tables see how far it is, with a commit only where it moved."""
        progress = _percent(task.progress)
        if progress is None or progress == self.kept.attempt["progress"]:
            return
        if task.state in ("queued", "running") and self.kept.state in _UNDER_WAY:
            await self._advance(State.RUNNING, progress=progress, polls=self._polls)

    async def _note_miss(
        self, answer: Reply | NoReply, problem: Problem | None
    ) -> None:
        """Give up on a task of which its vendor knows nothing, again and again."""
        unknown = (
            isinstance(answer, Reply)
            and problem is not None
            and error_class(answer, problem, self.provider.errors) is NotFound
        )
        self._misses = self._misses + 1 if unknown else 0
        if self._misses < MOST_MISSES:
            return
        lost = ResultExpired(
            f"{self.job.provider} no longer knows the task of job "
            f"{self.kept.job['id']}; it was accepted before, so it may have cost."
        )
        await self._stop(State.AT_RISK, lost, billed="unknown")

    async def _finish(self, task: Task) -> Kept:
        columns: dict[str, Any] = {
            **self._latency(),
            **_said(task),
            "warnings": self._warnings,
            "polls": self._polls,
            "finished_at": now_us(),
            "expires_at": task.expires_at or self._expiry(),
        }
        if self.job.kind == "proxies":
            columns["raw"] = None  # it holds their passwords, and the vendor lists them
        if task.state == "failed":
            await self._stop(
                State.FAILED,
                GenerationFailed(
                    f"{refusal.who(self.job)} could not make it: "
                    f"{task.error or 'it gives no reason'}.",
                    provider=self.job.provider,
                    voice=self.job.voice_name,
                ),
                billed={True: "yes", False: "no", None: "unknown"}[task.billed],
                columns=columns,
            )
        if not self.provider.repeatable:
            await self._advance(State.SUCCEEDED, **columns)
        files = await self._collect(task)
        if not task.words:
            columns["words"] = await self.library.run(partial(_heard_words, files))
        rows = tuple(row for _, row in files)
        change = Change(state=State.FETCHED, columns=columns, files=rows)
        self.kept = await self.library.transact(advance, self.kept, change)
        return self.kept

    def _latency(self) -> Mapping[str, int]:
        """Return the time to the answer that said done, where we saw it being sent."""
        if self._started is None:
            return {}
        # A first answer that says done leaves nothing open: it is its own predecessor.
        before, done = [self._answers[0], *self._answers][-2:]
        return {
            "latency_us": round((done - self._started) * 1e6),
            "latency_slack_us": round((done - before) * 1e6),
        }

    def _expiry(self) -> int | None:
        """Return when the vendor drops the result: counted from the submission."""
        kept_s, sent = self.provider.retention_s, self.kept.attempt["sent_at"]
        return None if kept_s is None or sent is None else sent + kept_s * 1_000_000

    async def _collect(self, task: Task, new_links: int = 0) -> list[_Saved]:
        """Save every result; an expired link is asked for anew, a few times."""
        try:
            return [await self._save(result) for result in task.results]
        except UnsafeResult as unsafe:
            await self._stop(State.AT_RISK, unsafe, billed="unknown")
        except NotFound as gone:
            if new_links < MOST_NEW_LINKS and task.receipt is not None:
                return await self._collect(await self._poll(task), new_links + 1)
            expired = ResultExpired(
                f"The result of job {self.kept.job['id']} is no longer to be had from "
                f"{self.job.provider}: {gone}"
            )
            await self._stop(State.AT_RISK, expired, billed="unknown")

    async def _save(self, result: Result) -> _Saved:
        stored = (
            await self.fetch(result)
            if result.data is None
            else await self.library.save(result.data, result.media_type)
        )
        seconds, rate = result.duration_s, result.sample_rate
        if result.role == "audio" and seconds is None:
            seconds, rate = await self.library.run(partial(_length, stored, rate))
        return stored, file_columns(
            stored,
            role=result.role,
            duration_us=None if seconds is None else round(seconds * 1e6),
            sample_rate=rate,
        )

    async def _hold(self, why: str) -> NoReturn:
        await self._advance(State.AMBIGUOUS)
        error = refusal.unclear(self.job, self.kept.job["id"], why)
        await self._stop(State.HELD, error, billed="unknown")

    async def _stop(
        self,
        state: State,
        error: VoicekitError,
        *,
        billed: str,
        columns: Mapping[str, Any] | None = None,
    ) -> NoReturn:
        counted = {"polls": self._polls, **(columns or {})}
        change = _end(state, error, billed, counted)
        self.kept = await self.library.transact(advance, self.kept, change)
        raise error

    async def _advance(self, state: State, **columns: Any) -> None:
        change = Change(state=state, columns=columns)
        self.kept = await self.library.transact(advance, self.kept, change)


def _length(stored: StoredFile, rate: int | None) -> tuple[float | None, int | None]:
    return length_of(stored.path, stored.media_type, rate)


def _heard_words(files: list[_Saved]) -> list[list[Any]]:
    """Return the word timings among the files that came with the audio."""
    for role, read in (("words", words_from_json), ("transcript", words_from_srt)):
        for stored, row in files:
            if row["role"] == role and (words := read(stored.read())):
                return [list(asdict(word).values()) for word in words]
    return []


def _end(
    state: State,
    error: VoicekitError,
    billed: str,
    columns: Mapping[str, Any] | None = None,
) -> Change:
    ended = {
        "error": refusal.to_store(error),
        "billed": billed,
        "finished_at": now_us(),
        **(columns or {}),
    }
    return Change(state=state, columns=ended)


def _doubt(answer: Reply | NoReply, problem: Problem | None) -> str:
    if isinstance(answer, NoReply):
        return answer.reason
    if problem is not None:
        return f"it answered HTTP {answer.status} with the code {problem.code}"
    return f"its answer (HTTP {answer.status}) cannot be understood"


def _percent(share: float | None) -> int | None:
    return None if share is None else round(share * 100)


def _said(task: Task) -> Mapping[str, Any]:
    """Return the columns for what a provider says of a finished task."""
    return {
        "credits_micros": task.credits_micros,
        "cost_source": None if task.credits_micros is None else "vendor",
        "progress": _percent(task.progress),
        "words": [list(asdict(word).values()) for word in task.words],
        "details": dict(task.details),
        "expires_at": task.expires_at,
        "vendor_us": None if task.vendor_s is None else round(task.vendor_s * 1e6),
    }
