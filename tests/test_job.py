"""The key of a job."""

import dataclasses
import json
from pathlib import Path

import pytest

from voicekit import providers
from voicekit.job import InputFile, Job

GOLDEN = Path(__file__).parent / "data" / "job_keys.json"
BASE = Job(
    provider="kie",
    kind="speech",
    text="Hello",
    voice="Rachel",
    model="turbo",
    settings={"speed": 0.85, "stability": 1},
    format="mp3",
)


@pytest.mark.parametrize(
    "entry", json.loads(GOLDEN.read_text()), ids=lambda entry: entry["key"][:8]
)
def test_a_later_release_makes_the_same_key(entry):
    """Thirty calls and their keys, made once: what is stored is found for ever."""
    fields = dict(entry["job"])
    fields["files"] = {
        name: InputFile(path="x", sha256=sha, size=1)
        for name, sha in fields.pop("files", {}).items()
    }
    assert Job(**fields).key == entry["key"]


def test_the_golden_keys_are_thirty_different_ones():
    """The promise above is about thirty different calls."""
    assert len({entry["key"] for entry in json.loads(GOLDEN.read_text())}) == 30


@pytest.mark.parametrize(
    "change",
    [
        {"provider": "akool"},
        {"kind": "sound_effect"},
        {"text": "Hello "},
        {"voice": "Adam"},
        {"model": None},
        {"settings": {"speed": 0.85}},
        {"settings": {"speed": 0.86, "stability": 1}},
        {"format": None},
        {"take": 2},
        {"realm": "sandbox"},
        {"files": {"file": InputFile(path="a", sha256="0" * 64, size=1)}},
    ],
)
def test_whatever_changes_the_sound_changes_the_key(change):
    """Each part of a call is part of its key."""
    assert dataclasses.replace(BASE, **change).key != BASE.key


def test_what_does_not_change_the_sound_does_not_change_the_key():
    """Neither the order of settings nor where a file lies."""
    turned = dataclasses.replace(BASE, settings={"stability": 1, "speed": 0.85})
    assert turned.key == BASE.key
    here, there = (
        dataclasses.replace(
            BASE, files={"file": InputFile(path=path, sha256="1" * 64, size=9)}
        )
        for path in ("a", "b")
    )
    assert here.key == there.key


def test_a_golden_key_is_what_a_call_gives():
    """The offline entry of the thirty is what the offline declaration produces."""
    offline = providers.find("offline").offer("speech")
    settings = offline.check_settings({"rate": 160.0}, "x")
    made = Job(
        provider="offline",
        kind="speech",
        text="Hello, world!",
        voice="en-us",
        settings=settings,
        format=offline.check_format(None, "x"),
    )
    golden = [entry["key"] for entry in json.loads(GOLDEN.read_text())]
    assert made.key == golden[0]
