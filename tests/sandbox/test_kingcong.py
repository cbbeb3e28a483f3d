"""Kingcong's stand-in: rows 1 to 21 of the vendors' table."""

from __future__ import annotations

import json

import httpx
import pytest
from sandbox.plain import http

from voicekit.audio.codec import describe

RACHEL = "21m00Tcm4TlvDq8ikWAM"
TRUSTWORTHY = "209533299589184"
SPEECH = {"text": "Hello, dear listener.", "model_id": "eleven_multilingual_v2"}
MINIMAX = {
    "text": "Hello, dear listener.",
    "model": "speech-2.6-hd",
    "voice_setting": {"voice_id": TRUSTWORTHY},
}
CLONE = {
    "voice_name": "Mine",
    "preview_text": "Hello",
    "language_tag": "English",
    "gender_tag": "male",
}


@pytest.fixture
def finish(kingcong, until):
    """Return a function that waits for a task and returns it."""

    def wait(receipt):
        assert receipt.json()["success"] is True, receipt.text
        path = f"/v1/task/{receipt.json()['task_id']}"
        return until(
            lambda: kingcong.get(path).json(), lambda task: task["status"] != "doing"
        )

    return wait


def fetch(url):
    answer = http.get(url)
    assert answer.status_code == 200
    return answer.content


def test_1_elevenlabs_speech(kingcong, finish):
    """Row 1: a receipt, then sound and transcript, for one credit a character."""
    asked = {**SPEECH, "with_transcript": True}
    receipt = kingcong.post(f"/v1/text-to-speech/{RACHEL}", json=asked)
    task = finish(receipt)

    assert receipt.json()["ec_remain_credits"] == 100_000 - len(SPEECH["text"])
    assert (task["status"], task["type"], task["credit_cost"]) == ("done", "tts", 21)
    assert describe(fetch(task["metadata"]["audio_url"]))["sample_rate"] == 44_100
    assert b"00:00:00" in fetch(task["metadata"]["srt_url"])
    assert b"listener" in fetch(task["metadata"]["json_url"])


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"text": " "}, 400),
        ({"text": "\ud83d"}, 400),
        ({"model_id": "eleven_v9"}, 400),
        ({"voice_settings": {"speed": 1.3}}, 400),
        ({"voice_settings": {"stability": "0.5"}}, 400),
        ({"language_code": "de"}, 400),
        ({"text": "a" * 10_001}, 400),
    ],
)
def test_1_what_is_refused(kingcong, sandbox, change, status):
    """Row 1: a bad request is refused, and nothing is accepted."""
    answer = kingcong.post(
        f"/v1/text-to-speech/{RACHEL}",
        content=json.dumps({**SPEECH, **change}),
        headers={"content-type": "application/json"},
    )
    assert (status, False) == (answer.status_code, answer.json()["success"])
    assert sandbox.look("kingcong", "counters")["accepted"] == 0


def test_1_unknown_voice(kingcong):
    """Row 1: a voice that neither list has."""
    assert kingcong.post("/v1/text-to-speech/nobody", json=SPEECH).status_code == 404


def test_2_dubbing(kingcong, finish, sample):
    """Row 2: the sound comes back in the target language, with a transcript."""
    fields = {"target_lang": "de", "disable_voice_cloning": "false"}
    files = {"file": sample.read_bytes()}
    receipt = kingcong.post("/v1/task/dubbing", data=fields, files=files)
    task = finish(receipt)

    assert task["type"] == "dubbing"
    assert describe(fetch(task["metadata"]["audio_url"]))["duration_s"] > 2
    assert "Aufnahme" in fetch(task["metadata"]["srt_url"]).decode()


def test_3_transcription(kingcong, finish, sample):
    """Row 3: what the sandbox spoke is recognised word for word."""
    receipt = kingcong.post(
        "/v1/task/speech-to-text", files={"file": sample.read_bytes()}
    )
    task = finish(receipt)

    assert ("speech_to_text", {"srt_url", "json_url"}) == (
        task["type"],
        set(task["metadata"]),
    )
    assert b"whoever" in fetch(task["metadata"]["json_url"])


def test_4_models(kingcong):
    """Row 4: the page's two come first."""
    names = [row["model_id"] for row in kingcong.get("/v1/models").json()["models"]]
    assert names[:2] == ["eleven_multilingual_v2", "eleven_monolingual_v1"]


def test_5_voices(kingcong):
    """Row 5: search, filters, and paging by token."""
    first = kingcong.get("/v2/voices", params={"page_size": 12}).json()
    token = first["next_page_token"]
    rest = kingcong.get(
        "/v2/voices", params={"page_size": 12, "next_page_token": token}
    )
    found = kingcong.get("/v2/voices", params={"search": RACHEL}).json()
    british = kingcong.get("/v2/voices", params={"accent": "british"}).json()

    ids = [row["voice_id"] for row in first["voices"] + rest.json()["voices"]]
    assert (len(set(ids)), first["total_count"], first["has_more"]) == (21, 21, True)
    assert rest.json()["next_page_token"] is None
    assert [row["name"] for row in found["voices"]] == ["Rachel"]
    assert {"british"} == {row["labels"]["accent"] for row in british["voices"]}
    assert fetch(first["voices"][0]["preview_url"])[:2] == b"\xff\xfb"


def test_6_shared_voices(kingcong):
    """Row 6: filters, and paging by number."""
    pages = [
        kingcong.get("/v1/shared-voices", params={"page": n}).json() for n in range(3)
    ]
    german = kingcong.get("/v1/shared-voices", params={"language": "de"}).json()

    assert [page["has_more"] for page in pages] == [True, True, False]
    ids = [row["voice_id"] for page in pages for row in page["voices"]]
    assert pages[0]["total_count"] == len(set(ids))
    assert {"de"} == {row["language"] for row in german["voices"]}


def test_7_config(kingcong):
    """Row 7: the configuration, in an envelope without success."""
    answer = kingcong.get("/v1m/common/config").json()
    assert "speech-2.6-hd" in [row["value"] for row in answer["data"]["t2a_model"]]
    assert "success" not in answer


def test_8_minimax_speech(kingcong, finish):
    """Row 8: a transcript has no JSON here, and turbo costs 0.6."""
    task = finish(
        kingcong.post(
            "/v1m/task/text-to-speech",
            json={**MINIMAX, "model": "speech-2.6-turbo", "with_transcript": True},
        )
    )
    assert (task["type"], task["credit_cost"]) == ("minimax_tts", 13)
    assert {"audio_url", "srt_url"} == set(task["metadata"])


def test_8_an_answer_that_carries_the_sound(kingcong, sandbox):
    """Row 8: "synchronous" is told as a fault, since the page shows no example."""
    sandbox.fail("kingcong", on="submit", kind="immediate")
    answer = kingcong.post("/v1m/task/text-to-speech", json=MINIMAX).json()
    assert (answer["success"], answer["status"]) == (True, "done")
    assert len(fetch(answer["metadata"]["audio_url"])) > 1000


def test_9_to_11_clones(kingcong, sandbox, sample, until):
    """Rows 9 to 11: a clone can be listed, used when it is ready, and deleted."""
    files = {"file": sample.read_bytes()}
    number = kingcong.post("/v1m/voice/clone", data=CLONE, files=files).json()
    clone = number["cloned_voice_id"]
    asked = {**MINIMAX, "voice_setting": {"voice_id": str(clone)}}
    row = until(
        lambda: kingcong.get("/v1m/voice/clone").json()["data"][0],
        lambda found: found["voice_status"] == 2,
    )
    spoken = kingcong.post("/v1m/task/text-to-speech", json=asked)
    deleted = kingcong.delete(f"/v1m/voice/clone/{clone}")
    again = kingcong.delete(f"/v1m/voice/clone/{clone}")

    assert isinstance(clone, int)
    assert (str(clone), "Mine") == (row["voice_id"], row["voice_name"])
    assert spoken.json()["success"] is True
    assert deleted.json() == {"success": True}
    assert again.status_code == 404
    assert kingcong.get("/v1m/voice/clone").json()["data"] == []


def test_9_the_wrong_file(kingcong):
    """Row 9: a file is judged by its content."""
    answer = kingcong.post(
        "/v1m/voice/clone", data=CLONE, files={"file": ("a.mp3", b"<html>")}
    )
    assert answer.json() == {"success": False, "message": "File type is not supported"}


def test_12_minimax_voices(kingcong):
    """Row 12: tags and paging; unknown tags are passed over."""
    ask = lambda **body: kingcong.post("/v1m/voice/list", json=body).json()["data"]  # noqa: E731
    first, second = ask(page=1), ask(page=2)
    german = ask(tag_list=["German", "Female"])
    unknown = ask(tag_list=["Martian"])

    assert (
        len(first["voice_list"]),
        len(second["voice_list"]),
        first["has_more"],
    ) == (30, 30, True)
    assert first["voice_list"][0] != second["voice_list"][0]
    assert [row["tag_list"][0] for row in german["voice_list"]] == ["German"]
    assert unknown["total"] == first["total"]


def test_13_music(kingcong, finish):
    """Row 13: as many tracks and covers as asked for."""
    asked = {
        "idea": "A relaxing jazz piece for a quiet evening",
        "n": 2,
        "mood_id": "5",
    }
    task = finish(kingcong.post("/v1m/task/music-generation", json=asked))
    tracks = [fetch(url) for url in task["metadata"]["audio_url"]]
    covers = [fetch(url) for url in task["metadata"]["cover_url"]]

    assert (task["type"], task["credit_cost"]) == ("minimax_music", 2400)
    assert [round(describe(track)["duration_s"]) for track in tracks] == [10, 10]
    assert len({*tracks}) == len({*covers}) == 2
    assert {b"\xff\xd8\xff"} == {cover[:3] for cover in covers}


def test_13_lyrics_or_a_longer_idea(kingcong):
    """Row 13: an idea of 20 characters, or lyrics of 50."""
    path = "/v1m/task/music-generation"
    assert kingcong.post(path, json={"idea": "jazz"}).status_code == 400
    assert kingcong.post(path, json={"lyrics": "la " * 20}).json()["success"] is True
    assert kingcong.post(path, json={"lyrics": "la " * 20, "style_id": "14"}).is_error


def test_14_and_15_proxies(kingcong, sandbox):
    """Rows 14, 15: a bought proxy carries a request, until its minutes are over."""
    asked = {"ttl": 5, "quantity": 2}
    bought = kingcong.post("/v1p/proxy/purchase", json=asked).json()["data"]
    listed = kingcong.get("/v1p/proxy/purchases").json()["data"]
    vendor = sandbox.vendors["kingcong"]
    with httpx.Client(
        proxy=bought["purchased_proxies"][0]["proxy"], base_url=vendor.url
    ) as through:
        balance = through.get("/v1/credits", headers={"xi-api-key": vendor.key})
        sandbox.advance(301)
        late = through.get("/v1/credits", headers={"xi-api-key": vendor.key})

    assert (
        bought["total_cost"],
        listed["total"],
        len(listed["purchases"]),
    ) == (2500, 2, 2)
    assert balance.json() == {"success": True, "credits": 97_500}
    assert late.status_code == 407


def test_16_progress(kingcong, sandbox, until):
    """Row 16: a task is bare, and its progress grows."""
    sandbox.set_speed(0.01)
    receipt = kingcong.post(f"/v1/text-to-speech/{RACHEL}", json=SPEECH).json()
    path = f"/v1/task/{receipt['task_id']}"
    seen = []
    for _ in range(3):
        seen.append(kingcong.get(path).json())
        sandbox.advance(0.5)
    sandbox.set_speed(400)

    assert "success" not in seen[0]
    assert {"doing"} == {task["status"] for task in seen}
    progress = [task["progress"] for task in seen]
    assert progress == sorted(set(progress))
    assert kingcong.get("/v1/task/unknown").status_code == 404


def test_17_tasks(kingcong):
    """Row 17: pages, the newest first, and one type."""
    ids = [
        kingcong.post(f"/v1/text-to-speech/{RACHEL}", json=SPEECH).json()["task_id"]
        for _ in range(3)
    ]
    kingcong.post("/v1m/task/text-to-speech", json=MINIMAX)
    ask = lambda **query: kingcong.get("/v1/tasks", params=query).json()  # noqa: E731
    pages = [ask(page=n, limit=2, type="tts") for n in (1, 2)]

    assert ask()["total"] == 4
    assert ids[::-1] == [task["id"] for page in pages for task in page["data"]]
    assert pages[0]["total"] == 3


def test_18_delete_with_refund(kingcong, sandbox, finish):
    """Row 18: a failed task gives its credits back when it is deleted."""
    sandbox.fail("kingcong", on="submit", kind="failed")
    failed = finish(kingcong.post(f"/v1/text-to-speech/{RACHEL}", json=SPEECH))
    done = finish(kingcong.post(f"/v1/text-to-speech/{RACHEL}", json=SPEECH))
    ids = [failed["id"], done["id"], "unknown"]
    answer = kingcong.post("/v1/task/delete", json={"task_ids": ids}).json()

    assert (failed["status"], failed["error_message"]) == ("error", "tts_chunk_error")
    assert answer == {"success": True, "refund_credits": 21}
    assert kingcong.get("/v1/credits").json()["credits"] == 100_000 - 21


def test_19_credits(kingcong, sandbox):
    """Row 19: too few are refused with the vendor's own body, and nothing is taken."""
    sandbox.set_balance("kingcong", 5)
    answer = kingcong.post(f"/v1/text-to-speech/{RACHEL}", json=SPEECH)
    assert (answer.status_code, answer.json()["success"]) == (402, False)
    assert kingcong.get("/v1/credits").json() == {"success": True, "credits": 5}


def test_20_health(kingcong):
    """Row 20."""
    assert {"good"} == {*kingcong.get("/v1/health-check").json()["data"].values()}


def test_the_key(kingcong):
    """Every path wants the key, the health check, too."""
    for headers in ({"xi-api-key": "wrong"}, {"xi-api-key": ""}):
        answer = kingcong.get("/v1/health-check", headers=headers)
        assert (answer.status_code, answer.json()["success"]) == (401, False)
