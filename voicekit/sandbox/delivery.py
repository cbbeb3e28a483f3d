"""Sends a task's callback, truly or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from voicekit.sandbox.callbacks import Letter
from voicekit.sandbox.tasks import State, Task, View

if TYPE_CHECKING:
    from voicekit.sandbox.desk import Desk

__all__ = ["deliver"]

_RETRY_S = 1.0
_LIE = "https://example.invalid/other.mp3"
_CONTRARY: Mapping[State, State] = {
    "queued": "done",
    "running": "done",
    "done": "failed",
    "failed": "done",
}


async def deliver(desk: Desk, task: Task) -> None:
    """Send a callback, if the client asked for one and the vendor has any."""
    armed = task.callback_fault
    name = armed.name if armed else ""
    if desk.sheet.write is None or not task.callback_url or name == "callback_lost":
        return
    value = armed.number if armed and armed.value else 0.0
    if name == "callback_late":
        await desk.clock.sleep(value)
    letter = _letter(desk, task, name, value)
    for _ in range(int(value) if name == "callback_twice" else 1):
        await _send(desk, task, letter)


async def _send(desk: Desk, task: Task, letter: Letter) -> None:
    for _ in range(desk.sheet.callback_tries):
        if await desk.post.send(task.callback_url, letter, task.id):
            return
        await desk.clock.sleep(_RETRY_S)


def _letter(desk: Desk, task: Task, fault: str, value: float) -> Letter:
    assert desk.sheet.write is not None
    view, secrets = desk.view(task), desk.sheet.credentials
    if fault == "callback_lies":
        view = _contrary(desk, view)
    if fault == "callback_forged":
        secrets = {name: secret[::-1] for name, secret in secrets.items()}
    stamped = desk.clock.now() - (value if fault == "callback_old" else 0.0)
    return desk.sheet.write(desk, view, secrets, stamped)


def _contrary(desk: Desk, view: View) -> View:
    state = _CONTRARY[view.state]
    urls = {name: [_LIE] * len(row) for name, row in view.task.files.items()}
    return replace(view, state=state, word=desk.sheet.words[state], urls=urls)
