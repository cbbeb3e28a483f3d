"""The built-in engine: real voices, the same samples every time, crashes of its own."""

import asyncio
import hashlib
import io
import os
import random
import signal
import subprocess
import sys
import time
import wave
from pathlib import Path

import pytest

import voicekit as vk
from voicekit import providers
from voicekit.audio.codec import decode
from voicekit.child import read_message, write_message
from voicekit.errors import InvalidRequest, InvalidText, Unavailable, UnknownVoice
from voicekit.flow import finish
from voicekit.job import Job
from voicekit.offline.transport import OfflineTransport
from voicekit.offline.voices import bcp47
from voicekit.voice import VoiceQuery

OFFLINE = providers.find("offline")
OFFER = OFFLINE.offer("speech")
SENTENCES = [f"Sentence number {n}, with a few words." for n in range(6)]
VOICES = ["en-us", "en-gb+f3", "de+whisper", "fr-fr+klatt4"]


def listed(**query):
    flow = OFFLINE.voices(VoiceQuery(**query))
    with pytest.raises(StopIteration) as stop:
        next(flow)
    return stop.value.value


def digests(pairs):
    """Speak (text, voice) pairs in this order, in fresh workers."""

    async def all_of_them():
        transport = OfflineTransport()
        found = {}
        for text, voice in pairs:
            job = Job(
                provider="offline",
                kind="speech",
                text=text,
                voice=voice,
                settings=OFFER.check_settings({}, "x"),
                format="wav",
            )
            flow = OFFLINE.submit(job)
            task = finish(flow, await transport.send(next(flow)))
            found[text, voice] = hashlib.sha256(task.results[0].data).hexdigest()
        await transport.aclose()
        return found

    return asyncio.run(all_of_them())


def test_the_same_samples_in_any_order_and_in_any_process():
    """Text, voice and settings give the samples: what was said before does not."""
    pairs = [(text, voice) for text in SENTENCES for voice in VOICES]
    shuffled = random.Random(3).sample(pairs, len(pairs))
    first = digests(pairs)
    assert first == digests(shuffled)
    # The library seeds its random numbers with the second in which it starts.
    time.sleep(1.1)
    assert first == digests(pairs[::-1])


def test_the_table_of_voices_is_the_librarys():
    """Every base voice and variant of the installed library is offered, no other."""
    code = (
        "import json; from voicekit.offline.voices import table; "
        "from importlib.resources import files; "
        "stored = (files('voicekit.providers') / 'offline_voices.json').read_text(); "
        "print(json.loads(stored) == table())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "True"


def test_there_are_over_130_base_voices_and_their_variants():
    """A plain list shows the base voices, a narrowed one the variants, too."""
    plain = listed()
    assert len(plain) > 130
    assert not any("+" in voice.id for voice in plain)
    german = listed(language="de", limit=None)
    assert german[0].voice == "offline:de"
    assert len(german) > 100
    assert len(listed(limit=None)) > 10_000
    women = listed(language="en", gender="female", limit=5)
    assert [voice.gender for voice in women] == 5 * ["female"]


def test_languages_are_bcp47():
    """Tags have their usual case, and tags of eSpeak's own become private ones."""
    assert all(voice.language for voice in listed())
    assert bcp47("en-gb-x-rp") == "en-GB-x-rp"
    assert bcp47("es-419") == "es-419"
    assert bcp47("ca-va") == "ca-valencia"


@pytest.mark.parametrize(
    ("voice", "nearest"),
    [
        ("offline:en-uk", "en-us|en-gb"),
        ("offline:de+whispr", "whisper"),
        ("offline:EN-US", "en"),
    ],
)
def test_an_unknown_voice_names_the_nearest(studio, voice, nearest):
    """No voice is replaced in silence."""
    with pytest.raises(UnknownVoice, match=f"Did you mean '({nearest})"):
        studio.speak("Hi", voice)


@pytest.mark.parametrize("container", ["wav", "flac", "mp3", "ogg"])
def test_every_format_is_what_it_says_and_sounds_as_long(studio, container):
    """Four containers with their magic bytes, and the duration of the WAV."""
    magic = {"wav": b"RIFF", "flac": b"fLaC", "mp3": b"\xff", "ogg": b"OggS"}
    clip = studio.speak("One, two, three.", "offline:en-us", format=container)
    assert clip.audio.startswith(magic[container])
    samples, rate = decode(clip.audio)
    assert rate == clip.sample_rate == 22_050
    assert abs(len(samples) / rate - clip.duration_s) < 0.15
    assert abs(samples).max() > 0.1


@pytest.mark.parametrize("container", ["wav", "flac", "mp3"])
def test_the_same_bytes_too(tmp_path, container):
    """WAV, FLAC and MP3 are the same bytes each time (Ogg holds a random number)."""
    found = set()
    for n in range(2):
        with vk.Studio(providers=["offline"], library=tmp_path / str(n)) as studio:
            clip = studio.speak("Again.", "offline:en-us", format=container)
            found.add(clip.audio)
    assert len(found) == 1


def duration(studio, **settings):
    text = "The quick brown fox jumps over the lazy dog."
    return studio.speak(text, "offline:en-us", **settings).duration_s


def test_settings_are_audible(studio):
    """Rate and gaps change the length by what they say, pitch and volume the sound."""
    assert duration(studio, rate=100) / duration(studio, rate=200) == pytest.approx(
        2, rel=0.15
    )
    longer = duration(studio, word_gap=100) - duration(studio)
    assert longer == pytest.approx(0.8, rel=0.35)
    plain, high, loud = (
        studio.speak("Hello", "offline:en-us", **settings).audio
        for settings in ({}, {"pitch": 90}, {"volume": 150})
    )
    assert len({plain, high, loud}) == 3


def test_words_follow_each_other_and_lie_in_the_text(studio):
    """Each word has its place in the text and in time."""
    text = "I am here: 42 apples, naïve café, 😀 and $3.50!"
    clip = studio.speak(text, "offline:en-us")
    starts = [word.start_s for word in clip.words]
    assert starts == sorted(starts)
    assert all(word.text in text and word.text for word in clip.words)
    assert all(word.start_s < word.end_s <= clip.duration_s for word in clip.words)
    assert clip.words[0].text == "I am"


def test_words_lie_where_the_sound_is(studio):
    """Between two words with a pause there is silence, inside them there is none."""
    clip = studio.speak("Stop. Go.", "offline:en-us")
    stop, go = clip.words
    with wave.open(io.BytesIO(clip.audio)) as sound:
        rate, raw = sound.getframerate(), sound.readframes(sound.getnframes())
    samples = memoryview(raw).cast("h")

    def loudest(start, end):
        return max(map(abs, samples[int(start * rate) : int(end * rate)]))

    assert loudest(stop.end_s + 0.02, go.start_s - 0.02) < 50
    assert loudest(stop.start_s, stop.end_s) > 3_000
    assert loudest(go.start_s, go.end_s) > 3_000


def test_ssml_is_markup_only_on_request(studio):
    """With ssml=True a break is a pause; without it the tags are read out."""
    text = "<speak>One <break time='900ms'/> two</speak>"
    marked = studio.speak(text, "offline:en-us", ssml=True)
    assert [word.text for word in marked.words] == ["One", "two"]
    assert marked.words[1].start_s - marked.words[0].end_s > 0.5
    assert len(studio.speak(text, "offline:en-us").words) > 2


@pytest.mark.parametrize(
    "text",
    [
        "😀😀",
        "שלום עולם",
        "مرحبا بالعالم",
        "日本語",
        "a\tb\r\nc",
        "e\u0301",
        "x" * 9_999,
    ],
)
def test_any_text_is_spoken_or_refused_with_a_reason(studio, text):
    """Scripts, emoji, marks, long words: never a crash, and the worker goes on."""
    assert studio.speak(text, "offline:en-us").duration_s > 0.05
    assert studio.speak("Still here.", "offline:en-us").duration_s > 0.3


def test_what_has_no_sound_is_refused(studio):
    """Nothing to pronounce is an error that says so, and it can be tried again."""
    for _ in range(2):
        with pytest.raises(InvalidRequest, match="nothing to pronounce"):
            studio.speak("…", "offline:en-us")


def test_too_long_a_text_is_refused_before_anything_is_recorded(studio):
    """100 kB are over the limit; the message names the limit and the length."""
    with pytest.raises(InvalidText, match="100,000 characters long.*10,000 at most"):
        studio.speak("x" * 100_000, "offline:en-us")
    assert len(studio.tasks()) == 0


def workers(studio):
    transport = studio.calls.engine._lines["offline"].direct.transport
    return [worker._process for worker in transport._workers if worker._process]


def children_of(pid):
    found = subprocess.run(
        ["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False
    )
    return [int(line) for line in found.stdout.split()]


def ticks(pid):
    """Return how long a process has computed, in hundredths of a second."""
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11])


def until(happens):
    """Wait for something that comes soon."""
    for _ in range(3_000):
        if happens():
            return
        time.sleep(0.01)
    raise AssertionError("It never happened.")


def is_gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.parametrize("whom", ["worker", "the fork that speaks"])
def test_a_worker_killed_in_mid_speech(studio, whom):
    """The call that was speaking says so; the next one works."""
    studio.speak("Warm up.", "offline:en-us")
    future = studio.bridge.submit(
        studio.calls.speak("word " * 1_900, "offline:en-us", rate=80)
    )
    (process,) = workers(studio)
    (speaking,) = children_of(process.pid)
    until(lambda: ticks(speaking) > 3)
    if whom == "worker":
        os.killpg(process.pid, signal.SIGKILL)
    else:
        os.kill(speaking, signal.SIGKILL)
    with pytest.raises(Unavailable, match="its worker stopped.*call again"):
        future.result(30)
    assert studio.speak("Back again.", "offline:en-us").duration_s > 0.3
    assert list(studio.tasks().state) == ["done", "failed", "done"]


def test_no_worker_outlives_its_studio(tmp_path):
    """Closing ends the workers; so does the end of the process, however it comes."""
    with vk.Studio(providers=["offline"], library=tmp_path / "a") as studio:
        studio.speak("Hello.", "offline:en-us")
        (process,) = workers(studio)
    assert process.poll() is not None
    code = (
        "import os, sys, voicekit as vk; s = vk.Studio(providers=['offline']);"
        "s.speak('Hello.', 'offline:en-us');"
        "t = s.calls.engine._lines['offline'].direct.transport;"
        "print([w._process.pid for w in t._workers if w._process][0], flush=True);"
        "os.kill(os.getpid(), 9)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    pid = int(done.stdout)
    until(lambda: is_gone(pid))


def test_where_there_is_no_fork_one_process_speaks_once():
    """On a system without fork a worker answers once and the next is started."""
    code = "import os; del os.fork; from voicekit.offline import worker; worker.main()"
    asked = {
        "text": "Hello.",
        "voice": "gmw/en-US",
        "parameters": OFFER.check_settings({}, "x") | {"word_gap": 0},
        "ssml": False,
    }
    asked["parameters"].pop("ssml")
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    write_message(process.stdin.fileno(), asked, b"")
    head, body = read_message(process.stdout.fileno())
    process.stdin.close()
    process.stdout.close()
    assert head["status"] == 200
    assert body.startswith(b"RIFF")
    assert process.wait(10) == 0
