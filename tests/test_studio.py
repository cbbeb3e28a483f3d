"""The studio: one coroutine behind two forms, two kernels on one library."""

import asyncio
import gc
import inspect
import signal
import subprocess
import sys
import threading

import pytest

import voicekit as vk
from voicekit import errors
from voicekit.engine.doubts import Doubts
from voicekit.errors import InvalidSetting, VoicekitError
from voicekit.offline.transport import OfflineTransport
from voicekit.studio import Aio, Studio

PUBLIC = [name for name in vars(Aio) if not name.startswith("_")]


@pytest.mark.parametrize("name", PUBLIC)
def test_both_forms_have_the_same_signature_and_documentation(name):
    """studio.x and studio.aio.x are made of one coroutine each."""
    call, blocking, awaited = (getattr(c, name) for c in (Doubts, Studio, Aio))
    assert inspect.signature(blocking) == inspect.signature(awaited)
    assert inspect.signature(blocking) == inspect.signature(call)
    assert blocking.__doc__ == awaited.__doc__ == call.__doc__ is not None
    assert not inspect.iscoroutinefunction(blocking)
    assert inspect.iscoroutinefunction(awaited)


def test_an_editor_and_mypy_see_the_real_types(tmp_path):
    """A type checker reads argument and result types of both forms."""
    code = """
import voicekit as vk
studio = vk.Studio()
reveal_type(studio.speak("a", "b", take=2, rate=3))
reveal_type(studio.aio.speak("a", "b"))
reveal_type(studio.tasks())
studio.speak(1, "b")
studio.speak("a", "b", take="two")
studio.no_such_call()
"""
    script = tmp_path / "script.py"
    script.write_text(code)
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file=", str(script)],
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout
    assert 'Revealed type is "voicekit.clip.Clip"' in said
    assert 'Coroutine[Any, Any, voicekit.clip.Clip]"' in said
    assert "DataFrame" in said
    assert 'Argument 1 has incompatible type "int"; expected "str"' in said
    assert '"take" has incompatible type "str"; expected "int"' in said
    assert '"Studio" has no attribute "no_such_call"' in said


def test_the_awaited_form_speaks_on_any_loop(studio):
    """Several voices at once, from a loop that is not voicekit's."""

    async def three():
        return await asyncio.gather(
            *(studio.aio.speak("Hi", f"offline:{v}") for v in ("en-us", "de", "es"))
        )

    assert [clip.voice for clip in asyncio.run(three())] == [
        "offline:en-us",
        "offline:de",
        "offline:es",
    ]


def test_a_second_identical_call_needs_no_provider(studio, monkeypatch):
    """What is in the library is found without asking anybody."""
    studio.speak("Hello!", "offline:en-us")
    monkeypatch.setattr(
        "voicekit.engine.engine.Engine._line", lambda *_: pytest.fail("asked")
    )
    again = studio.speak("Hello!", "offline:en-us")
    assert again.cached
    assert studio.tasks().cached.sum() == 1


def test_it_is_found_by_another_studio_too(tmp_path):
    """A new kernel on the same library finds what an earlier one made."""
    clips = []
    for _ in range(2):
        with vk.Studio(providers=["offline"], library=tmp_path) as studio:
            clips.append(studio.speak("Hello!", "offline:en-us"))
    assert [clip.cached for clip in clips] == [False, True]
    assert clips[0].audio == clips[1].audio


def test_defaults_written_out_are_the_same_call(studio):
    """rate=175 is what no rate means, so it is the same clip."""
    plain = studio.speak("Hello!", "offline:en-us")
    assert studio.speak("Hello!", "offline:en-us", rate=175.0, format="wav").cached
    assert plain.settings["rate"] == 175


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda s: s.speak("Hi", "ofline:en"), errors.UnknownProvider, "'offline'"),
        (lambda s: s.speak("Hi", "en-us"), errors.UnknownVoice, "provider:id"),
        (lambda s: s.speak("Hi", 7), errors.UnknownVoice, "provider:id"),
        (lambda s: s.speak("Hi", "offline:xx"), errors.UnknownVoice, "'xx'"),
        (lambda s: s.speak("", "offline:en-us"), errors.InvalidText, "no text"),
        (lambda s: s.speak(None, "offline:en-us"), errors.InvalidText, "NoneType"),
        (
            lambda s: s.speak("Hi", "offline:en-us", rate="fast"),
            errors.InvalidSetting,
            "between 80 and 450 words per minute",
        ),
        (
            lambda s: s.speak("Hi", "offline:en-us", rate=float("nan")),
            errors.InvalidSetting,
            "not nan",
        ),
        (
            lambda s: s.speak("Hi", "offline:en-us", format="aac"),
            errors.InvalidSetting,
            "'ogg'",
        ),
        (
            lambda s: s.speak("Hi", "offline:en-us", take=0),
            errors.InvalidSetting,
            "from 1",
        ),
        (
            lambda s: s.speak("Hi", "offline:en-us", model="v2"),
            errors.Unsupported,
            "no model 'v2'",
        ),
        (lambda s: s.parameters("offline", kind="music"), errors.Unsupported, "music"),
        (lambda s: s.spend("shoe size"), errors.InvalidSetting, "provider, day"),
        (lambda s: s.clip("nosuch"), errors.LibraryError, "nosuch"),
    ],
)
def test_bad_input_is_one_clear_error_and_records_nothing(studio, call, error, message):
    """Unknown, empty, out of range: said before anything is sent or recorded."""
    with pytest.raises(error, match=message):
        call(studio)
    assert len(studio.tasks()) == 0
    assert len(studio.spend()) == 0


def test_a_provider_outside_the_studio_is_not_used(tmp_path):
    """Studio(providers=...) is a fence."""
    with vk.Studio(providers=[], library=tmp_path) as studio:
        with pytest.raises(errors.UnknownProvider, match="does not use offline"):
            studio.speak("Hi", "offline:en-us")
        assert len(studio.voices()) == 0
    with pytest.raises(errors.UnknownProvider, match="Did you mean 'offline'"):
        vk.Studio(providers=["offlin"])


def test_an_interrupt_in_mid_speech_stops_the_wait(studio, monkeypatch):
    """Ctrl-C comes back at once, and what was being said is kept."""
    long = "It goes on and on. " * 500
    main = threading.main_thread().ident
    send = OfflineTransport.send

    async def interrupted(self, request, *, may_cost=False):
        if request.json["text"] == long:
            threading.Timer(0.05, signal.pthread_kill, (main, signal.SIGINT)).start()
        return await send(self, request, may_cost=may_cost)

    monkeypatch.setattr(OfflineTransport, "send", interrupted)
    with pytest.raises(KeyboardInterrupt):
        studio.speak(long, "offline:en-us")
    assert studio.speak("Go on.", "offline:en-us").duration_s > 0.2
    monkeypatch.setattr(OfflineTransport, "send", send)
    whole = studio.speak(long, "offline:en-us")
    assert whole.duration_s > 300
    assert len(studio.tasks()) == 2


KILLED = """
import os, sys, threading, voicekit as vk
studio = vk.Studio(providers=["offline"])
kill = threading.Timer(float(sys.argv[1]), os.kill, (os.getpid(), 9))
for n in range(10_000):
    studio.speak(f"Sentence number {n} is spoken until the end.", "offline:en-us")
    if n == 2:
        kill.start()
"""


@pytest.mark.parametrize("after", [0.001, 0.101, 0.211])
def test_a_killed_kernel_leaves_nothing_half(tmp_path, after):
    """kill -9 in mid-speech: the next start works, and every clip it finds is whole."""
    subprocess.run([sys.executable, "-c", KILLED, str(after)], check=False)
    with vk.Studio(providers=["offline"]) as studio:
        text = "Sentence number {} is spoken until the end."
        tasks = studio.tasks()
        done = tasks[tasks.state == "done"]
        assert len(done) >= 3
        for n in range(len(tasks) + 1):
            assert studio.speak(text.format(n), "offline:en-us").audio[:4] == b"RIFF"
        later = studio.tasks()
        assert later.loc[done.index].cached.tolist() == [1] * len(done)
        assert set(later.state) <= {"done", "failed"}
        assert later[later.state == "done"].text.is_unique


TWO_KERNELS = """
import asyncio, sys, voicekit as vk
studio = vk.Studio(providers=["offline"])
async def speak():
    calls = (studio.aio.speak(f"Shared {n}.", "offline:en-us") for n in range(40))
    own = (studio.aio.speak(f"{sys.argv[1]} {n}.", "offline:en-us") for n in range(10))
    await asyncio.gather(*calls, *own)
asyncio.run(speak())
studio.close()
"""


def test_two_kernels_on_one_library_lose_nothing_and_do_nothing_twice():
    """Both make the same forty clips at once: forty attempts, and ten of each's own."""
    kernels = [
        subprocess.Popen([sys.executable, "-c", TWO_KERNELS, name]) for name in "AB"
    ]
    assert [kernel.wait(60) for kernel in kernels] == [0, 0]
    with vk.Studio(providers=["offline"]) as studio:
        tasks = studio.tasks()
    assert set(tasks.state) == {"done"}
    assert tasks.text.is_unique
    assert len(tasks) == 60
    assert tasks.cached.sum() == 40


def test_a_studio_that_is_dropped_is_closed(tmp_path):
    """Running the cell again that makes a studio leaves no thread and no lock."""
    studio = vk.Studio(providers=["offline"], library=tmp_path)
    studio.speak("Hello!", "offline:en-us")
    bridge = studio.bridge
    del studio
    gc.collect()
    with pytest.raises(VoicekitError, match="closed"):
        bridge.run(asyncio.sleep(0))
    assert list((tmp_path / "owners").iterdir()) == []


def test_a_closed_studio_says_so(tmp_path):
    """After close every call explains itself, and closing again does nothing."""
    studio = vk.Studio(providers=["offline"], library=tmp_path)
    studio.close()
    studio.close()
    assert repr(studio) == "<Studio of offline (closed)>"
    with pytest.raises(VoicekitError, match="open another with Studio"):
        studio.voices()


def test_tables_have_what_a_notebook_asks_for(studio):
    """Providers, voices, parameters, tasks and spending, each by its index."""
    studio.speak("Hello!", "offline:en-us")
    assert studio.providers().loc["offline", "connected"]
    assert studio.voices(language="de").loc["offline:de", "language"] == "de"
    rate = studio.parameters("offline:de").loc["rate"]
    assert (rate.minimum, rate.maximum, rate.step, rate.default) == (80, 450, 1, 175)
    assert studio.parameters("offline").loc["format", "choices"] == (
        "wav",
        "flac",
        "mp3",
        "ogg",
    )
    assert len(studio.models()) == 0
    for by in ("provider", "day", "model", "voice", "kind"):
        table = studio.spend(by)
        assert table.index.name == by
        assert table.tasks.sum() == 1
    clip = studio.clip(studio.tasks().index[0])
    assert clip.text == "Hello!"
    assert clip.cached
    studio.forget(clip.job)
    assert studio.tasks().text.isna().all()
    assert not clip.path.exists()
    assert not studio.speak("Hello!", "offline:en-us").cached


def test_a_budget_without_providers_is_refused():
    """Credits of different vendors are different things."""
    with pytest.raises(InvalidSetting, match="names each provider"):
        vk.Studio(budget=50)
