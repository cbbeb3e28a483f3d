"""The vendors' clock: it can be moved forward, and work can be made faster."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

__all__ = ["Clock", "iso", "milliseconds"]


class Clock:
    """Tells the time, and how much work has been done.

    Stamps follow the wall clock, so that a client's own clock agrees with them; only
    work (how long a task takes) is sped up. Moving the clock forward moves both.

    Parameters
    ----------
    speed : float
        How many seconds of work are done in a second.
    """

    def __init__(self, speed: float = 1.0) -> None:
        self.skipped_s = 0.0
        self._speed = speed
        self._worked_s = 0.0
        self._since = time.monotonic()
        self._changed = asyncio.Event()

    @property
    def speed(self) -> float:
        """How many seconds of work are done in a second."""
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        self._worked_s, self._since = self.worked(), time.monotonic()
        self._speed = speed
        self._wake()

    def now(self) -> float:
        """Return the time in Unix seconds."""
        return time.time() + self.skipped_s

    def worked(self) -> float:
        """Return the seconds of work since the start."""
        return self._worked_s + (time.monotonic() - self._since) * self._speed

    def advance(self, seconds: float) -> None:
        """Move the clock forward; work that falls into the time is done."""
        self.skipped_s += seconds
        self._worked_s += seconds
        self._wake()

    async def sleep(self, work_s: float) -> None:
        """Wait until so much more work is done."""
        until = self.worked() + work_s
        while (left := until - self.worked()) > 0:
            changed = self._changed
            try:
                await asyncio.wait_for(changed.wait(), left / self._speed)
            except TimeoutError:
                continue

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


def iso(seconds: float) -> str:
    """Write Unix seconds as all five pages do: ``2025-01-01T00:00:00.000Z``."""
    stamp = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    return stamp.replace("+00:00", "Z")


def milliseconds(seconds: float) -> int:
    """Turn seconds into whole milliseconds."""
    return int(seconds * 1000)
