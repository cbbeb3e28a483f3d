"""Kie's stand-in: rows 34 to 39."""

from __future__ import annotations

import json

import httpx
import pytest

from voicekit.audio.codec import describe

CREATE, RECORD = "/api/v1/jobs/createTask", "/api/v1/jobs/recordInfo"
TURBO, SOUND = "elevenlabs/text-to-speech-turbo-2-5", "elevenlabs/sound-effect-v2"


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

    assert (200, "success") == (answer["code"], data["state"])
    assert given == json.loads(data["param"])["input"]
    assert TURBO == json.loads(data["param"])["model"]
    assert describe(httpx.get(urls[0]).content)["duration_s"] > 0.5
    assert (0.1, 9999.9) == (data["consumeCredits"], data["remainedCredits"])


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
    assert (200, 422, None) == (
        answer.status_code,
        answer.json()["code"],
        answer.json()["data"],
    )
    assert 0 == sandbox.look("kie", "counters")["accepted"]


def test_34_language(create, finish):
    """Row 34: the language of the text is enforced."""
    durations = [
        describe(
            httpx.get(
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
            SOUND, text=text, duration_seconds=2.5, loop=True, output_format="mp3_22050_32"
        )
        url = json.loads(finish(task)["data"]["resultJson"])["resultUrls"][0]
        sounds.append(httpx.get(url).content)

    assert sounds[0] != sounds[1]
    found = describe(sounds[0])
    assert found["sample_rate"] == 22_050
    assert abs(found["duration_s"] - 2.5) < 0.2
    assert 422 == create(SOUND, text="rain", duration_seconds=0.4)["code"]
    assert 422 == create(SOUND, text="rain", output_format="mp3_1")["code"]


def test_35_without_a_text(kie, create, finish, sandbox):
    """Row 35: the page's sample leaves the required text out: accepted, then failed."""
    record = finish(create(SOUND, loop=False))
    data = record["data"]
    assert (501, "fail", "500") == (record["code"], data["state"], data["failCode"])
    assert ("Internal server error", 0) == (data["failMsg"], data["consumeCredits"])
    assert 10_000 == sandbox.look("kie", "ledger")["balance"]


def test_36_unknown_tasks(kie):
    """Row 36: 422 for an unknown task, 400 for none."""
    unknown = kie.get(RECORD, params={"taskId": "task_1"}).json()
    assert (422, "recordInfo is null") == (unknown["code"], unknown["msg"])
    assert 400 == kie.get(RECORD).json()["code"]


def test_38_credits(kie, sandbox):
    """Row 38: the balance may be fractional; too little is code 402."""
    sandbox.set_balance("kie", 0.01)
    assert {"code": 200, "msg": "success", "data": 0.01} == kie.get(
        "/api/v1/chat/credit"
    ).json()
    body = {"model": TURBO, "input": {"text": "Hello, dear listener"}}
    assert 402 == kie.post(CREATE, json=body).json()["code"]


def test_39_word_times(create, finish):
    """Row 39: every word, when asked for."""
    without = finish(create(TURBO, text="Hello, listener."))
    asked = finish(create(TURBO, text="Hello, listener.", timestamps=True))
    result = json.loads(asked["data"]["resultJson"])

    assert "resultObject" not in json.loads(without["data"]["resultJson"])
    words = result["resultObject"]["timestamps"]
    assert ["Hello", "listener"] == [row["word"].strip(",.") for row in words]
    assert words[0]["end"] <= words[1]["end"]


def test_rate_limit(kie, sandbox):
    """Twenty new tasks in ten seconds; the next is code 429 and costs nothing."""
    sandbox.reset("kie")
    body = {"model": TURBO, "input": {"text": "a"}}
    codes = [kie.post(CREATE, json=body).json()["code"] for _ in range(21)]
    sandbox.advance(10)
    after = kie.post(CREATE, json=body).json()["code"]
    assert ([200] * 20 + [429], 200) == (codes, after)
    assert 21 == sandbox.look("kie", "counters")["accepted"]


def test_no_key(kie):
    """A wrong key is refused under HTTP 200."""
    answer = kie.get("/api/v1/chat/credit", headers={"authorization": "Bearer no"})
    assert (200, 401) == (answer.status_code, answer.json()["code"])
