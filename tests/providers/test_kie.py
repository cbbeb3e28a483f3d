"""Kie: what it is asked, and how its answers are read."""

import json

import pytest
from mutations import amounts, is_storable, mutations, share, what_comes_of

from voicekit.engine.outcome import Outcome, judge
from voicekit.errors import BadReply, InvalidSetting, InvalidText, VoicekitError
from voicekit.flow import Reply, Request, finish
from voicekit.job import Job
from voicekit.providers import find, kie_webhook
from voicekit.task import Credits, Problem, Receipt, Result, Word
from voicekit.voice import VoiceQuery

KIE = find("kie")
TURBO = "elevenlabs/text-to-speech-turbo-2-5"
SOUND = "elevenlabs/sound-effect-v2"
HOOK = "https://your-domain.com/api/callback"
ID = "e989621f54392584b05867f87b160672"
DEFAULTS = {
    "stability": 0.5,
    "similarity_boost": 0.75,
    "style": 0,
    "speed": 1,
    "timestamps": False,
}
# The page's answers, word for word but for the text.
ECHO = {
    "callBackUrl": HOOK,
    "model": TURBO,
    "input": {
        "text": "Unlock!",
        "voice": "Rachel",
        **DEFAULTS,
        "previous_text": "",
        "next_text": "",
        "language_code": "",
    },
}
SUCCESS = {
    "code": 200,
    "data": {
        "completeTime": 1755599644000,
        "consumeCredits": 100,
        "costTime": 8,
        "createTime": 1755599634000,
        "model": TURBO,
        "param": json.dumps(ECHO),
        "remainedCredits": 2510330,
        "resultJson": '{"resultUrls":["https://example.com/generated-image.jpg"]}',
        "state": "success",
        "taskId": ID,
        "updateTime": 1755599644000,
    },
    "msg": "Playground task completed successfully.",
}
FAILURE = {
    "code": 501,
    "data": {
        "completeTime": 1755597081000,
        "consumeCredits": 0,
        "costTime": 0,
        "createTime": 1755596341000,
        "failCode": "500",
        "failMsg": "Internal server error",
        "model": TURBO,
        "param": json.dumps(ECHO),
        "remainedCredits": 2510430,
        "state": "fail",
        "taskId": ID,
        "updateTime": 1755597097000,
    },
    "msg": "Playground task failed.",
}
CREATED = {"code": 200, "message": "success", "data": {"taskId": "task_12345678"}}
URL = "https://example.com/generated-image.jpg"


def reply(body, status=200):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Reply(status=status, body=raw)


def speech(text="Unlock!", voice="Rachel", **settings):
    offer = KIE.offer("speech", voice=voice)
    return Job(
        provider="kie",
        kind="speech",
        text=offer.check_text(text, "kie:Rachel"),
        voice=voice,
        model=offer.model,
        settings=offer.check_settings(settings, "kie:Rachel"),
    )


def sound(prompt="Rain", form=None, **settings):
    offer = KIE.offer("sound_effect")
    return Job(
        provider="kie",
        kind="sound_effect",
        text=prompt,
        model=offer.model,
        settings=offer.check_settings(settings, "kie"),
        format=offer.check_format(form, "kie"),
    )


def answered(flow, body, status=200):
    next(flow)
    return finish(flow, reply(body, status))


def record(**changes):
    return {**SUCCESS, "data": {**SUCCESS["data"], **changes}}


def polled(job=None, status=200, **changes):
    body = record(**changes)
    return answered(KIE.task(job or speech(), ID), body, status)


def test_speech_is_asked_for_as_on_the_page():
    """The page's own sample: model, callback and every default in the input."""
    assert next(KIE.submit(speech(), HOOK)) == Request(
        method="POST",
        path="/api/v1/jobs/createTask",
        json={
            "model": TURBO,
            "callBackUrl": HOOK,
            "input": {"text": "Unlock!", "voice": "Rachel", **DEFAULTS},
        },
    )


def test_all_ten_inputs_can_be_set():
    """Each input of the page reaches the wire under its own name."""
    given = {
        "stability": 0.1,
        "similarity_boost": 0.2,
        "style": 0.3,
        "speed": 0.7,
        "timestamps": True,
        "previous_text": "before",
        "next_text": "after",
        "language_code": "en",
    }
    request = next(KIE.submit(speech("Hi", "Aria", **given)))
    assert request.json["input"] == {"text": "Hi", "voice": "Aria", **given}
    assert "callBackUrl" not in request.json


def test_a_sound_effect_is_asked_for_as_on_the_page():
    """Text, loop, duration, influence and format; no duration unless it is given."""
    assert next(KIE.submit(sound())).json == {
        "model": SOUND,
        "input": {
            "text": "Rain",
            "loop": False,
            "prompt_influence": 0.3,
            "output_format": "mp3_44100_128",
        },
    }
    job = sound(form="pcm_8000", loop=True, duration_seconds=0.5, prompt_influence=1)
    assert next(KIE.submit(job)).json["input"] == {
        "text": "Rain",
        "loop": True,
        "duration_seconds": 0.5,
        "prompt_influence": 1,
        "output_format": "pcm_8000",
    }


@pytest.mark.parametrize(
    "settings",
    [
        {"stability": 0.505},
        {"stability": 1.01},
        {"speed": 0.69},
        {"speed": 1.21},
        {"timestamps": 1},
        {"previous_text": "x" * 5001},
        {"language_code": "x" * 501},
        {"loop": True},
        {"rate": 1},
    ],
)
def test_what_the_model_does_not_accept_is_refused(settings):
    """Out of range, between two steps, or not this model's: nothing is sent."""
    with pytest.raises(InvalidSetting):
        speech(**settings)


def test_limits_are_the_pages():
    """5,000 characters of text; sounds of 0.5 to 22 seconds in steps of 0.1."""
    assert speech("é" * 5000).text
    with pytest.raises(InvalidText, match="5,001 characters"):
        speech("é" * 5001)
    assert sound(duration_seconds=22).settings["duration_seconds"] == 22
    for wrong in (0.4, 22.1, 0.55):
        with pytest.raises(InvalidSetting):
            sound(duration_seconds=wrong)
    with pytest.raises(InvalidSetting):
        sound(form="wav")


@pytest.mark.parametrize(
    "body",
    [
        CREATED,
        {"code": 200, "msg": "success", "data": {"taskId": "task_12345678"}},
        {"code": 200, "data": {"taskId": "task_12345678", "recordId": "other"}},
        {"code": "200", "data": {"task_id": "task_12345678"}},
        {"data": {"taskId": "task_12345678"}},
    ],
)
def test_a_new_task_has_its_id(body):
    """`message` or `msg`, and whatever else comes with it."""
    assert KIE.problem(reply(body)) is None
    task = answered(KIE.submit(speech()), body)
    assert (task.state, task.receipt) == ("queued", "task_12345678")


@pytest.mark.parametrize(
    "data", [None, {}, {"taskId": ""}, {"taskId": "a b"}, {"taskId": "x" * 201}, []]
)
def test_a_new_task_without_a_usable_id_is_a_bad_reply(data):
    """Then it is not known what became of the request."""
    with pytest.raises(BadReply):
        answered(KIE.submit(speech()), {"code": 200, "data": data})


def test_success_brings_address_cost_times_and_expiry():
    """The page's success, which is the same in a callback and in an answer."""
    task = polled()
    assert task.state == "done"
    assert task.receipt == ID
    assert task.results == (Result(media_type="audio/mpeg", url=URL),)
    assert task.credits_micros == 100_000_000
    assert task.vendor_s == 10.0
    assert task.expires_at == (1755599644 + 86_400) * 1_000_000
    assert task.details == {"model": TURBO, "cost_time": 8.0}
    assert task.warnings == ()


def test_a_task_is_asked_for_by_its_id():
    """The query takes the id as the vendor's documents say."""
    assert next(KIE.task(speech(), ID)) == Request(
        method="GET", path="/api/v1/jobs/recordInfo", query=(("taskId", ID),)
    )


def test_any_task_can_be_looked_at():
    """By its id alone, under the name that users call."""
    flow = getattr(KIE, KIE.endpoints["task"])(ID)
    assert next(flow).query == (("taskId", ID),)
    assert finish(flow, reply(SUCCESS)).results[0].url == URL


def test_failure_is_no_problem_but_an_answer():
    """The page gives a failed task the code 501; it was not charged."""
    assert KIE.problem(reply(FAILURE)) is None
    task = answered(KIE.task(speech(), ID), FAILURE)
    assert (task.state, task.error) == ("failed", "Internal server error (500)")
    assert (task.credits_micros, task.billed) == (0, False)


@pytest.mark.parametrize(
    ("word", "state"),
    [("waiting", "queued"), ("queuing", "queued"), ("generating", "running")],
)
def test_open_states(word, state):
    """Every word of the vendor; an address while it runs is not completion."""
    task = polled(state=word, progress=40)
    assert (task.state, task.results, task.warnings) == (state, (), ())
    assert task.progress == 0.4


def test_an_unknown_state_keeps_the_task_open():
    """A word that no document names is shown in a warning."""
    task = polled(state="paused")
    assert task.state == "running"
    assert "paused" in task.warnings[0]


@pytest.mark.parametrize(
    "result", [None, "", "{", "[]", "7", '{"resultUrls":[]}', '{"resultUrls":[null]}']
)
def test_success_without_an_address_keeps_the_task_open(result):
    """There is nothing to fetch yet, so it is asked again."""
    task = polled(resultJson=result)
    assert (task.state, task.results, len(task.warnings)) == ("running", (), 1)


@pytest.mark.parametrize(
    "result",
    [
        {"resultUrls": [URL]},
        json.dumps({"resultUrls": URL}),
        json.dumps({"resultObject": {"resultUrls": [URL]}}),
    ],
)
def test_addresses_come_in_several_forms(result):
    """JSON inside text as on the page, or the object itself."""
    assert [found.url for found in polled(resultJson=result).results] == [URL]


def test_newer_answers_name_the_cost_otherwise():
    """`creditsConsumed` counts where `consumeCredits` is missing; else nothing does."""
    assert polled(consumeCredits=None, creditsConsumed=0.5).credits_micros == 500_000
    assert polled(consumeCredits=None).credits_micros is None


def test_an_answer_about_another_task_is_a_bad_reply():
    """Its address would be another's audio."""
    with pytest.raises(BadReply, match="another task"):
        polled(taskId="another")


@pytest.mark.parametrize(
    ("form", "media_type", "rate"),
    [
        ("mp3_22050_32", "audio/mpeg", None),
        ("opus_48000_32", "audio/ogg", None),
        ("pcm_16000", "audio/l16", 16_000),
        ("ulaw_8000", "audio/basic", 8_000),
        ("alaw_8000", "audio/pcma", 8_000),
    ],
)
def test_a_sound_has_the_type_that_was_asked_for(form, media_type, rate):
    """What has no header of its own has its rate from the request."""
    task = polled(sound(form=form))
    assert task.results == (Result(media_type=media_type, url=URL, sample_rate=rate),)


ALIGNMENT = {
    "characters": ["H", "i", " ", "a", "l", "l"],
    "character_start_times_seconds": [0, 0.1, 0.2, 0.3, 0.4, 0.5],
    "character_end_times_seconds": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
}


@pytest.mark.parametrize(
    "extra",
    [
        {"timestamps": [ALIGNMENT]},
        {"alignment": ALIGNMENT},
        {"resultObject": {"timestamps": [ALIGNMENT]}},
        {
            "resultObject": {
                "words": [
                    {"text": "Hi", "start": 0, "end": 0.2},
                    {"text": "all", "start": 0.3, "end": 0.6},
                ]
            }
        },
    ],
)
def test_word_times_are_read_when_asked_for(extra):
    """In whichever plausible form they come."""
    result = json.dumps({"resultUrls": [URL], **extra})
    task = polled(speech(timestamps=True), resultJson=result)
    assert task.words == (Word("Hi", 0, 0.2), Word("all", 0.3, 0.6))
    assert task.warnings == ()
    assert polled(resultJson=result).words == ()


def test_word_times_in_a_file_of_their_own_are_fetched():
    """A second address that ends in .json holds them; it is no audio."""
    result = {"resultUrls": [URL, "https://example.com/w.json?k=1"]}
    task = polled(speech(timestamps=True), resultJson=json.dumps(result))
    assert [(r.role, r.media_type) for r in task.results] == [
        ("audio", "audio/mpeg"),
        ("words", "application/json"),
    ]
    assert task.warnings == ()


def test_word_times_that_cannot_be_read_are_kept_and_told():
    """The audio is done all the same; no address stays in the details."""
    result = json.dumps({"resultUrls": [URL], "times": [1, 2]})
    task = polled(speech(timestamps=True), resultJson=result)
    assert (task.state, task.words) == ("done", ())
    assert "word times" in task.warnings[0]
    assert '"times": [1, 2]' in task.details["result"]
    assert "example.com" not in task.details["result"]


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        *((code, Outcome.REFUSED) for code in (400, 401, 402, 404, 422, 429, 433)),
        *((code, Outcome.AMBIGUOUS) for code in (408, 455, 500, 501, 505, 599)),
    ],
)
@pytest.mark.parametrize("name", ["msg", "message"])
def test_errors_come_under_http_200(code, outcome, name):
    """The body's code decides, and only what it proves is a refusal."""
    answer = reply({"code": code, name: "No.", "data": None})
    problem = KIE.problem(answer)
    assert problem == Problem(code=str(code), message="No.")
    assert judge(answer, problem=problem, table=KIE.errors) is outcome


@pytest.mark.parametrize("code", [500, 501, 505, 408, 455])
def test_a_code_that_proves_nothing_goes_before_the_http_status(code):
    """Even under HTTP 400 a server's own fault is no refusal."""
    answer = reply({"code": code, "msg": "x"}, status=400)
    problem = KIE.problem(answer)
    assert judge(answer, problem=problem, table=KIE.errors) is Outcome.AMBIGUOUS


def test_a_task_id_goes_before_the_code():
    """Where there is a task, something was accepted, so it is asked for."""
    body = {"code": 422, "msg": "odd", "data": {"taskId": "task_1"}}
    assert KIE.problem(reply(body)) is None
    task = answered(KIE.submit(speech()), body)
    assert judge(reply(body), task=task, table=KIE.errors) is Outcome.ACCEPTED
    refused = reply(body, status=422)
    assert judge(refused, task=task, table=KIE.errors) is Outcome.AMBIGUOUS


def test_a_body_that_is_no_json_counts_by_its_status():
    """A gateway's page: the status under an error, and a bad reply under success."""
    assert KIE.problem(reply(b"<html>", 403)) == Problem(code="403")
    assert KIE.problem(reply(CREATED, 302)) is None
    assert KIE.problem(reply({"code": 200}, 500)) == Problem(code="500")
    for body in (b"<html>", b"", b"[]", b"\xff"):
        with pytest.raises(BadReply):
            KIE.problem(reply(body))


@pytest.mark.parametrize("data", [12.5, "12.5"])
def test_credits(data):
    """The balance may be fractional."""
    flow = KIE.credits()
    assert next(flow) == Request(method="GET", path="/api/v1/chat/credit")
    found = finish(flow, reply({"code": 200, "msg": "success", "data": data}))
    assert found == Credits(balance=12.5, unit="credits")
    with pytest.raises(BadReply):
        answered(KIE.credits(), {"code": 401, "msg": "no access", "data": None})


def returned(flow):
    with pytest.raises(StopIteration) as stop:
        next(flow)
    return stop.value.value


def test_voices_are_the_names_of_the_page_and_then_the_ids():
    """21 names first; 113 ids with previews; no request."""
    found = returned(KIE.voices(VoiceQuery(limit=None)))
    assert len(found) == 134
    assert [voice.voice for voice in found[:2]] == ["kie:Rachel", "kie:Aria"]
    assert found[20].name == "Bill"
    assert found[21].id == "BIvP0GN1cAtSRTxNHnWS"
    assert found[21].preview_url.endswith("/BIvP0GN1cAtSRTxNHnWS.mp3")
    assert len(returned(KIE.voices(VoiceQuery(limit=5)))) == 5
    [viking] = returned(KIE.voices(VoiceQuery(search="viking")))
    assert viking.name == "Viking Bjorn"


def test_an_id_that_no_list_has_is_sent_as_it_is():
    """It may exist all the same, and is never replaced by one that is similar."""
    assert KIE.voice("Rachel").name == "Rachel"
    assert KIE.voice("rachel").voice == "kie:rachel"
    assert next(KIE.submit(speech(voice="rachel"))).json["input"]["voice"] == "rachel"


def test_models_are_those_of_the_offers():
    """Each model that is listed can be asked for, and the other way round."""
    listed = {model.id: model.kinds for model in returned(KIE.models())}
    assert listed == {offer.model: (offer.kind,) for offer in KIE.offers}


def evidence(job, callback=None, **changes):
    return answered(KIE.confirm(job, ID, callback), record(**changes))


def test_a_task_that_repeats_our_callback_is_ours():
    """The address belongs to this job alone, so that it is certain."""
    found = Receipt(
        id=ID,
        created_at=1755599634000000,
        credits_micros=100_000_000,
        is_certain=True,
    )
    assert evidence(speech(), HOOK) == found
    assert evidence(speech(), "https://your-domain.com/other") is None


def test_a_task_that_repeats_our_request_is_probably_ours():
    """The same request may have been made twice, so that it is not certain."""
    assert evidence(speech()).is_certain is False
    assert evidence(speech("Another")) is None
    assert evidence(speech(speed=1.1)) is None
    assert evidence(speech(), param=ECHO).id == ID
    assert evidence(speech(), param="{") is None


FLOWS = {
    "submit": (lambda: KIE.submit(speech()), CREATED),
    "task": (lambda: KIE.task(speech(timestamps=True), ID), SUCCESS),
    "timed": (
        lambda: KIE.task(speech(timestamps=True), ID),
        record(resultJson=json.dumps({"resultUrls": [URL], "timestamps": [ALIGNMENT]})),
    ),
    "failure": (lambda: KIE.task(speech(), ID), FAILURE),
    "confirm": (lambda: KIE.confirm(speech(), ID, HOOK), SUCCESS),
    "credits": (KIE.credits, {"code": 200, "msg": "success", "data": 100}),
}


@amounts
@pytest.mark.parametrize("name", FLOWS)
def test_no_answer_breaks_a_flow(name, total):
    """Whatever comes back, only voicekit's own errors come out."""
    make, good = FLOWS[name]
    for spoiled in mutations(reply(good), share(total, FLOWS), seed=name):
        # Also where the answer is a problem, whatever stands in it is read.
        try:
            flow = make()
            next(flow)
            json.dumps(getattr(finish(flow, spoiled), "details", None))
        except VoicekitError:
            pass
        assert is_storable(what_comes_of(KIE, make(), spoiled))


@amounts
def test_no_spoiled_answer_loses_a_task(total):
    """Where id and state are still what they were, the task goes on."""
    for spoiled in mutations(reply(SUCCESS), total, seed="kept"):
        try:
            data = spoiled.json()["data"]
            is_whole = (data["taskId"], data["state"]) == (ID, "success")
        except (VoicekitError, KeyError, TypeError, IndexError):
            continue
        if is_whole:
            flow = KIE.task(speech(), ID)
            next(flow)
            assert finish(flow, spoiled).state in ("done", "running")


KEY = "test_webhook_hmac_key"
HEADERS = {
    "x-webhook-timestamp": "1755599645",
    "x-webhook-signature": "EZQuWuSWQ61PWQ9y3eDa20C0ckcX7BzR+pP2Xi2agXs=",
}
NOW_S = 1755599645.0


def is_signed(body=SUCCESS, headers=HEADERS, key=KEY, now_s=NOW_S):
    return kie_webhook.is_signed(json.dumps(body).encode(), headers, key, now_s=now_s)


def test_a_signed_callback_is_known():
    """The vector of the reference; the id may have either name."""
    assert is_signed()
    assert is_signed({"data": {"task_id": ID}})
    assert is_signed(now_s=NOW_S + 300)
    assert is_signed(now_s=NOW_S - 300)


def test_a_callback_that_is_not_signed_lately_with_our_key_is_not():
    """Another key, task or time, nothing at all, or what is no text."""
    assert not is_signed(key="another")
    assert not is_signed(key="")
    assert not is_signed({"data": {"taskId": "another"}})
    assert not is_signed({})
    assert not is_signed(now_s=NOW_S + 301)
    assert not is_signed(now_s=NOW_S - 301)
    for name in HEADERS:
        for value in ("", "1", "NaN", "٣", "9" * 5000, "\ud800", "-1", "1e9"):
            assert not is_signed(headers={**HEADERS, name: value})
    assert not kie_webhook.is_signed(b"\xff", HEADERS, KEY, now_s=NOW_S)


@amounts
def test_a_callback_is_read_as_the_answer_to_a_query(total):
    """The page says that both are the same, and only the id of it is used."""
    assert kie_webhook.told_task(json.dumps(FAILURE).encode()) == ID
    for spoiled in mutations(reply(SUCCESS), total, seed=1):
        found = kie_webhook.told_task(spoiled.body)
        assert found is None or 0 < len(found) <= 200
