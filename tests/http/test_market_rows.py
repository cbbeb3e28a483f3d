"""Kling, Kie and Akool end to end, rows 29 to 46: a studio, real HTTP, the sandbox."""

import asyncio
import time

import pytest

from voicekit.audio.file import sniff
from voicekit.errors import (
    InsufficientCredits,
    InvalidRequest,
    InvalidSetting,
    InvalidText,
    NotFound,
    RateLimited,
    ResultExpired,
    SubmissionUnknown,
    Unauthorized,
    UnsafeResult,
)
from voicekit.providers import akool_webhook, kie_webhook

MALE = "kling:oversea_male1/en"
RACHEL = "kie:Rachel"
NICOLE = "akool:piTKgcLEGmPE4e6mEKli"
SAMPLE = "akool:https://samples.example/private/voice.mp3?signature=hidden"


# Kling


@pytest.mark.parametrize("voice", [MALE, "kling:genshin_vindi2/zh"])
def test_row_29_kling_speech(studio, asked, submissions, voice):
    """Both languages speak, slow and fast, with a speed of one decimal."""
    text = "Hello there, how are you today?"
    slow, fast = (studio.speak(text, voice, voice_speed=v) for v in (0.8, 2.0))
    assert slow.duration_s > 1.5 * fast.duration_s
    assert asked("kling")["voice_speed"] == 2
    assert asked("kling")["voice_language"] == voice[-2:]
    assert submissions("kling") == (2, 2)


def test_row_29_kling_limits(studio, submissions):
    """Over 1,000 characters, or between two speeds, nothing is sent."""
    with pytest.raises(InvalidText, match="1,001 characters"):
        studio.speak("x" * 1_001, MALE)
    with pytest.raises(InvalidSetting, match="0.8 and 2 in steps of 0.1"):
        studio.speak("Hello.", MALE, voice_speed=1.25)
    assert submissions("kling") == (0, 0)


def test_row_30_kling_voice_tables(studio):
    """Every voice of both tables is one that the vendor knows."""
    tables = {
        language: studio.voices(provider="kling", language=language)
        for language in ("zh", "en")
    }

    async def all_speak(names):
        return await asyncio.gather(*(studio.aio.speak("Hi.", name) for name in names))

    assert {language: len(table) for language, table in tables.items()} == {
        "zh": 35,
        "en": 27,
    }
    for table in tables.values():
        clips = asyncio.run(all_speak(table.index))
        assert [clip.voice for clip in clips] == table.index.tolist()


def test_row_31_kling_answers_at_once(studio, sandbox, submissions):
    """The answer to the submission is the result: no poll is needed."""
    clip = studio.speak("Hello there.", MALE)
    assert sniff(clip.audio) == "audio/mpeg"
    assert clip.latency_slack_s == 0
    assert "poll" not in sandbox.look("kling", "counters")["operations"]
    assert submissions("kling") == (1, 1)


def test_row_31_kling_answers_later(studio, sandbox, submissions):
    """If another state comes first, the task is asked for until it is done."""
    sandbox.fail("kling", on="submit", kind="pending")
    clip = studio.speak("Hello there.", MALE)
    assert clip.duration_s > 0.2
    polls = sandbox.look("kling", "counters")["operations"]["poll"]
    assert studio.tasks().polls.tolist() == [polls]
    assert polls > 0
    assert submissions("kling") == (1, 1)


@pytest.mark.parametrize(
    ("reason", "error"),
    [
        ("old_token", Unauthorized),
        ("account", Unauthorized),
        ("arrears", InsufficientCredits),
        ("no_credits", InsufficientCredits),
        ("invalid", InvalidRequest),
        ("policy", InvalidRequest),
        ("not_found", NotFound),
        ("parallel", RateLimited),
        ("address", Unauthorized),
        ("internal", SubmissionUnknown),
        ("timeout", SubmissionUnknown),
    ],
)
def test_row_32_kling_error_codes(studio, sandbox, submissions, reason, error):
    """The code in the body decides, not the HTTP status that several share."""
    sandbox.fail("kling", on="submit", kind=f"refuse:{reason}", times=None)
    with pytest.raises(error, match=MALE):
        studio.speak("Hello there.", MALE)
    is_held = error is SubmissionUnknown
    assert studio.tasks().state.tolist() == ["held" if is_held else "refused"]
    # What was refused for its pace alone is sent again, and nothing else is.
    assert submissions("kling") == (6 if error is RateLimited else 1, 0)


def test_row_33_kling_unit_deductions(studio, sandbox):
    """What was deducted is the cost, in units; the next estimate is learned from it."""
    clip = studio.speak("Hello there.", MALE)
    assert (clip.credits, clip.unit) == (0.05, "units")
    assert studio.spend().loc["kling", ["credits", "unit"]].tolist() == [0.05, "units"]
    estimate = studio.estimate("Hello there.", MALE)
    assert (estimate.credits, estimate.exact) == (0.05, False)
    row = studio.credits().loc["kling"]
    assert (row.balance, row.unit) == (199.95, "units")


# Kie


def test_row_34_kie_speech(studio, asked, submissions):
    """All ten inputs arrive as they were given, once."""
    inputs = {
        "stability": 0.31,
        "similarity_boost": 0.8,
        "style": 0.2,
        "speed": 0.9,
        "timestamps": True,
        "previous_text": "Before.",
        "next_text": "After.",
        "language_code": "en",
    }
    clip = studio.speak("Hello there.", RACHEL, **inputs)
    assert asked("kie") == {
        "callBackUrl": "",
        "model": "elevenlabs/text-to-speech-turbo-2-5",
        "input": {"text": "Hello there.", "voice": "Rachel", **inputs},
    }
    assert (sniff(clip.audio), clip.credits) == ("audio/mpeg", 0.07)
    assert submissions("kie") == (1, 1)


@pytest.mark.parametrize("kind", ["mp3_22050_32", "opus_48000_96", "pcm_16000"])
def test_row_35_kie_sound_effect(studio, asked, submissions, kind):
    """All five inputs arrive; length and format are what was asked for."""
    clip = studio.sound_effect(
        "Rain on a tin roof",
        loop=True,
        duration_seconds=1.5,
        prompt_influence=0.7,
        format=kind,
    )
    assert asked("kie")["input"] == {
        "text": "Rain on a tin roof",
        "loop": True,
        "duration_seconds": 1.5,
        "prompt_influence": 0.7,
        "output_format": kind,
    }
    assert clip.duration_s == pytest.approx(1.5, abs=0.15)
    assert submissions("kie") == (1, 1)


def test_row_36_kie_task_query(studio):
    """A task's state, result, price and times are read from its record."""
    clip = studio.speak("Hello there.", RACHEL)
    task = studio.provider("kie").task(clip.task_id)
    assert (task.state, task.receipt) == ("done", clip.task_id)
    assert task.results[0].url.startswith("http")
    assert task.credits_micros == 70_000
    assert clip.vendor_s == task.vendor_s is not None


def test_row_36_kie_failed_task(studio, sandbox):
    """A failed task is an error with the vendor's reason, and costs nothing."""
    sandbox.fail("kie", on="submit", kind="failed")
    with pytest.raises(Exception, match=r"Internal server error \(500\)"):
        studio.speak("Hello there.", RACHEL)
    (row,) = studio.tasks().itertuples()
    assert (row.state, row.credits) == ("failed", 0)


def test_row_36_kie_knows_the_task_no_longer(studio, sandbox, submissions):
    """It says 422 "recordInfo is null": that is at risk, and not asked for ever."""
    sandbox.fail("kie", on="submit", kind="lost")
    with pytest.raises(ResultExpired, match="no longer knows the task"):
        studio.speak("Hello there.", "kie:Rachel")
    assert studio.tasks().state.tolist() == ["at_risk"]
    assert submissions("kie") == (1, 1)


def test_an_odd_download_is_taken_up_again(studio, sandbox, submissions):
    """What was paid for and is still there needs no second submission."""
    sandbox.fail("kie", on="download", kind="html")
    with pytest.raises(UnsafeResult):
        studio.speak("Hello there.", "kie:Rachel")
    row = studio.tasks().iloc[0]
    assert row.state == "at_risk"
    with pytest.raises(UnsafeResult, match=r"studio\.adopt"):
        studio.clip(row.name)
    clip = studio.adopt(row.name, row.task_id)
    assert clip.duration_s > 0.2
    assert studio.tasks().state.tolist() == ["done"]
    assert submissions("kie") == (1, 1)


def test_row_37_kie_callback(submit_with_callback, sandbox, asked, inbox):
    """The address goes along; the real callback passes verification, a forgery not."""
    key = sandbox.vendors["kie"].credentials["webhook HMAC key"]
    task = submit_with_callback(RACHEL, inbox.url)
    headers, body = inbox.take_raw()
    assert asked("kie")["callBackUrl"] == inbox.url
    assert kie_webhook.told_task(body) == task.receipt
    assert kie_webhook.is_signed(body, headers, key, now_s=time.time())
    assert not kie_webhook.is_signed(body, headers, "another", now_s=time.time())
    assert not kie_webhook.is_signed(body, headers, key, now_s=time.time() + 3600)

    sandbox.fail("kie", on="callback", kind="callback_forged")
    submit_with_callback(RACHEL, inbox.url)
    headers, body = inbox.take_raw()
    assert not kie_webhook.is_signed(body, headers, key, now_s=time.time())


def test_row_38_kie_credits(studio):
    """The balance may be a fraction."""
    studio.speak("Hello there.", RACHEL)
    assert studio.credits().loc["kie", "balance"] == 9_999.93


def test_row_39_kie_word_times(studio):
    """Each word has its time when times are asked for, and none otherwise."""
    timed = studio.speak("Hello there.", RACHEL, timestamps=True)
    assert [word.text for word in timed.words] == ["Hello", "there"]
    assert 0 <= timed.words[0].start_s < timed.words[1].start_s < timed.duration_s
    assert studio.speak("Hello there.", RACHEL).words == ()


# Akool


def test_row_40_akool_create(studio, asked, submissions):
    """A voice of the list speaks, at the rate that was asked for, once."""
    text = "Hello there, how are you today?"
    normal, slow = studio.speak(text, NICOLE), studio.speak(text, NICOLE, rate=60)
    sent = asked("akool")
    assert (sent["voice_id"], sent["rate"]) == ("piTKgcLEGmPE4e6mEKli", "60%")
    assert slow.duration_s > 1.3 * normal.duration_s
    assert submissions("akool") == (2, 2)


def test_row_40_akool_limit(studio, submissions):
    """Over 5,000 words nothing is sent; over 5,000 characters there is a warning."""
    with pytest.raises(InvalidText, match="5,001 words"):
        studio.estimate("a " * 5_001, NICOLE)
    offer = studio.calls.provider_of("akool")
    job = studio.calls._job(
        "speech", offer, text="word " * 1_200, voice=NICOLE[6:], settings={}
    )
    (warning,) = offer.warnings(studio.bridge.run(job))
    assert "6,000 characters" in warning
    assert submissions("akool") == (0, 0)


def test_row_41_akool_clone(studio, asked, submissions):
    """A sample's address speaks, and no table, clip or file shows it."""
    clip = studio.speak("Hello there.", SAMPLE)
    assert asked("akool")["voice_url"] == SAMPLE.removeprefix("akool:")
    assert clip.voice.startswith("akool:sample-")
    shown = repr(clip) + clip.to_html() + studio.tasks().to_csv()
    assert "samples.example" not in shown
    assert "samples.example" not in studio.spend("voice").to_csv()
    assert studio.speak("Hello there.", SAMPLE).cached
    assert submissions("akool") == (1, 1)


def test_row_42_akool_query(studio):
    """A task can be asked for by its id."""
    clip = studio.speak("Hello there.", NICOLE)
    task = studio.provider("akool").task(clip.task_id)
    assert (task.state, task.receipt) == ("done", clip.task_id)


def test_row_43_akool_voices(studio, sandbox):
    """The list has names, genders and previews that play; none is one's own."""
    voices = studio.voices(provider="akool")
    assert len(voices) == 14
    assert voices.loc[NICOLE, ["name", "gender"]].tolist() == ["Nicole", "female"]
    assert len(studio.clones("akool")) == 0
    assert sniff(studio.preview(NICOLE).audio) == "audio/mpeg"
    assert sandbox.look("akool", "ledger")["entries"] == []


def test_row_44_akool_credits(studio, sandbox):
    """The balance is what the vendor's own ledger says."""
    studio.speak("Hello there.", NICOLE)
    balance = studio.credits().loc["akool", "balance"]
    assert balance == sandbox.look("akool", "ledger")["balance"] < 1_000


def test_row_45_akool_callback(submit_with_callback, sandbox, asked, inbox):
    """The address goes along; the real callback is verified, and decrypted."""
    keys = sandbox.vendors["akool"].credentials
    client, secret = keys["client id"], keys["client secret"]
    inbox.statuses = [500]
    task = submit_with_callback(NICOLE, inbox.url)
    (_, first), (_, again) = inbox.take_raw(), inbox.take_raw()
    assert asked("akool")["webhookUrl"] == inbox.url
    assert first == again
    assert akool_webhook.is_signed(first, client, now_s=time.time())
    assert akool_webhook.told_task(first, client, secret) == task.receipt
    assert akool_webhook.told_task(first, client, "x" * 24) is None
    assert not akool_webhook.is_signed(first, client, now_s=time.time() + 3600)

    sandbox.fail("akool", on="callback", kind="callback_forged")
    submit_with_callback(NICOLE, inbox.url)
    _, forged = inbox.take_raw()
    assert not akool_webhook.is_signed(forged, client, now_s=time.time())


def test_row_46_akool_expiry(studio, sandbox):
    """A result is told to end seven days after the vendor made it."""
    studio.speak("Hello there.", NICOLE)
    (row,) = studio.tasks().itertuples()
    made = sandbox.look("akool", "tasks")[-1]["created"]
    assert row.expires_at.timestamp() - made == pytest.approx(7 * 86_400, abs=1)


# The other ways to be known


@pytest.mark.parametrize(
    ("voice", "parts"),
    [
        (MALE, {"ACCESS_KEY": "access key", "SECRET_KEY": "secret key"}),
        (NICOLE, {"CLIENT_ID": "client id", "CLIENT_SECRET": "client secret"}),
    ],
)
def test_two_part_keys(studio, sandbox, monkeypatch, submissions, voice, parts):
    """A token made of, or given for, the two parts serves as the key does."""
    name = voice.partition(":")[0]
    monkeypatch.delenv(f"VOICEKIT_{name.upper()}_KEY")
    for part, shown in parts.items():
        secret = sandbox.vendors[name].credentials[shown]
        monkeypatch.setenv(f"VOICEKIT_{name.upper()}_{part}", secret)
    for text in ("Hello there.", "And once more."):
        assert studio.speak(text, voice).duration_s > 0.2
    assert submissions(name) == (2, 2)
    exchanged = sandbox.look(name, "counters")["operations"].get("token", 0)
    assert exchanged == (1 if name == "akool" else 0)
