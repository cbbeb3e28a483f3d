"""KingCong end to end, rows 1 to 21: a studio, real HTTP, the sandbox."""

import httpx
import pytest

from voicekit.audio.file import sniff
from voicekit.errors import InvalidText, NotFound, StillRunning
from voicekit.providers import kingcong_voices

RACHEL = "kingcong:elevenlabs/21m00Tcm4TlvDq8ikWAM"
TRUSTWORTHY = "kingcong:minimax/209533299589184"
IDEA = "A relaxing jazz piece for a quiet evening"


@pytest.fixture
def kingcong(studio):
    return studio.provider("kingcong")


@pytest.fixture
def clone(studio, recordings):
    return studio.clone(
        recordings["mp3"],
        "My voice",
        provider="kingcong",
        language_tag="English",
        gender_tag="female",
    )


def test_row_01_elevenlabs_speech(studio, asked, submissions):
    """Every voice setting, the format and the transcript reach the vendor, once."""
    settings = {
        "stability": 0.31,
        "similarity_boost": 0.8,
        "style": 0.2,
        "speed": 0.9,
        "use_speaker_boost": False,
    }
    clip = studio.speak(
        "Hello there, world!",
        RACHEL,
        model="eleven_turbo_v2_5",
        format="opus_48000_64",
        with_transcript=True,
        seed=7,
        **settings,
    )
    sent = asked("kingcong")
    assert sent["voice_settings"] == settings
    assert (sent["model_id"], sent["seed"]) == ("eleven_turbo_v2_5", 7)
    assert sniff(clip.audio) == clip.media_type == "audio/ogg"
    assert [word.text for word in clip.words] == ["Hello", "there", "world"]
    assert "Hello there" in clip.transcript
    assert clip.credits == len("Hello there, world!")
    assert any("seed" in warning for warning in clip.warnings)
    assert submissions("kingcong") == (1, 1)


def test_row_02_dubbing(studio, recordings, asked, submissions):
    """A recording speaks another language, and brings its transcript."""
    clip = studio.dub(recordings["mp3"], "de", num_speakers=1)
    assert asked("kingcong") == {"target_lang": "de", "num_speakers": 1}
    assert sniff(clip.audio) == "audio/mpeg"
    assert clip.transcript
    assert clip.words
    assert clip.credits > 0
    assert submissions("kingcong") == (1, 1)


def test_row_03_speech_to_text(studio, tmp_path, submissions):
    """What was said is written down word for word, with times."""
    text = "Every word of this is written down."
    path = studio.speak(text, RACHEL).save(tmp_path / "said.mp3")
    transcript = studio.transcribe(path)
    assert transcript.text == text.rstrip(".")
    assert [word.text for word in transcript.words] == text.rstrip(".").split()
    assert "-->" in transcript.srt
    assert transcript.words[-1].end_s > transcript.words[0].end_s > 0
    assert submissions("kingcong") == (2, 2)


def test_row_04_models(studio):
    """The models of both vendors are listed, those among them that we declare."""
    models = studio.models("kingcong")
    assert {"eleven_multilingual_v2", "speech-2.6-hd"} <= set(models.index)
    assert "en" in models.loc["eleven_multilingual_v2", "languages"]


def test_row_05_voices(studio, kingcong, sandbox, monkeypatch):
    """The recommended voices are searched, filtered and paged by token."""
    monkeypatch.setattr(kingcong_voices, "_RECOMMENDED_PAGE", 8)
    everything = kingcong.voices(sort="name")
    pages = sandbox.look("kingcong", "counters")["requests"]["GET /v2/voices"]
    women = kingcong.voices(gender="female", sort="name", sort_direction="asc")
    assert len({voice.voice for voice in everything}) == 21
    assert pages == 3
    assert {voice.gender for voice in women} == {"female"}
    assert [voice.name for voice in women] == sorted(voice.name for voice in women)
    assert RACHEL in studio.voices("rachel", provider="kingcong").index


def test_row_06_shared_voices(studio, kingcong, sandbox, monkeypatch):
    """Shared voices are filtered, paged by number, and found by a search."""
    monkeypatch.setattr(kingcong_voices, "_PAGE", 30)
    everything = kingcong.shared_voices(limit=None)
    pages = sandbox.look("kingcong", "counters")["requests"]["GET /v1/shared-voices"]
    german = kingcong.shared_voices(language="de")
    assert len({voice.voice for voice in everything}) == 80
    assert pages == 3
    assert {voice.language.partition("-")[0] for voice in german} == {"de"}
    found = studio.voices(everything[0].name, provider="kingcong", shared=True)
    assert everything[0].voice in found.index
    assert studio.speak("Hello.", everything[0].voice).duration_s > 0.2


def test_row_07_minimax_config(kingcong):
    """MiniMax's configuration names its models and languages."""
    config = kingcong.minimax_config()
    assert "speech-2.6-hd" in {model["value"] for model in config["t2a_model"]}
    assert "English" in config["language_boost"]


def test_row_08_minimax_speech(studio, sandbox, asked, submissions):
    """Speed, volume, pitch and language arrive, with a transcript of its words."""
    clip = studio.speak(
        "Hello there.",
        TRUSTWORTHY,
        speed=1.5,
        vol=1.2,
        pitch=-3,
        language_boost="English",
        with_transcript=True,
    )
    sent = asked("kingcong")
    assert sent["voice_setting"] == {
        "voice_id": "209533299589184",
        "speed": 1.5,
        "vol": 1.2,
        "pitch": -3,
    }
    assert sent["language_boost"] == "English"
    assert "Hello there" in clip.transcript
    assert submissions("kingcong") == (1, 1)


def test_row_08_minimax_answers_with_audio(studio, sandbox, submissions):
    """A first answer that already carries the audio is taken, with no poll."""
    sandbox.fail("kingcong", on="submit", kind="immediate")
    clip = studio.speak("Hello there.", TRUSTWORTHY)
    assert sniff(clip.audio) == "audio/mpeg"
    assert sandbox.look("kingcong", "counters")["operations"].get("poll", 0) == 0
    assert submissions("kingcong") == (1, 1)


def test_row_09_clone_a_voice(studio, sandbox, request, submissions):
    """A recording becomes a voice that can speak at once, and is paid for once."""
    sandbox.set_speed(10)  # a clone is in the list before it can speak
    clone = request.getfixturevalue("clone")
    assert clone.voice.startswith("kingcong:minimax/")
    assert studio.speak("Hello, it is me.", clone).duration_s > 0.2
    assert submissions("kingcong") == (2, 2)
    assert studio.tasks().kind.tolist() == ["clone", "speech"]


def test_row_10_delete_a_clone(studio, clone):
    """A deleted clone is gone at the vendor, and not answered from the library."""
    studio.delete_clone(clone)
    assert len(studio.clones("kingcong")) == 0
    with pytest.raises(NotFound, match=clone.voice):
        studio.speak("Hello, it is me.", clone)


def test_row_11_list_clones(studio, clone):
    """Clones are listed as one's own, among all voices, too."""
    clones = studio.clones("kingcong")
    assert clones.loc[clone.voice, "name"] == "My voice"
    assert clones.loc[clone.voice, "owned"]
    assert studio.voices("my voice", provider="kingcong").index[0] == clone.voice


def test_row_12_minimax_voices(studio, kingcong, sandbox, monkeypatch):
    """MiniMax's voices are paged, and narrowed by tags that must all be there."""
    monkeypatch.setattr(kingcong_voices, "_PAGE", 30)
    everything = kingcong.minimax_voices()
    pages = sandbox.look("kingcong", "counters")["requests"]["POST /v1m/voice/list"]
    some = kingcong.minimax_voices(tags=["English", "Male"])
    assert len({voice.voice for voice in everything}) == 80
    assert pages == 3
    assert 0 < len(some) < 80
    assert all({"English", "Male"} <= {*voice.tags} for voice in some)
    assert studio.preview(everything[0].voice).details["preview"]


def test_row_13_music(studio, asked, submissions):
    """Names of style, mood and scenario become ids; each track has its cover."""
    clips = studio.music(
        IDEA, n=2, title="Dusk", style="Jazz", mood="Sad", scenario="Quiet evening"
    )
    sent = asked("kingcong")
    ids = (sent["style_id"], sent["mood_id"], sent["scenario_id"], sent["n"])
    assert ids == ("8", "5", "5", 2)
    assert [sniff(clip.audio) for clip in clips] == ["audio/mpeg"] * 2
    assert len({clip.cover.read_bytes() for clip in clips}) == 2
    assert all(sniff_image(clip.cover.read_bytes()) for clip in clips)
    assert [clip.credits for clip in clips] == [1200, 1200]
    seconds = sum(clip.duration_s for clip in clips)
    assert studio.spend("kind").loc["music", "seconds"] == pytest.approx(seconds)
    assert submissions("kingcong") == (1, 1)


def sniff_image(data):
    return data.startswith((b"\xff\xd8", b"\x89PNG"))


def test_row_13_music_with_lyrics(studio, asked):
    """Lyrics of one's own are sung."""
    lyrics = "The evening comes, the evening goes, and nobody is left who knows."
    (clip,) = studio.music(IDEA, lyrics=lyrics)
    assert asked("kingcong")["lyrics"] == lyrics
    assert clip.duration_s > 5
    (alone,) = studio.music("", lyrics=lyrics)
    assert asked("kingcong")["idea"] is None
    assert alone.job != clip.job
    with pytest.raises(InvalidText, match="no text"):
        studio.music("")


def test_row_14_purchase_proxies(studio, kingcong, submissions):
    """Proxies are bought once; the same call returns them, another take buys more."""
    first = kingcong.purchase_proxies(5, 2)
    again = kingcong.purchase_proxies(5, 2)
    assert again == first
    assert len(first) == 2
    assert submissions("kingcong") == (1, 1)
    more = kingcong.purchase_proxies(5, 2, take=2)
    assert not {proxy.id for proxy in more} & {proxy.id for proxy in first}
    assert studio.tasks().credits.tolist() == [2500, 2500]


def test_row_15_purchased_proxies(studio, kingcong, sandbox):
    """A listed proxy carries a request of httpx, and shows its password nowhere."""
    kingcong.purchase_proxies(5, 1)
    (proxy,) = kingcong.proxies()
    vendor = sandbox.vendors["kingcong"]
    with httpx.Client(proxy=proxy.url, base_url=vendor.url) as through:
        answer = through.get("/v1/credits", headers={"xi-api-key": vendor.key})
    password = httpx.URL(proxy.url).password
    assert answer.json()["credits"] == 98_750
    assert password not in repr(proxy) + studio.tasks().to_csv()
    for path in studio.calls.engine.library.folder.rglob("*"):
        assert path.is_dir() or password.encode() not in path.read_bytes()


def test_row_16_task(studio, kingcong):
    """A task can be looked at as the vendor writes it."""
    clip = studio.speak("Hello there.", RACHEL)
    told = kingcong.task(clip.task_id)
    assert (told["id"], told["status"], told["progress"]) == (clip.task_id, "done", 100)


def test_row_17_task_list(studio, kingcong):
    """The vendor's list of tasks comes page by page, and by type."""
    clips = [studio.speak("Hello there.", RACHEL, take=take) for take in (1, 2, 3)]
    studio.speak("Hello there.", TRUSTWORTHY)
    first = kingcong.tasks(page=1, limit=2, type="tts")
    second = kingcong.tasks(page=2, limit=2, type="tts")
    ids = [task["id"] for task in (*first.tasks, *second.tasks)]
    assert ids == [clip.task_id for clip in reversed(clips)]
    assert (first.total, kingcong.tasks().total) == (3, 4)


def test_row_18_delete_tasks_with_refund(studio, kingcong, sandbox):
    """Deleting what never ended gives its credits back, and says how many."""
    sandbox.fail("kingcong", on="submit", kind="stuck")
    with pytest.raises(StillRunning):
        studio.speak("Hello there.", RACHEL, timeout=0.3)
    (stuck,) = kingcong.tasks().tasks
    assert kingcong.credits().balance == 100_000 - 12
    assert kingcong.delete_tasks([stuck["id"]]) == 12
    assert kingcong.credits().balance == 100_000
    assert kingcong.tasks().tasks == ()


def test_row_19_credits(studio, sandbox):
    """The balance is what the vendor's own ledger says."""
    studio.speak("Hello there.", RACHEL)
    row = studio.credits().loc["kingcong"]
    assert row.balance == sandbox.look("kingcong", "ledger")["balance"] == 99_988
    assert row.unit == "credits"


def test_row_20_health(studio, kingcong):
    """The vendor says whether what stands behind it works."""
    assert kingcong.health() == "good"
    assert studio.providers().loc["kingcong", "health"] == "good"


@pytest.mark.parametrize("voice", [RACHEL, TRUSTWORTHY])
def test_row_21_receive_url(submit_with_callback, asked, inbox, kingcong, voice):
    """The address goes along, and the vendor posts the finished task to it."""
    task = submit_with_callback(voice, inbox.url)
    _, letter = inbox.take()
    told = dict(kingcong.task(task.receipt))
    told.pop("progress")
    assert asked("kingcong")["receive_url"] == inbox.url
    assert (letter["id"], letter["status"]) == (task.receipt, "done")
    assert letter == told
