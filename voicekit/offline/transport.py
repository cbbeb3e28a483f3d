"""Carries the offline provider's requests to worker processes."""

from __future__ import annotations

import asyncio
import json
import os
from collections import deque
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from voicekit.audio.codec import encode
from voicekit.child import Child, ChildDied
from voicekit.flow import NoReply, Reply, Request

__all__ = ["OfflineTransport"]

TIMEOUT_S = 120.0
"""The longest text at the slowest rate takes a few seconds."""

MOST_WORKERS = 4


class OfflineTransport:
    """Speaks in as many worker processes as are asked at once, four at most."""

    def __init__(self) -> None:
        workers = min(os.cpu_count() or 1, MOST_WORKERS)
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="voicekit-speak")
        self._idle: deque[Child] = deque()
        self._all: list[Child] = []

    async def send(self, request: Request) -> Reply:
        """Speak one request.

        Raises
        ------
        NoReply
            If the worker ended before it answered.
        """
        assert request.json is not None
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._speak, request.json)

    async def aclose(self) -> None:
        """End the workers; what they were saying is lost."""
        for worker in self._all:
            worker.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _speak(self, asked: Mapping[str, Any]) -> Reply:
        message = dict(asked)
        container = message.pop("format")
        worker = self._take()
        try:
            head, body = worker.ask(message, timeout=TIMEOUT_S)
        except ChildDied as error:
            # It speaks for nobody else: asking again costs nothing and is safe.
            raise NoReply(f"its worker stopped: {error}", may_have_arrived=True) from None
        finally:
            self._idle.append(worker)
        if head["status"] != 200:  # noqa: PLR2004 - the worker's one good status
            return Reply(status=head["status"], body=body)
        return Reply(
            status=200,
            headers={
                "sample-rate": str(head["sample_rate"]),
                "samples": str(head["samples"]),
                "words": json.dumps(head["words"]),
            },
            body=body if container == "wav" else encode(body, container),
        )

    def _take(self) -> Child:
        try:
            return self._idle.pop()
        except IndexError:
            worker = Child("voicekit.offline.worker")
            self._all.append(worker)
            return worker
