"""Kie's stand-in: one endpoint for all models, errors under HTTP 200."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field, ValidationError

from voicekit.sandbox.account import number
from voicekit.sandbox.asked import Asked
from voicekit.sandbox.callbacks import Letter
from voicekit.sandbox.clock import milliseconds
from voicekit.sandbox.desk import At, Desk, Order
from voicekit.sandbox.limits import Limit
from voicekit.sandbox.refusals import Refused, Wording
from voicekit.sandbox.sheet import DAY_S, Sheet
from voicekit.sandbox.tasks import View
from voicekit.sandbox.vendors import kie_answers as says
from voicekit.sandbox.vendors.kie_models import SOUND, SPEECH, sound_order, speech_order

__all__ = [
    "SHEET",
    "create",
    "credit",
    "record",
]

router = APIRouter(prefix="/api/v1")


class _Task(Asked):
    model: str
    callBackUrl: str | None = None
    input: dict[str, Any] = Field(default_factory=dict)


_ORDERS: Mapping[str, Callable[[Desk, dict[str, Any]], Awaitable[Order]]] = {
    SPEECH: speech_order,
    SOUND: sound_order,
}


@router.post("/jobs/createTask", tags=["submit"])
async def create(asked: _Task, desk: At) -> says.Created | says.Error:
    """Begin a task of any model."""
    if asked.model not in _ORDERS:
        raise Refused("invalid", "The model name you specified is not supported")
    try:
        order = await _ORDERS[asked.model](desk, asked.input)
    except ValidationError as error:
        raise Refused("invalid", _first(error)) from None
    callback = asked.callBackUrl or ""
    param = {"callBackUrl": callback, "model": asked.model, "input": order.asked}
    task = await desk.accept(
        Order(
            kind=order.kind,
            asked=param,
            cost=order.cost,
            outputs=order.outputs,
            make=order.make,
            work_s=order.work_s,
            callback_url=callback,
        )
    )
    return {"code": 200, "message": "success", "data": {"taskId": task.id}}


@router.get("/jobs/recordInfo", tags=["poll"])
async def record(
    desk: At, task_id: Annotated[str, Query(alias="taskId")] = ""
) -> says.Record | says.Error:
    """Answer how a task stands.

    The page names this API without its path, and says that a callback has the same
    structure; the path is that of the vendor's documentation.
    """
    if not task_id:
        raise Refused("incomplete", "taskId is required")
    return _record(desk, desk.view(desk.find(task_id)))


@router.get("/chat/credit", tags=["credits"])
async def credit(desk: At) -> says.Credit | says.Error:
    """Answer the balance, which may be fractional."""
    return {"code": 200, "msg": "success", "data": number(desk.balance())}


_MESSAGES = {
    "done": "Playground task completed successfully.",
    "failed": "Playground task failed.",
}


def _record(desk: Desk, view: View) -> says.Record:
    # A failure is code 501 here, too: "the callback content structure is identical to
    # the Query Task API response".
    return {
        "code": 501 if view.state == "failed" else 200,
        "msg": _MESSAGES.get(view.state, "success"),
        "data": _data(desk, view),
    }


def _data(desk: Desk, view: View) -> says.RecordData:
    task, is_failed = view.task, view.state == "failed"
    ended = task.ended or desk.clock.now()
    is_over = view.state in {"done", "failed"}
    data: says.RecordData = {
        "taskId": task.id,
        "model": task.asked["model"],
        "state": str(view.word),
        "param": json.dumps(task.asked, ensure_ascii=False),
        "createTime": milliseconds(task.created),
        "updateTime": milliseconds(ended),
        "completeTime": milliseconds(ended) if is_over else None,
        # In seconds: the page shows 8 for a task of ten seconds.
        "costTime": round(ended - task.created) if view.state == "done" else 0,
        "consumeCredits": 0 if is_failed else number(task.cost),
        "remainedCredits": number(desk.account.balance),
    }
    if is_failed:
        data["failCode"], data["failMsg"] = "500", "Internal server error"
    else:
        data["resultJson"] = _result(view)
    return data


def _result(view: View) -> str:
    if not view.urls:
        return ""
    result: dict[str, Any] = {"resultUrls": list(view.urls["resultUrls"])}
    if view.task.product and view.task.product.words:
        # How word times come is not documented. A further URL could be taken for
        # sound, so they stand where the vendor's documentation puts text results.
        words = [
            {"word": w.text, "start": round(w.start_s, 3), "end": round(w.end_s, 3)}
            for w in view.task.product.words
        ]
        result["resultObject"] = {"timestamps": words}
    return json.dumps(result, ensure_ascii=False)


def _write(desk: Desk, view: View, keys: Mapping[str, str], stamped: float) -> Letter:
    """Sign as the documentation says: the task's id and the time, not the body."""
    stamp = str(int(stamped))
    message = f"{view.task.id}.{stamp}".encode()
    mac = hmac.new(keys["webhook HMAC key"].encode(), message, hashlib.sha256)
    headers = {
        "x-webhook-timestamp": stamp,
        "x-webhook-signature": base64.b64encode(mac.digest()).decode(),
    }
    return Letter(json.dumps(_record(desk, view), ensure_ascii=False).encode(), headers)


def _first(error: ValidationError) -> str:
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"])
    return f"input.{name}: {first['msg']}"


def _authenticate(desk: Desk, headers: Mapping[str, str]) -> None:
    expected = f"Bearer {desk.sheet.credentials['key']}"
    given = headers.get("authorization", "")
    if not secrets.compare_digest(given.encode(), expected.encode()):
        raise Refused("bad_key")


def _envelope(wording: Wording, extra: Mapping[str, Any]) -> dict[str, Any]:
    del extra
    # The page calls the text "message", its callbacks and the live service "msg".
    text = wording.message
    return {"code": wording.code, "message": text, "msg": text, "data": None}


SHEET = Sheet(
    name="kie",
    title="Kie.ai",
    routers=[router],
    credentials={
        "key": "sandbox-kie-key",
        "webhook HMAC key": "sandbox-kie-hmac-key",
    },
    authenticate=_authenticate,
    # Errors come under HTTP 200, as integrators report; the body's code decides.
    refusals={
        "no_key": Wording(200, 401, "You do not have access permissions"),
        "bad_key": Wording(200, 401, "You do not have access permissions"),
        "no_credits": Wording(200, 402, "Credits insufficient"),
        "incomplete": Wording(200, 400, "Bad request"),
        "invalid": Wording(200, 422, "Validation failed"),
        "no_route": Wording(404, 404, "Not found"),
        "not_found": Wording(200, 422, "recordInfo is null"),
        "method": Wording(405, 405, "Method not allowed"),
        "rate": Wording(200, 429, "Your call frequency is too high"),
        "too_large": Wording(200, 422, "Request too large"),
        "upstream": Wording(200, 408, "Upstream is unresponsive"),
        "sub_key": Wording(200, 433, "Sub-key usage exceeds limit"),
        "maintenance": Wording(200, 455, "Service is under maintenance"),
        "internal": Wording(200, 500, "Server error"),
        "generation": Wording(200, 501, "Generation failed"),
        "disabled": Wording(200, 505, "Feature is disabled"),
    },
    envelope=_envelope,
    code_of_status=lambda status: status,
    error_model=says.Error,
    words={
        "queued": "waiting",
        "running": "generating",
        "done": "success",
        "failed": "fail",
    },
    id_fields=frozenset({"taskId"}),
    new_id=lambda: f"task_{secrets.token_hex(16)}",
    opening=10_000.0,
    limit=lambda: Limit(most=20, window_s=10, operations=["submit"]),
    write=_write,
    file_life_s=14 * DAY_S,
    link_life_s=DAY_S,
)
