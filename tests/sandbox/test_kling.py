"""Kling's stand-in: rows 29 to 33."""

from __future__ import annotations

import time

import jwt
import pytest
from sandbox.plain import http

from voicekit.audio.codec import describe

PATH = "/v1/audio/tts"
SPEECH = {
    "text": "Good evening, this is the news.",
    "voice_id": "oversea_male1",
    "voice_language": "en",
}


def seconds(answer):
    return float(answer.json()["data"]["task_result"]["audios"][0]["duration"])


def test_29_and_31_speech(kling):
    """Rows 29, 31: the answer carries the sound; times are texts."""
    data = kling.post(PATH, json=SPEECH).json()["data"]
    audio = data["task_result"]["audios"][0]

    assert data["task_status"] == "succeed"
    found = describe(http.get(audio["url"]).content)["duration_s"]
    assert abs(found - float(audio["duration"])) < 0.1


def test_29_speed_is_brought_into_its_range(kling):
    """Row 29: 0.8 to 2.0; what lies outside is not refused."""
    at = {
        speed: seconds(kling.post(PATH, json={**SPEECH, "voice_speed": speed}))
        for speed in (0.1, 0.8, 1, 2.0, 9.0)
    }
    assert at[0.1] == at[0.8] > at[1] > at[2.0] == at[9.0]


@pytest.mark.parametrize(
    "change",
    [
        {"text": "a" * 1001},
        {"text": ""},
        {"voice_id": "nobody"},
        {"voice_language": "de"},
        {"voice_id": "reader_en_m-v1", "voice_language": "zh"},
        {"voice_speed": "fast"},
    ],
)
def test_29_and_32_what_is_refused(kling, sandbox, change):
    """Rows 29, 32: code 1201, and nothing is accepted."""
    answer = kling.post(PATH, json={**SPEECH, **change})
    assert (answer.status_code, answer.json()["code"]) == (400, 1201)
    assert sandbox.look("kling", "counters")["accepted"] == 0


def test_30_a_voice_in_two_languages(kling):
    """Row 30: sixteen ids serve both languages."""
    spoken = [
        kling.post(
            PATH, json={**SPEECH, "voice_id": "ai_kaiya", "voice_language": lang}
        )
        for lang in ("en", "zh")
    ]
    assert [answer.json()["code"] for answer in spoken] == [0, 0]


def test_31_other_states(kling, sandbox, until):
    """Row 31: a fault makes the answer come before the sound."""
    sandbox.fail("kling", on="submit", kind="pending")
    data = kling.post(PATH, json=SPEECH).json()["data"]
    ended = until(
        lambda: kling.get(f"{PATH}/{data['task_id']}").json()["data"],
        lambda shown: shown["task_status"] == "succeed",
    )
    assert data["task_status"] in {"submitted", "processing"}
    assert "task_result" not in data
    assert ended["task_result"]["audios"][0]["url"]


def test_31_a_task_that_never_ends(kling, sandbox):
    """Row 31: the answer comes all the same."""
    sandbox.fail("kling", on="submit", kind="stuck")
    data = kling.post(PATH, json=SPEECH).json()["data"]
    assert data["task_status"] in {"submitted", "processing"}


def test_31_a_failed_task(kling, sandbox):
    """Row 31: failed, with the reason, and no deduction."""
    sandbox.fail("kling", on="submit", kind="failed")
    data = kling.post(PATH, json=SPEECH).json()["data"]
    assert (data["task_status"], "risk" in data["task_status_msg"]) == ("failed", True)
    assert sandbox.look("kling", "ledger")["balance"] == 200


@pytest.mark.parametrize(
    ("reason", "status", "code"),
    [
        ("arrears", 429, 1101),
        ("no_credits", 429, 1102),
        ("forbidden", 403, 1103),
        ("content", 400, 1301),
        ("rate", 429, 1302),
        ("parallel", 429, 1303),
        ("address", 429, 1304),
        ("maintenance", 503, 5001),
    ],
)
def test_32_codes(kling, sandbox, reason, status, code):
    """Row 32: every code of the table can be had."""
    sandbox.fail("kling", on="submit", kind=f"refuse:{reason}")
    sandbox.fail("kling", on="submit", kind=f"vendor_code:{code}")
    for _ in range(2):
        answer = kling.post(PATH, json=SPEECH)
        assert (status, code) == (answer.status_code, answer.json()["code"])


def test_33_deduction(kling):
    """Row 33: units as a text, and taken from the pack."""
    deducted = kling.post(PATH, json=SPEECH).json()["data"]["final_unit_deduction"]
    costs = kling.get("/account/costs", params={"start_time": 0, "end_time": 1}).json()
    pack = costs["data"]["resource_pack_subscribe_infos"][0]
    assert (deducted, pack["remaining_quantity"]) == ("0.05", 199.95)


@pytest.mark.parametrize(
    ("claims", "secret", "code"),
    [
        ({}, None, 0),
        ({"exp": -10}, None, 1004),
        ({"nbf": 60}, None, 1003),
        ({"iss": "somebody"}, None, 1002),
        ({}, "another-secret-key-of-at-least-32-bytes", 1002),
    ],
)
def test_jwt(kling, sandbox, claims, secret, code):
    """The two older keys make a token; each way of being wrong has its code."""
    keys, now = sandbox.vendors["kling"].credentials, time.time()
    told = {
        "iss": claims.get("iss", keys["access key"]),
        "exp": int(now + claims.get("exp", 1800)),
        "nbf": int(now + claims.get("nbf", -5)),
    }
    token = jwt.encode(told, secret or keys["secret key"], "HS256")
    headers = {"authorization": f"Bearer {token}"}
    assert code == kling.post(PATH, json=SPEECH, headers=headers).json()["code"]


def test_no_key(kling):
    """No header, and a header that is no token."""
    empty = kling.post(PATH, json=SPEECH, headers={"authorization": ""})
    wrong = kling.post(PATH, json=SPEECH, headers={"authorization": "Bearer wrong"})
    assert (empty.json()["code"], wrong.json()["code"]) == (1001, 1002)


def test_results_last_thirty_days(kling, sandbox):
    """What the page promises, and not longer."""
    data = kling.post(PATH, json=SPEECH).json()["data"]
    url = data["task_result"]["audios"][0]["url"]
    sandbox.advance(29 * 86_400)
    there = http.get(url).status_code
    sandbox.advance(2 * 86_400)
    assert (there, http.get(url).status_code) == (200, 404)
