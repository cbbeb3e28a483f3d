"""Starting, stopping, the start page, money under load, and what the room imports."""

from __future__ import annotations

import ast
import json
import os
import select
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

import voicekit.sandbox
from voicekit.sandbox import SandboxError, serve
from voicekit.sandbox.clock import iso

ROOM = Path(voicekit.sandbox.__file__).parent
SPEECH = "/v1/text-to-speech/21m00Tcm4TlvDq8ikWAM"
PARENT = """
import sys, voicekit.sandbox
sandbox = voicekit.sandbox.serve()
print(sandbox._process.pid, sandbox.vendors["kie"].url, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def command_line():
    """Start it as a user does, on ports below those that the system hands out."""
    for port in range(21_300, 23_300, 100):
        process = subprocess.Popen(
            [sys.executable, "-m", "voicekit.sandbox", "--port", str(port)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        with process.stdout:
            if line := process.stdout.readline():
                yield port, json.loads(line)
                process.terminate()
                process.wait(20)
                return
        process.wait(20)  # one of the six ports was taken


def test_the_command_line(command_line):
    """The first line is JSON, the vendors have the ports after the start page's."""
    port, told = command_line
    page = httpx.get(told["control"]).text

    assert f"http://127.0.0.1:{port}" == told["control"]
    urls = [f"http://127.0.0.1:{port + number}" for number in range(1, 6)]
    assert [vendor["url"] for vendor in told["vendors"].values()] == [
        urls[0],
        f"{urls[1]}/api/v1",
        *urls[2:],
    ]
    for vendor in told["vendors"].values():
        assert vendor["url"] in page
        assert all(secret in page for secret in vendor["credentials"].values())


def test_a_port_that_is_taken():
    """The error says so."""
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(SandboxError, match="in use"),
    ):
        serve(taken.getsockname()[1])


@pytest.mark.parametrize("how", ["killed", "closed"])
def test_it_ends_with_its_parent(how):
    """However the parent ends."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    child, url = parent.stdout.readline().decode().split()
    assert httpx.get(f"{url}/api/v1/chat/credit").status_code == 200
    if how == "killed":
        parent.kill()
    parent.stdin.close()
    parent.wait()
    parent.stdout.close()
    _wait_for_end(int(child))
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)


def _wait_for_end(process):
    """Wait on the process itself, which is no child of ours."""
    try:
        handle = os.pidfd_open(process)
    except ProcessLookupError:
        return
    try:
        assert select.select([handle], [], [], 20)[0]
    finally:
        os.close(handle)


def test_ids_do_not_repeat_between_starts(kingcong):
    """Another start, other ids."""
    with serve() as other:
        vendor = other.vendors["kingcong"]
        first = httpx.post(
            vendor.url + SPEECH, json={"text": "a"}, headers={"xi-api-key": vendor.key}
        )
    second = kingcong.post(SPEECH, json={"text": "a"})
    assert first.json()["task_id"] != second.json()["task_id"]


def test_nothing_is_billed_twice_under_load(sandbox, kingcong):
    """Sixty submissions from eight threads: sixty charges, and the balance is right."""
    texts = [f"Sentence number {number}." for number in range(60)]
    with ThreadPoolExecutor(8) as threads:
        answers = list(
            threads.map(lambda text: kingcong.post(SPEECH, json={"text": text}), texts)
        )
    ledger = sandbox.look("kingcong", "ledger")
    charged = [entry["receipt"] for entry in ledger["entries"]]

    assert {200} == {answer.status_code for answer in answers}
    assert sorted(charged) == sorted({a.json()["task_id"] for a in answers})
    assert len({entry["request"] for entry in ledger["entries"]}) == 60
    assert 100_000 - sum(map(len, texts)) == ledger["balance"]


def test_what_is_counted(sandbox, kingcong):
    """Requests by route, bodies by operation; keys are noted as present, no more."""
    kingcong.post(SPEECH, json={"text": "a"})
    kingcong.get("/v1/credits")
    counters = sandbox.look("kingcong", "counters")
    log = sandbox.look("kingcong", "requests")

    assert counters["requests"] == {
        "POST /v1/text-to-speech/{voice_id}": 1,
        "GET /v1/credits": 1,
    }
    assert (
        counters["accepted"],
        counters["bodies"],
    ) == (1, {"submit": 1, "credits": 1})
    assert [row["has_key"] for row in log] == [True, True]
    assert sandbox.vendors["kingcong"].key not in json.dumps(log)


def test_a_task_that_is_asked_for_while_it_works(sandbox, kingcong):
    """The control knows how tasks really stand."""
    sandbox.set_speed(0.01)
    kingcong.post(SPEECH, json={"text": "a"})
    working = sandbox.look("kingcong", "tasks")[0]
    sandbox.set_speed(400)
    assert (working["ended"], working["cost"]) == (None, 1)


def test_the_clock(sandbox, kingcong):
    """Its date is told in every answer, and moves with it."""
    before = kingcong.get("/v1/credits").headers["date"]
    sandbox.advance(86_400 * 40)
    assert before[5:16] != kingcong.get("/v1/credits").headers["date"][5:16]
    assert iso(1_735_689_600) == "2025-01-01T00:00:00.000Z"


def test_unknown_vendors(sandbox):
    """The control names those that there are."""
    with pytest.raises(SandboxError, match="kingcong, voiceclone, kling, kie, akool"):
        sandbox.look("nobody", "ledger")


def test_paths_that_no_vendor_has(client):
    """Each vendor says so in its own way."""
    for name in ("kingcong", "voiceclone", "kling", "kie", "akool"):
        answer = client(name).get("/nowhere")
        assert answer.status_code == 404
        assert {"message", "error", "msg"} & {*answer.json()}


def test_the_names_of_the_room():
    """What is public is listed, sorted, and there."""
    names = voicekit.sandbox.__all__
    assert names == sorted(names)
    assert all(hasattr(voicekit.sandbox, name) for name in names)


def test_what_the_room_imports():
    """Only offline, audio, child and errors: a misunderstanding must show up."""
    allowed = ("sandbox", "offline", "audio", "child", "errors")
    for path in ROOM.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            else:
                continue
            own = [name.split(".") for name in names if name.startswith("voicekit")]
            assert all(parts[1:2] and parts[1] in allowed for parts in own), path
            assert "httpx" not in names or path.name == "callbacks.py", path


def test_starting_it_loads_no_server():
    """Whoever only wants to start a sandbox needs no FastAPI in the process."""
    code = "import sys, voicekit.sandbox; print('fastapi' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert told.stdout.strip() == b"False"
