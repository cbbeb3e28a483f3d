"""Waiting in a test for what another thread does, with an end."""

import time

from voicekit.panels.panel import _TURN

LIMIT_S = 20


def wait_until(condition):
    """Wait until it holds, looking between two turns of the panels."""
    deadline = time.monotonic() + LIMIT_S
    while True:
        with _TURN:
            if condition():
                return
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.005)
