"""Akool's stand-in: rows 40 to 46."""

from __future__ import annotations

import pytest
from sandbox.plain import http

from voicekit.audio.codec import describe

CREATE, CLONE = "/api/open/v3/audio/create", "/api/open/v3/audio/clone"
INFO = "/api/open/v3/audio/infobymodelid"
EMILY = "LcfcDJNUP1GQjkzn1xUU"
SPEECH = {"input_text": "Choose from male and female voices.", "voice_id": EMILY}


@pytest.fixture
def finish(akool, until):
    """Return a function that waits for a task and returns it."""

    def wait(answer):
        query = {"audio_model_id": answer.json()["data"]["_id"]}
        return until(
            lambda: akool.get(INFO, params=query).json()["data"],
            lambda data: data["status"] in {3, 4},
        )

    return wait


def length(data):
    return describe(http.get(data["url"]).content)["duration_s"]


def test_40_and_42_create(akool, finish):
    """Rows 40, 42: a task, then its sound; a lower rate is slower."""
    first = akool.post(CREATE, json={**SPEECH, "rate": "100%"})
    slow = akool.post(CREATE, json={**SPEECH, "rate": "60%"})

    assert first.json()["data"]["status"] in {1, 2}
    assert first.json()["data"]["url"] == ""
    assert length(finish(slow)) > 1.2 * length(finish(first))


def test_40_done_at_once(akool, sandbox):
    """Row 40: the page's sample answers with the sound; a fault brings that."""
    sandbox.fail("akool", on="submit", kind="immediate")
    data = akool.post(CREATE, json=SPEECH).json()["data"]
    assert data["status"] == 3
    assert length(data) > 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"rate": "101%"}, 1003),
        ({"rate": 100}, 1003),
        ({"voice_id": "nobody"}, 1014),
        ({"input_text": ""}, 1003),
        ({"input_text": "a " * 5001}, 1003),
    ],
)
def test_40_what_is_refused(akool, sandbox, change, code):
    """Row 40: business codes under HTTP 200."""
    answer = akool.post(CREATE, json={**SPEECH, **change})
    assert (200, code) == (answer.status_code, answer.json()["code"])
    assert sandbox.look("akool", "counters")["accepted"] == 0


def test_41_clone(akool, finish):
    """Row 41: the same sample has the same voice; one of the two must be given."""
    told = {"input_text": "Hello, this is a platform!", "rate": "100%"}
    speak = lambda **more: akool.post(CLONE, json={**told, **more})  # noqa: E731
    urls = [f"https://example.com/{name}.mp3" for name in ("a", "b", "c", "a")]
    lengths = [length(finish(speak(voice_url=url))) for url in urls]

    assert lengths[0] == lengths[3]
    assert len({*lengths}) > 1
    assert finish(speak(voice_id=EMILY))["status"] == 3
    assert speak().json()["code"] == 1003
    assert speak(voice_url="not a url").json()["code"] == 1003


def test_42_unknown(akool):
    """Row 42: an id that nobody knows."""
    assert akool.get(INFO, params={"audio_model_id": "x"}).json()["code"] == 1008


def test_42_failed(akool, sandbox, finish):
    """Row 42: status 4, with no field for a reason."""
    sandbox.fail("akool", on="submit", kind="failed")
    data = finish(akool.post(CREATE, json=SPEECH))
    assert (data["status"], data["url"]) == (4, "")


def test_43_voices(akool):
    """Row 43: Akool's own; 4 would be the user's."""
    voices = akool.get("/api/open/v3/voice/list", params={"from": 3}).json()["data"]
    own = akool.get("/api/open/v3/voice/list", params={"from": 4}).json()["data"]
    assert EMILY in [row["voice_id"] for row in voices]
    assert own == []
    assert http.get(voices[0]["preview"]).status_code == 200


def test_44_credits(akool, sandbox):
    """Row 44: the balance, and what happens when it is not enough."""
    sandbox.set_balance("akool", 0.1)
    path = "/api/open/v3/faceswap/quota/info"
    assert akool.get(path).json()["data"] == {"credit": 0.1}
    assert akool.post(CREATE, json=SPEECH).json()["code"] == 1104


def test_46_seven_days(akool, sandbox, finish):
    """Row 46: a result can be fetched for seven days."""
    url = finish(akool.post(CREATE, json=SPEECH))["url"]
    sandbox.advance(6.9 * 86_400)
    there = http.get(url).status_code
    sandbox.advance(0.2 * 86_400)
    assert (there, http.get(url).status_code) == (200, 404)


def test_tokens(akool, sandbox):
    """Client id and secret are exchanged for a token, which stands for the key."""
    keys = sandbox.vendors["akool"].credentials
    told = {"clientId": keys["client id"], "clientSecret": keys["client secret"]}
    base = sandbox.vendors["akool"].url
    answer = http.post(f"{base}/api/open/v3/getToken", json=told).json()
    path = f"{base}/api/open/v3/faceswap/quota/info"
    ask = lambda token: http.get(path, headers={"authorization": f"Bearer {token}"})  # noqa: E731

    assert {"code", "token"} == {*answer}
    assert ask(answer["token"]).json()["code"] == 1000
    assert ask("wrong").json()["code"] == 1101
    assert http.get(path).json()["code"] == 1102
    wrong = http.post(
        f"{base}/api/open/v3/getToken", json={**told, "clientSecret": "wrong"}
    )
    assert wrong.json()["code"] == 1101
