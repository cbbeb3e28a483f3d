"""Bad input through every vendor: one clear error each, and the key in none of it."""

import logging
import socket
import time
import traceback

import pytest

import voicekit as vk
from voicekit.errors import (
    BadReply,
    InsufficientCredits,
    InvalidRequest,
    InvalidSetting,
    InvalidText,
    NotFound,
    StillRunning,
    SubmissionUnknown,
    Unauthorized,
    Unavailable,
)

WRONG_KEY = "wrong-key-4f1d8a"
VOICES = {
    "kingcong": "kingcong:elevenlabs/21m00Tcm4TlvDq8ikWAM",
    "voiceclone": "voiceclone:",
    "kling": "kling:oversea_male1/en",
    "kie": "kie:Rachel",
    "akool": "akool:piTKgcLEGmPE4e6mEKli",
}
NOBODY = {
    "kingcong": "kingcong:elevenlabs/nobody",
    "voiceclone": "voiceclone:clnobody",
    "kling": "kling:nobody/en",
    "kie": "kie:Nobody",
    "akool": "akool:nobody",
}
TOO_LONG = {
    "kingcong": ("x" * 10_001, ("characters long", "10,000 at most")),
    "voiceclone": ("x" * 5_001, ("UTF-8 bytes long", "5,000 at most")),
    "kling": ("x" * 1_001, ("characters long", "1,000 at most")),
    "kie": ("x" * 5_001, ("characters long", "5,000 at most")),
    "akool": ("x " * 5_001, ("words long", "5,000 at most")),
}
LISTS = {"kingcong", "voiceclone", "akool"}
"""Who is asked for its voices; the others' are tables of ours."""
CLONERS = {
    "kingcong": {"language_tag": "English", "gender_tag": "male"},
    "voiceclone": {},
}
vendors = pytest.mark.parametrize("name", VOICES)
cloners = pytest.mark.parametrize("name", CLONERS)


@pytest.fixture
def voice(name, studio):
    known = VOICES[name]
    return known if name != "voiceclone" else studio.voices(provider=name).index[0]


@pytest.fixture
def fails(studio, at_the_sandbox, caplog):
    """Return a function that makes a call fail, and looks for the key everywhere."""
    caplog.set_level(logging.DEBUG)
    keys = [vendor.key for vendor in at_the_sandbox.vendors.values()]

    def fail(kind, call, *names):
        with pytest.raises(kind) as caught:
            call()
        error = caught.value
        message = str(error)
        for part in names:
            assert part in message
        assert message.count("\n") == 0
        shown = [message, repr(error), repr(vars(error)), repr(studio), caplog.text]
        shown += traceback.format_exception(error)
        shown += [repr(vars(record)) for record in caplog.records]
        shown += [studio.tasks().to_csv(), studio.spend().to_csv()]
        shown += [studio.credits().to_csv(), studio.providers().to_csv()]
        written = [
            path.read_bytes()
            for path in studio.calls.engine.library.folder.rglob("*")
            if path.is_file()
        ]
        for key in (*keys, WRONG_KEY):
            assert not any(key in text for text in shown)
            assert not any(key.encode() in content for content in written)
        return error

    return fail


@vendors
def test_wrong_key(name, studio, voice, fails, monkeypatch, submissions):
    """It says which provider's key to check, for what costs and for what is free."""
    monkeypatch.setenv(f"VOICEKIT_{name.upper()}_KEY", WRONG_KEY)
    error = fails(
        Unauthorized,
        lambda: studio.speak("Hello.", voice),
        voice,
        "Check the key of this provider.",
    )
    assert (error.provider, error.voice) == (name, voice)
    assert name in studio.credits().loc[name, "error"]
    assert submissions(name)[1] == 0
    assert studio.tasks().state.tolist() == ["refused"]


@vendors
def test_the_call_works_once_the_key_is_right(
    name, studio, voice, monkeypatch, at_the_sandbox
):
    """A refusal is not remembered against the next call."""
    monkeypatch.setenv(f"VOICEKIT_{name.upper()}_KEY", WRONG_KEY)
    with pytest.raises(Unauthorized):
        studio.speak("Hello.", voice)
    key = at_the_sandbox.vendors[name].key
    monkeypatch.setenv(f"VOICEKIT_{name.upper()}_KEY", key)
    assert studio.speak("Hello.", voice).duration_s > 0.2
    assert studio.tasks().state.tolist() == ["refused", "done"]


@vendors
def test_no_credits(name, studio, voice, fails, sandbox, submissions):
    """It says that nothing was charged, and to add credits."""
    sandbox.set_balance(name, 0)
    error = fails(
        InsufficientCredits, lambda: studio.speak("Hello.", voice), voice, "Add credits"
    )
    assert error.provider == name
    assert submissions(name) == (1, 0)


@vendors
def test_unknown_voice(name, studio, fails, submissions):
    """No list proves that there is none; the vendor's refusal names it."""
    voice = NOBODY[name]
    error = fails(
        (NotFound, InvalidRequest),
        lambda: studio.speak("Hello.", voice),
        voice,
        "Nothing was charged.",
    )
    assert error.voice == voice
    assert submissions(name) == (1, 0)


@vendors
def test_over_long_text(name, studio, voice, fails, submissions):
    """It counts in the vendor's own unit, and says to split; nothing is sent."""
    text, said = TOO_LONG[name]
    fails(InvalidText, lambda: studio.speak(text, voice), voice, *said, "Split it")
    assert submissions(name) == (0, 0)
    assert len(studio.tasks()) == 0


@cloners
def test_wrong_file_type(name, studio, fails, tmp_path, submissions):
    """Another kind of file is refused here, with the kinds that are taken."""
    path = tmp_path / "notes.txt"
    path.write_text("This is no recording.")
    fails(
        InvalidSetting,
        lambda: studio.clone(path, "Me", provider=name, **CLONERS[name]),
        name,
        "notes.txt",
        "mp3",
    )
    assert submissions(name) == (0, 0)


@cloners
def test_wrong_content(name, studio, fails, tmp_path, submissions):
    """A file that only says that it is a recording is refused by the vendor, free."""
    path = tmp_path / "voice.mp3"
    path.write_text("This is no recording either.")
    fails(
        InvalidRequest,
        lambda: studio.clone(path, "Me", provider=name, **CLONERS[name]),
        name,
        "Nothing was charged.",
    )
    assert submissions(name) == (1, 0)


@cloners
def test_too_large_file(name, studio, fails, tmp_path, submissions):
    """A file over the limit is refused here, with both sizes."""
    path = tmp_path / "voice.mp3"
    with path.open("wb") as file:
        file.truncate((20 << 20) + 1)
    fails(
        InvalidSetting,
        lambda: studio.clone(path, "Me", provider=name, **CLONERS[name]),
        name,
        "20,971,521 bytes",
        "20,971,520 bytes",
    )
    assert submissions(name) == (0, 0)


@cloners
def test_missing_file(name, studio, fails, tmp_path):
    """A path that leads nowhere is said to, whoever it was for."""
    fails(
        InvalidSetting,
        lambda: studio.clone(
            tmp_path / "gone.mp3", "Me", provider=name, **CLONERS[name]
        ),
        "gone.mp3",
        "No such file",
    )


@vendors
def test_dead_host(name, studio, voice, fails, monkeypatch):
    """Nobody listens: nothing was charged, and the call can be made again."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    monkeypatch.setenv(f"VOICEKIT_{name.upper()}_URL", address)
    with vk.Studio() as lonely:
        fails(
            Unavailable,
            lambda: lonely.speak("Hello.", voice),
            voice,
            "Nothing was charged; call again.",
        )
        assert name in lonely.credits().loc[name, "error"]
        assert lonely.tasks().state.tolist() == ["failed"]


@vendors
def test_html_for_a_paid_request_is_held(
    name, studio, voice, fails, sandbox, submissions
):
    """It may have been accepted, and it was: held, and never sent again by itself."""
    sandbox.fail(name, on="submit", kind="html")
    for _ in range(2):
        error = fails(
            SubmissionUnknown,
            lambda: studio.speak("Hello.", voice),
            voice,
            "It counts as spent and will not be sent again by itself",
        )
    assert studio.tasks().state.tolist() == ["held"]
    assert error.job == studio.tasks().index[0]
    assert submissions(name) == (1, 1)


@pytest.mark.parametrize("name", sorted(LISTS))
def test_html_for_a_free_request(name, studio, fails, sandbox):
    """A list that is none is a bad reply, which names who gave it."""
    sandbox.fail(name, on="list", kind="html", times=None)
    error = fails(BadReply, lambda: studio.voices(provider=name), name, "call again")
    assert error.provider == name


@vendors
def test_html_for_the_balance(name, studio, sandbox):
    """The table says why there is no balance, and of whom."""
    sandbox.fail(name, on="credits", kind="html", times=None)
    row = studio.credits().loc[name]
    assert name in row.error
    assert studio.providers().loc[name, "connected"]


@pytest.mark.parametrize("name", ["kingcong", "voiceclone", "kie", "akool"])
def test_html_for_a_poll_keeps_the_task(name, studio, voice, sandbox, submissions):
    """A poll that brings nothing changes nothing."""
    sandbox.set_speed(0.01)
    sandbox.fail(name, on="poll", kind="html", times=3)
    with pytest.raises(StillRunning) as waited:
        studio.speak("Hello.", voice, timeout=0.5)
    for _ in range(600):  # on a busy machine it is accepted later than that
        if studio.tasks().state.iloc[0] == "running":
            break
        time.sleep(0.05)
    sandbox.advance(60)
    assert studio.clip(waited.value.job).duration_s > 0.2
    assert submissions(name) == (1, 1)
