"""What is begun of a result is kept or closed."""

import asyncio
import threading
from types import SimpleNamespace

import httpx
import pytest

from voicekit.engine.transfer import Transfer


def test_a_transfer_that_is_cancelled_at_its_start_leaves_nothing(library, monkeypatch):
    """The file that a thread is just opening is closed and removed, too."""
    opening, go, begun = threading.Event(), threading.Event(), []
    begin = library.files.begin

    def slow():
        begun.append(begin())
        opening.set()
        go.wait(30)
        return begun[0]

    slowly = SimpleNamespace(begin=slow, folder=library.files.folder)
    monkeypatch.setattr(library, "files", slowly)

    async def cancelled():
        transfer = Transfer(library, 1 << 20)
        taking = asyncio.create_task(transfer.take(httpx.Response(200)))
        await asyncio.to_thread(opening.wait, 30)
        taking.cancel()
        await asyncio.sleep(0)
        go.set()
        with pytest.raises(asyncio.CancelledError):
            await taking
        await transfer.discard()

    asyncio.run(cancelled())
    assert begun[0]._stream.closed
    assert list(library.files.folder.glob("*.part")) == []
