"""KingCong: every request as on its page, and what may be set in it."""

import dataclasses

import pytest
from flows import asked
from kingcong_says import (
    CLONE,
    DUBBED,
    ELEVENLABS,
    FIRST_MOVE,
    HOOK,
    JOBS,
    KINGCONG,
    MINIMAX,
    MUSIC,
    PROXIES,
    SPEECH,
    SPOKEN,
    UPLOAD,
    WRITTEN,
    job,
)

from voicekit import providers
from voicekit.errors import InvalidSetting, InvalidText, UnknownVoice, Unsupported
from voicekit.flow import Request
from voicekit.providers.auth import Header
from voicekit.providers.kingcong import Kingcong


def test_it_is_known_by_name_and_shows_its_key_as_the_page_says():
    """The table lists it; the key goes into xi-api-key."""
    assert isinstance(providers.find("kingcong"), Kingcong)
    assert KINGCONG.origin == "https://api.kingcongstudio.com"
    assert KINGCONG.auth == Header("xi-api-key")
    assert set(KINGCONG.kinds) == {
        "speech",
        "dubbing",
        "transcription",
        "music",
        "clone",
        "proxies",
    }


def test_every_endpoint_has_its_name():
    """Whoever asks the vendor directly finds each by the name of the design."""
    assert set(KINGCONG.endpoints) == {
        "models",
        "voices",
        "shared_voices",
        "minimax_config",
        "minimax_voices",
        "clones",
        "delete_clone",
        "proxies",
        "task",
        "tasks",
        "delete_tasks",
        "credits",
        "health",
    }
    assert all(hasattr(KINGCONG, flow) for flow in KINGCONG.endpoints.values())


def test_speech_by_elevenlabs_is_the_request_of_the_page():
    """Voice in the path, format in the query, the rest in the body."""
    request = asked(KINGCONG.submit(SPEECH, HOOK))
    body = dict(request.json)
    settings = body.pop("voice_settings")
    assert (request.method, request.path) == (
        "POST",
        "/v1/text-to-speech/21m00Tcm4TlvDq8ikWAM",
    )
    assert request.query == (("output_format", "mp3_44100_128"),)
    assert body == {
        "text": FIRST_MOVE,
        "model_id": "eleven_multilingual_v2",
        "with_transcript": False,
        "receive_url": HOOK,
    }
    assert settings == {
        "stability": 0.5,
        "similarity_boost": 0.75,
        "style": 0,
        "use_speaker_boost": True,
        "speed": 1,
    }


def test_speech_by_minimax_is_the_request_of_the_page():
    """With the defaults, it is the page's sample to the letter."""
    assert asked(KINGCONG.submit(SPOKEN, HOOK)) == Request(
        method="POST",
        path="/v1m/task/text-to-speech",
        json={
            "text": SPOKEN.text,
            "model": "speech-2.6-hd",
            "voice_setting": {
                "voice_id": "209533299589184",
                "vol": 1,
                "pitch": 0,
                "speed": 1,
            },
            "language_boost": "Auto",
            "with_transcript": False,
            "receive_url": HOOK,
        },
    )


def test_dubbing_is_the_form_of_the_page():
    """The file under a neutral name, each field as text."""
    request = asked(KINGCONG.submit(DUBBED, HOOK))
    assert (request.path, request.uploads) == ("/v1/task/dubbing", (UPLOAD,))
    assert dict(request.form) == {
        "num_speakers": "0",
        "disable_voice_cloning": "false",
        "source_lang": "auto",
        "target_lang": "vi",
        "receive_url": HOOK,
    }


def test_transcription_is_the_form_of_the_page():
    """The file and the callback, nothing else."""
    request = asked(KINGCONG.submit(WRITTEN, HOOK))
    assert request == Request(
        method="POST",
        path="/v1/task/speech-to-text",
        form=(("receive_url", HOOK),),
        uploads=(UPLOAD,),
    )


def test_music_is_the_request_of_the_page():
    """Style, mood and scenario go by name here, and by id on the wire."""
    assert asked(KINGCONG.submit(MUSIC, HOOK)) == Request(
        method="POST",
        path="/v1m/task/music-generation",
        json={
            "title": "My Song Title",
            "idea": "A relaxing jazz piece for a quiet evening",
            "n": 1,
            "style_id": "8",
            "mood_id": "5",
            "scenario_id": "5",
            "rewrite_idea_switch": False,
            "receive_url": HOOK,
        },
    )


def test_a_clone_is_the_form_of_the_page():
    """Name, sample and tags; a clone has no callback."""
    request = asked(KINGCONG.submit(CLONE, HOOK))
    assert (request.path, request.uploads) == ("/v1m/voice/clone", (UPLOAD,))
    assert dict(request.form) == {
        "voice_name": "My Voice",
        "preview_text": "Hello world",
        "language_tag": "English",
        "need_noise_reduction": "true",
        "gender_tag": "male",
    }


def test_a_purchase_is_the_request_of_the_page():
    """Life and number; a purchase has no callback."""
    assert asked(KINGCONG.submit(PROXIES, HOOK)) == Request(
        method="POST", path="/v1p/proxy/purchase", json={"ttl": 10, "quantity": 5}
    )


@pytest.mark.parametrize("asked_job", JOBS.values(), ids=JOBS)
def test_a_submission_is_one_request_and_always_the_same(asked_job):
    """Recovery makes it again; without a callback there is no such field."""
    request = asked(KINGCONG.submit(asked_job))
    assert request == asked(KINGCONG.submit(asked_job))
    assert "receive_url" not in {**(request.json or {}), **dict(request.form)}
    assert "secret" not in f"{request.form}{[u.filename for u in request.uploads]}"


def test_each_model_takes_what_it_takes():
    """Language by version 2.5 alone, three stabilities and no style by version 3."""
    take = {
        offer.model: {setting.name for setting in offer.settings}
        for offer in KINGCONG.offers
        if offer.kind == "speech"
    }
    voice = {"stability", "similarity_boost", "style", "use_speaker_boost", "speed"}
    assert voice <= take["eleven_multilingual_v2"]
    assert {name for name, has in take.items() if "language_code" in has} == {
        "eleven_turbo_v2_5",
        "eleven_flash_v2_5",
    }
    assert not take["eleven_v3"] & {"style", "use_speaker_boost", "previous_text"}
    with pytest.raises(InvalidSetting, match="0, 0.5, 1"):
        job(text="Hi", voice=ELEVENLABS, model="eleven_v3", stability=0.4)
    assert all("with_transcript" in has for has in take.values())
    assert take["speech-2.6-turbo"] == take["speech-2.6-hd"]


def test_version_3_is_sent_voice_settings_only_where_they_are_given():
    """KingCong's own tool sends it none."""
    plain = job(text="Hi", voice=ELEVENLABS, model="eleven_v3")
    given = job(text="Hi", voice=ELEVENLABS, model="eleven_v3", stability=1)
    assert "voice_settings" not in asked(KINGCONG.submit(plain)).json
    sent = asked(KINGCONG.submit(given)).json["voice_settings"]
    assert sent == {"stability": 1}


def test_ranges_are_those_that_both_sources_allow():
    """Out of range is refused before anything is sent."""
    for name, value in {"speed": 2.01, "vol": 0.4, "pitch": 12.5}.items():
        with pytest.raises(InvalidSetting, match=name):
            job(text="Hi", voice=MINIMAX, **{name: value})
    with pytest.raises(InvalidSetting, match="speed"):
        job(text="Hi", voice=ELEVENLABS, speed=1.3)


@pytest.mark.parametrize("offer", KINGCONG.offers, ids=lambda o: f"{o.kind}-{o.model}")
def test_every_default_is_accepted_and_every_setting_explained(offer):
    """A declaration agrees with itself."""
    assert offer.provider == "kingcong"
    for setting in offer.declared:
        assert setting.help
        if setting.default is not None:
            assert setting.check(setting.default, "it") == setting.default


def test_music_needs_an_idea_of_some_length():
    """The vendor refuses less than 20 characters, so nothing is sent."""
    with pytest.raises(InvalidText, match="20 at least"):
        job("music", "Jazz")
    with pytest.raises(InvalidText, match="300 at most"):
        job("music", "Jazz " * 70)
    with pytest.raises(InvalidSetting, match="lyrics"):
        job("music", "A relaxing jazz piece", lyrics="La la la")


@pytest.mark.parametrize(
    ("kind", "given", "needed"),
    [
        ("dubbing", {}, "target_lang"),
        ("clone", {"language_tag": "English"}, "gender_tag"),
        ("proxies", {"ttl": 5}, "quantity"),
    ],
)
def test_what_the_vendor_needs_has_to_be_given(kind, given, needed):
    """It is not left to the vendor to refuse it, nor guessed."""
    with pytest.raises(InvalidSetting, match=f"needs {needed}"):
        job(kind, "My Voice", **given)


def test_what_may_not_be_passed_on_is_said():
    """A setting that only ElevenLabs documents comes with a warning."""
    seeded = job(text="Hi", voice=ELEVENLABS, seed=7, next_text="Bye")
    assert KINGCONG.warnings(seeded) == (
        "KingCong does not say whether it passes on: seed, next_text.",
    )
    assert KINGCONG.warnings(SPEECH) == KINGCONG.warnings(PROXIES) == ()


@pytest.mark.parametrize("voice", ["209533299589184", "elevenlabs/", "kie/x", "/x"])
def test_a_voice_has_a_route(voice):
    """An id without its route is refused, with the way to write it."""
    with pytest.raises(UnknownVoice, match="elevenlabs/ID"):
        KINGCONG.voice(voice)
    assert KINGCONG.voice(MINIMAX).voice == "kingcong:minimax/209533299589184"


def test_a_model_of_the_other_route_is_refused():
    """The route of the voice decides which models there are."""
    with pytest.raises(Unsupported, match="speech-2.6-hd"):
        KINGCONG.offer("speech", model="eleven_v3", voice=MINIMAX)


def test_an_odd_voice_id_stays_one_part_of_the_path():
    """What is no id cannot reach another address."""
    odd = dataclasses.replace(SPEECH, voice="elevenlabs/../v1/credits?x=ü")
    path = asked(KINGCONG.submit(odd)).path
    assert path == "/v1/text-to-speech/..%2Fv1%2Fcredits%3Fx%3D%C3%BC"
