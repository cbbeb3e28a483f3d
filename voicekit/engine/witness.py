"""Whether a vendor's balance proves that a submission with a lost answer was free.

Only where the user opted in with ``balance_proves=True``. A balance that shows late, or
that is charged only when a task ends, proves nothing; so a vendor's balance is a
witness only after it was seen, in this studio, to fall the moment a task was accepted
that had not ended yet.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from voicekit.task import Task

__all__ = ["Sight", "Witness"]

SETTLE_S = 10.0
"""How long a charge may take to show before its absence counts."""
QUIET_S = 600.0
"""How long nobody else may have moved the balance upwards: a refund could hide a
charge."""

Read = Callable[[], Awaitable[int | None]]
"""Returns a balance in millionths; None if it cannot be had."""


@dataclass(slots=True)
class Witness:
    """Watches one vendor's balance, one submission at a time.

    Parameters
    ----------
    read : callable
        Asks for the balance.
    is_alone : callable
        Whether no other kernel is at work in this library.
    """

    read: Read
    is_alone: Callable[[], Awaitable[bool]]
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    clock: Callable[[], float] = time.monotonic
    is_prompt: bool = False
    """Whether a charge was seen at once."""
    last: int | None = None
    rose_at: float = -QUIET_S
    _line: asyncio.Lock = field(default_factory=asyncio.Lock)

    @asynccontextmanager
    async def watch(self) -> AsyncIterator[Sight]:
        """Let one submission pass, with the balance as it was before."""
        async with self._line:
            yield Sight(self, await self.look())

    async def look(self) -> int | None:
        """Return the balance, and remember when it rose."""
        found = await self.read()
        if found is not None:
            if self.last is not None and found > self.last:
                self.rose_at = self.clock()
            self.last = found
        return found

    @property
    def is_quiet(self) -> bool:
        """Whether nothing has come back lately that could hide a charge."""
        return self.clock() - self.rose_at >= QUIET_S


@dataclass(slots=True)
class Sight:
    """The balance around one submission."""

    witness: Witness
    before: int | None
    fell: bool = False
    """Whether the balance says that it was charged."""

    async def note_accepted(self, task: Task) -> None:
        """Learn whether a charge shows at once."""
        if task.state in ("queued", "running") and not self.witness.is_prompt:
            before, after = self.before, await self.witness.look()
            is_lower = before is not None and after is not None and after < before
            self.witness.is_prompt = is_lower

    async def shows_nothing(self) -> bool:
        """Tell whether the balance proves that nothing was accepted.

        Two equal readings, after a charge would long have shown, and both as before.
        """
        witness, before = self.witness, self.before
        if before is None or not witness.is_prompt:
            return False
        await witness.sleep(SETTLE_S)
        first = await witness.look()
        await witness.sleep(SETTLE_S / 3)
        second = await witness.look()
        if first is None or first != second:
            return False
        self.fell = first < before
        return first == before and witness.is_quiet and await witness.is_alone()
