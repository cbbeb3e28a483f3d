"""Voice Clone & Text-to-Speech, as its page describes it."""

import json
from pathlib import Path

import pytest
from mutations import amounts, is_storable, mutations, share, what_comes_of

from voicekit import errors, providers
from voicekit.engine.outcome import Outcome, error_class, judge
from voicekit.errors import BadReply, InvalidSetting, InvalidText, Unsupported
from voicekit.flow import Reply, Request, Upload, finish
from voicekit.job import InputFile, Job
from voicekit.providers.paging import MOST_PAGES
from voicekit.task import Credits, Problem, RateLimit, Receipt, Result
from voicekit.voice import VoiceQuery

VENDOR = providers.find("voiceclone")
TEXT = "Hello, this is a test speech."
SPEECH = Job(
    provider="voiceclone", kind="speech", text=TEXT, voice="clxxxx", format="mp3"
)
CLONE = Job(
    provider="voiceclone",
    kind="clone",
    text="My Voice Clone",
    settings={"tags": '["male","young","energetic"]', "description": "A custom voice"},
    files={"file": InputFile(path="/home/me/Secret Name.MP3", sha256="ab", size=9)},
)
CREATED = {
    "success": True,
    "speechId": "clxxxx",
    "creditsUsed": 29,
    "speech": {
        "id": "clxxxx",
        "text": TEXT,
        "format": "mp3",
        "status": "PROCESSING",
        "creditsUsed": 29,
        "createdAt": "2024-01-01T00:00:00.000Z",
    },
}
AUDIO_URL = "https://your-storage.com/speeches/user123/speech.mp3"
COMPLETED = {
    "success": True,
    "speech": {
        **CREATED["speech"],
        "audioUrl": AUDIO_URL,
        "duration": 3.5,
        "status": "COMPLETED",
        "updatedAt": "2024-01-01T00:00:15.000Z",
        "voice": {"id": "clv", "title": "My Voice", "coverImage": "x", "type": "USER"},
    },
}
CLONED = {
    "success": True,
    "voiceId": "clxxxx",
    "voice": {
        "id": "clxxxx",
        "title": "My Voice Clone",
        "description": "A custom voice description",
        "coverImage": "https://example.com/cover.jpg",
        "audioUrl": "https://your-storage.com/voices/user123/1234567890-voice.mp3",
        "duration": 125.3,
        "tags": ["male", "young"],
        "createdAt": "2024-01-01T00:00:00.000Z",
    },
}
VOICE = {
    "id": "clxxxx",
    "title": "My Voice Clone",
    "description": "A custom voice description",
    "coverImage": "https://example.com/cover.jpg",
    "audioUrl": "https://your-storage.com/voices/user123/voice.mp3",
    "duration": 125,
    "status": "COMPLETED",
    "type": "USER",
    "isPublic": False,
    "popularity": 0,
    "tags": ["male", "young"],
    "usageCount": 15,
    "createdAt": "2024-01-01T00:00:00.000Z",
    "updatedAt": "2024-01-01T00:00:00.000Z",
}
NEWEST = Request(
    method="GET",
    path="/voices",
    query=(
        ("page", "1"),
        ("limit", "100"),
        ("type", "USER"),
        ("sortBy", "createdAt"),
        ("sortOrder", "desc"),
    ),
)
BALANCE = {
    "success": True,
    "credits": 5000,
    "breakdown": {
        "regular": 3000,
        "permanent": 2000,
        "resetAt": "2024-02-01T00:00:00.000Z",
    },
}
NEW_YEAR = 1_704_067_200_000_000


def reply(body, status=200, **headers):
    return Reply(status=status, headers=headers, body=json.dumps(body).encode())


def page(*voices, has_next=False, **pagination):
    return {
        "success": True,
        "voices": list(voices),
        "pagination": {"hasNext": has_next, "total": len(voices), **pagination},
    }


def asked(flow):
    """Return a flow with its only request taken, and that request."""
    return flow, next(flow)


def answered(flow, body, status=200):
    next(flow)
    return finish(flow, reply(body, status))


def drive(flow, answers):
    """Answer request after request; return the requests and the value."""
    requests, answers = [next(flow)], iter(answers)
    while True:
        try:
            requests.append(flow.send(reply(next(answers))))
        except StopIteration as stop:
            return requests, stop.value


def fates(body, status):
    problem = VENDOR.problem(reply(body, status))
    return judge(reply(body, status), problem=problem, table=VENDOR.errors)


# Speech


def test_speech_is_asked_for_as_the_page_shows():
    """The request is the page's own sample, and the same each time."""
    request = Request(
        method="POST",
        path="/tts",
        json={"text": TEXT, "voiceId": "clxxxx", "format": "mp3"},
    )
    assert request == next(VENDOR.submit(SPEECH))
    assert request == next(VENDOR.submit(SPEECH, "https://example.org/hook"))


def test_a_format_that_nobody_chose_is_left_to_the_vendor():
    """Without a format the field is left out, and MP3 is expected."""
    job = Job(provider="voiceclone", kind="speech", text="Hi", voice="v")
    assert next(VENDOR.submit(job)).json == {"text": "Hi", "voiceId": "v"}
    assert answered(VENDOR.submit(job), COMPLETED).results[0].media_type == "audio/mpeg"


def test_an_accepted_speech_is_running_with_its_id_and_cost():
    """The first answer gives the receipt and what it cost."""
    task = answered(VENDOR.submit(SPEECH), CREATED)
    assert (
        task.state,
        task.receipt,
        task.credits_micros,
    ) == ("running", "clxxxx", 29_000_000)
    assert (task.results, task.warnings) == ((), ())


@pytest.mark.parametrize(
    "body",
    [
        {"speechId": "clxxxx"},
        {"success": True, "speech": {"id": "clxxxx", "status": "PROCESSING"}},
        {"id": "clxxxx", "status": "PROCESSING"},
        {"speechId": "clxxxx", "speech": None},
    ],
)
def test_an_id_is_found_wherever_it_stands(body):
    """No plausible shape of the first answer loses the id of a paid speech."""
    task = answered(VENDOR.submit(SPEECH), body, 201)
    assert (task.state, task.receipt) == ("running", "clxxxx")


def test_a_speech_may_be_done_at_once():
    """A first answer that says COMPLETED, with an address, needs no poll."""
    assert answered(VENDOR.submit(SPEECH), COMPLETED).state == "done"


def test_a_completed_speech_says_where_it_is():
    """A poll asks for the id, and reads address, length, cost and time taken."""
    flow, request = asked(VENDOR.task(SPEECH, "clxxxx"))
    assert Request(method="GET", path="/tts/clxxxx") == request
    task = finish(flow, reply(COMPLETED))
    assert (
        task.state,
        task.credits_micros,
        task.vendor_s,
    ) == ("done", 29_000_000, 15.0)
    assert task.results == (
        Result(media_type="audio/mpeg", url=AUDIO_URL, duration_s=3.5),
    )


@pytest.mark.parametrize(
    ("name", "media_type", "rate"),
    [
        ("mp3", "audio/mpeg", None),
        ("wav", "audio/wav", None),
        ("opus", "audio/ogg", None),
        ("pcm", "audio/l16", 44_100),
    ],
)
def test_each_format_is_expected_as_what_it_is(name, media_type, rate):
    """The type follows from the format; raw samples get a rate and a warning."""
    job = Job(provider="voiceclone", kind="speech", text="Hi", voice="v", format=name)
    result = answered(VENDOR.task(job, "clxxxx"), COMPLETED).results[0]
    assert (media_type, rate) == (result.media_type, result.sample_rate)
    assert bool(rate) == bool(VENDOR.warnings(job))


def test_an_address_is_no_completion():
    """A speech that is PROCESSING with an address, or unknown, goes on."""
    for word, warned in (("PROCESSING", False), ("QUEUED", True)):
        body = {"speech": {**COMPLETED["speech"], "status": word}}
        task = answered(VENDOR.task(SPEECH, "clxxxx"), body)
        assert (task.state, task.results) == ("running", ())
        assert warned == bool(task.warnings)


def test_completed_without_an_address_goes_on():
    """COMPLETED with nothing to fetch is asked again, with a warning."""
    body = {"speech": {**COMPLETED["speech"], "audioUrl": None}}
    task = answered(VENDOR.task(SPEECH, "clxxxx"), body)
    assert task.state == "running"
    assert task.warnings


def test_a_failed_speech_says_so():
    """FAILED ends it; whether it was charged is unknown."""
    body = {"speech": {"id": "clxxxx", "status": "FAILED", "audioUrl": None}}
    task = answered(VENDOR.task(SPEECH, "clxxxx"), body)
    assert (task.state, task.billed) == ("failed", None)


def test_a_poll_is_about_the_task_asked_for():
    """An answer about another speech, or with no status, is no answer."""
    for speech in ({"id": "other", "status": "COMPLETED"}, {"id": "clxxxx"}):
        with pytest.raises(BadReply):
            answered(VENDOR.task(SPEECH, "clxxxx"), {"speech": speech})


def test_an_id_never_leads_elsewhere():
    """Whatever a receipt holds stays one part of the path."""
    assert next(VENDOR.task(SPEECH, "a/../b?c")).path == "/tts/a%2F..%2Fb%3Fc"


def test_text_is_counted_and_paid_in_bytes():
    """5,000 UTF-8 bytes are taken, and each is one credit, known before."""
    offer = VENDOR.offer("speech")
    assert offer.check_text("語" * 1_666, "x")
    with pytest.raises(InvalidText, match="5,001 UTF-8 bytes"):
        offer.check_text("語" * 1_667, "x")
    estimate = VENDOR.estimate(SPEECH)
    assert (estimate.credits, estimate.exact) == (29, True)
    chinese = Job(provider="voiceclone", kind="speech", text="語é", voice="v")
    assert VENDOR.estimate(chinese).credits == 5


def test_nothing_but_the_format_can_be_set():
    """The page has no speed, pitch or language."""
    offer = VENDOR.offer("speech")
    with pytest.raises(InvalidSetting):
        offer.check_settings({"speed": 1}, "x")
    with pytest.raises(InvalidSetting, match="'mp3', 'wav', 'opus', 'pcm'"):
        offer.check_format("flac", "x")


# Clones


def test_a_clone_is_asked_for_as_the_page_shows():
    """A multipart form with the file, whose name tells nothing about the user."""
    request = Request(
        method="POST",
        path="/voice-clone",
        form=(
            ("title", "My Voice Clone"),
            ("description", "A custom voice"),
            ("tags", '["male","young","energetic"]'),
        ),
        uploads=(
            Upload(
                field="voice",
                path=Path("/home/me/Secret Name.MP3"),
                sha256="ab",
                filename="file.mp3",
                media_type="audio/mpeg",
            ),
        ),
    )
    assert request == next(VENDOR.submit(CLONE))
    assert request == next(VENDOR.submit(CLONE, "https://example.org/hook"))


def test_a_clone_is_running_until_the_list_says_completed():
    """The first answer has no status; the list decides when it can speak."""
    task = answered(VENDOR.submit(CLONE), CLONED)
    assert (task.state, task.receipt) == ("running", "clxxxx")
    assert (
        task.credits_micros,
        task.details,
    ) == (1_000_000_000, {"voice": "voiceclone:clxxxx"})
    states = {"PROCESSING": "running", "COMPLETED": "done", "FAILED": "failed"}
    for word, state in {**states, "REVIEW": "running"}.items():
        flow, request = asked(VENDOR.task(CLONE, "clxxxx"))
        assert request == NEWEST
        other = {**VOICE, "id": "other", "status": "COMPLETED"}
        task = finish(flow, reply(page(other, {**VOICE, "status": word})))
        assert (state, "clxxxx") == (task.state, task.receipt)
        assert (word == "REVIEW") == bool(task.warnings)


def test_a_clone_that_is_not_listed_goes_on():
    """A voice that the list does not show is neither done nor lost."""
    task = answered(VENDOR.task(CLONE, "clxxxx"), page())
    assert (task.state, task.receipt) == ("running", "clxxxx")
    assert task.warnings


def test_a_clone_is_found_by_its_name():
    """After a lost answer, voices of that name are evidence, no proof."""
    flow, request = asked(VENDOR.find(CLONE))
    assert request == NEWEST
    found = finish(flow, reply(page({**VOICE, "id": "a"}, {**VOICE, "title": "B"})))
    assert found == [Receipt(id="a", created_at=NEW_YEAR, credits_micros=1_000_000_000)]
    with pytest.raises(Unsupported, match="voiceclone lists no speech"):
        next(VENDOR.find(SPEECH))


def test_a_clone_costs_a_thousand():
    """The price of a clone is fixed, and known before."""
    estimate = VENDOR.estimate(CLONE)
    assert (estimate.credits, estimate.exact) == (1_000, True)


def test_what_a_clone_takes():
    """Three kinds of file, 20 MB, a description of 500 characters."""
    offer = VENDOR.offer("clone")
    assert offer.file.extensions == ("mp3", "wav", "webm")
    assert offer.file.maximum_bytes == 20 * 1024 * 1024
    with pytest.raises(InvalidSetting):
        offer.check_settings({"description": "x" * 501}, "x")


@pytest.mark.parametrize("name", ["a.wav", "a.webm", "a.mp3"])
def test_a_sample_is_sent_as_what_it_is(name):
    """The type of the file follows from its extension."""
    file = InputFile(path=name, sha256="ab", size=9)
    job = Job(provider="voiceclone", kind="clone", text="N", files={"file": file})
    upload = next(VENDOR.submit(job)).uploads[0]
    extension = name.partition(".")[2]
    media_type = "audio/mpeg" if extension == "mp3" else f"audio/{extension}"
    assert (f"file.{extension}", media_type) == (upload.filename, upload.media_type)


def test_clones_cannot_be_deleted():
    """The vendor has no request for it."""
    with pytest.raises(errors.Unsupported):
        VENDOR.delete_clone("clxxxx")


# Voices


def test_voices_come_own_first_page_by_page():
    """All pages of the user's voices, then the system's, each once."""
    answers = [
        page({**VOICE, "id": "a"}, has_next=True),
        page({**VOICE, "id": "b"}, {**VOICE, "id": "a"}),
        page({**VOICE, "id": "s", "type": "SYSTEM"}, {**VOICE, "id": "a"}),
    ]
    requests, voices = drive(VENDOR.voices(VoiceQuery()), answers)
    asked_for = [(dict(r.query)["page"], dict(r.query)["type"]) for r in requests]
    assert asked_for == [("1", "USER"), ("2", "USER"), ("1", "SYSTEM")]
    assert requests[0].query == (
        ("page", "1"),
        ("limit", "100"),
        ("status", "COMPLETED"),
        ("type", "USER"),
    )
    assert [voice.id for voice in voices] == ["a", "b", "s"]
    assert [voice.owned for voice in voices] == [True, True, False]


def test_a_voice_is_read_whole():
    """Every field of the page that a voice can hold arrives in it."""
    _, voices = drive(VENDOR.voices(VoiceQuery(), type="USER"), [page(VOICE)])
    (voice,) = voices
    assert (voice.voice, voice.name) == ("voiceclone:clxxxx", "My Voice Clone")
    assert (voice.gender, voice.tags) == ("male", ("male", "young"))
    assert (voice.status, voice.category, voice.owned) == ("COMPLETED", "USER", True)
    assert (VOICE["audioUrl"], NEW_YEAR) == (voice.preview_url, voice.created_at)


@pytest.mark.parametrize("tags", ["male, young", '["male","young"]', ["male", "young"]])
def test_tags_are_read_both_ways(tags):
    """A list, text with commas, and a JSON array as text are the same tags."""
    _, voices = drive(
        VENDOR.voices(VoiceQuery(), type="USER"), [page({**VOICE, "tags": tags})]
    )
    assert voices[0].tags == ("male", "young")


def test_enough_voices_end_the_paging():
    """No page is asked for beyond the limit."""
    many = [{**VOICE, "id": str(n)} for n in range(100)]
    requests, voices = drive(
        VENDOR.voices(VoiceQuery(limit=30)), [page(*many, has_next=True)]
    )
    assert (len(requests), len(voices)) == (1, 30)


def test_a_list_that_never_ends_is_left():
    """A vendor that repeats its page, or always has another, cannot keep us."""
    requests, voices = drive(
        VENDOR.voices(VoiceQuery(limit=None)), [page(VOICE, has_next=True)] * 9
    )
    assert (len(requests), len(voices)) == (4, 1)
    fresh = (page({**VOICE, "id": str(n)}, has_next=True) for n in range(MOST_PAGES))
    with pytest.raises(BadReply, match="never ends"):
        drive(VENDOR.voices(VoiceQuery(limit=None), type="USER"), fresh)


def test_filters_go_on_the_wire_or_are_refused():
    """Status, type and sort are the page's own; anything else is refused unsent."""
    flow = VENDOR.voice_page(
        2, 50, status="FAILED", type="SYSTEM", sort_by="popularity", sort_order="asc"
    )
    assert next(flow).query == (
        ("page", "2"),
        ("limit", "50"),
        ("status", "FAILED"),
        ("type", "SYSTEM"),
        ("sortBy", "popularity"),
        ("sortOrder", "asc"),
    )
    for wrong in ({"limit": 101}, {"page": 0}, {"status": "OK"}, {"sort_by": "name"}):
        with pytest.raises(InvalidSetting):
            next(VENDOR.voice_page(**wrong))


@pytest.mark.parametrize(
    ("pagination", "has_next"),
    [
        ({"hasNext": True}, True),
        ({"totalPages": 3}, True),
        ({"totalPages": 1}, False),
        ({}, False),
    ],
)
def test_more_pages_are_seen_in_several_ways(pagination, has_next):
    """hasNext decides, else the number of pages, else whether the page is full."""
    body = {"voices": [VOICE], "pagination": pagination}
    assert has_next == answered(VENDOR.voice_page(), body).has_next
    full = {"voices": [VOICE] * 20, "pagination": pagination}
    assert answered(VENDOR.voice_page(), full).has_next in (has_next, not pagination)


def test_narrow_queries():
    """Words and gender narrow the list; of languages the vendor says nothing."""
    narrow = VoiceQuery(search="custom", gender="male")
    _, voices = drive(VENDOR.voices(narrow), [page(VOICE), page()])
    assert len(voices) == 1
    with pytest.raises(StopIteration) as stop:
        next(VENDOR.voices(VoiceQuery(language="en")))
    assert stop.value.value == []


def test_clones_are_the_users_voices_in_any_status():
    """A voice that is still being made is listed as a clone."""
    requests, voices = drive(VENDOR.clones(), [page({**VOICE, "status": "PROCESSING"})])
    assert requests[0].query == (("page", "1"), ("limit", "100"), ("type", "USER"))
    assert voices[0].status == "PROCESSING"


def test_an_answer_without_a_list_is_not_an_empty_list():
    """No list is a bad reply, never "no voices"."""
    with pytest.raises(BadReply):
        answered(VENDOR.voice_page(), {"success": True})


# Money and limits


def test_credits_have_a_breakdown():
    """Total, what is reset and when, and what lasts."""
    flow, request = asked(VENDOR.credits())
    assert Request(method="GET", path="/credits") == request
    assert finish(flow, reply(BALANCE)) == Credits(
        balance=5000,
        unit="credits",
        regular=3000,
        permanent=2000,
        resets_at=1_706_745_600_000_000,
    )
    with pytest.raises(BadReply):
        answered(VENDOR.credits(), {"success": True})


def test_rate_limits_are_read_from_the_headers():
    """Limit, what remains, and the Unix second of the reset."""
    headers = {
        "x-ratelimit-limit": "60",
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": "1704067200",
    }
    found = VENDOR.rate_limit(Reply(status=429, headers=headers))
    assert RateLimit(limit=60, remaining=0, resets_at=NEW_YEAR) == found
    assert VENDOR.rate_limit(Reply(status=200)) is None
    odd = {"x-ratelimit-limit": "many", "x-ratelimit-reset": "1e300"}
    assert VENDOR.rate_limit(Reply(status=200, headers=odd)) is None


# Errors


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "INVALID_PARAMETERS", errors.InvalidRequest),
        (404, "NOT_FOUND", errors.NotFound),
        (401, "UNAUTHORIZED", errors.Unauthorized),
        (429, "USAGE_LIMIT_EXCEEDED", errors.InsufficientCredits),
        (429, "RATE_LIMITED", errors.RateLimited),
    ],
)
def test_each_code_is_a_proven_refusal(status, code, kind):
    """The code decides, under its own status and under any other."""
    for given in (status, 200, 500):
        answer = reply({"code": code, "error": "Why"}, given)
        problem = VENDOR.problem(answer)
        assert problem == Problem(code=code, message="Why")
        assert error_class(answer, problem, VENDOR.errors) is kind
        assert fates({"code": code, "error": "Why"}, given) is Outcome.REFUSED


@pytest.mark.parametrize("status", [200, 400, 429, 500])
def test_an_internal_error_proves_nothing(status):
    """INTERNAL_ERROR leaves open whether the work began, whatever the status."""
    body = {"code": "INTERNAL_ERROR", "error": "Internal server error"}
    assert fates(body, status) is Outcome.AMBIGUOUS


def test_missing_credits_are_counted_in_the_message():
    """The answer's two numbers reach the user."""
    body = {
        "error": "Insufficient credits",
        "code": "USAGE_LIMIT_EXCEEDED",
        "credits": 10,
        "needCredits": 29,
    }
    message = "Insufficient credits (29 needed, 10 left)"
    assert VENDOR.problem(reply(body, 429)).message == message


def test_answers_that_are_no_json():
    """A page of HTML is its status as an error, and a bad reply as a success."""
    for status in (302, 404, 429, 502):
        html = Reply(status=status, body=b"<html>")
        assert Problem(code=str(status)) == VENDOR.problem(html)
    with pytest.raises(BadReply):
        VENDOR.problem(Reply(status=200, body=b"<html>"))


def test_success_is_no_problem():
    """No good answer of the page reads as an error, nor does one with an id."""
    for body in (CREATED, COMPLETED, CLONED, BALANCE, page(VOICE)):
        assert VENDOR.problem(reply(body)) is None
    odd = {**CREATED, "success": False, "code": "INVALID_PARAMETERS"}
    assert VENDOR.problem(reply(odd)) is None
    assert VENDOR.problem(reply({"success": False})) == Problem(code="200")


# Anything at all

FLOWS = {
    "submit speech": (lambda: VENDOR.submit(SPEECH), CREATED),
    "task speech": (lambda: VENDOR.task(SPEECH, "clxxxx"), COMPLETED),
    "submit clone": (lambda: VENDOR.submit(CLONE), CLONED),
    "task clone": (lambda: VENDOR.task(CLONE, "clxxxx"), page(VOICE)),
    "find": (lambda: VENDOR.find(CLONE), page(VOICE)),
    "credits": (VENDOR.credits, BALANCE),
    "page": (VENDOR.voice_page, page(VOICE)),
    "voices": (lambda: VENDOR.voices(VoiceQuery(limit=1), type="USER"), page(VOICE)),
    "refused": (
        lambda: VENDOR.submit(SPEECH),
        {"code": "USAGE_LIMIT_EXCEEDED", "error": "x", "credits": 1, "needCredits": 2},
    ),
}
HEADERS = {"x-ratelimit-limit": "9", "x-ratelimit-reset": "1704067200"}


@amounts
@pytest.mark.parametrize("name", FLOWS)
def test_no_answer_breaks_a_flow(name, total):
    """Whatever comes back, only voicekit's own errors come out."""
    start, body = FLOWS[name]
    for answer in mutations(
        reply(body, 200, **HEADERS), share(total, FLOWS), seed=name
    ):
        VENDOR.rate_limit(answer)
        assert is_storable(what_comes_of(VENDOR, start(), answer))


@amounts
def test_an_intact_id_is_never_lost(total):
    """Whatever else is broken in a first answer, its id makes it a task."""
    intact = {"speechId": "clxxxx", "creditsUsed": 29, "success": True}
    rest = {k: v for k, v in CREATED["speech"].items() if k not in ("id", "status")}
    seen = 0
    for broken in mutations(reply({"speech": rest, "x": intact}), total, seed=5):
        try:
            body = {**json.loads(broken.body), "speechId": "clxxxx"}
        except (ValueError, RecursionError, TypeError):
            continue
        answer = reply(body)
        assert VENDOR.problem(answer) is None
        assert answered(VENDOR.submit(SPEECH), body).receipt == "clxxxx"
        seen += 1
    assert seen > total / 3
