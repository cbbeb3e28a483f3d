"""Every fault of the table does what the table says, and bills what it should."""

from __future__ import annotations

import gzip
import json

import httpx
import pytest
from sandbox.plain import http

from voicekit.sandbox import SandboxError

SUBMIT, RACHEL = "/v1/text-to-speech/21m00Tcm4TlvDq8ikWAM", "21m00Tcm4TlvDq8ikWAM"
SPEECH = {"text": "Hello, dear listener.", "model_id": "eleven_multilingual_v2"}
MATRIX = {*range(4, 37), *range(44, 49)}
"""The rows of the fault matrix that a server can cause."""

BROKEN = [
    ("reset_before", httpx.ReadError, 0),
    ("close_before", httpx.RemoteProtocolError, 0),
    ("stall_before", httpx.ReadTimeout, 0),
    ("reset_after", httpx.ReadError, 1),
    ("close_after", httpx.RemoteProtocolError, 1),
    ("stall_after", httpx.ReadTimeout, 1),
    ("half_header", httpx.RemoteProtocolError, 1),
    ("cut_body", httpx.RemoteProtocolError, 1),
    ("stall_body", httpx.ReadTimeout, 1),
    ("drip:5", httpx.ReadTimeout, 1),
]
INSTEAD = [
    ("status:418", 418),
    ("retry_after:nan", 429),
    ("unavailable", 503),
    ("refuse:bad_key", 401),
    ("vendor_code", 200),
    ("redirect_same", 307),
    ("redirect_other", 307),
]
STATUSES = (
    *(400, 401, 402, 403, 404, 408, 409, 410, 413, 415, 422, 429),
    *(500, 502, 503, 504),
)
UNREADABLE = ["html", "bad_json", "bad_encoding", "empty", "deep_json:100000"]
READABLE = [
    ("not_object", lambda answer: answer == [1, 2, 3]),
    ("no_id", lambda answer: "task_id" not in answer and answer["success"]),
    ("odd_id", lambda answer: answer["task_id"] == "../../etc/passwd"),
    ("other_id", lambda answer: len(answer["task_id"]) == 36),
    ("not_a_number", lambda a: a["ec_remain_credits"] != a["ec_remain_credits"]),
    ("huge_json", lambda answer: len(answer["padding"]) == 2 << 20),
]


@pytest.fixture
def submit(kingcong):
    return lambda **more: kingcong.post(SUBMIT, json=SPEECH, **more)


@pytest.fixture
def done(submit, kingcong, until):
    """Return a function that submits and waits."""

    def wait():
        path = f"/v1/task/{submit().json()['task_id']}"
        task = until(
            lambda: kingcong.get(path).json(), lambda shown: shown["status"] != "doing"
        )
        return path, task

    return wait


@pytest.fixture
def billed(sandbox):
    """Return how often was billed, and how many were accepted."""

    def count():
        entries = sandbox.look("kingcong", "ledger")["entries"]
        accepted = sandbox.look("kingcong", "counters")["accepted"]
        assert accepted == len([entry for entry in entries if entry["amount"] < 0])
        return accepted

    return count


@pytest.mark.parametrize(("kind", "error", "accepted"), BROKEN)
def test_a_broken_connection(sandbox, submit, billed, kind, error, accepted):
    """The connection breaks as it would in the world, and no retry is needed for it."""
    sandbox.fail("kingcong", on="submit", kind=kind)
    with pytest.raises(error):
        submit(timeout=1.0)
    assert accepted == billed()
    assert sandbox.look("kingcong", "counters")["bodies"]["submit"] == 1
    assert submit().status_code == 200


def test_a_reset_while_the_body_is_sent(sandbox, kingcong, billed):
    """The server has read the head, and not the body."""
    sandbox.fail("kingcong", on="submit", kind="reset_sending")
    with pytest.raises((httpx.WriteError, httpx.ReadError, httpx.RemoteProtocolError)):
        kingcong.post("/v1/task/speech-to-text", files={"file": bytes(30_000_000)})
    assert billed() == 0
    assert "submit" not in sandbox.look("kingcong", "counters")["bodies"]


@pytest.mark.parametrize(("kind", "status"), INSTEAD)
def test_an_answer_instead(sandbox, submit, billed, kind, status):
    """Nothing is carried out."""
    sandbox.fail("kingcong", on="submit", kind=kind)
    assert status == submit().status_code
    assert billed() == 0


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_with_and_without_acceptance(sandbox, submit, billed, status):
    """Only the ledger knows which of the two it was."""
    sandbox.fail("kingcong", on="submit", kind=f"status:{status}")
    sandbox.fail("kingcong", on="submit", kind=f"status_after:{status}")
    first, between, second = submit(), billed(), submit()
    assert (status, status) == (first.status_code, second.status_code)
    assert first.json() == second.json()
    assert (between, billed()) == (0, 1)


@pytest.mark.parametrize("name", ["kingcong", "voiceclone", "kling", "kie", "akool"])
def test_a_status_has_the_vendors_own_envelope(sandbox, client, name):
    """The body looks as this vendor's bodies do."""
    sandbox.fail(name, on="any", kind="status:500")
    answer = client(name).get("/")
    shapes = {
        "kingcong": {"success", "message"},
        "voiceclone": {"code", "error"},
        "kling": {"code", "message", "request_id"},
        "kie": {"code", "message", "msg", "data"},
        "akool": {"code", "msg"},
    }
    assert (500, shapes[name]) == (answer.status_code, {*answer.json()})


def test_retry_after(sandbox, submit):
    """Any text can stand there."""
    values = ["2", "-1", "99999", "soon", "Wed, 21 Oct 2099 07:28:00 GMT"]
    for value in values:
        sandbox.fail("kingcong", on="submit", kind=f"retry_after:{value}")
    assert values == [submit().headers["retry-after"] for _ in values]


@pytest.mark.parametrize("kind", UNREADABLE)
def test_an_answer_that_cannot_be_read(sandbox, submit, billed, kind):
    """It was accepted, and the answer says 200."""
    sandbox.fail("kingcong", on="submit", kind=kind)
    answer = submit()
    with pytest.raises((ValueError, RecursionError)):
        json.loads(answer.content.decode())
    assert (answer.status_code, billed()) == (200, 1)


@pytest.mark.parametrize(("kind", "is_so"), READABLE)
def test_an_answer_that_is_wrong(sandbox, submit, billed, kind, is_so):
    """It was accepted, and the answer is JSON."""
    sandbox.fail("kingcong", on="submit", kind=kind)
    assert is_so(submit().json())
    assert billed() == 1


def test_an_id_twice(sandbox, submit, billed):
    """The second submission is answered with the id of the first."""
    sandbox.fail("kingcong", on="submit", kind="same_id", times=2)
    ids = {submit().json()["task_id"] for _ in range(2)}
    assert (len(ids), billed()) == (1, 2)


def test_a_code_after_acceptance(sandbox, kie):
    """A code that nobody knows, in a body under HTTP 200."""
    sandbox.fail("kie", on="submit", kind="code_after:777")
    body = {"model": "elevenlabs/text-to-speech-turbo-2-5", "input": {"text": "a"}}
    answer = kie.post("/api/v1/jobs/createTask", json=body)
    assert (answer.status_code, answer.json()["code"]) == (200, 777)
    assert sandbox.look("kie", "counters")["accepted"] == 1


def test_redirects(sandbox, kingcong, submit, billed, done):
    """To the same origin it can be followed; to another, the trap counts who comes."""
    _, task = done()
    before = billed()
    sandbox.fail("kingcong", on="submit", kind="redirect_other")
    sandbox.fail("kingcong", on="submit", kind="redirect_after")
    sandbox.fail("kingcong", on="download", kind="redirect_same")
    trapped = submit(follow_redirects=True)
    after = submit()
    sound = http.get(task["metadata"]["audio_url"], follow_redirects=True)

    assert trapped.json() == {"trapped": True}
    assert "xi-api-key" in sandbox.trapped()[-1]["headers"]
    assert (307, before + 1) == (after.status_code, billed())
    assert (sound.status_code, len(sound.history)) == (200, 1)


def test_a_bomb(sandbox, done):
    """The sound has no end, or swells when it is unpacked."""
    _, task = done()
    url = task["metadata"]["audio_url"]
    sandbox.fail("kingcong", on="download", kind="bomb:20")
    with http.stream("GET", url) as answer:
        size = sum(len(part) for part in answer.iter_raw())
    sandbox.fail("kingcong", on="download", kind="gzip_bomb:50")
    with http.stream("GET", url) as packed:
        raw = b"".join(packed.iter_raw())

    assert (answer.headers["transfer-encoding"], size) == ("chunked", 20 << 20)
    assert packed.headers["content-encoding"] == "gzip"
    assert 50 << 20 == len(gzip.decompress(raw)) > 100 * len(raw)


def test_downloads(sandbox, done):
    """Type, length and content are not what they should be."""
    _, task = done()
    url = task["metadata"]["audio_url"]
    good = http.get(url)

    def spoilt(kind, **headers):
        sandbox.fail("kingcong", on="download", kind=kind)
        return http.get(url, headers=headers)

    assert spoilt("type").headers["content-type"] == "text/html"
    assert b"<html>" in spoilt("html").content
    assert spoilt("empty").content == b""
    assert len(good.content) // 2 == len(spoilt("truncated").content)
    corrupt = spoilt("corrupt")
    assert (len(good.content), good.headers["etag"]) == (
        len(corrupt.content),
        corrupt.headers["etag"],
    )
    assert good.content != corrupt.content
    assert good.headers["etag"] != spoilt("etag_changes").headers["etag"]
    assert spoilt("range_ignored", range="bytes=5-").status_code == 200
    short = spoilt("length_short")
    assert len(short.content) == len(good.content) // 2
    with pytest.raises(httpx.RemoteProtocolError):
        spoilt("cut_body")


def test_ranges(done):
    """Without a fault, part of a file can be had."""
    _, task = done()
    url = task["metadata"]["audio_url"]
    good = http.get(url)
    part = http.get(
        url, headers={"range": "bytes=100-", "if-range": good.headers["etag"]}
    )
    other = http.get(url, headers={"range": "bytes=100-", "if-range": '"other"'})
    last = http.get(url, headers={"range": "bytes=-7"})
    beyond = http.get(url, headers={"range": f"bytes={len(good.content)}-"})

    assert (206, good.content[100:]) == (part.status_code, part.content)
    assert (200, good.content) == (other.status_code, other.content)
    assert good.content[-7:] == last.content
    assert beyond.status_code == 416
    assert len(good.content) == int(http.head(url).headers["content-length"])


def test_an_expired_link(sandbox, kingcong, done):
    """Asking for the task again gives another."""
    path, task = done()
    url = task["metadata"]["audio_url"]
    sandbox.fail("kingcong", on="download", kind="url_expired")
    ended = [http.get(url).status_code for _ in range(2)]
    fresh = kingcong.get(path).json()["metadata"]["audio_url"]
    assert (ended, http.get(fresh).status_code) == ([403, 403], 200)
    assert url != fresh


def test_what_is_said_about_a_task(sandbox, kingcong, done):
    """Status words and links."""
    path, task = done()

    def said(kind):
        sandbox.fail("kingcong", on="poll", kind=kind)
        return kingcong.get(path).json()

    assert said("unknown_status")["status"] == "simmering"
    back = said("status_back")
    assert (back["status"], back["progress"]) == ("doing", 0)
    assert said("says_failed")["status"] == "error"
    bare = said("no_url")
    assert (bare["status"], bare["metadata"]) == ("done", {})
    assert "169.254.169.254" in said("url_private")["metadata"]["audio_url"]
    assert task["id"] != said("other_id")["id"]
    assert kingcong.get(path).json()["status"] == "done"


def test_a_link_before_the_end(sandbox, voiceclone):
    """Kingcong always shows it, as its page does; others when told."""
    sandbox.set_speed(0.01)
    voice = voiceclone.get("/voices").json()["voices"][0]["id"]
    speech = voiceclone.post("/tts", json={"text": "a", "voiceId": voice}).json()
    sandbox.fail("voiceclone", on="poll", kind="early_url")
    shown = voiceclone.get(f"/tts/{speech['speechId']}").json()["speech"]
    early = http.get(shown["audioUrl"]).status_code
    sandbox.set_speed(400)
    assert (shown["status"], early) == ("PROCESSING", 404)


def test_how_a_task_ends(sandbox, kingcong, submit, done, billed):
    """Failed, for money or not; never; unknown; twice."""

    def balance():
        return kingcong.get("/v1/credits").json()["credits"]

    ends = {}
    for kind in ("failed", "failed_charged", "failed_refunded"):
        sandbox.reset("kingcong")
        sandbox.fail("kingcong", on="submit", kind=kind)
        ends[kind] = (done()[1]["status"], 100_000 - balance())
    sandbox.fail("kingcong", on="submit", kind="stuck")
    stuck = submit().json()["task_id"]
    sandbox.advance(86_400)
    sandbox.fail("kingcong", on="submit", kind="lost")
    lost = submit().json()["task_id"]
    before = billed()
    sandbox.fail("kingcong", on="submit", kind="accepted_twice")
    submit()

    assert ends == {
        "failed": ("error", 21),
        "failed_charged": ("error", 21),
        "failed_refunded": ("error", 0),
    }
    assert kingcong.get(f"/v1/task/{stuck}").json()["status"] == "doing"
    assert kingcong.get(f"/v1/task/{lost}").status_code == 404
    assert before + 2 == billed()


def test_immediate_and_pending(sandbox, submit, kling):
    """A vendor that works later answers at once, and the other way round."""
    sandbox.fail("kingcong", on="submit", kind="immediate")
    sandbox.fail("kling", on="submit", kind="pending")
    asked = {"text": "Hello", "voice_id": "oversea_male1", "voice_language": "en"}
    assert submit().json()["status"] == "done"
    assert "task_result" not in kling.post("/v1/audio/tts", json=asked).json()["data"]


def test_lists_that_are_not_the_truth(sandbox, kingcong, submit):
    """Late, short, twice, foreign, the same page again."""
    ids = [submit().json()["task_id"] for _ in range(4)][::-1]

    def listed(kind=None, **query):
        if kind:
            sandbox.fail("kingcong", on="list", kind=kind)
        answer = kingcong.get("/v1/tasks", params=query).json()
        return [task["id"] for task in answer["data"]]

    assert listed("list_lag:60") == []
    assert ids == listed()
    assert ids[1::2] == listed("list_short")
    assert 7 == len({*listed("list_foreign")}) == len({*ids}) + 3
    assert ids == listed("list_twice")[::2]
    assert ids[:2] == listed("list_repeats", page=2, limit=2)


def test_a_balance_that_lags(sandbox, kingcong, submit):
    """It shows what was there before."""
    submit()
    sandbox.fail("kingcong", on="credits", kind="balance_lag")
    shown = [kingcong.get("/v1/credits").json()["credits"] for _ in range(2)]
    assert shown == [100_000, 99_979]


def test_times_and_paths(sandbox, kingcong):
    """A fault happens so often, and only where it was meant."""
    sandbox.fail("kingcong", on="/v1/cre", kind="status:500", times=2)
    codes = [kingcong.get("/v1/credits").status_code for _ in range(3)]
    sandbox.fail("kingcong", on="credits", kind="status:500", times=None)
    always = {kingcong.get("/v1/credits").status_code for _ in range(5)}
    other = kingcong.get("/v1/models").status_code
    sandbox.clear("kingcong")

    assert codes == [500, 500, 200]
    assert ({500}, 200) == (always, other)
    assert kingcong.get("/v1/credits").status_code == 200


@pytest.mark.parametrize(
    "fault",
    [
        {"on": "submit", "kind": "explode"},
        {"on": "lunch", "kind": "html"},
        {"on": "submit", "kind": "refuse:boredom"},
    ],
)
def test_a_fault_that_there_is_not(sandbox, fault):
    """It is refused with the names that there are."""
    with pytest.raises(SandboxError, match="Known are: "):
        sandbox.fail("kingcong", **fault)


def test_the_table_covers_the_matrix(sandbox):
    """Every row that a server can cause is played by some fault."""
    table = sandbox.faults()["faults"]
    assert {row for fault in table.values() for row in fault["rows"]} >= MATRIX
