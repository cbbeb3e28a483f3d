"""Kie's stand-in: rows 34 to 39."""

from __future__ import annotations

import json

import pytest
from sandbox.plain import http

from voicekit.audio.codec import describe

CREATE, RECORD = "/api/v1/jobs/createTask", "/api/v1/jobs/recordInfo"
TURBO, SOUND = "elevenlabs/text-to-speech-turbo-2-5", "elevenlabs/sound-effect-v2"

IDS = ("BIvP0GN1cAtSRTxNHnWS", "aD6riP1btT197c6dACmy")


@pytest.fixture
def create(kie):
    """Return a function that creates a task of a model."""

    def ask(model, callback=None, **given):
        body = {"model": model, "input": given}
        if callback:
            body["callBackUrl"] = callback
        return kie.post(CREATE, json=body).json()

    return ask


@pytest.fixture
def finish(kie, until):
    """Return a function that waits for a task and returns its record."""

    def wait(created):
        query = {"taskId": created["data"]["taskId"]}
        return until(
            lambda: kie.get(RECORD, params=query).json(),
            lambda answer: answer["data"]["state"] in {"success", "fail"},
        )

    return wait


def test_34_and_36_speech(create, finish):
    """Rows 34, 36: all ten inputs come back in param, which is a text."""
    given = {
        "text": "Hello, listener.",
        "voice": "Aria",
        "stability": 0.3,
        "similarity_boost": 0.75,
        "style": 0.1,
        "speed": 1.2,
        "timestamps": False,
        "previous_text": "Before.",
        "next_text": "After.",
        "language_code": "en",
    }
    answer = finish(create(TURBO, **given))
    data = answer["data"]
    urls = json.loads(data["resultJson"])["resultUrls"]

    assert (answer["code"], data["state"]) == (200, "success")
    assert given == json.loads(data["param"])["input"]
    assert json.loads(data["param"])["model"] == TURBO
    assert describe(http.get(urls[0]).content)["duration_s"] > 0.5
    assert (data["consumeCredits"], data["remainedCredits"]) == (0.1, 9999.9)


@pytest.mark.parametrize(
    "change",
    [
        {"text": ""},
        {"text": "a" * 5001},
        {"voice": "Nobody"},
        {"stability": 1.01},
        {"stability": 0.505},
        {"speed": 0.69},
        {"speed": "1"},
        {"timestamps": "yes"},
        {"next_text": "a" * 5001},
    ],
)
def test_34_what_is_refused(kie, sandbox, change):
    """Row 34: refusals come under HTTP 200, with the code in the body."""
    body = {"model": TURBO, "input": {"text": "Hello", **change}}
    answer = kie.post(CREATE, json=body)
    assert (
        answer.status_code,
        answer.json()["code"],
        answer.json()["data"],
    ) == (200, 422, None)
    assert sandbox.look("kie", "counters")["accepted"] == 0


def test_34_voices_by_id(create, finish):
    """Newer documents of the vendor list ids beside the names of its page."""
    spoken = {voice: create(TURBO, text="Hello.", voice=voice) for voice in IDS}
    assert {finish(task)["data"]["state"] for task in spoken.values()} == {"success"}


def test_34_language(create, finish):
    """Row 34: the language of the text is enforced."""
    durations = [
        describe(
            http.get(
                json.loads(finish(task)["data"]["resultJson"])["resultUrls"][0]
            ).content
        )["duration_s"]
        for task in (
            create(TURBO, text="Die Sonne scheint am Nachmittag"),
            create(TURBO, text="Die Sonne scheint am Nachmittag", language_code="de"),
        )
    ]
    assert durations[0] != durations[1]


def test_35_sound_effect(create, finish):
    """Row 35: as long as asked for, another one for another prompt."""
    sounds = []
    for text in ("rain on a roof", "a slamming door"):
        task = create(
            SOUND,
            text=text,
            duration_seconds=2.5,
            loop=True,
            output_format="mp3_22050_32",
        )
        url = json.loads(finish(task)["data"]["resultJson"])["resultUrls"][0]
        sounds.append(http.get(url).content)

    assert sounds[0] != sounds[1]
    found = describe(sounds[0])
    assert found["sample_rate"] == 22_050
    assert abs(found["duration_s"] - 2.5) < 0.2
    assert create(SOUND, text="rain", duration_seconds=0.4)["code"] == 422
    assert create(SOUND, text="rain", output_format="mp3_1")["code"] == 422


def test_35_without_a_text(kie, create, finish, sandbox):
    """Row 35: the page's sample leaves the required text out: accepted, then failed."""
    record = finish(create(SOUND, loop=False))
    data = record["data"]
    assert (record["code"], data["state"], data["failCode"]) == (501, "fail", "500")
    assert (data["failMsg"], data["consumeCredits"]) == ("Internal server error", 0)
    assert sandbox.look("kie", "ledger")["balance"] == 10_000


def test_36_unknown_tasks(kie):
    """Row 36: 422 for an unknown task, 400 for none."""
    unknown = kie.get(RECORD, params={"taskId": "task_1"}).json()
    assert (unknown["code"], unknown["msg"]) == (422, "recordInfo is null")
    assert kie.get(RECORD).json()["code"] == 400


def test_38_credits(kie, sandbox):
    """Row 38: the balance may be fractional; too little is code 402."""
    sandbox.set_balance("kie", 0.01)
    assert kie.get("/api/v1/chat/credit").json() == {
        "code": 200,
        "msg": "success",
        "data": 0.01,
    }
    body = {"model": TURBO, "input": {"text": "Hello, dear listener"}}
    assert kie.post(CREATE, json=body).json()["code"] == 402


def test_39_word_times(create, finish):
    """Row 39: every word, when asked for."""
    without = finish(create(TURBO, text="Hello, listener."))
    asked = finish(create(TURBO, text="Hello, listener.", timestamps=True))
    result = json.loads(asked["data"]["resultJson"])

    assert "resultObject" not in json.loads(without["data"]["resultJson"])
    words = result["resultObject"]["timestamps"]
    assert [row["word"].strip(",.") for row in words] == ["Hello", "listener"]
    assert words[0]["end"] <= words[1]["end"]


def test_rate_limit(kie, sandbox):
    """Twenty new tasks in ten seconds; the next is code 429 and costs nothing."""
    sandbox.reset("kie")
    body = {"model": TURBO, "input": {"text": "a"}}
    codes = [kie.post(CREATE, json=body).json()["code"] for _ in range(21)]
    sandbox.advance(10)
    after = kie.post(CREATE, json=body).json()["code"]
    assert (codes, after) == ([200] * 20 + [429], 200)
    assert sandbox.look("kie", "counters")["accepted"] == 21


def test_no_key(kie):
    """A wrong key is refused under HTTP 200."""
    answer = kie.get("/api/v1/chat/credit", headers={"authorization": "Bearer no"})
    assert (answer.status_code, answer.json()["code"]) == (200, 401)
