"""KingCong: voices, models, the vendor's own tasks, balance and health."""

import pytest
from flows import answer, ask, asked, reply
from kingcong_says import (
    CREATED_AT,
    ELEVENLABS,
    KINGCONG,
    MODEL,
    MUSIC,
    NO_CLONES,
    PROXIES,
    SPEECH,
    TASK_ID,
    elevenlabs,
    job,
    minimax,
    told,
)

from voicekit.errors import BadReply, InvalidSetting, Unsupported
from voicekit.flow import Request
from voicekit.providers.kingcong_history import TaskList
from voicekit.task import Credits
from voicekit.voice import Voice, VoiceQuery


def test_voices_are_clones_then_those_of_both_vendors():
    """Each with the route by which it speaks; shared ones are not asked for."""
    requests, found = answer(
        KINGCONG.voices(VoiceQuery()),
        reply(success=True, data=[{"voice_id": 5, "voice_name": "Me"}]),
        elevenlabs("a", "b", token="next"),
        elevenlabs("c"),
        minimax("1", more=True),
        minimax("2", "5"),
    )
    assert [(request.method, request.path) for request in requests] == [
        ("GET", "/v1m/voice/clone"),
        ("GET", "/v2/voices"),
        ("GET", "/v2/voices"),
        ("POST", "/v1m/voice/list"),
        ("POST", "/v1m/voice/list"),
    ]
    assert dict(requests[2].query) == {"page_size": "50", "next_page_token": "next"}
    assert [request.json for request in requests[3:]] == [
        {"page": 1, "page_size": 100, "tag_list": []},
        {"page": 2, "page_size": 100, "tag_list": []},
    ]
    assert [voice.id for voice in found] == [
        "minimax/5",
        *("elevenlabs/a", "elevenlabs/b", "elevenlabs/c"),
        *("minimax/1", "minimax/2"),
    ]
    assert (found[0].owned, found[0].category, found[0].name) == (True, "cloned", "Me")


def test_no_more_pages_are_asked_for_than_the_limit_needs():
    """Nor are more voices given."""
    requests, found = answer(
        KINGCONG.voices(VoiceQuery(limit=1)), NO_CLONES, elevenlabs("a", "b", token="x")
    )
    assert (len(requests), [voice.name for voice in found]) == (2, ["a"])


def test_an_elevenlabs_voice_is_read_from_its_labels():
    """Every field of the table; what is null is None."""
    _, (voice,) = answer(
        KINGCONG.voices(VoiceQuery(limit=1)), NO_CLONES, elevenlabs("Rachel")
    )
    assert voice == Voice(
        voice="kingcong:elevenlabs/Rachel",
        name="Rachel",
        language="en",
        gender="female",
        age="young",
        accent="american",
        use_case="narration",
        description="calm",
        category="premade",
        owned=False,
        preview_url="https://x.example/rachel.mp3",
        created_at=CREATED_AT,
    )


def test_a_minimax_voice_is_read_from_its_tags():
    """Language, gender, age and accent stand in one list."""
    (voice,) = ask(KINGCONG.minimax_voices(), minimax("209533299589184"))
    assert voice == Voice(
        voice="kingcong:minimax/209533299589184",
        name="Trustworthy Man",
        language="en-US",
        gender="male",
        age="Adult",
        accent="EN-US (General)",
        description="Sounds trustworthy",
        tags=("English", "Male", "Adult", "Audiobook", "EN-US (General)"),
        owned=False,
        preview_url="https://x.example/man.mp3",
        created_at=CREATED_AT,
    )


def test_a_search_also_looks_among_shared_voices():
    """The vendor is given one word, and each word has to occur."""
    calm = {"voice_id": "s", "name": "Rachel", "descriptive": "calm", "locale": "en-GB"}
    requests, found = answer(
        KINGCONG.voices(VoiceQuery(search="calm rachel", language="en")),
        NO_CLONES,
        elevenlabs("Rachel", "Adam"),
        minimax("1"),
        reply(voices=[calm], has_more=True),
        reply(voices=[{**calm, "voice_id": "t", "name": "Tom"}], has_more=False),
    )
    assert dict(requests[1].query) == {"page_size": "50", "search": "rachel"}
    assert [dict(request.query) for request in requests[3:]] == [
        {"page_size": "100", "page": page, "search": "rachel", "language": "en"}
        for page in ("0", "1")
    ]
    assert [voice.id for voice in found] == ["elevenlabs/Rachel", "elevenlabs/s"]
    assert found[1].language == "en-GB"


def test_recommended_voices_have_the_filters_of_elevenlabs():
    """They go on the wire, lists as repeated names; other lists are not asked."""
    requests, found = answer(
        KINGCONG.voices(category="premade", use_cases=["news", "ads"]), elevenlabs("a")
    )
    assert requests[0].query == (
        ("page_size", "50"),
        ("category", "premade"),
        ("use_cases", "news"),
        ("use_cases", "ads"),
    )
    assert len(found) == 1
    with pytest.raises(InvalidSetting, match="Did you mean 'category'"):
        asked(KINGCONG.voices(categry="premade"))
    with pytest.raises(InvalidSetting, match="premade, cloned"):
        asked(KINGCONG.voices(category="best"))


def test_shared_voices_have_filters_and_numbered_pages():
    """The first page is 0; what a free user cannot have is said."""
    shared = {"voice_id": "s", "name": "S", "gender": "male", "date_unix": 1735689600}
    requests, found = answer(
        KINGCONG.shared_voices(limit=2, featured=True, gender="male"),
        reply(voices=[{**shared, "free_users_allowed": False}], has_more=True),
        reply(voices=[{**shared, "voice_id": "t"}], has_more=True),
    )
    assert requests[0].query == (
        ("page_size", "100"),
        ("page", "0"),
        ("featured", "true"),
        ("gender", "male"),
    )
    assert [voice.id for voice in found] == ["elevenlabs/s", "elevenlabs/t"]
    assert [voice.status for voice in found] == ["paid plans only", None]
    assert found[0].created_at == CREATED_AT


def test_minimax_voices_can_be_asked_for_by_tag():
    """Tags go on the wire as they are."""
    request = asked(KINGCONG.minimax_voices(tags=["English", "Male"]))
    assert request.json["tag_list"] == ["English", "Male"]


@pytest.mark.parametrize(
    "body",
    [
        {"success": True, "data": [{"voice_id": "7", "voice_name": "Me"}]},
        {"success": True, "data": {"voice_list": [{"voice_id": 7, "name": "Me"}]}},
        {"voices": [{"cloned_voice_id": 7, "voice_name": "Me"}]},
        {"clones": [{"id": 7, "voice_name": "Me"}, "odd", {}]},
        [{"voice_id": 7, "voice_name": "Me"}],
    ],
)
def test_clones_are_read_in_any_shape(body):
    """The page shows none."""
    requests, found = answer(KINGCONG.clones(), reply(body))
    assert requests == [Request(method="GET", path="/v1m/voice/clone")]
    assert [(voice.voice, voice.name, voice.owned) for voice in found] == [
        ("kingcong:minimax/7", "Me", True)
    ]


def test_a_clone_is_deleted_by_its_id():
    """With or without its route; a voice of ElevenLabs is none of ours."""
    for voice_id in ("minimax/7", "7"):
        requests, _ = answer(KINGCONG.delete_clone(voice_id), reply(success=True))
        assert requests == [Request(method="DELETE", path="/v1m/voice/clone/7")]
    with pytest.raises(Unsupported):
        asked(KINGCONG.delete_clone(ELEVENLABS))
    with pytest.raises(BadReply, match="no such clone"):
        ask(KINGCONG.delete_clone("7"), reply(success=False, message="no such clone"))


@pytest.mark.parametrize(
    "models",
    [
        {"models": [MODEL]},
        [MODEL],
        [{**MODEL, "languages": [{"language_id": "en"}, {"language_id": "es"}]}],
    ],
)
def test_models_are_those_of_both_vendors(models):
    """An object as on the page, or a bare list; languages as texts or objects."""
    config = {"t2a_model": [{"name": "Speech 2.6 HD", "value": "speech-2.6-hd"}]}
    requests, found = answer(
        KINGCONG.models(), reply(models), reply(data=config, statusInfo={"code": 0})
    )
    assert [request.path for request in requests] == [
        "/v1/models",
        "/v1m/common/config",
    ]
    assert [(model.id, model.name, model.languages) for model in found] == [
        ("eleven_multilingual_v2", "Eleven Multilingual v2", ("en", "es")),
        ("speech-2.6-hd", "Speech 2.6 HD", ()),
    ]


def test_models_of_minimax_are_the_declared_ones_where_nothing_lists_them():
    """The page shows no configuration."""
    _, found = answer(KINGCONG.models(), reply(models=[]), reply(other="shape"))
    declared = {offer.model for offer in KINGCONG.offers if offer.route == "minimax"}
    assert {model.id for model in found} == declared - {None}


def test_the_configuration_of_minimax_is_a_plain_mapping():
    """In its envelope or bare."""
    assert ask(KINGCONG.minimax_config(), reply(data={"a": 1})) == {"a": 1}
    assert ask(KINGCONG.minimax_config(), reply(a=1)) == {"a": 1}


def test_the_vendors_own_tasks_can_be_listed():
    """One page, of one type or of all."""
    row = told().json()
    requests, found = answer(
        KINGCONG.tasks(2, 20, "tts"),
        reply(success=True, data=[row, "odd"], page=2, limit=20, total=42),
    )
    assert requests[0].query == (("page", "2"), ("limit", "20"), ("type", "tts"))
    assert found == TaskList(tasks=(row,), page=2, limit=20, total=42)
    assert asked(KINGCONG.tasks()).query == (("page", "1"), ("limit", "20"))
    assert ask(KINGCONG.task_info(TASK_ID), told()) == row


def test_deleted_tasks_bring_credits_back():
    """The ids as on the page; the refund where the vendor says it."""
    requests, refund = answer(
        KINGCONG.delete_tasks([TASK_ID]), reply(success=True, refund_credits=100)
    )
    assert requests == [
        Request(method="POST", path="/v1/task/delete", json={"task_ids": [TASK_ID]})
    ]
    assert refund == 100
    assert asked(KINGCONG.delete_tasks("a")).json == {"task_ids": ["a"]}


def test_the_balance():
    """A number, or a bad reply: never 0 because it cannot be read."""
    found = ask(KINGCONG.credits(), reply(success=True, credits=123))
    assert found == Credits(balance=123, unit="credits")
    with pytest.raises(BadReply):
        ask(KINGCONG.credits(), reply(success=True))


@pytest.mark.parametrize(
    ("words", "health"),
    [
        (("good", "good"), "good"),
        (("good", "degraded"), "degraded"),
        (("overloaded", "degraded"), "overloaded"),
        (("good", "on fire"), "on fire"),
    ],
)
def test_health_is_the_worse_of_two(words, health):
    """One word for both vendors behind it."""
    data = dict(zip(("elevenlabs", "minimax"), words, strict=True))
    assert ask(KINGCONG.health(), reply(success=True, data=data)) == health


def test_an_estimate_says_where_it_comes_from():
    """The page gives no price; the vendor's own forms give two."""
    assert KINGCONG.estimate(SPEECH).credits is None
    proxies = KINGCONG.estimate(PROXIES)
    assert (proxies.credits, proxies.exact) == (12_500, False)
    assert KINGCONG.estimate(job("music", MUSIC.text, n=2)).credits == 2_400
