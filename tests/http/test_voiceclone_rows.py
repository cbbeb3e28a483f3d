"""voiceclone end to end, rows 22 to 28: a studio, real HTTP, the sandbox."""

import pytest

from voicekit.errors import (
    InsufficientCredits,
    InvalidRequest,
    InvalidText,
    NotFound,
    RateLimited,
    StillRunning,
    SubmissionUnknown,
    Unauthorized,
)
from voicekit.flow import Request

REASONS = {
    "invalid": InvalidRequest,
    "bad_key": Unauthorized,
    "no_credits": InsufficientCredits,
    "no_voice": NotFound,
    "rate": RateLimited,
}


@pytest.fixture
def anna(studio):
    return studio.voices("anna", provider="voiceclone").index[0]


@pytest.mark.parametrize("kind", ["mp3", "wav", "webm"])
def test_row_22_clone(studio, recordings, submissions, kind):
    """Each kind of file becomes a voice that speaks; it is paid for once."""
    voice = studio.clone(recordings[kind], "Mine", provider="voiceclone")
    assert studio.speak("Hello, it is me.", voice).duration_s > 0.2
    assert studio.clones("voiceclone").loc[voice.voice, "status"] == "COMPLETED"
    assert studio.tasks().credits.tolist() == [1000, 16]
    assert submissions("voiceclone") == (2, 2)


@pytest.mark.parametrize("tags", ["male,young", '["male", "young"]'])
def test_row_22_tags_both_ways(studio, recordings, tags):
    """Tags arrive, written with commas or as JSON."""
    voice = studio.clone(
        recordings["wav"], "Mine", provider="voiceclone", tags=tags, description="Low"
    )
    row = studio.clones("voiceclone").loc[voice.voice]
    assert (row.tags, row.gender, row.description) == ("male, young", "male", "Low")


def test_row_22_usable_only_when_completed(studio, recordings, sandbox):
    """A clone is returned once the list says COMPLETED, not before."""
    sandbox.set_speed(0.01)
    with pytest.raises(StillRunning) as waited:
        studio.clone(recordings["mp3"], "Mine", provider="voiceclone", timeout=0.5)
    (early,) = studio.clones("voiceclone").index
    assert waited.value.job == studio.tasks().index[0]
    with pytest.raises(NotFound, match=early):
        studio.speak("Hello.", early)
    sandbox.set_speed(400)
    voice = studio.clone(recordings["mp3"], "Mine", provider="voiceclone")
    assert voice.voice == early
    assert studio.speak("Hello again.", voice).duration_s > 0.2


def test_row_23_voices(studio, recordings):
    """The list is paged, limited, filtered by status and type, and sorted."""
    ask = studio.provider("voiceclone").voices
    studio.clone(recordings["mp3"], "Mine", provider="voiceclone")
    first = ask(1, 2, sort_by="title", sort_order="asc")
    second = ask(2, 2, sort_by="title", sort_order="asc")
    names = [voice.name for voice in (*first.voices, *second.voices)]
    assert names == sorted(names)
    assert (len(names), first.total, first.has_next, second.has_next) == (
        4,
        4,
        True,
        False,
    )
    assert [voice.name for voice in ask(type="USER").voices] == ["Mine"]
    assert len(ask(type="SYSTEM", status="COMPLETED").voices) == 3
    assert ask(status="FAILED").voices == ()
    assert studio.voices(provider="voiceclone").name.iloc[0] == "Mine"


@pytest.mark.parametrize("kind", ["mp3", "wav", "opus", "pcm"])
def test_row_24_speech(studio, anna, submissions, kind):
    """Four formats; the cost is known exactly before, byte by byte."""
    text = "Grüße, Anna!"
    estimate = studio.estimate(text, anna)
    clip = studio.speak(text, anna, format=kind)
    assert estimate.exact
    assert estimate.credits == clip.credits == clip.estimated_credits == 14
    assert submissions("voiceclone") == (1, 1)


def test_row_24_text_is_counted_in_bytes(studio, anna, submissions):
    """5,000 UTF-8 bytes pass, and one more is refused before anything is sent."""
    with pytest.raises(InvalidText, match="5,001 UTF-8 bytes"):
        studio.estimate("ü" * 2_500 + "x", anna)
    assert studio.estimate("ü" * 2_500, anna).credits == 5_000
    assert submissions("voiceclone") == (0, 0)


def test_row_25_speech_status(studio, anna, sandbox):
    """A speech is asked for until it is done, and can be looked at by its id."""
    sandbox.set_speed(0.01)
    with pytest.raises(StillRunning) as waited:
        studio.speak("Hello there.", anna, format="wav", timeout=0.5)
    (speech,) = studio.tasks().task_id
    ask = studio.provider("voiceclone").speech
    assert ask(speech).state == "running"
    sandbox.advance(10)
    clip = studio.clip(waited.value.job)
    assert clip.media_type == "audio/wav"
    assert ask(speech).results[0].media_type == "audio/wav"
    assert sandbox.look("voiceclone", "counters")["accepted"] == 1


def test_row_26_credits_with_breakdown(studio, anna):
    """The balance, what of it lasts, and when the rest is reset."""
    studio.speak("Hello there.", anna)
    row = studio.credits().loc["voiceclone"]
    assert (row.balance, row.regular, row.permanent) == (49_988, 29_988, 20_000)
    assert row.resets_at > row.seen_at


@pytest.mark.parametrize("reason", REASONS)
def test_row_27_error_codes(studio, anna, sandbox, reason):
    """Each code has its own error; of the two under HTTP 429 one needs money."""
    sandbox.fail("voiceclone", on="submit", kind=f"refuse:{reason}")
    with pytest.raises(REASONS[reason], match="Anna|voiceclone:") as refused:
        studio.speak("Hello there.", anna)
    assert refused.value.provider == "voiceclone"
    assert (refused.value.status == 429) == (reason in ("no_credits", "rate"))
    assert studio.tasks().state.tolist() == ["refused"]
    if reason == "rate":  # "Retry-After" is a minute: nothing is sent before
        with pytest.raises(RateLimited, match="takes nothing more"):
            studio.speak("Hello there.", anna)
        assert sandbox.look("voiceclone", "counters")["bodies"]["submit"] == 1
    else:
        assert studio.speak("Hello there.", anna).credits == 12


def test_row_27_a_fault_is_no_refusal(studio, anna, sandbox):
    """INTERNAL_ERROR proves nothing: the job is held, and not sent again."""
    sandbox.fail("voiceclone", on="submit", kind="refuse:internal")
    for _ in range(2):
        with pytest.raises(SubmissionUnknown, match="INTERNAL_ERROR"):
            studio.speak("Hello there.", anna)
    assert sandbox.look("voiceclone", "counters")["bodies"]["submit"] == 1


def test_row_28_rate_limit_headers(studio, sandbox):
    """Every answer says how many requests are left, and until when."""
    sandbox.set_limit("voiceclone", 5, window_s=60)
    provider = studio.calls.provider_of("voiceclone")

    def ask():
        return provider.rate_limit((yield Request(method="GET", path="/credits")))

    first, second = (
        studio.bridge.run(studio.calls.engine.ask(provider, ask())) for _ in range(2)
    )
    assert (first.limit, first.remaining, second.remaining) == (5, 4, 3)
    assert first.resets_at > 1_700_000_000_000_000
    for _ in range(3):
        studio.bridge.run(studio.calls.engine.ask(provider, ask()))
    with pytest.raises(RateLimited, match="Wait a little"):
        studio.voices(provider="voiceclone")
