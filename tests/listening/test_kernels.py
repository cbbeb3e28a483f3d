"""One test in several kernels, pages and booths: its places, seats and settings."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from voicekit.errors import InvalidSetting
from voicekit.listening import Session, analyse, collect, plan

# A kernel: two trials answered, the third heard by half, and then nothing more.
KERNEL = """
import sys, time
import pandas as pd
from voicekit.listening import Session, plan

stimuli = pd.DataFrame({"system": ["s0", "s1"] * 4, "item": [1, 1, 2, 2, 3, 3, 4, 4]})
session = Session(plan(stimuli, "ab", raters=["ann"], seed=3), "ann")
session.submit()
for answer in ("a", "tie"):
    for place in (0, 1):
        session.begin(place)
        session.hear(place, [(0, 1)])
    session.submit(answer)
session.begin(0)
session.hear(0, [(0, 1)])
session.begin(1)
session.hear(1, [(0, 0.5)])
print("within trial", session.screen.number, flush=True)
time.sleep(600)
"""


@pytest.fixture
def frame(stimuli):
    return plan(stimuli(2, 4), "ab", raters=["ann", "bob", "cat"], seed=3)


@pytest.fixture
def opened():
    """Open sessions that the test closes."""
    sessions = []

    def open_one(*given, **options):
        sessions.append(Session(*given, **options))
        return sessions[-1]

    yield open_one
    for one in sessions:
        one.close()


def test_a_kernel_killed_within_a_trial_loses_no_answer(opened):
    """What was given is there; the trial that was open is heard and answered anew."""
    kernel = subprocess.Popen(
        [sys.executable, "-c", KERNEL], stdout=subprocess.PIPE, text=True
    )
    assert kernel.stdout.readline() == "within trial 3\n"
    os.kill(kernel.pid, signal.SIGKILL)
    kernel.wait()
    kernel.stdout.close()
    table = pd.DataFrame(
        {"system": ["s0", "s1"] * 4, "item": np.repeat(range(1, 5), 2)}
    )
    frame = plan(table, "ab", raters=["ann"], seed=3)
    session = opened(frame, "ann")
    assert session.screen.name == "trial 3"
    assert session.progress == (2, 4)
    assert [one.share for one in session.hearing()] == [0.0, 0.0]
    answers = session.simulate(lambda trial: "b")
    given = answers.drop_duplicates("order").sort_values("order")["response"]
    assert given.tolist() == ["a", "tie", "b", "b"]


def test_a_reload_in_voila_keeps_the_place(frame, opened, monkeypatch):
    """The address names the rater, so that a new kernel goes on and takes no seat."""
    monkeypatch.setenv("QUERY_STRING", "lang=en&rater=bob")
    assert opened(frame).rater == "bob"
    again = opened(frame)
    again.submit()
    assert opened(frame).screen.name == "trial 1"
    assert opened(frame, "cat").rater == "cat"  # a name in the cell goes first
    monkeypatch.delenv("QUERY_STRING")
    assert opened(frame).rater == "ann"
    monkeypatch.setenv("QUERY_STRING", "rater=eve")
    with pytest.raises(InvalidSetting, match="no rater 'eve'"):
        opened(frame)


def test_numbered_raters_are_named_by_their_number(stimuli, opened, monkeypatch):
    """An address is text; the plan's rater 2 is a number."""
    monkeypatch.setenv("QUERY_STRING", "rater=2")
    session = opened(plan(stimuli(2, 4), "ab", raters=3, seed=3))
    assert session.rater == 2
    assert len(session.simulate(lambda trial: "a")) == 8


@pytest.mark.parametrize(
    "wrong", [{"practice": 99}, {"switching": "same words"}, {"must_listen": 2}]
)
def test_what_is_refused_takes_no_seat(frame, opened, wrong):
    """A misspelled argument does not use up a rater's place."""
    with pytest.raises(InvalidSetting):
        opened(frame, **wrong)
    assert opened(frame).rater == "ann"


def test_how_clips_were_played_is_told(frame, opened):
    """What a session was set to is in its rows and in the paragraph."""
    opened(frame, "ann", must_listen=0.5, show_text=True).simulate(lambda trial: "a")
    opened(frame, "bob", switching="same time", target=-30).simulate(lambda trial: "b")
    answers = collect(frame)
    names = ["must_listen", "switching", "target", "show_text"]
    rows = answers.groupby("rater")[names].first()
    assert rows.loc["ann"].astype(object).tolist()[:2] == [0.5, "restart"]
    assert rows.loc["ann", "show_text"]
    assert rows.loc["bob"].tolist() == [0.95, "same time", -30.0, False]
    assert answers.loc[answers["rater"] == "ann", "target"].isna().all()
    said = analyse(answers).methods()
    for words in (
        "at least 50% of each clip heard before an answer or at least 95%",
        "on switching: restart or on switching: same time",
        "texts shown or texts not shown",
    ):
        assert words in said


def test_a_stale_booth_credits_no_other_trial(frame, opened):
    """A booth left open behind another one hears for its own, past screen: nothing."""
    session = opened(frame, "ann")
    session.submit()
    booth = session.booth()
    booth._thread.shutdown(wait=True)  # from here on every message is taken at once
    first = [signal["id"] for signal in booth._view.state["signals"]]
    session.hear(0, [(0, 1)])
    session.hear(1, [(0, 1)])
    session.submit("a")  # as another booth, or a cell, does
    told = {"kind": "heard", "id": first[0], "stretches": [[0, 1]]}
    for message in (told, {"kind": "play", "id": first[0]}):
        booth._take(message)
        assert [one.plays for one in session.hearing()] == [0, 0]
        assert [one.share for one in session.hearing()] == [0.0, 0.0]
    assert booth._view.state["screen"] == "trial 2"
    second = [signal["id"] for signal in booth._view.state["signals"]]
    booth._take(told | {"id": second[0]})
    assert session.hearing()[0].share == 1.0
    booth.close()


def test_mushra_is_rated_in_the_plans_own_words(stimuli, opened):
    """Labels that were translated are on the page, too."""
    frame = plan(stimuli(2, 2), "mushra", raters=["ann"], seed=3, reference=False)
    frame.attrs["labels"]["(80, 100)"] = "Ausgezeichnet"
    session = opened(frame, "ann")
    session.submit()
    booth = session.booth()
    booth._thread.shutdown(wait=True)
    assert booth._view.state["bands"][0] == ["Ausgezeichnet", 80, 100]
    assert booth._view.state["bands"][-1] == ["Bad", 0, 20]
    booth.close()


def test_levels_are_those_that_were_played(studio, opened):
    """The loudness that sessions asked for is known to whoever collects."""
    rows = [
        {"system": f"s{n}", "item": 1, "clip": studio.speak("One.", voice)}
        for n, voice in enumerate(("offline:en-us", "offline:en-gb"))
    ]
    frame = plan(pd.DataFrame(rows), "ab", raters=["ann", "bob"], seed=3)
    opened(frame, "ann", studio=studio, target=-40).simulate(lambda trial: "a")
    assert "to -40.0 LUFS" in collect(frame, studio=studio).attrs["levels"]
    opened(frame, "bob", studio=studio, target=-35).simulate(lambda trial: "a")
    levels = collect(frame, studio=studio).attrs["levels"]
    assert levels.startswith("2 targets in one test: ")
    assert "to -40.0 LUFS" in levels
    assert "to -35.0 LUFS" in levels
