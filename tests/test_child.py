"""A child process that answers, and ends when it is told to."""

import subprocess
import threading

from patience import LIMIT_S

from voicekit import child
from voicekit.child import Child


def test_a_child_that_is_only_being_started_is_ended_too(monkeypatch):
    """Closed at that moment, it would otherwise be waited for without end."""
    starting, may_start = threading.Event(), threading.Event()
    started = []

    class Slow(subprocess.Popen):
        def __init__(self, *args, **options):
            starting.set()
            may_start.wait(LIMIT_S)
            super().__init__(*args, **options)
            started.append(self)

    monkeypatch.setattr(child.subprocess, "Popen", Slow)
    worker = Child("voicekit.audio.worker")
    kill, told = worker.kill, threading.Event()
    monkeypatch.setattr(worker, "kill", lambda: (kill(), told.set()))
    question = {"operation": "decode"}, b"no sound"
    asking = threading.Thread(target=worker.ask, args=question, daemon=True)
    asking.start()
    assert starting.wait(LIMIT_S)
    closing = threading.Thread(target=worker.close, daemon=True)
    closing.start()
    assert told.wait(LIMIT_S)
    may_start.set()
    closing.join(LIMIT_S)
    try:
        assert not closing.is_alive()
        assert started[0].poll() is not None
    finally:
        started[0].kill()
        asking.join(LIMIT_S)
