"""KingCong: what becomes of a job, in each shape that an answer may have."""

import json

import pytest
from flows import answer, ask, asked, reply
from kingcong_says import (
    CLONE,
    CREATED_AT,
    DUBBED,
    ELEVENLABS,
    KINGCONG,
    MUSIC,
    PROXIES,
    SOLD,
    SPEECH,
    SPOKEN,
    SUBTITLED,
    TASK_ID,
    WRITTEN,
    job,
    purchases,
    told,
)

from voicekit.engine.outcome import Outcome, judge
from voicekit.errors import BadReply
from voicekit.flow import Reply, Request
from voicekit.task import Receipt, Task


def poll(asked_job, one):
    return ask(KINGCONG.task(asked_job, TASK_ID), one)


def files(task):
    return [(result.role, result.media_type, result.url) for result in task.results]


@pytest.mark.parametrize(
    "body",
    [
        {"success": True, "task_id": TASK_ID, "ec_remain_credits": 100},
        {"task_id": TASK_ID},
        {"success": True, "data": {"task_id": TASK_ID}},
        {"id": TASK_ID},
    ],
)
@pytest.mark.parametrize("asked_job", [SPEECH, SPOKEN, DUBBED, WRITTEN, MUSIC])
def test_an_accepted_job_has_the_task_as_its_receipt(asked_job, body):
    """The page's answer, and others that would mean the same."""
    task = ask(KINGCONG.submit(asked_job), reply(body))
    assert task == Task(state="queued", receipt=TASK_ID)


def test_a_task_id_may_be_a_number():
    """It is a text ever after."""
    assert ask(KINGCONG.submit(SPEECH), reply(task_id=12345)).receipt == "12345"


@pytest.mark.parametrize(
    "body",
    [{}, {"success": True}, {"task_id": ""}, {"task_id": "../x"}, {"task_id": ["x"]}],
)
def test_an_answer_without_an_id_is_a_bad_reply(body):
    """The engine then holds the job, for something may have been accepted."""
    with pytest.raises(BadReply):
        ask(KINGCONG.submit(SPEECH), reply(body))


@pytest.mark.parametrize(
    ("one", "data", "url"),
    [
        (
            Reply(status=200, headers={"content-type": "audio/mpeg"}, body=b"ID3"),
            b"ID3",
            None,
        ),
        (Reply(status=200, body=b"\xff\xfb\x90"), b"\xff\xfb\x90", None),
        (
            reply(success=True, audio_url="https://x.example/a"),
            None,
            "https://x.example/a",
        ),
        (reply(data={"audio": "https://x.example/a"}), None, "https://x.example/a"),
        (
            reply({"status": "done", "metadata": {"audio_url": "https://x.example/a"}}),
            None,
            "https://x.example/a",
        ),
    ],
)
def test_an_answer_that_already_carries_audio_is_taken(one, data, url):
    """The page says that MiniMax may answer at once."""
    assert KINGCONG.problem(one) is None
    task = ask(KINGCONG.submit(SPOKEN), one)
    assert (task.state, task.results[0].data, task.results[0].url) == (
        "done",
        data,
        url,
    )
    assert task.results[0].media_type == "audio/mpeg"
    assert judge(one, task=task, table={}) is Outcome.ACCEPTED


def test_audio_that_was_cut_off_is_not_taken():
    """An answer as long as that does not come whole, and is kept for the user."""
    long = Reply(status=200, body=b"ID3" + bytes(8 << 20))
    with pytest.raises(BadReply):
        KINGCONG.problem(long)


def test_a_task_that_is_done_in_the_first_answer_is_done():
    """It need not be asked for."""
    task = ask(KINGCONG.submit(SPEECH), told())
    assert (task.state, task.receipt, len(task.results)) == ("done", TASK_ID, 1)
    doing = ask(KINGCONG.submit(SPEECH), told("doing"))
    assert (doing.state, doing.receipt, doing.results) == ("running", TASK_ID, ())


@pytest.mark.parametrize("given", [12345, "12345"])
def test_a_clone_is_a_voice_to_speak_with(given):
    """The page's number or a text; the receipt is the voice's id."""
    task = ask(KINGCONG.submit(CLONE), reply(success=True, cloned_voice_id=given))
    assert task == Task(state="running", receipt="12345")


def test_polling_a_clone_looks_for_it_in_the_list():
    """It is done when the list has it, and not given up while it has not."""
    row = {"voice_id": "12345", "voice_name": "My Voice"}
    states = {None: "done", 1: "running", 2: "done", 3: "failed", 9: "done"}
    for status, state in states.items():
        listed = reply(success=True, data=[{**row, "voice_status": status}])
        task = ask(KINGCONG.task(CLONE, "12345"), listed)
        assert (task.state, task.details["voice"]) == (state, "kingcong:minimax/12345")
    other = ask(KINGCONG.task(CLONE, "6"), listed)
    assert (other.state, other.receipt) == ("running", "6")


def test_a_task_is_asked_for_by_its_id():
    """The id is one part of the path, whatever it holds."""
    request = asked(KINGCONG.task(SPEECH, TASK_ID))
    assert request == Request(method="GET", path="/v1/task/uuid_task_id")
    assert asked(KINGCONG.task(SPEECH, "a/b")).path == "/v1/task/a%2Fb"


def test_a_running_task_has_no_results_yet():
    """The page shows addresses beside "doing": that is not completion."""
    task = poll(SPEECH, told("doing", progress=60))
    assert (task.state, task.progress, task.results) == ("running", 0.6, ())
    assert task.credits_micros == 1_000_000


def test_finished_speech_is_the_file_that_was_asked_for():
    """A transcript only where one was asked for: else its address may be empty."""
    audio = ("audio", "audio/mpeg", "https://example.com/audio.mp3")
    task = poll(SPEECH, told())
    assert (task.state, task.receipt, files(task)) == ("done", TASK_ID, [audio])
    assert (task.credits_micros, task.details) == (1_000_000, {"type": "tts"})
    assert files(poll(SUBTITLED, told())) == [
        audio,
        ("transcript", "application/x-subrip", "https://example.com/audio.srt"),
        ("words", "application/json", "https://example.com/audio.json"),
    ]


def test_finished_dubbing_and_transcription():
    """Dubbing brings audio, transcript and words; transcription has no audio."""
    assert [role for role, _, _ in files(poll(DUBBED, told()))] == [
        "audio",
        "transcript",
        "words",
    ]
    written = told(
        type="speech_to_text",
        metadata={
            "json_url": "https://example.com/transcript.json",
            "srt_url": "https://example.com/transcript.srt",
        },
    )
    task = poll(WRITTEN, written)
    assert [role for role, _, _ in files(task)] == ["transcript", "words"]
    assert task.state == "done"


def test_finished_music_is_every_track_and_cover():
    """The page asks for one and shows two: all are taken, too few are said."""
    tracks = [f"https://example.com/music_track_{n}.mp3" for n in (1, 2)]
    covers = [f"https://example.com/cover_{n}.jpg" for n in (1, 2)]
    done = told(metadata={"audio_url": tracks, "cover_url": covers})
    task = poll(MUSIC, done)
    assert files(task) == [
        *(("audio", "audio/mpeg", url) for url in tracks),
        *(("cover", "image/jpeg", url) for url in covers),
    ]
    assert task.warnings == ()
    three = job("music", MUSIC.text, n=3)
    assert poll(three, done).warnings == ("3 tracks were asked for, and 2 came.",)
    single = told(metadata={"audio_url": tracks[0]})
    assert len(poll(MUSIC, single).results) == 1


@pytest.mark.parametrize(
    ("name", "media_type", "rate"),
    [
        ("mp3_22050_32", "audio/mpeg", None),
        ("pcm_16000", "audio/l16", 16_000),
        ("pcm_48000", "audio/l16", 48_000),
        ("ulaw_8000", "audio/basic", 8_000),
        ("alaw_8000", "audio/pcma", 8_000),
        ("opus_48000_96", "audio/ogg", None),
    ],
)
def test_the_type_of_the_audio_is_that_of_the_format(name, media_type, rate):
    """What comes is checked against what was asked for."""
    asked_job = job(text="Hi", voice=ELEVENLABS, format=name)
    request = asked(KINGCONG.submit(asked_job))
    assert request.query == (("output_format", name),)
    result = poll(asked_job, told()).results[0]
    assert (result.media_type, result.sample_rate) == (media_type, rate)


def test_a_failed_task_says_why():
    """Whether it was charged is unknown, unless it says that it cost nothing."""
    failed = told("error", error_message="content_against_policy")
    task = poll(SPEECH, failed)
    assert (task.state, task.error) == ("failed", "content_against_policy")
    assert (task.billed, task.results) == (None, ())
    assert poll(SPEECH, told("error", credit_cost=0)).billed is False


def test_an_unknown_status_keeps_the_task_running():
    """Nobody knows what it means, so the task is neither done nor given up."""
    task = poll(SPEECH, told("paused"))
    assert (task.state, task.results) == ("running", ())
    assert "'paused'" in task.warnings[0]


@pytest.mark.parametrize(
    "metadata",
    [{}, {"audio_url": None}, {"audio_url": ""}, {"audio_url": []}, {"audio_url": 5}],
)
def test_done_without_a_file_is_not_done(metadata):
    """It is asked again."""
    task = poll(SPEECH, told(metadata=metadata))
    assert (task.state, len(task.warnings)) == ("running", 1)


def test_a_missing_transcript_does_not_lose_the_audio():
    """It is a warning."""
    task = poll(SUBTITLED, told(metadata={"audio_url": "https://x.example/a.mp3"}))
    assert task.warnings == ("KingCong made no transcript.",)
    assert [role for role, _, _ in files(task)] == ["audio"]


@pytest.mark.parametrize(
    "one",
    [
        told(id="another"),
        told(id=None),
        told(None),
        reply([]),
        Reply(status=200, body=b"<html>"),
    ],
)
def test_a_poll_that_is_not_about_the_task_is_a_bad_reply(one):
    """The task is kept, and asked for again."""
    with pytest.raises(BadReply):
        poll(SPEECH, one)


@pytest.mark.parametrize(
    "wrap", [lambda t: t, lambda t: {"success": True, "data": t}, lambda t: {"task": t}]
)
def test_a_task_is_read_bare_or_in_an_envelope(wrap):
    """The page shows it bare, and its list in an envelope."""
    assert poll(SPEECH, reply(wrap(told().json()))).state == "done"
    as_text = told(metadata=json.dumps({"audio_url": "https://x.example/a.mp3"}))
    assert poll(SPEECH, as_text).state == "done"


@pytest.mark.parametrize(
    ("said", "micros"),
    [(5, 5_000_000), ("2.5", 2_500_000), (None, None), (-1, None), (1e300, None)],
)
def test_a_cost_is_an_amount_or_unknown(said, micros):
    """Never 0 because it is unknown, never more than the ledger can hold."""
    assert poll(SPEECH, told(credit_cost=said)).credits_micros == micros


def test_what_was_bought_together_is_one_piece_of_evidence():
    """The list has no purchases, so those that began together make one."""
    later = {**SOLD, "id": 3, "expires_at": "2025-01-01T00:30:00.000Z"}
    listed = purchases(SOLD, {**SOLD, "id": 2}, later)
    assert ask(KINGCONG.find(PROXIES), listed) == [
        Receipt(id="1,2", created_at=CREATED_AT, credits_micros=2_500_000_000),
        Receipt(
            id="3",
            created_at=CREATED_AT + 1_200_000_000,
            credits_micros=1_250_000_000,
        ),
    ]


@pytest.mark.parametrize(
    ("asked_job", "kind"),
    [
        (SPEECH, "tts"),
        (SPOKEN, "minimax_tts"),
        (DUBBED, "dubbing"),
        (WRITTEN, "speech_to_text"),
        (MUSIC, "minimax_music"),
    ],
)
def test_evidence_is_every_task_of_the_type_from_all_pages(asked_job, kind):
    """With its time and its cost; other types are left out."""

    def page(*ids, total=102):
        row = {**told().json(), "type": kind}
        other = {**row, "id": "other", "type": "something"}
        rows = [*({**row, "id": one} for one in ids), other]
        return reply(success=True, data=rows, page=1, limit=100, total=total)

    requests, found = answer(KINGCONG.find(asked_job), page("a", "b"), page("c"))
    assert [dict(request.query) for request in requests] == [
        {"page": "1", "limit": "100", "type": kind},
        {"page": "2", "limit": "100", "type": kind},
    ]
    assert [receipt.id for receipt in found] == ["a", "b", "c"]
    assert found[0] == Receipt(id="a", created_at=CREATED_AT, credits_micros=1_000_000)


def test_evidence_of_a_clone_is_a_clone_of_that_name():
    """It is no proof: an older one may have the same."""
    listed = reply(
        success=True,
        data=[
            {"voice_id": "1", "voice_name": "My Voice", "create_time": 1735689600000},
            {"voice_id": "2", "voice_name": "Other"},
        ],
    )
    assert ask(KINGCONG.find(CLONE), listed) == [Receipt(id="1", created_at=CREATED_AT)]


def test_a_list_that_cannot_be_read_is_not_an_empty_one():
    """Else a paid task would count as never begun."""
    for body in ({"success": True}, {"success": True, "data": {}}, {"data": "none"}):
        with pytest.raises(BadReply):
            ask(KINGCONG.find(SPEECH), reply(body))


def test_many_tasks_are_read_from_one_list():
    """Each as it would be read alone; what is not ours is left out."""
    mine = {"t1": SPEECH, "t2": MUSIC, "t3": SPEECH}
    rows = [
        {**json.loads(told(status=status).body), "id": name}
        for name, status in (("t1", "done"), ("t2", "doing"), ("other", "done"))
    ]
    requests, found = answer(KINGCONG.tasks_of(mine), reply(success=True, data=rows))
    assert requests == [
        Request(method="GET", path="/v1/tasks", query=(("page", "1"), ("limit", "100")))
    ]
    assert set(found) == {"t1", "t2"}
    alone = ask(KINGCONG.task(SPEECH, "t1"), reply(rows[0]))
    assert found["t1"] == alone
    assert found["t2"].state == "running"


def test_a_long_list_is_read_as_far_as_it_may_hold_them():
    """Two full pages for two tasks; what was made before is not gone through."""
    full = [{"id": f"x{n}", "status": "done"} for n in range(100)]
    pages = [reply(success=True, data=full, page=n, total=10_000) for n in (1, 2)]
    requests, found = answer(KINGCONG.tasks_of({"t1": SPEECH}), *pages)
    assert (len(requests), found) == (2, {})
