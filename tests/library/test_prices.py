"""Prices that earlier tasks teach: by the right measure for each kind of job."""

import pytest
from fakes import begin, job

from voicekit.job import InputFile
from voicekit.library.forgetting import forget
from voicekit.library.ledger import Change, advance
from voicekit.library.prices import history, learned, upper_bound
from voicekit.library.states import State


def sound(seconds):
    """Return a recording of so many seconds; None where nobody can tell."""
    length_us = None if seconds is None else round(seconds * 1e6)
    digest = f"{seconds}".rjust(64, "0")
    file = InputFile(path="me.mp3", sha256=digest, size=9, duration_us=length_us)
    return {"file": file}


@pytest.fixture
def charged(library):
    """Return a function that keeps a job and what it cost."""

    def keep(asked, cost):
        cost = {"credits_micros": round(cost * 1e6)}
        kept = begin(library, asked)
        for state in (State.SENDING, State.FAILED):
            change = Change(state=state, columns=cost)
            kept = library.post(advance, kept, change).result()
        return kept.job["id"]

    return keep


@pytest.fixture
def estimate(library):
    """Return a function that estimates a job by what was charged before."""

    def ask(asked):
        return learned(library.post(history, asked).result(), asked, "credits")

    return ask


@pytest.mark.parametrize("kind", ["dubbing", "transcription"])
def test_what_takes_a_file_costs_by_the_second(charged, estimate, kind):
    """Four times as long costs four times as much, and at most a quarter more."""
    charged(job("", kind=kind, files=sound(3)), 4)
    found = estimate(job("", kind=kind, files=sound(12)))
    assert (found.credits, found.most) == (16, 16)
    assert upper_bound(found) == 20_000_000
    assert found.evidence == "1.33 credits a second in 1 earlier task"


def test_a_file_of_unknown_length_has_no_price(charged, estimate):
    """Neither is it guessed, nor does it teach anything."""
    charged(job("", kind="dubbing", files=sound(None)), 40)
    assert estimate(job("", kind="dubbing", files=sound(12))) is None
    charged(job("", kind="dubbing", files=sound(3)), 4)
    assert estimate(job("", kind="dubbing", files=sound(None))) is None
    assert estimate(job("", kind="dubbing")) is None


@pytest.mark.parametrize("kind", ["sound_effect", "music", "clone"])
def test_what_is_paid_by_the_task_does_not_follow_its_text(charged, estimate, kind):
    """A long description costs what a short one cost."""
    charged(job("Rain", kind=kind), 10)
    charged(job("A door that is closed slowly", kind=kind), 12)
    found = estimate(job("Thunder, far away, and then rain on a roof", kind=kind))
    assert (found.credits, found.most) == (11, 12)
    assert "a task in 2 earlier tasks" in found.evidence


def effect(text, **settings):
    return job(text, kind="sound_effect", settings=settings)


def test_a_sound_effect_of_a_length_costs_by_the_second(charged, estimate):
    """What a short one cost says nothing of one whose length the prompt decides."""
    charged(effect("Rain", duration_seconds=2), 1)
    assert estimate(effect("Rain", duration_seconds=20)).credits == 10
    assert estimate(effect("Rain")) is None
    charged(effect("Thunder"), 4)
    assert estimate(effect("A storm")).credits == 4
    assert estimate(effect("A storm", duration_seconds=20)).credits == 10


def test_a_forgotten_sound_effect_teaches_nothing(charged, estimate, library):
    """Nobody knows any more whether it was a short one."""
    name = charged(effect("Rain", duration_seconds=0.5), 1)
    library.post(forget, name).result()
    assert estimate(effect("Rain")) is None


def test_speech_costs_by_the_character(charged, estimate):
    """Ten times as long a text costs ten times as much."""
    charged(job("Hello"), 5)
    assert estimate(job("Hello" * 10)).credits == 50
