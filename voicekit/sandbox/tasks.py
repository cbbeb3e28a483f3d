"""Tasks: accepted, at work, over; and what a vendor says about them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from voicekit.sandbox.clock import Clock
from voicekit.sandbox.faults import Armed, active
from voicekit.sandbox.files import File, Files
from voicekit.sandbox.transcripts import Heard

__all__ = ["Fate", "Make", "Product", "State", "Task", "View", "fate_of", "look"]

State: TypeAlias = Literal["queued", "running", "done", "failed"]
Fate: TypeAlias = Literal["done", "failed", "stuck"]

_QUEUED_UNTIL = 10
"""Percent; before that a vendor which has a word for it says queued."""

_ALMOST = 99


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """What a task made."""

    blobs: Mapping[str, Sequence[bytes]]
    """The files' bytes, by the name of the field that links to them."""
    duration_s: float = 0.0
    words: Sequence[Heard] = ()


Make: TypeAlias = Callable[[], Awaitable[Product]]


@dataclass(slots=True, kw_only=True, eq=False)
class Task:
    """One paid order."""

    id: str
    kind: str
    """The vendor's word for it."""
    asked: Mapping[str, Any]
    cost: float
    created: float
    began: float
    """On the clock that counts work."""
    work_s: float
    files: Mapping[str, Sequence[File]] = field(default_factory=dict)
    callback_url: str = ""
    callback_fault: Armed | None = None
    fate: Fate = "done"
    refunds: bool | None = None
    """Whether a failure gives the credits back; None for the vendor's way."""
    ended: float | None = None
    product: Product | None = None
    is_over: asyncio.Event = field(default_factory=asyncio.Event)

    def progress(self, clock: Clock) -> int:
        """Return how far it is, in percent."""
        if self.ended is not None:
            return 100
        done = (clock.worked() - self.began) / max(self.work_s, 0.001)
        return min(int(done * 100), _ALMOST)

    def state(self, clock: Clock) -> State:
        """Return where it stands."""
        if self.ended is None:
            return "queued" if self.progress(clock) < _QUEUED_UNTIL else "running"
        return "failed" if self.fate == "failed" else "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a vendor says about a task, which a fault may change."""

    task: Task
    state: State
    word: str | int
    """The vendor's status word."""
    progress: int
    urls: Mapping[str, Sequence[str]]
    """Links by field; none while there is nothing to hear."""

    def url(self, name: str) -> str | None:
        """Return the first link of a field."""
        return next(iter(self.urls.get(name, ())), None)


def look(
    task: Task,
    *,
    clock: Clock,
    files: Files,
    words: Mapping[State, str | int],
    early: bool,
) -> View:
    """Say how a task stands.

    Parameters
    ----------
    words : mapping
        The vendor's status words.
    early : bool
        Whether this vendor shows the links while it still works.
    """
    state, progress = task.state(clock), task.progress(clock)
    if active("status_back"):
        state, progress = "queued", 0
    if active("says_failed"):
        state = "failed"
    if active("no_url") or active("url_private"):
        state, progress = "done", 100
    return View(
        task=task,
        state=state,
        word=_word(words[state]),
        progress=progress,
        urls=_urls(task, state, files, early=early or active("early_url") is not None),
    )


def fate_of(armed: Armed | None) -> tuple[Fate, bool | None]:
    """Return how a submission with this fault ends, and whether it is refunded."""
    return _FATES.get(armed.name if armed else "", ("done", None))


_FATES: Mapping[str, tuple[Fate, bool | None]] = {
    "failed": ("failed", None),
    "failed_charged": ("failed", False),
    "failed_refunded": ("failed", True),
    "stuck": ("stuck", None),
}


def _word(true: str | int) -> str | int:
    if (armed := active("unknown_status")) is None:
        return true
    is_number = isinstance(true, int) and armed.value.isdigit()
    return int(armed.value) if is_number else armed.value


def _urls(
    task: Task, state: State, files: Files, *, early: bool
) -> Mapping[str, Sequence[str]]:
    is_shown = state == "done" or (early and state != "failed")
    if not is_shown or active("no_url"):
        return {}
    if armed := active("url_private"):
        return {name: [armed.value] * len(row) for name, row in task.files.items()}
    return {name: [files.url(f) for f in row] for name, row in task.files.items()}
