"""Watch the ledger: every attempt, whenever something happened to one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from voicekit.library.library import Library
from voicekit.library.spending import Row, attempts, newest_event

__all__ = ["follow"]

LOOK_S = 1.0
"""How often the ledger is asked whether there is anything new: one look at an index."""


async def follow(library: Library) -> AsyncIterator[Sequence[Row]]:
    """Yield every attempt now, and again after each change, of whatever kernel."""
    seen = -1
    while True:
        newest = await library.transact(newest_event)
        if newest != seen:
            seen = newest
            yield await library.transact(attempts)
        await asyncio.sleep(LOOK_S)
