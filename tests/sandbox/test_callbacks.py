"""Rows 21, 37 and 45: what the vendors send by themselves, truly and not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from inbox import Inbox


@pytest.fixture
def inbox():
    box = Inbox()
    yield box
    box.close()


@pytest.fixture
def kingcong_speech(kingcong, inbox):
    asked = {"text": "Hello", "receive_url": inbox.url}
    path = "/v1/text-to-speech/21m00Tcm4TlvDq8ikWAM"
    return lambda: kingcong.post(path, json=asked).json()


@pytest.fixture
def kie_speech(kie, inbox):
    body = {
        "model": "elevenlabs/text-to-speech-turbo-2-5",
        "callBackUrl": inbox.url,
        "input": {"text": "Hello"},
    }
    return lambda: kie.post("/api/v1/jobs/createTask", json=body).json()["data"][
        "taskId"
    ]


@pytest.fixture
def akool_speech(akool, inbox):
    body = {
        "input_text": "Hello",
        "voice_id": "LcfcDJNUP1GQjkzn1xUU",
        "webhookUrl": inbox.url,
    }
    return lambda: akool.post("/api/open/v3/audio/create", json=body).json()["data"][
        "_id"
    ]


def kie_signature(sandbox, task, stamp):
    key = sandbox.vendors["kie"].credentials["webhook HMAC key"].encode()
    mac = hmac.new(key, f"{task}.{stamp}".encode(), hashlib.sha256)
    return base64.b64encode(mac.digest()).decode()


def akool_opened(sandbox, letter):
    keys = sandbox.vendors["akool"].credentials
    parts = [keys["client id"], str(letter["timestamp"]), str(letter["nonce"])]
    text = "".join(sorted([*parts, letter["dataEncrypt"]]))
    cipher = Cipher(
        AES(keys["client secret"].encode()), CBC(keys["client id"].encode())
    )
    opener = cipher.decryptor()
    clear = opener.update(base64.b64decode(letter["dataEncrypt"])) + opener.finalize()
    is_signed = hashlib.sha1(text.encode()).hexdigest() == letter["signature"]
    return is_signed, clear[: -clear[-1]]


def test_21_kingcong(kingcong, kingcong_speech, inbox):
    """Row 21: the task object, without progress, unsigned."""
    receipt = kingcong_speech()
    _, letter = inbox.take()
    task = kingcong.get(f"/v1/task/{receipt['task_id']}").json()
    assert task.pop("progress") == 100
    assert task == letter


def test_37_kie(sandbox, kie, kie_speech, inbox):
    """Row 37: signed over id and time; the same content as the query."""
    task = kie_speech()
    headers, letter = inbox.take()
    record = kie.get("/api/v1/jobs/recordInfo", params={"taskId": task}).json()
    stamp = headers["x-webhook-timestamp"]

    assert kie_signature(sandbox, task, stamp) == headers["x-webhook-signature"]
    assert record == letter
    assert letter["msg"] == "Playground task completed successfully."


def test_37_kie_failed(sandbox, kie_speech, inbox):
    """Row 37: the page's failure callback, member for member."""
    sandbox.fail("kie", on="submit", kind="failed")
    kie_speech()
    _, letter = inbox.take()
    assert (letter["code"], letter["msg"]) == (501, "Playground task failed.")
    assert "resultJson" not in letter["data"]
    assert (
        letter["data"]["state"],
        letter["data"]["failCode"],
        letter["data"]["consumeCredits"],
    ) == ("fail", "500", 0)


def test_45_akool(sandbox, akool_speech, inbox):
    """Row 45: signed and encrypted; sent again until it is answered with 200."""
    inbox.statuses = [500, 201]
    task = akool_speech()
    letters = [inbox.take()[1] for _ in range(3)]
    is_signed, clear = akool_opened(sandbox, letters[0])
    told = json.loads(clear)

    assert is_signed
    assert (task, 3, "audio") == (told["_id"], told["status"], told["type"])
    assert told["url"].startswith(sandbox.vendors["akool"].url)
    assert letters[0] == letters[1] == letters[2]


def test_44_lies(sandbox, kingcong_speech, inbox):
    """Row 44: the contrary of what is so, with a link elsewhere."""
    sandbox.fail("kingcong", on="callback", kind="callback_lies")
    kingcong_speech()
    _, letter = inbox.take()
    assert letter["status"] == "error"
    assert "example.invalid" in letter["metadata"]["audio_url"]


def test_44_forged_and_old(sandbox, kie_speech, akool_speech, inbox):
    """Row 44: another secret; an hour ago."""
    for name in ("kie", "akool"):
        sandbox.fail(name, on="callback", kind="callback_forged")
        sandbox.fail(name, on="callback", kind="callback_old:3600")
    forged, old = [(kie_speech(), inbox.take()[0]) for _ in range(2)]
    sealed, stale = [(akool_speech(), inbox.take()[1])[1] for _ in range(2)]

    signature = "x-webhook-signature"
    stamps = [int(headers["x-webhook-timestamp"]) for _, headers in (forged, old)]
    assert forged[1][signature] != kie_signature(sandbox, forged[0], stamps[0])
    assert old[1][signature] == kie_signature(sandbox, old[0], stamps[1])
    assert 3595 <= stamps[0] - stamps[1] <= 3605
    assert not akool_opened(sandbox, sealed)[0]
    assert akool_opened(sandbox, stale)[0]
    assert sealed["timestamp"] - stale["timestamp"] > 3_500_000


def test_44_twice_early_late_lost(sandbox, kingcong_speech, inbox):
    """Row 44: several times, before the answer, much later, never."""
    sandbox.fail("kingcong", on="callback", kind="callback_twice")
    kingcong_speech()
    assert len({inbox.take()[1]["id"] for _ in range(3)}) == 1

    sandbox.fail("kingcong", on="callback", kind="callback_early")
    receipt = kingcong_speech()
    assert receipt["task_id"] == json.loads(inbox.letters.get_nowait()[1])["id"]

    sandbox.fail("kingcong", on="callback", kind="callback_lost")
    kingcong_speech()
    sandbox.fail("kingcong", on="callback", kind="callback_late:400000")
    late = kingcong_speech()
    sandbox.advance(60)
    assert inbox.letters.empty()
    while inbox.letters.empty():
        sandbox.advance(200_000)
    assert late["task_id"] == inbox.take()[1]["id"]


def test_nothing_is_sent_to_other_machines(sandbox, kingcong, until):
    """The pages' samples name hosts on the internet."""
    asked = {"text": "Hello", "receive_url": "http://your-webhook-endpoint"}
    path = "/v1/text-to-speech/21m00Tcm4TlvDq8ikWAM"
    task = kingcong.post(path, json=asked).json()["task_id"]
    rows = until(sandbox.callbacks, lambda rows: task in {r["receipt"] for r in rows})
    assert (
        "not on this machine" in next(r for r in rows if r["receipt"] == task)["error"]
    )
