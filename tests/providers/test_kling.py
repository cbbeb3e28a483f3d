"""Kling text to speech, as its page describes it."""

import json

import pytest
from mutations import amounts, is_storable, mutations, share, what_comes_of

from voicekit import errors, providers
from voicekit.engine.outcome import Outcome, error_class, judge
from voicekit.errors import BadReply, InvalidSetting, InvalidText
from voicekit.flow import Reply, Request, finish
from voicekit.job import Job
from voicekit.providers.auth import Jwt
from voicekit.task import Credits, Problem, Result
from voicekit.voice import VoiceQuery

VENDOR = providers.find("kling")
TEXT = (
    "Throughout my time in college, several memorable event left a significant impact "
    "on my life"
)
JOB = Job(
    provider="kling",
    kind="speech",
    text=TEXT,
    voice="oversea_male1/en",
    settings={"voice_speed": 1},
)
URL = "https://p1.a.kwimgs.com/bs2/upload-ylab-stunt/special-effect/output/output.mp3"
DATA = {
    "task_id": "8123",
    "task_status": "succeed",
    "task_status_msg": "",
    "task_result": {"audios": [{"id": "a1", "url": URL, "duration": "4.5"}]},
    "final_unit_deduction": "0.05",
    "created_at": 1722769557708,
    "updated_at": 1722769559208,
}
DONE = {"code": 0, "message": "SUCCEED", "request_id": "r1", "data": DATA}
PACK = {
    "resource_pack_name": "Voices",
    "resource_pack_id": "p1",
    "resource_pack_type": "decreasing_total",
    "total_quantity": 200.0,
    "remaining_quantity": 118.0,
    "purchase_time": 1726124664368,
    "effective_time": 1726124664368,
    "invalid_time": 1727366400000,
    "status": "online",
}


def reply(body, status=200):
    return Reply(status=status, body=json.dumps(body).encode())


def answered(flow, body, status=200):
    next(flow)
    return finish(flow, reply(body, status))


def said(**changes):
    """Return the page's answer with other data; None leaves a field out."""
    data = {k: v for k, v in {**DATA, **changes}.items() if v is not None}
    return {**DONE, "data": data}


def costs(*packs):
    data = {"code": 0, "msg": "SUCCEED"}
    listed = {"resource_pack_subscribe_infos": list(packs)} if packs else {}
    return {**DONE, "data": {**data, **listed}}


def fate(body, status=200):
    answer = reply(body, status)
    problem = VENDOR.problem(answer)
    task = None if problem else answered(VENDOR.submit(JOB), body)
    return judge(answer, problem=problem, task=task, table=VENDOR.errors)


def listed(**query):
    with pytest.raises(StopIteration) as stop:
        next(VENDOR.voices(VoiceQuery(**query)))
    return stop.value.value


# Speech


def test_speech_is_asked_for_as_the_page_shows():
    """The request is the page's own sample, and the same each time."""
    request = Request(
        method="POST",
        path="/v1/audio/tts",
        json={
            "text": TEXT,
            "voice_id": "oversea_male1",
            "voice_language": "en",
            "voice_speed": 1,
        },
    )
    assert request == next(VENDOR.submit(JOB))
    assert request == next(VENDOR.submit(JOB, "https://example.org/hook"))


def test_a_speed_that_nobody_chose_is_left_to_the_vendor():
    """Without a speed the field is left out; the language is always sent."""
    job = Job(provider="kling", kind="speech", text="你好", voice="ai_kaiya/zh")
    assert next(VENDOR.submit(job)).json == {
        "text": "你好",
        "voice_id": "ai_kaiya",
        "voice_language": "zh",
    }


def test_the_first_answer_holds_the_result():
    """One call brings address, length, cost, time taken and end of life."""
    task = answered(VENDOR.submit(JOB), DONE)
    assert (task.state, task.receipt, task.credits_micros) == ("done", "8123", 50_000)
    assert task.results == (Result(media_type="audio/mpeg", url=URL, duration_s=4.5),)
    assert (task.vendor_s, task.expires_at) == (1.5, 1_725_361_557_708_000)
    assert task.details == {"request_id": "r1", "audio_id": "a1"}
    assert task.warnings == ()


def test_newer_fields_and_words_are_tolerated():
    """A second kind of cost, and "succeeded", change nothing."""
    body = said(
        task_status="succeeded",
        final_balance_deduction={"quota": "1", "list_price": "0.1"},
    )
    assert answered(VENDOR.submit(JOB), body).state == "done"


@pytest.mark.parametrize(
    ("word", "state"), [("submitted", "queued"), ("processing", "running")]
)
def test_other_states_are_asked_for_again(word, state):
    """A speech that is not done keeps its id, even if an address is there."""
    task = answered(VENDOR.submit(JOB), said(task_status=word))
    assert (state, "8123", ()) == (task.state, task.receipt, task.results)
    flow = VENDOR.task(JOB, "8123")
    assert next(flow) == Request(method="GET", path="/v1/audio/tts/8123")
    assert finish(flow, reply(DONE)).state == "done"


def test_an_unknown_state_goes_on():
    """A new word is no end, and is shown as a warning."""
    task = answered(VENDOR.submit(JOB), said(task_status="reviewing"))
    assert (task.state, task.receipt) == ("running", "8123")
    assert "reviewing" in task.warnings[0]


def test_done_without_an_address_goes_on():
    """ "succeed" with nothing to fetch is asked again, with a warning."""
    task = answered(VENDOR.submit(JOB), said(task_result={"audios": [{"id": "a"}]}))
    assert (task.state, task.receipt) == ("running", "8123")
    assert task.warnings


def test_a_result_needs_no_id():
    """An address in a finished answer is enough; without either, it is unreadable."""
    task = answered(VENDOR.submit(JOB), said(task_id=None))
    assert (task.state, task.receipt, task.results[0].url) == ("done", None, URL)
    for lost in (
        said(task_id=None, task_result=None),
        {"code": 0},
        {"code": 0, "x": 1},
    ):
        with pytest.raises(BadReply):
            answered(VENDOR.submit(JOB), lost)


def test_a_missing_state_is_not_a_lost_task():
    """A first answer with an id and no status is running; a later one says nothing."""
    assert answered(VENDOR.submit(JOB), said(task_status=None)).state == "running"
    with pytest.raises(BadReply):
        answered(VENDOR.task(JOB, "8123"), said(task_status=None))
    with pytest.raises(BadReply):
        answered(VENDOR.task(JOB, "8123"), said(task_id="9"))


@pytest.mark.parametrize(
    ("units", "billed"), [("0", False), ("0.05", True), (None, None), ("?", None)]
)
def test_a_failed_speech_says_why_and_whether_it_was_charged(units, billed):
    """The message is the vendor's; the units tell whether it cost."""
    body = said(
        task_status="failed",
        task_status_msg="Failure to pass the risk control system",
        final_unit_deduction=units,
    )
    task = answered(VENDOR.submit(JOB), body)
    assert ("failed", "Failure to pass the risk control system", billed) == (
        task.state,
        task.error,
        task.billed,
    )


@pytest.mark.parametrize("created", [None, 1722769557, -5, "soon"])
def test_a_time_that_cannot_be_ends_nothing(created):
    """A creation time in seconds, or of no sense, does not make a result expire."""
    assert answered(VENDOR.submit(JOB), said(created_at=created)).expires_at is None


def test_an_id_never_leads_elsewhere():
    """Whatever a receipt holds stays one part of the path."""
    assert next(VENDOR.task(JOB, "a/b?c")).path == "/v1/audio/tts/a%2Fb%3Fc"


def test_what_speech_takes():
    """1,000 characters; a speed from 0.8 to 2.0 with one decimal, never rounded."""
    offer = VENDOR.offer("speech", voice="AOT/en")
    assert offer.check_text("語" * 1_000, "x")
    with pytest.raises(InvalidText, match="1,001 characters"):
        offer.check_text("x" * 1_001, "x")
    for speed in (0.8, 1, 1.0, 1.1, 2.0):
        assert offer.check_settings({"voice_speed": speed}, "x")["voice_speed"] == speed
    for speed in (0.7, 2.1, 1.25, 0.85, "1", True, float("nan")):
        with pytest.raises(InvalidSetting):
            offer.check_settings({"voice_speed": speed}, "x")
    with pytest.raises(InvalidSetting):
        offer.check_format("mp3", "x")


def test_the_price_is_not_known():
    """The page gives no price, so none is claimed."""
    estimate = VENDOR.estimate(JOB)
    assert (estimate.credits, estimate.unit, estimate.exact) == (None, "units", False)


def test_how_the_key_is_shown():
    """A key, or a token for half an hour, back-dated by five seconds."""
    assert Jwt(life_s=1_800, back_dated_s=5) == VENDOR.auth
    assert (VENDOR.origin, VENDOR.retention_s) == (
        "https://api-singapore.klingai.com",
        2_592_000,
    )


# Voices


def test_the_two_tables():
    """35 Chinese voices and 27 English ones; 16 ids are in both, with two names."""
    chinese, english = listed(language="zh"), listed(language="en")
    assert (len(chinese), len(english)) == (35, 27)
    ids = [
        {voice.id.partition("/")[0] for voice in each} for each in (chinese, english)
    ]
    assert len(ids[0] & ids[1]) == 16
    names = {voice.voice: voice.name for voice in listed()}
    assert names["kling:genshin_vindi2/zh"] == "阳光少年"
    assert names["kling:genshin_vindi2/en"] == "Sunny"
    assert names["kling:oversea_male1/en"] == "Anchor"


def test_voices_are_narrowed_without_a_request():
    """Words and limit narrow the tables."""
    assert [voice.voice for voice in listed(search="anchor")] == [
        "kling:oversea_male1/en"
    ]
    assert len(listed(limit=5)) == 5


def test_a_voice_names_its_language():
    """An id without one is refused with the nearest; an unlisted id is sent."""
    assert VENDOR.voice("oversea_male1/en").name == "Anchor"
    assert VENDOR.voice("new_voice/zh").language == "zh"
    for wrong in ("oversea_male1", "oversea_male1/de", "/en", "en", "oversea_male1/"):
        with pytest.raises(errors.UnknownVoice, match="kling:oversea_male1/en"):
            VENDOR.voice(wrong)
        with pytest.raises(errors.UnknownVoice):
            VENDOR.offer("speech", voice=wrong)


def test_a_voice_in_another_language_is_warned_about():
    """A listed voice with a language that it is not listed for is sent, and said."""
    job = Job(provider="kling", kind="speech", text="x", voice="oversea_male1/zh")
    assert VENDOR.warnings(job) == ("kling lists oversea_male1 for en, not for zh.",)
    assert VENDOR.warnings(JOB) == ()


# Money


def test_the_balance_is_what_packs_hold():
    """Only packs in use count; the range of time is wide, or the caller's."""
    flow = VENDOR.credits()
    assert next(flow) == Request(
        method="GET",
        path="/account/costs",
        query=(("start_time", "1577836800000"), ("end_time", "4102444800000")),
    )
    body = costs(PACK, {**PACK, "remaining_quantity": 2}, {**PACK, "status": "expired"})
    assert finish(flow, reply(body)) == Credits(balance=120, unit="units")
    query = next(VENDOR.credits(start_time=1, end_time=2)).query
    assert query == (("start_time", "1"), ("end_time", "2"))


def test_an_unknown_balance_is_not_zero():
    """No packs, or one that cannot be read, leave the balance unknown."""
    for body in (costs(), costs(PACK, {**PACK, "remaining_quantity": "?"})):
        assert answered(VENDOR.credits(), body).balance is None
    assert answered(VENDOR.credits(), costs({**PACK, "status": "runOut"})).balance == 0


def test_costs_have_a_code_of_their_own():
    """A second code, inside the data, is an error, too."""
    body = {**DONE, "data": {"code": 1200, "msg": "Invalid time"}}
    assert Problem(code="1200", message="Invalid time") == VENDOR.problem(reply(body))


# Errors


@pytest.mark.parametrize(
    ("codes", "status", "kind"),
    [
        ("1000 1001 1002 1003 1004", 401, errors.Unauthorized),
        ("1100 1304", 429, errors.Unauthorized),
        ("1103", 403, errors.Unauthorized),
        ("1101 1102", 429, errors.InsufficientCredits),
        ("1200 1201 1300 1301", 400, errors.InvalidRequest),
        ("1202", 404, errors.InvalidRequest),
        ("1203", 404, errors.NotFound),
        ("1302 1303", 429, errors.RateLimited),
    ],
)
def test_each_code_is_a_proven_refusal(codes, status, kind):
    """The code decides, under its own status and under any other."""
    for code in map(int, codes.split()):
        for given in (status, 200, 500):
            body = {"code": code, "message": "Why", "request_id": "r"}
            problem = VENDOR.problem(reply(body, given))
            assert Problem(code=str(code), message="Why") == problem
            assert error_class(reply(body, given), problem, VENDOR.errors) is kind
            assert fate(body, given) is Outcome.REFUSED


@pytest.mark.parametrize("code", [5000, 5001, 5002, 7777])
@pytest.mark.parametrize("status", [200, 500, 503])
def test_a_fault_proves_nothing(code, status):
    """A fault of the vendor, or a new code, leaves open whether work began."""
    assert fate({"code": code, "message": "?"}, status) is Outcome.AMBIGUOUS


def test_a_fault_proves_nothing_under_a_refusing_status():
    """The codes of faults go before a status that would refuse."""
    assert fate({"code": 5000, "message": "?"}, 400) is Outcome.AMBIGUOUS


def test_a_code_never_calls_a_task_refused():
    """An id with a code is a task, unless it is said to have failed."""
    assert fate({**DONE, "code": 1301}) is Outcome.ACCEPTED
    failed = {**said(task_status="failed"), "code": 1301}
    assert fate(failed) is Outcome.REFUSED


def test_answers_that_are_no_json():
    """A page of HTML is its status as an error, and a bad reply as a success."""
    for status in (302, 404, 429, 502):
        html = Reply(status=status, body=b"<html>")
        assert Problem(code=str(status)) == VENDOR.problem(html)
    with pytest.raises(BadReply):
        VENDOR.problem(Reply(status=200, body=b"<html>"))
    assert Problem(code="500", message="x") == VENDOR.problem(
        reply({"code": 0, "message": "x"}, 500)
    )


def test_success_is_no_problem():
    """0 is success, as a number, as text, and left out."""
    for body in (DONE, {**DONE, "code": "0"}, {"data": DATA}, costs(PACK), costs()):
        assert VENDOR.problem(reply(body)) is None


# Anything at all

FLOWS = {
    "submit": (lambda: VENDOR.submit(JOB), DONE),
    "submit, slow": (lambda: VENDOR.submit(JOB), said(task_status="processing")),
    "task": (lambda: VENDOR.task(JOB, "8123"), DONE),
    "credits": (VENDOR.credits, costs(PACK, PACK)),
    "refused": (lambda: VENDOR.submit(JOB), {"code": 1302, "message": "Slow down"}),
}


@amounts
@pytest.mark.parametrize("name", FLOWS)
def test_no_answer_breaks_a_flow(name, total):
    """Whatever comes back, only voicekit's own errors come out."""
    start, body = FLOWS[name]
    for answer in mutations(reply(body), share(total, FLOWS), seed=name):
        assert is_storable(what_comes_of(VENDOR, start(), answer))


@amounts
def test_an_intact_id_is_never_lost(total):
    """Whatever else is broken in a first answer, its id makes it a task."""
    intact, rest = {"task_id": "8123", "task_status": "processing"}, dict(DATA)
    for name in intact:
        del rest[name]
    seen = 0
    for broken in mutations(reply(rest), total, seed=5):
        try:
            body = {**DONE, "data": {**json.loads(broken.body), **intact}}
        except (ValueError, RecursionError, TypeError):
            continue
        assert VENDOR.problem(reply(body)) is None
        task = answered(VENDOR.submit(JOB), body)
        assert (task.state, task.receipt) == ("running", "8123")
        seen += 1
    assert seen > total / 3
