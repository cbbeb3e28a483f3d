"""Waiting in a test for what another thread does, with an end."""

import time

LIMIT_S = 20


def wait_until(condition):
    """Wait until it holds."""
    deadline = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.005)
