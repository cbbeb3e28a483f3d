"""Remembers how long tasks took: each is first asked for when it may be done."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any, TypeAlias

from voicekit.job import Job
from voicekit.library.durations import (
    MOST_REMEMBERED,
    Duration,
    durations,
    expected,
)
from voicekit.library.library import Library

__all__ = ["Experience"]

_Kind: TypeAlias = tuple[str, str, str, str | None]


class Experience:
    """What the ledger knows of durations, read once for each kind of task."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._known: dict[_Kind, deque[Duration]] = {}

    async def expected_s(self, job: Job) -> float | None:
        """Return how long such a task took before; None where none is known."""
        kind = _kind(job)
        if kind not in self._known:
            earlier = await self._library.transact(durations, job)
            latest = deque(reversed(earlier), maxlen=MOST_REMEMBERED)
            self._known.setdefault(kind, latest)
        return expected(self._known[kind], len(job.text))

    def note(self, job: Job, latency: Mapping[str, Any]) -> None:
        """Remember a task that has just ended, by the columns of its latency."""
        if latency and (known := self._known.get(_kind(job))) is not None:
            took_us = latency["latency_us"] - latency["latency_slack_us"] / 2
            known.append((len(job.text), took_us / 1e6))


def _kind(job: Job) -> _Kind:
    return job.realm, job.provider, job.kind, job.model
