"""What a kernel leaves: said when the next one opens the library, and given back."""

import subprocess
import sys
import threading
import time

import pytest
from patience import wait_until

import voicekit as vk
from voicekit.errors import GenerationFailed, StillRunning, Unsupported

RACHEL = "kingcong:elevenlabs/21m00Tcm4TlvDq8ikWAM"
TRUSTWORTHY = "kingcong:minimax/209533299589184"

KILLED = """
import os, time
import voicekit as vk
from voicekit.errors import StillRunning
studio = vk.Studio()
for text, voice in (("One.", "kie:Rachel"), ("Two.", {!r}), ("Three.", {!r})):
    try:
        studio.speak(text, voice, timeout=0.5)
    except StillRunning:
        pass
for _ in range(600):
    if set(studio.tasks().state) == {{"running"}}:
        break
    time.sleep(0.05)
os.kill(os.getpid(), 9)
"""


@pytest.fixture
def left_behind(at_the_sandbox):
    """A kernel was killed while three tasks ran."""
    at_the_sandbox.set_speed(0.01)
    subprocess.run(
        [sys.executable, "-c", KILLED.format(RACHEL, TRUSTWORTHY)], check=False
    )
    return at_the_sandbox


def test_a_studio_says_in_one_line_what_was_left(left_behind, submissions, capsys):
    """What, how many, until when, and what to call; nobody is asked for that."""
    asked = left_behind.look("kie", "counters")["requests"]
    with vk.Studio() as studio:
        line = capsys.readouterr().out
        assert left_behind.look("kie", "counters")["requests"] == asked
        left_behind.set_speed(400)
        resumed = studio.resume()
    with vk.Studio(providers=["offline"]), vk.Studio():
        assert capsys.readouterr().out == ""
    assert line.startswith("3 tasks are left unfinished by an earlier kernel (")
    assert "kie 1, kingcong 2; the first result ends on 20" in line
    assert line.endswith("studio.resume() finishes what can be finished.\n")
    assert line.count("\n") == 1
    assert set(resumed.state) == {"done"}
    assert (submissions("kie"), submissions("kingcong")) == ((1, 1), (2, 2))


def test_what_another_kernel_works_on_was_not_left(at_the_sandbox, capsys):
    """It is alive, and finishes what it began."""
    at_the_sandbox.set_speed(0.01)
    with vk.Studio() as first:
        with pytest.raises(StillRunning):
            first.speak("Hello.", RACHEL, timeout=0.5)
        with vk.Studio():
            assert capsys.readouterr().out == ""
        at_the_sandbox.set_speed(400)


def test_results_that_will_end_and_are_not_here_are_shown(left_behind):
    """Before they are saved, and not afterwards."""
    with vk.Studio() as studio:
        calls = studio.calls
        ending = studio.bridge.run(calls.unsaved())
        assert list(ending.text) == ["One."]  # KingCong does not say
        assert ending.expires_at.notna().all()
        left_behind.set_speed(400)
        studio.resume()
        assert studio.bridge.run(calls.unsaved()).empty


def test_a_deleted_task_gives_its_credits_back(studio, sandbox):
    """The call that waits is told, the ledger knows, and the call may be made anew."""
    sandbox.fail("kingcong", on="submit", kind="stuck")
    with pytest.raises(StillRunning):
        studio.speak("Hello there.", RACHEL, timeout=0.3)
    for _ in range(600):
        if studio.tasks().state.iloc[0] == "running":
            break
        time.sleep(0.05)
    (row,) = studio.tasks().itertuples()
    told = []

    def wait():
        with pytest.raises(GenerationFailed) as failed:
            studio.clip(row.Index)
        told.append(str(failed.value))

    waiting = threading.Thread(target=wait)
    waiting.start()
    flights = studio.calls.engine._flights._flights
    wait_until(lambda: any(flight.waiting for flight in [*flights.values()]))
    assert studio.delete_tasks([row.task_id]) == 12
    waiting.join()
    spent = studio.spend().loc["kingcong"]
    assert told == [f"The task of job {row.Index} was deleted at kingcong."]
    assert (spent.credits, spent.refunded) == (12, 12)
    assert studio.tasks().state.iloc[0] == "failed"
    assert studio.speak("Hello there.", RACHEL).audio
    assert sandbox.look("kingcong", "ledger")["balance"] == 100_000 - 12


def test_a_finished_task_is_deleted_there_and_kept_here(studio):
    """Its audio stays; deleting what this library does not know changes nothing."""
    clip = studio.speak("Hello there.", RACHEL)
    before = studio.spend().loc["kingcong"].refunded
    studio.delete_tasks(clip.task_id)
    assert before == 0
    assert studio.tasks().state.iloc[0] == "done"
    assert studio.speak("Hello there.", RACHEL).cached
    with pytest.raises(Unsupported, match="cannot delete"):
        studio.delete_tasks(["x"], provider="kie")
