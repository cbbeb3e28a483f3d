"""The Voice Clone API's stand-in: rows 22 to 28."""

from __future__ import annotations

import pytest
from sandbox.plain import http

from voicekit.audio.codec import describe


@pytest.fixture
def voice(voiceclone):
    return voiceclone.get("/voices", params={"type": "SYSTEM"}).json()["voices"][0][
        "id"
    ]


@pytest.fixture
def finish(voiceclone, until):
    """Return a function that waits for a speech and returns it."""

    def wait(answer):
        path = f"/tts/{answer.json()['speechId']}"
        return until(
            lambda: voiceclone.get(path).json()["speech"],
            lambda speech: speech["status"] != "PROCESSING",
        )

    return wait


@pytest.mark.parametrize("tags", ['["male","young"]', "male, young"])
def test_22_clone(voiceclone, sample, tags, until):
    """Row 22: tags in both forms; it can be used only when it is COMPLETED."""
    files = {"voice": sample.read_bytes()}
    answer = voiceclone.post("/voice-clone", files=files, data={"tags": tags}).json()
    clone = answer["voiceId"]
    listed = until(
        lambda: voiceclone.get("/voices", params={"type": "USER"}).json()["voices"][0],
        lambda row: row["status"] == "COMPLETED",
    )
    spoken = voiceclone.post("/tts", json={"text": "Hello", "voiceId": clone})

    assert answer["voice"]["tags"] == ["male", "young"]
    assert "status" not in answer["voice"]
    assert clone == listed["id"]
    assert spoken.json()["success"] is True
    assert http.get(listed["audioUrl"]).content == sample.read_bytes()


def test_22_not_before_it_is_ready(voiceclone, sandbox, sample):
    """Row 22: a clone at work is not available."""
    sandbox.set_speed(0.01)
    files = {"voice": sample.read_bytes()}
    clone = voiceclone.post("/voice-clone", files=files).json()["voiceId"]
    early = voiceclone.post("/tts", json={"text": "Hello", "voiceId": clone})
    sandbox.set_speed(400)

    assert early.status_code == 404
    told = {"code": "NOT_FOUND", "error": "Voice not found or not available"}
    assert told == early.json()


def test_22_files(voiceclone, sample_wav):
    """Row 22: MP3, WAV and WebM up to 20 MB, judged by content."""
    send = lambda data: voiceclone.post("/voice-clone", files={"voice": data})  # noqa: E731
    kinds = [sample_wav, b"\x1a\x45\xdf\xa3" + bytes(5000), b"OggS" + bytes(5000)]
    big = send(sample_wav + bytes(20_000_000))

    assert [send(data).status_code for data in kinds] == [200, 200, 400]
    told = {"code": "INVALID_PARAMETERS", "error": "File size exceeds 20MB limit"}
    assert told == big.json()


def test_23_voices(voiceclone, sample):
    """Row 23: page, limit, status, type, sort."""
    for title in ("b", "c", "a"):
        files = {"voice": sample.read_bytes()}
        voiceclone.post("/voice-clone", files=files, data={"title": title})
    ask = lambda **query: voiceclone.get("/voices", params=query).json()  # noqa: E731
    sort = {"type": "USER", "sortBy": "title", "sortOrder": "asc"}
    first, second = ask(limit=2, **sort), ask(limit=2, page=2, **sort)

    assert [row["title"] for row in first["voices"]] == ["a", "b"]
    assert [row["title"] for row in second["voices"]] == ["c"]
    expected = {
        "page": 2,
        "limit": 2,
        "total": 3,
        "totalPages": 2,
        "hasNext": False,
        "hasPrev": True,
    }
    assert expected == second["pagination"]
    assert ask(type="SYSTEM")["pagination"]["total"] == 3
    assert voiceclone.get("/voices", params={"limit": 101}).status_code == 400


@pytest.mark.parametrize(
    ("form", "magic"),
    [("mp3", b"\xff\xfb"), ("wav", b"RIFF"), ("opus", b"OggS"), ("pcm", b"")],
)
def test_24_and_25_speech(voiceclone, voice, finish, form, magic):
    """Rows 24, 25: four formats, one credit a byte."""
    text = "Hello, this is a test speech."
    answer = voiceclone.post(
        "/tts", json={"text": text, "voiceId": voice, "format": form}
    )
    speech = finish(answer)
    data = http.get(speech["audioUrl"]).content

    assert (
        answer.json()["creditsUsed"],
        answer.json()["speech"]["status"],
    ) == (29, "PROCESSING")
    assert data.startswith(magic)
    if form == "pcm":
        assert abs(len(data) / 2 / 24_000 - speech["duration"]) < 0.05
    else:
        assert abs(describe(data)["duration_s"] - speech["duration"]) < 0.15


def test_24_bytes_not_characters(voiceclone, voice):
    """Row 24: 5,000 bytes of UTF-8."""
    send = lambda text: voiceclone.post("/tts", json={"text": text, "voiceId": voice})  # noqa: E731
    told = {
        "code": "INVALID_PARAMETERS",
        "error": "Text exceeds maximum length of 5000 bytes",
    }
    assert told == send("你" * 1667).json()
    assert send("你" * 1666).json()["creditsUsed"] == 4998


def test_26_credits(voiceclone, sandbox, voice):
    """Row 26: what resets is spent first."""
    sandbox.set_balance("voiceclone", 20_010)
    voiceclone.post(
        "/tts", json={"text": "Hello, this is a test speech.", "voiceId": voice}
    )
    answer = voiceclone.get("/credits").json()
    assert (
        answer["credits"],
        answer["breakdown"]["regular"],
        answer["breakdown"]["permanent"],
    ) == (19_981, 0, 19_981)


def test_27_both_meanings_of_429(voiceclone, sandbox, voice, sample):
    """Row 27: only the code tells them apart."""
    sandbox.set_balance("voiceclone", 10)
    asked = {"text": "Hello, this is a test speech.", "voiceId": voice}
    poor = voiceclone.post("/tts", json=asked)
    clone = voiceclone.post("/voice-clone", files={"voice": sample.read_bytes()})
    sandbox.set_limit("voiceclone", 0)
    fast = voiceclone.get("/credits")

    assert [poor.status_code, clone.status_code, fast.status_code] == [429, 429, 429]
    told = {
        "error": "Insufficient credits",
        "code": "USAGE_LIMIT_EXCEEDED",
        "credits": 10,
        "needCredits": 29,
    }
    assert told == poor.json()
    assert (clone.json()["credits"], clone.json()["needCredits"]) == (10, 1000)
    assert fast.json() == {"code": "RATE_LIMITED", "error": "Rate limit exceeded"}


def test_27_the_other_codes(voiceclone, voice):
    """Row 27: unauthorised, unknown, invalid."""
    unauthorised = voiceclone.get("/credits", headers={"authorization": "Bearer no"})
    unknown = voiceclone.get("/tts/clunknown")
    invalid = voiceclone.post("/tts", json={"voiceId": voice})
    text = {"code": "UNAUTHORIZED", "error": "Authentication required"}
    assert (401, text) == (unauthorised.status_code, unauthorised.json())
    text = {"code": "NOT_FOUND", "error": "Speech not found or access denied"}
    assert (404, text) == (unknown.status_code, unknown.json())
    assert (invalid.status_code, invalid.json()["code"]) == (400, "INVALID_PARAMETERS")


def test_28_rate_limit_headers(voiceclone, sandbox):
    """Row 28: on every answer, and the window ends when they say."""
    sandbox.set_limit("voiceclone", 2, window_s=60)
    answers = [voiceclone.get("/credits") for _ in range(3)]
    reset = int(answers[2].headers["x-ratelimit-reset"])
    now = sandbox.look("voiceclone", "ledger") and _now(sandbox)
    sandbox.advance(reset - now)
    after = voiceclone.get("/credits")

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [a.headers["x-ratelimit-remaining"] for a in answers] == ["1", "0", "0"]
    assert after.status_code == 200


def _now(sandbox):
    return http.get(f"{sandbox.url}/clock").json()["now"]
