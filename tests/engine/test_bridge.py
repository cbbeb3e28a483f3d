"""The loop in a thread."""

import asyncio
import signal
import threading
import time
import traceback

import pytest

from voicekit.engine.bridge import Bridge
from voicekit.errors import InvalidText, VoicekitError


@pytest.fixture
def bridge():
    bridge = Bridge()
    yield bridge
    bridge.close(asyncio.sleep(0), asyncio.sleep(0))


async def where():
    return threading.current_thread().name


def test_blocking_and_awaiting_run_on_the_same_loop(bridge):
    """run and wait use one thread, whoever calls."""
    assert bridge.run(where()) == "voicekit"
    assert asyncio.run(bridge.wait(where())) == "voicekit"


def test_an_error_comes_back_as_it_was(bridge):
    """What a coroutine raises, the caller gets."""

    async def fail():
        raise ValueError("told so")

    with pytest.raises(ValueError, match="told so"):
        bridge.run(fail())


def test_the_loop_cannot_wait_for_itself(bridge):
    """A blocking call on the loop's own thread raises instead of hanging for ever."""

    async def nested():
        return bridge.run(where())

    with pytest.raises(RuntimeError, match=r"use studio\.aio"):
        bridge.run(nested())


def test_an_interrupt_stops_the_wait_and_cancels(bridge):
    """Ctrl-C, or ■, ends a blocking call at once and cancels its coroutine."""
    cancelled = threading.Event()

    async def forever():
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    main = threading.main_thread().ident
    threading.Timer(0.2, signal.pthread_kill, (main, signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        bridge.run(forever())
    assert cancelled.wait(5)


def test_a_closed_bridge_says_so():
    """After close a call explains itself, and nothing hangs."""
    bridge = Bridge()
    bridge.close(asyncio.sleep(0), asyncio.sleep(0))
    with pytest.raises(VoicekitError, match="closed"):
        bridge.run(where())


def test_close_cancels_what_runs():
    """Closing does not wait for what would never end."""
    bridge = Bridge()
    future = bridge.submit(asyncio.Event().wait())
    time.sleep(0)
    bridge.close(asyncio.sleep(0), asyncio.sleep(0))
    assert future.cancelled()


async def deep(error):
    async def deeper():
        raise error

    await deeper()


def frames(error):
    """Return the functions through which an error came, as its reader sees them."""
    return [frame.name for frame in traceback.extract_tb(error.__traceback__)]


def test_an_error_of_ours_comes_without_its_way_through_the_engine(bridge):
    """Its message is what its reader needs; a bug still shows where it is."""
    with pytest.raises(InvalidText) as ours:
        bridge.run(deep(InvalidText("There is no text.")))
    assert frames(ours.value)[1:] == ["run"]
    with pytest.raises(InvalidText) as awaited:
        asyncio.run(bridge.wait(deep(InvalidText("There is no text."))))
    assert "deeper" not in frames(awaited.value)
    with pytest.raises(ZeroDivisionError) as bug:
        bridge.run(deep(ZeroDivisionError()))
    assert frames(bug.value)[-1] == "deeper"
