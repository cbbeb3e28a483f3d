"""KingCong's own list of tasks: a page of it, or what may have come of a job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import quote

from voicekit.flow import Flow, Reply, Request
from voicekit.job import Job
from voicekit.providers.kingcong_errors import opened
from voicekit.providers.kingcong_tasks import listed
from voicekit.providers.kingcong_voices import each_of
from voicekit.providers.paging import Page, collect
from voicekit.reading import Fields
from voicekit.task import Receipt, Task

__all__ = [
    "TaskList",
    "one_receipt",
    "receipts",
    "task_list",
    "task_request",
    "tasks_of",
]

_MOST = 100
"""The longest page that the vendor gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskList:
    """One page of the vendor's own list of tasks."""

    tasks: tuple[Mapping[str, Any], ...]
    """As the vendor writes them."""
    page: int
    limit: int
    total: int | None


def task_request(task_id: str) -> Request:
    """Ask how a task is."""
    return Request(method="GET", path=f"/v1/task/{quote(task_id, safe='')}")


def task_list(page: int, limit: int, kind: str | None) -> Flow[TaskList]:
    """Return one page, of one type or of all."""
    body = opened((yield _request(page, limit, kind)))
    each_of(body, "data")
    total = body.number("total")
    return TaskList(
        tasks=tuple(task for task in body.raw("data") if isinstance(task, dict)),
        page=int(body.number("page") or page),
        limit=int(body.number("limit") or limit),
        total=None if total is None else int(total),
    )


def receipts(kind: str) -> Flow[list[Receipt]]:
    """Return every task of one type, from all pages."""
    return (yield from collect(partial(_ask, kind), partial(_read, kind)))


def one_receipt(task_id: str, kind: str) -> Flow[Receipt | None]:
    """Return a task of this type by its id; None if it is of another type."""
    body = opened((yield task_request(task_id)))
    task = body if "id" in body else body.fields("data")
    found = _receipt(task)
    is_it = found.id == task_id and task.maybe_text("type") in (None, kind)
    return found if is_it else None


def tasks_of(jobs: Mapping[str, Job]) -> Flow[dict[str, Task]]:
    """Return those tasks of these jobs, by id, that stand on the latest pages."""
    found: dict[str, Task] = {}
    # As many pages as they fill, and one: others may have made tasks since.
    for page in range(1, len(jobs) // _MOST + 3):
        tasks = each_of(opened((yield _request(page, _MOST, None))), "data")
        for task in tasks:
            receipt = task.first_text("id", "task_id") or ""
            if receipt in jobs and task.maybe_text("status"):
                found[receipt] = listed(jobs[receipt], receipt, task)
        if len(tasks) < _MOST or len(found) == len(jobs):
            break
    return found


def _request(page: int, limit: int, kind: str | None) -> Request:
    query = [("page", str(page)), ("limit", str(limit))]
    query += [("type", kind)] if kind else []
    return Request(method="GET", path="/v1/tasks", query=tuple(query))


def _ask(kind: str, page: str | None) -> Request:
    return _request(int(page or 1), _MOST, kind)


def _read(kind: str, reply: Reply, page: str | None) -> Page[Receipt]:
    body, number = opened(reply), int(page or 1)
    tasks, total = each_of(body, "data"), body.number("total")
    # Without a total, a page that is not full is the last one.
    is_last = len(tasks) < _MOST if total is None else number * _MOST >= total
    found = (
        _receipt(task) for task in tasks if task.maybe_text("type") in (None, kind)
    )
    return Page(
        items={receipt.id: receipt for receipt in found if receipt.id},
        following=None if is_last else str(number + 1),
    )


def _receipt(task: Fields) -> Receipt:
    return Receipt(
        id=task.first_text("id", "task_id") or "",
        created_at=task.time("created_at"),
        credits_micros=task.micros("credit_cost"),
    )
