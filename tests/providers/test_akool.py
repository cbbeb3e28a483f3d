"""Akool: what it is asked, and how its answers are read."""

import json

import pytest
from mutations import amounts, is_storable, mutations, share, what_comes_of

from voicekit.engine.outcome import Outcome, judge
from voicekit.errors import BadReply, InvalidSetting, InvalidText, VoicekitError
from voicekit.flow import Reply, Request, finish
from voicekit.job import Job
from voicekit.providers import akool_webhook, find
from voicekit.providers.auth import TokenExchange
from voicekit.task import Credits, Problem, Receipt, Result
from voicekit.voice import VoiceQuery

AKOOL = find("akool")
ID = "65f8017f56559aa67f0ecde7"
VOICE = "LcfcDJNUP1GQjkzn1xUU"
SAMPLE = "https://drz0f01yeq1cx.cloudfront.net/1713168740392-4867.mp3?key=secret"
URL = "https://drz0f01yeq1cx.cloudfront.net/1710752141387-4946.mp3"
MADE_MS = 1710752127995
# The page's answers, but for the text.
CREATED = {
    "code": 1000,
    "msg": "OK",
    "data": {
        "_id": ID,
        "create_time": MADE_MS,
        "uid": 101690,
        "from": 3,
        "input_text": "Hello!",
        "rate": "100%",
        "voice_model_id": "65e980d7af040969db5be854",
        "url": URL,
        "status": 3,
        "__v": 0,
    },
}
LISTED = {
    "code": 1000,
    "msg": "ok",
    "data": [
        {
            "_id": "65e980d7af040969db5be863",
            "create_time": 1687181385319,
            "uid": 1,
            "from": 3,
            "voice_id": "piTKgcLEGmPE4e6mEKli",
            "gender": "Female",
            "accent": "american",
            "name": "Nicole",
            "description": "whisper",
            "useCase": "audiobook",
            "type": 1,
            "preview": "https://example.com/nicole.mp3",
            "__v": 0,
        },
        {"_id": "1", "from": 4, "voice_id": "mine", "name": "Me", "gender": None},
        {"_id": "2", "from": 4, "voice_id": None, "name": "Not ready"},
    ],
}


def reply(body, status=200):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Reply(status=status, body=raw)


def speech(text="Hello!", voice=VOICE, **settings):
    offer = AKOOL.offer("speech", voice=voice)
    return Job(
        provider="akool",
        kind="speech",
        text=offer.check_text(text, "akool"),
        voice=voice,
        settings=offer.check_settings(settings, "akool"),
    )


def answered(flow, body, status=200):
    next(flow)
    return finish(flow, reply(body, status))


def record(**changes):
    return {**CREATED, "data": {**CREATED["data"], **changes}}


def polled(**changes):
    return answered(AKOOL.task(speech(), ID), record(**changes))


def test_speech_is_asked_for_as_on_the_page():
    """Voice by id through audio/create; the rate is text with a percent sign."""
    assert next(AKOOL.submit(speech(), "https://example.com/hook")) == Request(
        method="POST",
        path="/api/open/v3/audio/create",
        json={
            "input_text": "Hello!",
            "voice_id": VOICE,
            "rate": "100%",
            "webhookUrl": "https://example.com/hook",
        },
    )
    assert "webhookUrl" not in next(AKOOL.submit(speech())).json


def test_a_sample_speaks_through_clone():
    """A voice that is an address goes as voice_url, with the rate it requires."""
    assert next(AKOOL.submit(speech(voice=SAMPLE, rate=7))) == Request(
        method="POST",
        path="/api/open/v3/audio/clone",
        json={"input_text": "Hello!", "voice_url": SAMPLE, "rate": "7%"},
    )
    assert AKOOL.offer("speech", voice=SAMPLE).route == "clone"
    assert AKOOL.offer("speech", voice=VOICE).route == "create"


def test_a_samples_address_is_not_shown():
    """Tables and errors have a short name instead, another for each address."""
    shown = AKOOL.shown_voice(SAMPLE)
    assert shown.startswith("sample-")
    assert len(shown) == 15
    assert shown != AKOOL.shown_voice(SAMPLE + "x")
    assert AKOOL.shown_voice(VOICE) == VOICE
    assert AKOOL.voice(SAMPLE).name == shown
    assert AKOOL.voice(SAMPLE).id == SAMPLE
    body = {"code": 1003, "msg": f"cannot read {SAMPLE}, sorry"}
    assert AKOOL.problem(reply(body)).message == "cannot read (address) sorry"


@pytest.mark.parametrize("rate", [-1, 101, 50.5, "100%", True])
def test_the_rate_is_a_whole_percentage(rate):
    """From 0 to 100; anything else is refused."""
    assert speech(rate=0).settings == {"rate": 0}
    assert speech(rate=100.0).settings == {"rate": 100}
    with pytest.raises(InvalidSetting):
        speech(rate=rate)


def test_words_are_limited_and_characters_warned_of():
    """Over 5,000 words nothing is sent; over 5,000 characters it may fail."""
    with pytest.raises(InvalidText, match="5,001 words"):
        speech("a " * 5001)
    assert AKOOL.warnings(speech("a" * 5000)) == ()
    [warning] = AKOOL.warnings(speech("a" * 5001))
    assert "5,001 characters" in warning


def test_the_answer_may_already_hold_the_audio():
    """As on the page: status 3 and an address, kept for seven days."""
    task = answered(AKOOL.submit(speech()), CREATED)
    assert (task.state, task.receipt) == ("done", ID)
    assert task.results == (Result(media_type="audio/mpeg", url=URL),)
    assert task.expires_at == (MADE_MS + 7 * 86_400_000) * 1000
    assert AKOOL.retention_s == 7 * 86_400


@pytest.mark.parametrize(
    "data",
    [
        {"_id": ID, "status": 1},
        {"_id": ID, "status": 1, "url": ""},
        {"_id": ID},
        {"_id": ID, "status": "1", "url": URL},
    ],
)
def test_or_only_an_id(data):
    """As the page's table says; an address before completion is not the audio."""
    task = answered(AKOOL.submit(speech()), {"code": 1000, "msg": "OK", "data": data})
    assert (task.state, task.receipt, task.results) == ("queued", ID, ())


@pytest.mark.parametrize("data", [None, [], {}, {"status": 1}, {"_id": "a b"}])
def test_an_answer_with_neither_is_a_bad_reply(data):
    """Then it is not known what became of the request."""
    with pytest.raises(BadReply):
        answered(AKOOL.submit(speech()), {"code": 1000, "msg": "OK", "data": data})


def test_finished_audio_without_an_id_is_taken():
    """It is in our hands already."""
    body = {"code": 1000, "msg": "OK", "data": {"status": 3, "url": URL}}
    task = answered(AKOOL.submit(speech()), body)
    assert (task.state, task.receipt) == ("done", None)
    assert judge(reply(body), task=task, table=AKOOL.errors) is Outcome.ACCEPTED


def test_a_task_is_asked_for_by_its_id():
    """The path is from the vendor's documents, the answer from the page."""
    assert next(AKOOL.task(speech(), ID)) == Request(
        method="GET",
        path="/api/open/v3/audio/infobymodelid",
        query=(("audio_model_id", ID),),
    )
    assert polled().state == "done"


@pytest.mark.parametrize(
    ("status", "state"),
    [(1, "queued"), (2, "running"), ("2", "running"), (4, "failed")],
)
def test_the_other_states(status, state):
    """Each number of the page; an address alone completes nothing."""
    task = polled(status=status)
    assert (task.state, task.receipt, task.results) == (state, ID, ())
    assert task.warnings == ()


def test_any_task_can_be_looked_at():
    """By its id alone, under the name that users call."""
    flow = getattr(AKOOL, AKOOL.endpoints["task"])(ID)
    assert answered(flow, CREATED).results[0].url == URL


def test_a_failure_may_have_a_reason():
    """The page names no field for it, so whichever says something is taken."""
    assert polled(status=4).error is None
    assert polled(status=4, error_reason="bad sample").error == "bad sample"
    assert "secret" not in polled(status=4, err_msg=f"no {SAMPLE}").error


@pytest.mark.parametrize("changes", [{"status": 9}, {"status": "busy"}, {"url": None}])
def test_what_is_not_known_keeps_the_task_open(changes):
    """An unknown status, and completion with nothing to fetch: asked again, warned."""
    task = polled(**changes)
    assert (task.state, len(task.warnings)) == ("running", 1)


def test_a_poll_has_to_say_how_this_task_is():
    """No status, or another task's: the task stays what it was."""
    with pytest.raises(BadReply):
        polled(status=None)
    with pytest.raises(BadReply, match="another task"):
        polled(_id="another")
    assert polled(_id=None).receipt == ID


REFUSED = (1003, 1005, 1006, 1008, 1009, 1014, 1101, 1102, 1103, 1104, 1109, 1200)


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        *((code, Outcome.REFUSED) for code in (*REFUSED, 1213, 1221)),
        *((code, Outcome.AMBIGUOUS) for code in (1017, 1110, 1112, 1201, 1004, 7)),
    ],
)
def test_the_code_in_the_body_decides(code, outcome):
    """Under HTTP 200 as under any other status that proves nothing."""
    for status in (200, 500):
        answer = reply({"code": code, "msg": "No."}, status)
        problem = AKOOL.problem(answer)
        assert problem == Problem(code=str(code), message="No.")
        assert judge(answer, problem=problem, table=AKOOL.errors) is outcome


def test_a_body_that_is_no_json_counts_by_its_status():
    """A gateway's page is no success, and a good body under an error is none."""
    assert AKOOL.problem(reply(b"<html>", 502)) == Problem(code="502")
    assert AKOOL.problem(reply({"code": 1000}, 500)) == Problem(code="500")
    assert AKOOL.problem(reply(LISTED)) is None
    with pytest.raises(BadReply):
        AKOOL.problem(reply(b"<html>"))


def test_voices_are_listed_in_one_request():
    """Akool's and the user's own; those without an id cannot speak yet."""
    flow = AKOOL.voices(VoiceQuery())
    assert next(flow) == Request(method="GET", path="/api/open/v3/voice/list")
    nicole, mine = finish(flow, reply(LISTED))
    assert nicole.voice == "akool:piTKgcLEGmPE4e6mEKli"
    assert (nicole.gender, nicole.accent, nicole.use_case) == (
        "female",
        "american",
        "audiobook",
    )
    assert nicole.preview_url == "https://example.com/nicole.mp3"
    assert nicole.language is None
    assert (nicole.owned, mine.owned) == (False, True)


def test_voices_are_filtered_here():
    """The vendor has no search, so ours applies to the whole list."""
    found = answered(AKOOL.voices(VoiceQuery(search="nicole whisper")), LISTED)
    assert [voice.name for voice in found] == ["Nicole"]
    assert len(answered(AKOOL.voices(VoiceQuery(limit=1)), LISTED)) == 1
    assert answered(AKOOL.voices(VoiceQuery(gender="male")), LISTED) == []


def test_clones_are_the_users_own_voices():
    """The list is asked for those alone."""
    flow = AKOOL.clones()
    assert next(flow).query == (("from", "4"),)
    assert [voice.name for voice in finish(flow, reply(LISTED))] == ["Me"]


@pytest.mark.parametrize("data", [None, {}, "x", 7])
def test_no_list_is_not_an_empty_list(data):
    """An error must not look like an account without voices."""
    with pytest.raises(BadReply):
        answered(AKOOL.voices(VoiceQuery()), {"code": 1101, "msg": "x", "data": data})


def test_credits():
    """The account's balance, whatever the path says."""
    flow = AKOOL.credits()
    assert next(flow).path == "/api/open/v3/faceswap/quota/info"
    body = {"code": 1000, "msg": "OK", "data": {"credit": 123.4}}
    assert finish(flow, reply(body)) == Credits(balance=123.4, unit="credits")
    with pytest.raises(BadReply):
        answered(AKOOL.credits(), {"code": 1101, "msg": "no"})


def test_a_key_or_a_token():
    """The key goes into x-api-key; client id and secret are exchanged for a token."""
    assert AKOOL.auth == TokenExchange("x-api-key", "/api/open/v3/getToken")


def test_a_task_that_repeats_our_text_is_perhaps_ours():
    """It repeats no address of ours, so that it is never certain."""
    found = answered(AKOOL.confirm(speech(), ID, "https://example.com/hook"), CREATED)
    assert found == Receipt(id=ID, created_at=MADE_MS * 1000)
    assert answered(AKOOL.confirm(speech("Other"), ID), CREATED) is None
    assert answered(AKOOL.confirm(speech(rate=50), ID), CREATED) is None


FLOWS = {
    "submit": (lambda: AKOOL.submit(speech()), CREATED),
    "clone": (lambda: AKOOL.submit(speech(voice=SAMPLE)), CREATED),
    "task": (lambda: AKOOL.task(speech(), ID), CREATED),
    "failure": (lambda: AKOOL.task(speech(), ID), record(status=4, error="no")),
    "confirm": (lambda: AKOOL.confirm(speech(), ID), CREATED),
    "voices": (lambda: AKOOL.voices(VoiceQuery(search="n")), LISTED),
    "clones": (AKOOL.clones, LISTED),
    "credits": (AKOOL.credits, {"code": 1000, "data": {"credit": 1}}),
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
            finish(flow, spoiled)
        except VoicekitError:
            pass
        assert is_storable(what_comes_of(AKOOL, make(), spoiled))


@amounts
def test_no_spoiled_answer_loses_a_task(total):
    """Where id and status are still what they were, the task goes on."""
    for spoiled in mutations(reply(CREATED), total, seed="kept"):
        try:
            data = spoiled.json()["data"]
            is_whole = (data["_id"], data["status"]) == (ID, 3)
        except (VoicekitError, KeyError, TypeError, IndexError):
            continue
        if is_whole:
            for flow in (AKOOL.submit(speech()), AKOOL.task(speech(), ID)):
                next(flow)
                task = finish(flow, spoiled)
                assert task.receipt == ID
                assert task.state in ("done", "running")


CLEAR = (
    b'{"_id":"65f8017f56559aa67f0ecde7","status":3,"type":"audio",'
    b'"url":"https://example.com/a.mp3"}'
)
HIDDEN_192 = (
    "v2BnNuNZDSqs0PFOOje5Q/EU356uNMS9mvHuQV0SPA2N4rYdyQH6AqXFQlF5ZtCpSPINfvuR6CPP"
    "PL7kAivTJZ8Yx18D8rdXeuq/jPAsM9IEP/ZBqfQG140v1IKAITGd"
)
HIDDEN_256 = (
    "Okey2N3/KLAlY440hEM2Ej8Rcz/jq3yJ/7GXErhimY8rmGTBhrtYJ8b4VRjrubO2ZpybPOACKt8G"
    "Lgux1Fokq6LP+PjWFoHr+cyGvuoyrSEadXfmj+UMSkwdMIyp/G2Q"
)
VECTORS = [
    (
        "ABCDEFGHIJKLMNOP",
        "0123456789abcdef01234567",
        HIDDEN_192,
        "140363367bb2122757ce3982ae55ebf87c925596",
    ),
    (
        "ABCDEFGHIJKLMNOPQRSTUVw=",
        "0123456789abcdef0123456789abcdef",
        HIDDEN_256,
        "ecd52be9cef2eeed0e5dc7702f94323d5a98c293",
    ),
]
SENT_MS = 1710757981609
NOW_S = SENT_MS / 1000


def callback(hidden, signed, **changes):
    body = {
        "signature": signed,
        "dataEncrypt": hidden,
        "timestamp": SENT_MS,
        "nonce": "1529",
        **changes,
    }
    return json.dumps(body).encode()


@pytest.mark.parametrize(("client", "secret", "data", "signature"), VECTORS)
def test_callbacks_are_known_and_opened(client, secret, data, signature):
    """The vectors of the reference, with keys of both lengths and either id."""
    body = callback(data, signature)
    assert akool_webhook.is_signed(body, client, now_s=NOW_S)
    assert akool_webhook.decrypt(data, client, secret) == CLEAR
    assert akool_webhook.told_task(body, client, secret) == ID


def test_numbers_and_texts_sign_alike():
    """The vendor's samples write time and nonce in both ways."""
    client, _, data, signature = VECTORS[0]
    for changes in ({"nonce": 1529}, {"timestamp": str(SENT_MS)}):
        body = callback(data, signature, **changes)
        assert akool_webhook.is_signed(body, client, now_s=NOW_S)
    body = callback(data, signature.upper())
    assert akool_webhook.is_signed(body, client, now_s=NOW_S + 300)


@pytest.mark.parametrize(
    "changes",
    [
        {"signature": "0" * 40},
        {"signature": None},
        {"signature": "\ud800"},
        {"nonce": "1530"},
        {"nonce": None},
        {"nonce": "\ud800"},
        {"timestamp": SENT_MS + 1},
        {"timestamp": "x"},
        {"dataEncrypt": ""},
        {"dataEncrypt": ["x"]},
    ],
)
def test_other_callbacks_are_not_signed(changes):
    """Changed, missing, or of another type: not signed, and no error."""
    client, _, data, signature = VECTORS[0]
    body = callback(data, signature, **changes)
    assert not akool_webhook.is_signed(body, client, now_s=NOW_S)


def test_a_callback_is_signed_lately_and_for_this_client():
    """Five minutes either way; another client id, or none, does not fit."""
    client, _, data, signature = VECTORS[0]
    body = callback(data, signature)
    assert not akool_webhook.is_signed(body, client, now_s=NOW_S + 301)
    assert not akool_webhook.is_signed(body, client, now_s=NOW_S - 301)
    assert not akool_webhook.is_signed(body, "another", now_s=NOW_S)
    assert not akool_webhook.is_signed(body, "", now_s=NOW_S)
    assert not akool_webhook.is_signed(b"\xff", client, now_s=NOW_S)


@pytest.mark.parametrize(
    ("data", "client", "secret"),
    [
        ("", None, None),
        ("AAAA", None, None),
        ("not base64!", None, None),
        ("é", None, None),
        ("A" * 64, None, None),
        (None, "short", None),
        (None, None, "short"),
        (None, None, "0" * 24),
    ],
)
def test_what_cannot_be_opened_looks_all_alike(data, client, secret):
    """Bad base64, length, padding or key: None, whatever the reason."""
    good_client, good_secret, good_data, signature = VECTORS[0]
    data = good_data if data is None else data
    keys = client or good_client, secret or good_secret
    assert akool_webhook.decrypt(data, *keys) is None
    assert akool_webhook.told_task(callback(data, signature), *keys) is None


@amounts
def test_no_callback_breaks_the_reader(total):
    """Whatever is posted, the answer is an id or none."""
    client, secret, data, signature = VECTORS[0]
    good = Reply(status=200, body=callback(data, signature))
    for spoiled in mutations(good, total, seed="callback"):
        found = akool_webhook.told_task(spoiled.body, client, secret)
        assert found in (ID, None)
        signed = akool_webhook.is_signed(spoiled.body, client, now_s=NOW_S)
        assert signed in (True, False)
