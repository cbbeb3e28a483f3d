"""Brings home what a finished task made, and writes down what is said of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, TypeAlias

from voicekit.audio.file import length_of
from voicekit.audio.timing import words_from_json, words_from_srt
from voicekit.engine import refusal
from voicekit.engine.attempt import Attempt
from voicekit.engine.watching import Watch
from voicekit.errors import (
    GenerationFailed,
    LibraryError,
    NotFound,
    ProviderError,
    ResultExpired,
    UnsafeResult,
)
from voicekit.library.files import StoredFile
from voicekit.library.ledger import Change, Kept, advance, file_columns, now_us
from voicekit.library.states import State
from voicekit.task import Result, Task

__all__ = ["Collection", "Fetch"]

MOST_NEW_LINKS = 5
"""How often an expired link is asked for anew before the result counts as at risk."""

NEW_LINK_AFTER_S = 1.0
"""How long before the first of these, and twice as long before each further one."""

Fetch: TypeAlias = Callable[[Result], Awaitable[StoredFile]]

_Saved: TypeAlias = tuple[StoredFile, Mapping[str, Any]]
"""A file, and its row in the ledger."""


@dataclass(slots=True)
class Collection:
    """Ends one attempt whose task has ended.

    Parameters
    ----------
    fetch : callable
        Saves what a result's link leads to.
    watch : Watch
        Asks for a new link where one has expired.
    """

    attempt: Attempt
    fetch: Fetch
    watch: Watch

    async def finish(self, task: Task) -> Kept:
        """Save the results, and return the attempt as it then is.

        Raises
        ------
        GenerationFailed
            If the provider could not make it.
        ResultExpired, UnsafeResult
            If a result cannot be had any longer, or must not be fetched.
        """
        attempt = self.attempt
        columns = self._known(task)
        if task.state == "failed":
            billed = {True: "yes", False: "no", None: "unknown"}[task.billed]
            failed = _failed(attempt, task)
            await attempt.stop(State.FAILED, failed, billed=billed, columns=columns)
        if not attempt.provider.repeatable:
            await attempt.advance(State.SUCCEEDED, **columns)
        files = await self._collect(task)
        if not task.words:
            columns["words"] = await attempt.library.run(partial(_heard_words, files))
        columns |= {"warnings": attempt.warnings, "polls": attempt.polls}
        rows = tuple(row for _, row in files)
        change = Change(state=State.FETCHED, columns=columns, files=rows)
        attempt.kept = await attempt.library.transact(advance, attempt.kept, change)
        return attempt.kept

    def _known(self, task: Task) -> dict[str, Any]:
        attempt = self.attempt
        columns = {
            **attempt.latency(),
            **_said(task),
            "warnings": attempt.warnings,
            "polls": attempt.polls,
            "finished_at": now_us(),
            "expires_at": task.expires_at or attempt.expiry(),
        }
        if attempt.job.kind == "proxies":
            columns["raw"] = None  # it holds their passwords, and the vendor lists them
        return columns

    async def _collect(self, task: Task, new_links: int = 0) -> list[_Saved]:
        """Save every result; an expired link is asked for anew, a few times.

        Beside audio all else is an extra, and does not decide what becomes of the job.
        """
        attempt = self.attempt
        audio = [result for result in task.results if result.role == "audio"]
        try:
            saved = [await self._save(result) for result in audio or task.results]
        except UnsafeResult as unsafe:
            await attempt.stop(State.AT_RISK, unsafe, billed="unknown")
        except LibraryError as unsaved:
            if attempt.provider.repeatable:  # nothing is lost: the next call makes it
                await attempt.stop(State.FAILED, unsaved, billed="no")
            raise
        except NotFound as gone:
            if new_links < MOST_NEW_LINKS and task.receipt is not None:
                again = await self.watch.ask_anew(task, NEW_LINK_AFTER_S * 2**new_links)
                if again.state == "done":
                    return await self._collect(again, new_links + 1)
            expired = ResultExpired(
                f"The result of job {attempt.kept.job['id']} is no longer to be had "
                f"from {attempt.job.provider}: {gone}"
            )
            await attempt.stop(State.AT_RISK, expired, billed="unknown")
        extras = [result for result in task.results if audio and result.role != "audio"]
        return saved + await self._saved_extras(extras)

    async def _saved_extras(self, extras: Iterable[Result]) -> list[_Saved]:
        """Save what there is besides; what cannot be had is a warning."""
        saved = []
        for result in extras:
            try:
                saved.append(await self._save(result))
            except (UnsafeResult, ProviderError) as error:
                lost = f"Its {result.role} could not be saved: {error}"
                self.attempt.warnings = [*self.attempt.warnings, lost]
        return saved

    async def _save(self, result: Result) -> _Saved:
        library = self.attempt.library
        stored = (
            await self.fetch(result)
            if result.data is None
            else await library.save(result.data, result.media_type)
        )
        seconds, rate = result.duration_s, result.sample_rate
        if result.role == "audio" and None in (seconds, rate):
            measured_s, rate = await library.run(
                partial(length_of, stored.path, stored.media_type, rate)
            )
            seconds = measured_s if seconds is None else seconds
        return stored, file_columns(
            stored,
            role=result.role,
            duration_us=None if seconds is None else round(seconds * 1e6),
            sample_rate=rate,
        )


def _failed(attempt: Attempt, task: Task) -> GenerationFailed:
    return GenerationFailed(
        f"{refusal.who(attempt.job)} could not make it: "
        f"{task.error or 'it gives no reason'}.",
        provider=attempt.job.provider,
        voice=attempt.job.voice_name,
    )


def _heard_words(files: list[_Saved]) -> list[list[Any]]:
    """Return the word timings among the files that came with the audio."""
    for role, read in (("words", words_from_json), ("transcript", words_from_srt)):
        for stored, row in files:
            if row["role"] == role and (words := read(stored.read())):
                return [list(asdict(word).values()) for word in words]
    return []


def _said(task: Task) -> Mapping[str, Any]:
    """Return the columns for what a provider says of a finished task."""
    return {
        "credits_micros": task.credits_micros,
        "cost_source": None if task.credits_micros is None else "vendor",
        "progress": None if task.progress is None else round(task.progress * 100),
        "words": [list(asdict(word).values()) for word in task.words],
        "details": dict(task.details),
        "expires_at": task.expires_at,
        "vendor_us": None if task.vendor_s is None else round(task.vendor_s * 1e6),
    }
