"""The bell: a call wakes a wait, and a hundred calls wake it no more often."""

import asyncio

import pytest

from voicekit.engine import bell
from voicekit.engine.bell import Bell


@pytest.fixture
def clock(monkeypatch):
    """A clock of the test's own; whoever waits moves it."""

    class Clock:
        now = 0.0

        def __call__(self):
            return self.now

    clock = Clock()

    async def sleep(seconds):
        clock.now += max(seconds, 0)

    class Timeout:
        def __init__(self, seconds):
            self.seconds = seconds
            self.inner = asyncio.Timeout(asyncio.get_running_loop().time() + 0.01)

        async def __aenter__(self):
            return await self.inner.__aenter__()

        async def __aexit__(self, *raised):
            if raised[0] is not None:
                clock.now += self.seconds
            return await self.inner.__aexit__(*raised)

    monkeypatch.setattr(bell.asyncio, "sleep", sleep)
    monkeypatch.setattr(bell.asyncio, "timeout", Timeout)
    return clock


def test_nobody_calls(clock):
    """A task is asked for when patience ends, and not at each poll's time."""

    async def run():
        quiet = Bell(clock)
        await quiet.sleep(1)

    asyncio.run(run())
    assert clock.now == bell.PATIENCE_S


def test_a_call_wakes_at_once_but_once_in_ten_seconds(clock):
    """The first call is heard now; who goes on calling is heard ten seconds later."""

    async def run():
        busy, woken = Bell(clock), []
        for _ in range(4):
            busy.ring()
            busy.ring()
            await busy.sleep(1)
            woken.append(clock.now)
        return woken

    assert asyncio.run(run()) == [0, 10, 20, 30]


def test_a_call_before_the_wait_is_not_lost(clock):
    """It may come before the submission is answered."""

    async def run():
        early = Bell(clock)
        early.ring()
        await early.sleep(1)

    asyncio.run(run())
    assert clock.now == 0
