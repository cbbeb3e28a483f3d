"""KingCong: answers that are broken in every way."""

import dataclasses
import json
import math

import pytest
from flows import ask, reply
from kingcong_says import (
    JOBS,
    KINGCONG,
    MODEL,
    RACHEL,
    RECEIPT,
    SOLD,
    SPEECH,
    TASK_ID,
    TRUSTWORTHY,
    bought,
    elevenlabs,
    minimax,
    purchases,
    told,
)
from mutations import amounts, mutations, share

from voicekit.errors import BadReply, VoicekitError
from voicekit.task import Task
from voicekit.voice import VoiceQuery

FLOWS = {
    **{f"submit-{name}": (lambda j=j: KINGCONG.submit(j)) for name, j in JOBS.items()},
    **{
        f"task-{name}": (lambda j=j: KINGCONG.task(j, TASK_ID))
        for name, j in JOBS.items()
    },
    **{f"find-{name}": (lambda j=j: KINGCONG.find(j)) for name, j in JOBS.items()},
    "voices": lambda: KINGCONG.voices(VoiceQuery(limit=300)),
    "shared": lambda: KINGCONG.shared_voices(featured=True),
    "minimax": KINGCONG.minimax_voices,
    "clones": KINGCONG.clones,
    "delete_clone": lambda: KINGCONG.delete_clone("minimax/7"),
    "models": KINGCONG.models,
    "config": KINGCONG.minimax_config,
    "proxies": KINGCONG.proxies,
    "task_info": lambda: KINGCONG.task_info(TASK_ID),
    "tasks": KINGCONG.tasks,
    "delete_tasks": lambda: KINGCONG.delete_tasks([TASK_ID]),
    "credits": KINGCONG.credits,
    "health": KINGCONG.health,
}
GOOD = {
    "POST /v1/text-to-speech": RECEIPT,
    "POST /v1m/task/text-to-speech": reply(
        success=True, task_id=TASK_ID, data={"audio": "https://x.example/a"}
    ),
    "POST /v1m/task/music": RECEIPT,
    "POST /v1/task/delete": reply(success=True, refund_credits=100),
    "POST /v1/task": RECEIPT,
    "POST /v1m/voice/clone": reply(success=True, cloned_voice_id=12345),
    "POST /v1m/voice/list": minimax("1", "2", more=True),
    "POST /v1p": bought(SOLD, {**SOLD, "id": 2}),
    "GET /v1p": purchases(SOLD, {**SOLD, "id": 2}),
    "GET /v1/tasks": reply(success=True, data=[told().json()], page=1, total=300),
    "GET /v1/task/": told(),
    "GET /v1m/voice/clone": reply(success=True, data=[TRUSTWORTHY]),
    "DELETE": reply(success=True),
    "GET /v2/voices": elevenlabs("a", "b", token="t"),
    "GET /v1/shared-voices": reply(voices=[RACHEL], has_more=True),
    "GET /v1/models": reply(models=[MODEL]),
    "GET /v1m/common/config": reply(data={"t2a_model": [{"value": "speech-2.6-hd"}]}),
    "GET /v1/credits": reply(success=True, credits=123),
    "GET /v1/health-check": reply(data={"elevenlabs": "good", "minimax": "good"}),
}


def good_answer(request):
    line = f"{request.method} {request.path}"
    return next(one for start, one in GOOD.items() if line.startswith(start))


def drive_spoiled(flow, seed):
    """Answer every request of a flow with a spoiled answer; return what comes out."""
    try:
        request = next(flow)
        for number in range(20):
            (spoiled,) = mutations(good_answer(request), 1, seed * 20 + number)
            request = flow.send(spoiled)
        flow.close()
    except StopIteration as stop:
        return stop.value
    except VoicekitError as error:
        return error
    return None


@amounts
@pytest.mark.parametrize("name", FLOWS)
def test_whatever_comes_only_our_own_errors_come_out(name, total):
    """Spoiled answers to every request of each flow."""
    for seed in range(share(total, FLOWS)):
        out = drive_spoiled(FLOWS[name](), seed)
        repr(out)
        if isinstance(out, Task):
            check_storable(out)


def check_storable(task):
    """What a task says must fit into the ledger, whoever wrote it."""
    said = dataclasses.asdict(task)
    stored = [task.receipt, task.error, *task.warnings, json.dumps(said["details"])]
    stored += [result.url for result in task.results]
    assert all(text is None or text.encode() is not None for text in stored)
    for number in (task.credits_micros, task.expires_at):
        assert number is None or 0 <= number < 1 << 63
    assert task.progress is None or 0 <= task.progress <= 1
    assert not any(
        isinstance(value, float) and not math.isfinite(value)
        for value in said["details"].values()
    )


@amounts
def test_a_spoiled_poll_whose_id_and_status_are_whole_goes_on(total):
    """Nothing else in an answer can lose a task."""
    states = {"done": {"done", "running"}, "doing": {"running"}, "error": {"failed"}}
    whole = 0
    for spoiled in mutations(told(), total, seed=9):
        try:
            said = spoiled.json()
        except BadReply:
            continue
        if not isinstance(said, dict) or spoiled.status >= 300:
            continue
        if said.get("id") == TASK_ID and str(said.get("status")) in states:
            whole += 1
            assert KINGCONG.problem(spoiled) is None
            task = ask(KINGCONG.task(SPEECH, TASK_ID), spoiled)
            assert task.receipt == TASK_ID
            assert task.state in states[said["status"]]
    assert whole > total / 5


@amounts
def test_a_spoiled_receipt_whose_id_is_whole_is_accepted(total):
    """No paid task is lost to a broken neighbour of its id."""
    whole = 0
    for spoiled in mutations(RECEIPT, total, seed=5):
        try:
            said = spoiled.json()
        except BadReply:
            continue
        whole_id = isinstance(said, dict) and said.get("task_id") == TASK_ID
        if whole_id and 200 <= spoiled.status < 300:
            whole += 1
            assert KINGCONG.problem(spoiled) is None
            assert ask(KINGCONG.submit(SPEECH), spoiled).receipt == TASK_ID
    assert whole > total / 10
