"""Kingcong's own part: tasks, credits, health, and its callback."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from voicekit.sandbox.account import number
from voicekit.sandbox.asked import Asked
from voicekit.sandbox.callbacks import Letter
from voicekit.sandbox.clock import iso
from voicekit.sandbox.desk import At, Desk
from voicekit.sandbox.lists import page_of
from voicekit.sandbox.tasks import Task, View
from voicekit.sandbox.vendors.kingcong import answers as says

__all__ = [
    "credits",
    "delete",
    "health",
    "many",
    "one",
    "receipt",
    "router",
    "write",
]


router = APIRouter(prefix="/v1")


class _Delete(Asked):
    task_ids: Annotated[list[str], Field(min_length=1)]


@router.get("/task/{task_id}", tags=["poll"])
async def one(task_id: str, desk: At) -> says.Task:
    """Answer a task, bare."""
    view = desk.view(desk.find(task_id))
    return _shown(view, progress=True)


@router.get("/tasks", tags=["list"])
async def many(
    desk: At,
    page: Annotated[int, Query(ge=1, le=10**6)] = 1,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    kind: Annotated[str, Query(alias="type")] = "",
) -> says.Tasks:
    """Answer a page of tasks, the newest first."""
    chosen = [task for task in desk.tasks.values() if kind in {"", task.kind}]
    rows = [
        (task.created, dict(_shown(desk.view(task), progress=True)))
        for task in reversed(chosen)
    ]
    found = page_of(desk.listed(rows), page, limit)
    data: list[says.Task] = list(found.rows)  # type: ignore[arg-type]
    return {
        "success": True,
        "data": data,
        "page": page,
        "limit": limit,
        "total": found.total,
    }


@router.post("/task/delete", tags=["other"])
async def delete(asked: _Delete, desk: At) -> says.Deleted:
    """Delete tasks.

    "Get refund (if available)": here for those that were not done. Unknown ids are
    passed over.
    """
    found = [desk.tasks.pop(task_id, None) for task_id in dict.fromkeys(asked.task_ids)]
    refunded = sum(
        desk.account.refund(task.id)
        for task in found
        if task is not None and task.state(desk.clock) != "done"
    )
    return {"success": True, "refund_credits": number(refunded)}


@router.get("/credits", tags=["credits"])
async def credits(desk: At) -> says.Credits:  # noqa: A001 - the page's name
    """Answer the balance."""
    return {"success": True, "credits": number(desk.balance())}


@router.get("/health-check", tags=["other"])
async def health() -> says.Health:
    """Answer that all is well."""
    return {"success": True, "data": {"elevenlabs": "good", "minimax": "good"}}


def receipt(desk: Desk, task: Task) -> says.Receipt:
    """Write the answer to a submission."""
    answer: says.Receipt = {
        "success": True,
        "task_id": task.id,
        "ec_remain_credits": number(desk.account.balance),
    }
    if task.is_over.is_set():
        view = desk.view(task)
        answer["status"], answer["metadata"] = str(view.word), _metadata(view)
    return answer


def write(desk: Desk, view: View, keys: Mapping[str, str], stamped: float) -> Letter:
    """Write the callback: the task, unsigned."""
    del desk, keys, stamped
    return Letter(json.dumps(_shown(view, progress=False)).encode(), {})


def _shown(view: View, *, progress: bool) -> says.Task:
    task = view.task
    shown: says.Task = {
        "id": task.id,
        "created_at": iso(task.created),
        "status": str(view.word),
        "error_message": "tts_chunk_error" if view.state == "failed" else None,
        "credit_cost": number(task.cost),
        "metadata": _metadata(view),
        "type": task.kind,
    }
    if progress:
        shown["progress"] = view.progress
    return shown


def _metadata(view: View) -> says.Metadata:
    is_music = "cover_url" in view.task.files
    return {  # type: ignore[return-value]
        name: list(links) if is_music else links[0] for name, links in view.urls.items()
    }
