"""Carries the offline provider's requests to worker processes."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from voicekit.audio.codec import encode
from voicekit.child import Child, ChildDied
from voicekit.errors import BadReply
from voicekit.flow import NoReply, Reply, Request

__all__ = ["OfflineTransport"]

TIMEOUT_S = 120.0
"""The longest text at the slowest rate takes a few seconds."""

MOST_WORKERS = 4


class OfflineTransport:
    """Speaks in as many worker processes as are asked at once, four at most."""

    def __init__(self) -> None:
        count = min(os.cpu_count() or 1, MOST_WORKERS)
        once = not hasattr(os, "fork")
        module = "voicekit.offline.worker"
        self._workers = [Child(module, once=once) for _ in range(count)]
        # The worker that was idle for the shortest time is the next: one that was never
        # needed is never started.
        self._idle: asyncio.LifoQueue[Child] = asyncio.LifoQueue()
        for worker in self._workers:
            self._idle.put_nowait(worker)
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="voicekit-speak")

    async def send(self, request: Request, *, may_cost: bool = False) -> Reply:
        """Speak one request.

        Raises
        ------
        NoReply
            If the worker ended before it answered.
        """
        assert not may_cost
        assert request.json is not None
        loop = asyncio.get_running_loop()
        worker = await self._idle.get()
        limit = loop.call_later(TIMEOUT_S, worker.kill)
        try:
            return await loop.run_in_executor(
                self._threads, _speak, worker, request.json
            )
        finally:
            limit.cancel()
            self._idle.put_nowait(worker)

    async def aclose(self) -> None:
        """End the workers; what they were saying is lost."""
        for worker in self._workers:
            worker.close()
        self._threads.shutdown(wait=False, cancel_futures=True)


def _speak(worker: Child, asked: Mapping[str, Any]) -> Reply:
    message = dict(asked)
    container = message.pop("format")
    try:
        head, body = worker.ask(message)
    except ChildDied as error:
        raise NoReply(f"its worker stopped: {error}", may_have_arrived=True) from None
    if head["status"] != 200:  # noqa: PLR2004 - the worker's one good status
        return Reply(status=head["status"], body=body)
    return Reply(
        status=200,
        headers={
            "sample-rate": str(head["sample_rate"]),
            "samples": str(head["samples"]),
            "words": json.dumps(head["words"]),
        },
        body=body if container == "wav" else _encoded(body, container),
    )


def _encoded(wav: bytes, container: str) -> bytes:
    try:
        return encode(wav, container)
    except BadReply as error:
        reason = f"it cannot write {container}: {error}"
        raise NoReply(reason, may_have_arrived=True) from None
