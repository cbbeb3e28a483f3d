"""One sandbox in its own process, and studios that reach it as a user would."""

import pytest
from inbox import Inbox

import voicekit as vk
from voicekit.audio.codec import convert
from voicekit.engine import limits, polling, submission
from voicekit.sandbox import serve

SPEED = 400.0
"""A task of two seconds takes five milliseconds."""


@pytest.fixture(scope="session")
def running():
    with serve(speed=SPEED) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running):
    running.reset()
    running.set_speed(SPEED)
    running.set_limit("kie", None)
    return running


@pytest.fixture
def at_the_sandbox(sandbox, monkeypatch):
    """Name every stand-in in the environment, as a user names a vendor."""
    for name, vendor in sandbox.vendors.items():
        monkeypatch.setenv(f"VOICEKIT_{name.upper()}_URL", vendor.url)
        monkeypatch.setenv(f"VOICEKIT_{name.upper()}_KEY", vendor.key)
    monkeypatch.setattr(polling, "FIRST_S", 0.02)
    monkeypatch.setattr(polling, "LONGEST_S", 0.2)
    monkeypatch.setattr(submission, "BACK_OFF_S", 0.01)
    monkeypatch.setattr(limits, "BACK_OFF_S", 0.01)
    for module in (limits, submission):
        monkeypatch.setattr(module, "LONGEST_PAUSE_S", 1.0)
    return sandbox


@pytest.fixture
def studio(at_the_sandbox):
    with vk.Studio() as studio:
        yield studio


@pytest.fixture
def submissions(sandbox):
    """Return a function: how many paid requests arrived, and how many counted."""

    def count(vendor):
        counters = sandbox.look(vendor, "counters")
        return counters["bodies"].get("submit", 0), counters["accepted"]

    return count


@pytest.fixture
def asked(sandbox):
    """Return a function: what a vendor was last asked to make."""
    return lambda vendor: sandbox.look(vendor, "tasks")[-1]["asked"]


@pytest.fixture
def inbox():
    box = Inbox()
    yield box
    box.close()


@pytest.fixture
def submit_with_callback(studio):
    """Return a function that submits speech and says where to call back.

    It uses the studio's own transport and the provider's own field; the receiver is
    the test's.
    """

    def submit(voice, url):
        name, _, voice_id = voice.partition(":")
        provider = studio.calls.provider_of(name)
        made = studio.calls._job(
            "speech", provider, text="Hello.", voice=voice_id, settings={}
        )
        flow = provider.submit(studio.bridge.run(made), url)
        return studio.bridge.run(studio.calls.engine.ask(provider, flow))

    return submit


@pytest.fixture(scope="session")
def recordings(tmp_path_factory):
    """Return a voice's sample, as a file of each kind that vendors take."""
    folder = tmp_path_factory.mktemp("recordings")
    text = "This is a sample of my own voice, for whoever wants to clone it."
    with vk.Studio(providers=["offline"], library=folder / "library") as studio:
        spoken = studio.speak(text, "offline:en-us+f3").audio
    paths = {kind: folder / f"voice.{kind}" for kind in ("wav", "mp3", "webm")}
    paths["wav"].write_bytes(spoken)
    paths["mp3"].write_bytes(convert(spoken, "mp3", sample_rate=44_100))
    # Nothing here writes WebM; the vendor's judgement goes by how it begins.
    paths["webm"].write_bytes(b"\x1a\x45\xdf\xa3" + bytes(30_000))
    return paths
