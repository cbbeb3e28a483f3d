"""What a vendor's application stands on: accept, work, charge, deliver."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Request

from voicekit.child import ChildDied
from voicekit.errors import VoicekitError
from voicekit.sandbox import lists
from voicekit.sandbox.account import Account
from voicekit.sandbox.callbacks import Post
from voicekit.sandbox.casting import Manner
from voicekit.sandbox.clock import Clock
from voicekit.sandbox.delivery import deliver
from voicekit.sandbox.faults import Armed, Faults, UnknownFault, current
from voicekit.sandbox.files import File, Files
from voicekit.sandbox.journal import Journal
from voicekit.sandbox.limits import Limit
from voicekit.sandbox.proxy import ForwardProxy
from voicekit.sandbox.refusals import Refused
from voicekit.sandbox.sheet import Sheet
from voicekit.sandbox.speech import MP3, Speaker
from voicekit.sandbox.tasks import Make, Task, View, fate_of, look

__all__ = ["At", "Desk", "Order", "Output", "body_digest"]

body_digest: ContextVar[str] = ContextVar("body_digest", default="")
"""SHA-256 of the body of the request that is being answered."""


@dataclass(frozen=True, slots=True)
class Output:
    """A file that an order will make."""

    suffix: str
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is asked for, what it costs, and how it is made."""

    kind: str
    asked: Mapping[str, Any]
    cost: float
    outputs: Mapping[str, Sequence[Output]]
    make: Make
    work_s: float = 2.0
    callback_url: str = ""


@dataclass(slots=True, kw_only=True, eq=False)
class Desk:
    """One vendor's state."""

    sheet: Sheet
    clock: Clock
    speaker: Speaker
    post: Post
    proxies: ForwardProxy
    trap: str = ""
    """An address of another origin, which counts who comes."""
    account: Account = field(init=False)
    files: Files = field(init=False)
    limit: Limit | None = field(init=False)
    faults: Faults = field(init=False, default_factory=Faults)
    journal: Journal = field(init=False, default_factory=Journal)
    tasks: dict[str, Task] = field(init=False, default_factory=dict)
    shelf: dict[str, Any] = field(init=False, default_factory=dict)
    """What only this vendor keeps: clones, purchases, tokens."""
    _running: set[asyncio.Task[None]] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self.account = Account(self.clock, self.sheet.opening)
        self.files = Files(self.clock, self.sheet.link_life_s)
        self.limit = self.sheet.limit()

    def arm(self, *, on: str, kind: str, times: int | None) -> None:
        """Arm a fault of the table.

        Raises
        ------
        UnknownFault
            If there is no such fault, operation or reason.
        """
        name, _, reason = kind.partition(":")
        if name == "refuse" and reason and reason not in self.sheet.refusals:
            known = ", ".join(self.sheet.refusals)
            raise UnknownFault(f"There is no reason {reason!r}. Known are: {known}.")
        self.faults.arm(on=on, kind=kind, times=times)

    def reset(self) -> None:
        """Begin anew; what is still at work ends unseen."""
        for running in self._running:
            running.cancel()
        self.account = Account(self.clock, self.sheet.opening)
        self.limit = self.sheet.limit()
        self.files.link_life_s = self.sheet.link_life_s
        self.faults, self.journal = Faults(), Journal()
        self.tasks, self.shelf = {}, {}

    def charge(self, cost: float, receipt: str, what: str) -> None:
        """Take credits for what is accepted now, and count it."""
        self.account.charge(cost, receipt, what, body_digest.get())
        self.journal.accepted.append(receipt)

    async def accept(self, order: Order) -> Task:
        """Accept an order, charge it and begin.

        Raises
        ------
        Refused
            If there are too few credits.
        """
        self.account.require(order.cost)
        armed = current.get()
        task = self._begin(order, armed)
        if armed and armed.name == "accepted_twice":
            self._begin(order, armed)
        early = task.callback_fault and task.callback_fault.name == "callback_early"
        if (early or self._is_at_once(armed)) and task.fate != "stuck":
            await task.is_over.wait()
        return task

    def find(self, task_id: str) -> Task:
        """Return a task.

        Raises
        ------
        Refused
            If there is none of that id.
        """
        try:
            return self.tasks[task_id]
        except KeyError:
            raise Refused("not_found") from None

    def view(self, task: Task) -> View:
        """Say how a task stands."""
        return look(
            task,
            clock=self.clock,
            files=self.files,
            words=self.sheet.words,
            early=self.sheet.early_links,
        )

    def preview(self, voice: str, text: str, how: Manner) -> str:
        """Return a link to a sample of a voice, which is spoken when it is fetched."""

        async def make() -> bytes:
            return (await self.speaker.speak(text, how)).data

        previews: dict[str, File] = self.shelf.setdefault("previews", {})
        if voice not in previews:
            name = f"preview-{len(previews) + 1}.mp3"
            previews[voice] = File(name=name, media_type=MP3.media_type, make=make)
        return self.files.url(previews[voice])

    def listed(self, rows: Iterable[lists.Row]) -> list[dict[str, Any]]:
        """Return the entries that a list shows."""
        return lists.shown(rows, self.clock, self._with_other_id)

    def balance(self) -> float:
        """Return the balance that this vendor shows."""
        armed = current.get()
        if armed and armed.name == "balance_lag":
            return self.account.balance_before(self.clock.now() - armed.number)
        return self.account.balance

    def _begin(self, order: Order, armed: Armed | None) -> Task:
        task_id, (fate, refunds) = self.sheet.new_id(), fate_of(armed)
        task = Task(
            id=task_id,
            kind=order.kind,
            asked=order.asked,
            cost=order.cost,
            created=self.clock.now(),
            began=self.clock.worked(),
            work_s=0.0 if self._is_at_once(armed) else order.work_s,
            files=_reserve(task_id, order.outputs),
            callback_url=order.callback_url,
            callback_fault=self._callback_fault(order.callback_url),
            fate=fate,
            refunds=refunds,
        )
        if armed is None or armed.name != "lost":
            self.tasks[task.id] = task
        self.charge(order.cost, task.id, order.kind)
        self._spawn(self._work(task, order.make))
        return task

    def _is_at_once(self, armed: Armed | None) -> bool:
        name = armed.name if armed else ""
        return name == "immediate" or (self.sheet.at_once and name != "pending")

    def _callback_fault(self, url: str) -> Armed | None:
        return self.faults.take({"callback"}, url) if url else None

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        running = asyncio.create_task(work)
        self._running.add(running)
        running.add_done_callback(self._running.discard)

    async def _work(self, task: Task, make: Make) -> None:
        current.set(None)  # the submission's fault is not that of what follows
        if task.fate == "stuck":
            return
        await self.clock.sleep(task.work_s)
        if task.fate == "done":
            await self._make(task, make)
        task.ended = self.clock.now()
        refunds = self.sheet.refunds if task.refunds is None else task.refunds
        if task.fate == "failed" and refunds:
            self.account.refund(task.id)
        if task.callback_fault and task.callback_fault.name == "callback_early":
            await deliver(self, task)
            task.is_over.set()
        else:
            task.is_over.set()
            await deliver(self, task)

    async def _make(self, task: Task, make: Make) -> None:
        try:
            task.product = await make()
        except (ChildDied, VoicekitError, Refused):
            task.fate = "failed"  # as a vendor's own engine may fail
            return
        expires = self.clock.now() + self.sheet.file_life_s
        for name, files in task.files.items():
            for file, data in zip(files, task.product.blobs[name], strict=True):
                file.data, file.expires = data, expires

    def _with_other_id(self, entry: dict[str, Any]) -> dict[str, Any]:
        new = self.sheet.new_id()
        return {
            name: new if name in self.sheet.id_fields else value
            for name, value in entry.items()
        }


def _reserve(
    task_id: str, outputs: Mapping[str, Sequence[Output]]
) -> dict[str, list[File]]:
    return {
        name: [
            File(name=f"{task_id}-{number}.{row.suffix}", media_type=row.media_type)
            for number, row in enumerate(rows, start=1)
        ]
        for name, rows in outputs.items()
    }


async def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


At = Annotated[Desk, Depends(_desk)]
"""The desk of the vendor that a request came to."""
