"""Lists of several providers, asked at the same time."""

import asyncio
import contextlib
import gc
import warnings

from voicekit.engine.catalogue import from_all


def test_what_is_called_off_before_it_was_asked_leaves_nothing():
    """No coroutine is left that nobody awaited."""

    async def ask(provider):
        return [provider]

    async def call_off():
        asking = asyncio.create_task(from_all(["one", "two"], ask))
        await asyncio.sleep(0)
        asking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asking

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        asyncio.run(call_off())
        gc.collect()
    assert [str(one.message) for one in told] == []
