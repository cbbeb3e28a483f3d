"""Callbacks end to end: who listens, who calls, and who forges."""

import asyncio
import hashlib
import json
import random
import select
import socket
import sqlite3
import threading
import time

import httpx
import psutil
import pytest

import voicekit as vk
from voicekit.engine import callbacks, receiver
from voicekit.errors import (
    InvalidSetting,
    StillRunning,
    SubmissionUnknown,
    Unsupported,
)
from voicekit.library.letters import MOST_TOLD
from voicekit.library.states import SHOWN, State
from voicekit.providers import akool_webhook, kie_webhook

RACHEL = "kie:Rachel"
NICOLE = "akool:LcfcDJNUP1GQjkzn1xUU"
ELEVENLABS = "kingcong:elevenlabs/21m00Tcm4TlvDq8ikWAM"
MINIMAX = "kingcong:minimax/209533299589184"
FIELDS = {
    ELEVENLABS: "receive_url",
    MINIMAX: "receive_url",
    RACHEL: "callBackUrl",
    NICOLE: "webhookUrl",
}


@pytest.fixture
def base():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@pytest.fixture
def keys(at_the_sandbox, monkeypatch):
    """Name what callbacks are checked with, as a user does."""
    kie, akool = (at_the_sandbox.vendors[name].credentials for name in ("kie", "akool"))
    monkeypatch.setenv("VOICEKIT_KIE_WEBHOOK_KEY", kie["webhook HMAC key"])
    monkeypatch.setenv("VOICEKIT_AKOOL_CLIENT_ID", akool["client id"])
    monkeypatch.setenv("VOICEKIT_AKOOL_CLIENT_SECRET", akool["client secret"])
    return {"kie": kie, "akool": akool}


@pytest.fixture
def listening(keys, base):
    with vk.Studio(webhooks=f"{base}/hooks") as studio:
        yield studio


@pytest.mark.parametrize("voice", FIELDS)
def test_rows_21_37_45_through_the_studio(listening, sandbox, asked, voice):
    """Each vendor is told an address of that task alone, calls it, and is believed."""
    vendor = voice.partition(":")[0]
    clip = listening.speak("Hello there.", voice)
    told = asked(vendor)[FIELDS[voice]]
    (row,) = listening.tasks().itertuples()
    assert clip.audio
    assert row.polls <= 1
    assert len(told.rpartition("/")[2]) == 22
    assert [(c["url"], c["status"]) for c in sandbox.callbacks()] == [(told, 200)]


def test_polls_a_task_with_webhooks(listening, sandbox):
    """A task is asked for once, when its vendor has called."""
    voices = (RACHEL, NICOLE, ELEVENLABS, MINIMAX)

    async def all_takes():
        speak = listening.aio.speak
        every = (speak("Hello.", v, take=n) for v in voices for n in range(1, 11))
        await asyncio.gather(*every)

    asyncio.run(all_takes())
    polls = listening.tasks().polls
    print(f"\npolls a task with webhooks: {polls.mean():.2f} ({len(polls)} tasks)")
    assert polls.mean() <= 1.2


def test_the_log_tells_no_secrets(listening, sandbox, caplog):
    """Not at its most talkative: no key, no link to a result, no path of a callback."""
    caplog.set_level("DEBUG")
    listening.speak("Hello there.", RACHEL)
    listening.speak("Hello there.", ELEVENLABS)
    log = "\n".join(record.getMessage() for record in caplog.records)
    keys = [
        secret
        for vendor in sandbox.vendors.values()
        for secret in vendor.credentials.values()
    ]
    paths = [c["url"].rpartition("/")[2] for c in sandbox.callbacks()]
    assert f"HTTP Request: POST {sandbox.vendors['kie'].url}/(path)" in log
    assert not [secret for secret in (*keys, *paths, "/files/") if secret in log]


@pytest.mark.parametrize("voice", FIELDS)
def test_a_lost_answer_is_found_by_its_callback(listening, sandbox, submissions, voice):
    """The vendor accepted, its answer was lost, its callback names the task."""
    vendor = voice.partition(":")[0]
    sandbox.fail(vendor, on="submit", kind="close_after")
    clip = listening.speak("Hello there.", voice)
    assert clip.audio
    assert submissions(vendor) == (1, 1)
    assert listening.held().empty


def test_a_late_callback_brings_a_held_job_home(
    listening, sandbox, submissions, monkeypatch
):
    """It is held when the wait for evidence ends, and adopted when the call comes.

    The call is not hurried by moving the vendors' clock: its stamp would be wrong.
    """
    monkeypatch.setattr(callbacks, "EVIDENCE_S", 0.1)
    sandbox.fail("kie", on="submit", kind="close_after")
    sandbox.fail("kie", on="callback", kind="callback_late:800")
    with pytest.raises(SubmissionUnknown) as unknown:
        listening.speak("Hello there.", RACHEL)
    assert list(listening.held().index) == [unknown.value.job]
    _until(lambda: listening.tasks().state.iloc[0] == "done")
    assert listening.clip(unknown.value.job).audio
    assert submissions("kie") == (1, 1)


def test_a_callback_that_names_another_task_is_not_believed(
    listening, sandbox, keys, asked, monkeypatch
):
    """Not one of another job, of another kind, of another text, nor one that is not."""
    monkeypatch.setattr(callbacks, "EVIDENCE_S", 2.0)
    other = listening.speak("Another text.", RACHEL)
    mine = vk.Studio(providers=["kie"], library=listening.calls.engine.library.folder)
    with mine:
        foreign = mine.speak("Of nobody here.", RACHEL, take=2)
    monkeypatch.setattr(callbacks, "EVIDENCE_S", 0.1)
    sandbox.fail("kie", on="submit", kind="close_after")
    sandbox.fail("kie", on="callback", kind="callback_lost")
    with pytest.raises(SubmissionUnknown) as unknown:
        listening.speak("Hello there.", RACHEL)
    told = asked("kie")["callBackUrl"]
    for task in (other.task_id, foreign.task_id, "nobody-knows-it"):
        assert _post(told, *_kie(task, keys["kie"])).status_code == 200
    with pytest.raises(Unsupported, match="kie lists no speech.*cannot tell"):
        listening.check(unknown.value.job)
    assert list(listening.held().index) == [unknown.value.job]


def test_without_their_keys_callbacks_are_hints_all_the_same(
    at_the_sandbox, base, sandbox
):
    """An account without an HMAC key, or with nothing but an API key."""
    with vk.Studio(webhooks=base) as studio:
        clips = [studio.speak("Hello there.", voice) for voice in (RACHEL, NICOLE)]
        assert all(clip.audio for clip in clips)
        assert studio.tasks().polls.max() <= 1


def test_a_callback_that_never_comes_costs_patience_alone(
    listening, sandbox, monkeypatch
):
    """After a while the task is asked for."""
    monkeypatch.setattr("voicekit.engine.bell.PATIENCE_S", 0.2)
    sandbox.fail("kie", on="callback", kind="callback_lost")
    assert listening.speak("Hello there.", RACHEL).audio


@pytest.mark.parametrize(
    "letters",
    [500, pytest.param(10_000, marks=pytest.mark.soak)],
    ids=["short", "long"],
)
def test_forged_replayed_and_reordered_callbacks(
    listening, sandbox, keys, monkeypatch, letters
):
    """They change nothing that the vendor does not confirm, however many come."""
    voices = (RACHEL, NICOLE, ELEVENLABS)
    monkeypatch.setattr(callbacks, "EVIDENCE_S", 0.1)
    done = [listening.speak("Done before.", voice) for voice in voices]
    real = {c["url"]: c["receipt"] for c in sandbox.callbacks()}
    for voice in voices:
        vendor = voice.partition(":")[0]
        sandbox.fail(vendor, on="submit", kind="stuck")
        with pytest.raises(StillRunning):
            listening.speak("It never ends.", voice, timeout=0.3)
    sandbox.fail("kie", on="submit", kind="close_after")
    sandbox.fail("kie", on="callback", kind="callback_lost")
    with pytest.raises(SubmissionUnknown):
        listening.speak("Nobody knows.", RACHEL)
    targets = _targets(sandbox, voices)
    requests = _counts(sandbox)
    before = _ledger(listening)

    forger = _Forger(targets, real, [clip.task_id for clip in done], keys)
    began = time.monotonic()
    statuses = asyncio.run(_flood(forger, letters))
    seconds = time.monotonic() - began

    changed = sum(a != b for a, b in zip(before, _ledger(listening), strict=True))
    asked = {name: n - requests[name] for name, n in _counts(sandbox).items()}
    allowed = 1 + seconds / 10
    print(
        f"\n{letters} forged, replayed or reordered callbacks: {changed} changes "
        f"without confirmation, {sum(asked.values())} tasks asked for in "
        f"{seconds:.0f} s, statuses {statuses}"
    )
    assert changed == 0
    # Each task once in ten seconds; and so each id that came for the lost answer.
    assert sum(asked.values()) <= allowed * (len(targets) + MOST_TOLD)
    assert sandbox.trapped() == []


def test_what_is_no_letter_is_refused(listening, base):
    """Too large, too slow, no JSON, another method, an unknown path."""
    url = f"{base}/hooks/{'x' * 22}"
    send = httpx.Client(trust_env=False)
    with send:
        assert send.get(url).status_code == 405
        assert send.post(url, json={}).status_code == 404
        assert send.post(url, data={"a": "b"}).status_code == 415
        large = send.post(url, content=bytes(receiver.LARGEST_BYTES + 1))
        assert large.status_code == 413


def test_a_slow_letter_is_refused(listening, base, monkeypatch):
    """A body has seconds to come, so that nobody can keep a place."""
    monkeypatch.setattr(receiver, "PATIENCE_S", 0.5)
    with _connected(base) as slow:
        slow.sendall(b"POST /hooks/x HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{")
        assert b" 408 " in slow.recv(100)


@pytest.mark.parametrize("before", [b"", b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"])
def test_a_head_that_drips_in_is_not_waited_for(listening, base, monkeypatch, before):
    """Nor is one after an answer: the connection ends, however busy it seems."""
    monkeypatch.setattr(receiver, "PATIENCE_S", 0.5)
    with _connected(base) as slow:
        if before:
            slow.sendall(before)
            assert b" 405 " in slow.recv(1000)
        slow.sendall(b"POST /hooks/x HTTP/1.1\r\nx: ")
        assert any(_is_over(slow) for _ in range(200))


def _connected(base):
    host, port = base.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=60)


def _is_over(connection):
    """Send one byte more, and tell whether the other end has had enough."""
    try:
        connection.sendall(b"x")
        ready, _, _ = select.select([connection], [], [], 0.05)
        return bool(ready) and not connection.recv(1000)
    except ConnectionError:
        return True


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://hub.example.org/user/a/proxy/8123/", "/proxy/"),
        ("https://lab.example.org/hooks?token=abc", "token="),
        ("http://voices.example.org", "not encrypted"),
        ("ftp://voices.example.org", "https://"),
        ("https://me:pw@voices.example.org", "user name"),
    ],
)
def test_an_address_that_no_vendor_must_have_is_refused(url, reason):
    """Behind a login, with a token in it, in clear: refused before anything opens."""
    with pytest.raises(InvalidSetting, match=reason) as refused:
        vk.Studio(webhooks=url, webhook_port=8123)
    assert "abc" not in str(refused.value)
    assert "pw" not in str(refused.value)


def test_a_tunnel_needs_to_know_where_it_leads(base):
    """The public address says nothing of the port here; a taken one is named."""
    with pytest.raises(InvalidSetting, match="webhook_port"):
        vk.Studio(webhooks="https://voices.example.org")
    with (
        vk.Studio(providers=["offline"], webhooks=base),
        pytest.raises(InvalidSetting, match="cannot be used"),
    ):
        vk.Studio(providers=["offline"], webhooks=base)


def test_a_studio_that_cannot_open_leaves_nothing_behind(base, tmp_path):
    """No thread, no lock and no stand-ins of vendors."""
    with vk.Studio(providers=["offline"], webhooks=base):
        before, folder = _at_work(), tmp_path / "other"
        with pytest.raises(InvalidSetting, match="cannot be used"):
            vk.Studio(sandbox=True, library=folder, webhooks=base)
        assert _at_work() == before
    assert list((folder / "sandbox" / "owners").iterdir()) == []


def _at_work():
    return {*threading.enumerate(), *psutil.Process().children()}


def test_a_closed_studio_lets_go_of_its_port(base):
    """A cell that is run again finds it free."""
    for _ in range(2):
        vk.Studio(providers=["offline"], webhooks=base).close()


class _Forger:
    """Writes letters of every bad kind."""

    def __init__(self, targets, real, finished, keys) -> None:
        self._chance = random.Random(7)
        self._targets, self._real, self._finished = targets, real, finished
        self._keys = keys
        self._base = next(iter(real)).rpartition("/")[0]

    def letter(self):
        kinds = (
            self._stranger,
            self._unsigned,
            self._signed,
            self._replayed,
            self._mutated,
        )
        return self._chance.choice(kinds)()

    def _stranger(self):
        """To a path that nobody was given."""
        return f"{self._base}/{self._chance.randbytes(16).hex()[:22]}", b"{}", {}

    def _unsigned(self):
        """To a good path, saying done with an address elsewhere."""
        url, task = self._chance.choice(self._targets)
        said = {"status": "done", "metadata": {"audio_url": "https://evil.test/a"}}
        return url, json.dumps({"id": task, **said}).encode(), {}

    def _signed(self):
        """By who has the keys, about this task or any other."""
        url, task = self._chance.choice(self._targets)
        named = self._chance.choice([task, *self._finished, "nobody-knows-it"])
        if self._chance.random() < 0.5:
            return url, *_kie(named, self._keys["kie"])
        return url, _akool(named, self._keys["akool"]), {}

    def _replayed(self):
        """What was true once, to the task that it was about or to another."""
        told, task = self._chance.choice(list(self._real.items()))
        url = self._chance.choice([told, self._chance.choice(self._targets)[0]])
        body = json.dumps({"data": {"taskId": task}, "id": task, "status": "done"})
        return url, body.encode(), {}

    def _mutated(self):
        """Cut, or with a byte changed."""
        url, body, headers = self._signed()
        place = self._chance.randrange(len(body))
        cut = body[:place] + bytes([self._chance.randrange(256)]) + body[place + 1 :]
        return url, self._chance.choice([cut, body[:place]]), headers


def _kie(task, keys):
    now = str(int(time.time()))
    body = {"code": 200, "data": {"taskId": task, "state": "success"}}
    signed = kie_webhook.signature(task, now, keys["webhook HMAC key"])
    headers = {"x-webhook-timestamp": now, "x-webhook-signature": signed}
    return json.dumps(body).encode(), headers


def _akool(task, keys):
    now = str(int(time.time() * 1000))
    data = hashlib.sha256(task.encode()).hexdigest()
    signed = akool_webhook.signature(keys["client id"], now, "1", data)
    letter = {"signature": signed, "dataEncrypt": data, "timestamp": now, "nonce": "1"}
    return json.dumps(letter).encode()


def _targets(sandbox, voices):
    """Return the address and the task of everything that is not over."""
    found = []
    for voice in voices:
        for task in sandbox.look(voice.partition(":")[0], "tasks"):
            asked = json.dumps(task["asked"])
            if "Done before." not in asked:
                # To name the task of the lost answer would be to tell the truth.
                told = "not-it" if "Nobody knows." in asked else task["id"]
                found.append((task["asked"][FIELDS[voice]], told))
    return found


def _counts(sandbox):
    names = ("kie", "akool", "kingcong")
    return {name: _polled(sandbox.look(name, "counters")) for name in names}


def _polled(counters):
    return counters["operations"].get("poll", 0)


def _ledger(studio):
    """Return every row of the ledger that says how an attempt is.

    As users see it: a vendor that was asked, and tells of progress, has confirmed it.
    """
    path = studio.calls.engine.library.folder / "ledger.sqlite"
    with sqlite3.connect(path) as ledger:
        rows = ledger.execute(
            "SELECT state, id, receipt, credits_micros, finished_at FROM attempt"
        )
        return [(SHOWN[State(state)], *rest) for state, *rest in rows]


async def _flood(forger, letters):
    statuses = {}
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        gate = asyncio.Semaphore(32)

        async def send(url, body, headers):
            async with gate:
                headers = {"content-type": "application/json", **headers}
                answer = await client.post(url, content=body, headers=headers)
            statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1

        await asyncio.gather(*(send(*forger.letter()) for _ in range(letters)))
    return dict(sorted(statuses.items()))


def _post(url, body, headers):
    headers = {"content-type": "application/json", **headers}
    return httpx.post(url, content=body, headers=headers, trust_env=False)


def _until(good):
    for _ in range(500):
        if good():
            return
        time.sleep(0.02)
    raise AssertionError("It did not come to be.")
