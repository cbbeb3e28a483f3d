"""What a user can do with chosen tasks: one table, from which buttons are made."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from voicekit.engine.doubts import Doubts
from voicekit.errors import Unsupported

__all__ = ["ACTIONS", "Action", "Given"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What an action is about."""

    jobs: tuple[str, ...]
    task_id: str
    billed: Any
    receipts: tuple[str, ...]
    """The vendor's own names of the chosen tasks."""


Run: TypeAlias = Callable[[Doubts, Given], Coroutine[Any, Any, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One button; its call returns what to tell the user."""

    label: str
    help: str
    run: Run
    warning: str = ""
    """What a second press confirms; without it the first press is enough."""
    needs_choice: bool = True
    keeps_choice: bool = False
    """Whether another action on the same tasks is to follow."""


async def _resume(calls: Doubts, given: Given) -> str:
    del given
    count = len(await calls.resume())
    return f"Resumed: {count} task{'' if count == 1 else 's'}."


async def _check(calls: Doubts, given: Given) -> str:
    lines = [
        f"{job}: {found}" for job in given.jobs for found in await _evidence(calls, job)
    ]
    return "\n".join(lines)


async def _evidence(calls: Doubts, job: str) -> Sequence[str]:
    try:
        table = await calls.check(job)
    except Unsupported as error:
        return [str(error)]
    return [
        f"the vendor lists {one.Index}, {one.created_at}, "
        + ("surely this one: adopted" if one.certain else "perhaps this one")
        for one in table.itertuples()
    ] or ["the vendor lists nothing that it may have started"]


async def _adopt(calls: Doubts, given: Given) -> str:
    if len(given.jobs) != 1 or not given.task_id:
        raise Unsupported("Choose one held task, and enter the vendor's task id.")
    (job,) = given.jobs
    await calls.adopt(job, given.task_id)
    return f"{job} has its result."


async def _submit_again(calls: Doubts, given: Given) -> str:
    for job in given.jobs:
        await calls.submit_again(job)
    return f"Made again: {', '.join(given.jobs)}."


async def _write_off(calls: Doubts, given: Given) -> str:
    for job in given.jobs:
        await calls.write_off(job, billed=given.billed)
    return f"Written off: {', '.join(given.jobs)}."


async def _delete(calls: Doubts, given: Given) -> str:
    if not given.receipts:
        raise Unsupported("Of the chosen tasks none has a name at kingcong.")
    refunded = await calls.delete_tasks([*given.receipts])
    parts = [f"Deleted at kingcong: {', '.join(given.receipts)}"]
    parts.append(
        "The vendor names no refund"
        if refunded is None
        else f"{refunded:g} credits came back"
    )
    if others := len(given.jobs) - len(given.receipts):
        parts.append(f"{others} of the chosen tasks have no name there, and stay")
    return "".join(f"{part}. " for part in parts).rstrip()


async def _forget(calls: Doubts, given: Given) -> str:
    for job in given.jobs:
        await calls.forget(job)
    return f"Forgotten: {', '.join(given.jobs)}."


ACTIONS = (
    Action(
        label="Resume",
        help="Finish everything that an earlier kernel left behind",
        run=_resume,
        needs_choice=False,
    ),
    Action(
        label="Check",
        help="Look at the vendor for what a held task may have started",
        run=_check,
        keeps_choice=True,
    ),
    Action(
        label="Adopt",
        help="Take the vendor's task of this id for the chosen held task",
        run=_adopt,
    ),
    Action(
        label="Submit again",
        help="Send the chosen tasks once more",
        run=_submit_again,
        warning="They may be billed twice.",
    ),
    Action(
        label="Write off",
        help="Close held tasks: nothing will come of them",
        run=_write_off,
        warning="After “not billed” the same call may be made again.",
    ),
    Action(
        label="Delete at vendor",
        help="Delete tasks at kingcong, which may refund them",
        run=_delete,
        warning="The vendor drops their results.",
    ),
    Action(
        label="Forget here",
        help="Delete the audio and the text from this library",
        run=_forget,
        warning="What they cost stays on record; their audio is gone.",
    ),
)
