"""Interrupts and cancelled waits at random moments of a submission."""

import asyncio
import contextlib
import random
import signal
import threading

import pytest
from paid.truth import accepted_for

import voicekit as vk
from voicekit.errors import SubmissionUnknown, VoicekitError
from voicekit.library.spending import attempts
from voicekit.library.states import State

LONGEST_S = 0.06
"""A submission to the sandbox takes about half as long."""
LEGAL = {State.RESERVED, State.SENDING, State.AMBIGUOUS, State.HELD, State.FAILED}
LEGAL |= {State.ACCEPTED, State.RUNNING, State.SUCCEEDED, State.FETCHED}

moments = pytest.mark.parametrize(
    "moments",
    [
        pytest.param(20, id="20"),
        pytest.param(200, id="200", marks=pytest.mark.soak),
    ],
)


def cancel(studio, text, voice, after_s):
    """Wait for speech on a loop of one's own, and stop waiting."""

    async def wait():
        with contextlib.suppress(TimeoutError, VoicekitError):
            await asyncio.wait_for(studio.aio.speak(text, voice), after_s)

    asyncio.run(wait())


def interrupt(studio, text, voice, after_s):
    """Press ■ while the call blocks."""
    main = threading.main_thread().ident
    blocks = threading.Event()

    def press(*_):
        if blocks.is_set():
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, press)
    timer = threading.Timer(after_s, signal.pthread_kill, (main, signal.SIGINT))
    try:
        with contextlib.suppress(KeyboardInterrupt, VoicekitError):
            try:
                blocks.set()
                timer.start()
                studio.speak(text, voice)
            finally:
                blocks.clear()
    finally:
        timer.cancel()
        timer.join()
        signal.signal(signal.SIGINT, before)


@moments
@pytest.mark.parametrize("stop", [cancel, interrupt])
def test_a_stopped_wait_pays_once(
    moments, stop, at_the_sandbox, voices, tmp_path, figure
):
    """Every row is in a legal state, and the same call later pays for nothing anew."""
    chance = random.Random(moments)
    said = [f"Sentence {n}." for n in range(moments)]
    with vk.Studio(providers=["kie"], library=tmp_path / "library") as studio:
        for text in said:
            stop(studio, text, voices["kie"], chance.uniform(0, LONGEST_S))
            rows = studio.calls.engine.library.post(attempts).result()
            assert {State(row["state"]) for row in rows} <= LEGAL
    stopped = accepted_for(at_the_sandbox, "kie", said)
    with vk.Studio(providers=["kie"], library=tmp_path / "library") as studio:
        studio.resume()
        for text in said:
            with contextlib.suppress(SubmissionUnknown):
                studio.speak(text, voices["kie"])
        held, done = len(studio.held()), (studio.tasks().state == "done").sum()
    tasks = accepted_for(at_the_sandbox, "kie", said)
    assert all(len(ids) <= 1 for ids in tasks.values())
    assert held + done == moments
    figure(
        stop.__name__,
        f"{moments} moments, {sum(map(len, stopped.values()))} accepted by then, "
        f"{done} done and {held} held in the end: 0 twice, each row in a legal state",
    )
