"""What a vendor's callback may do: have its task asked for, and nothing else.

A callback is a hint. No state, address or price in it is read; only a task's id, and
only where the answer to a submission was lost. Then the vendor itself is asked, with
our key, whether that task can be what was submitted.
"""

from __future__ import annotations

import asyncio
import math
import secrets
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from voicekit import providers
from voicekit.engine.bell import Bell
from voicekit.errors import VoicekitError
from voicekit.job import Job
from voicekit.library.ledger import Kept, accept, job_of
from voicekit.library.letters import addressee, keep_told, told
from voicekit.library.states import State
from voicekit.providers import Provider

if TYPE_CHECKING:
    from voicekit.engine.engine import Engine

__all__ = ["Callbacks"]

EVIDENCE_S = 60.0
"""How long a submission whose answer was lost waits for its callback."""
SKEW_US = 120_000_000
"""How far a vendor's clock may be behind ours."""
_ACCEPTED = frozenset({State.ACCEPTED, State.RUNNING, State.SUCCEEDED})
_REFERENCE_BYTES = 16
_OK, _FORGED, _UNKNOWN, _TOO_MANY = 200, 403, 404, 429


@dataclass(slots=True)
class _Window:
    """Lets so many through in a second."""

    most: int = 20
    clock: Callable[[], float] = time.monotonic
    _times: deque[float] = field(default_factory=deque)

    def allow(self) -> bool:
        now = self.clock()
        while self._times and self._times[0] <= now - 1:
            self._times.popleft()
        if len(self._times) >= self.most:
            return False
        self._times.append(now)
        return True


class Callbacks:
    """Gives each attempt an address of its own, and hears what comes to it.

    Parameters
    ----------
    base : str
        The public address before each task's own path.
    engine : Engine
        Asks the vendors, and finishes what is found.
    """

    def __init__(self, base: str, engine: Engine) -> None:
        self._base = base
        self._engine = engine
        self._bells: dict[str, Bell] = {}
        self._strangers = _Window()
        self._known: defaultdict[str, _Window] = defaultdict(_Window)
        self._looking: set[asyncio.Task[None]] = set()
        self._rejected: set[tuple[str, str]] = set()

    def address(self, job: Job, provider: Provider) -> str | None:
        """Return a new address that only this submission will know; None if no use."""
        if job.kind not in provider.calls_back:
            return None
        return f"{self._base}/{secrets.token_urlsafe(_REFERENCE_BYTES)}"

    def bell(self, kept: Kept) -> Bell | None:
        """Return what an attempt sleeps by; None if nobody will ring."""
        address = kept.attempt["callback"]
        if address is None or not address.startswith(f"{self._base}/"):
            return None  # an earlier kernel's tunnel leads here no longer
        bell = self._bells.setdefault(address, Bell())
        if kept.state in _ACCEPTED:
            bell.ring()  # the call may have come while nobody was here
        return bell

    def hang_up(self, kept: Kept) -> None:
        """Forget an attempt that is over."""
        self._bells.pop(kept.attempt["callback"], None)

    async def deliver(
        self, reference: str, body: bytes, headers: Mapping[str, str]
    ) -> int:
        """Hear one letter, and return the HTTP status that answers it."""
        address = f"{self._base}/{reference}"
        is_known = address in self._bells or address in self._known
        if not is_known and not self._strangers.allow():
            return _TOO_MANY
        library = self._engine.library
        kept = await library.transact(addressee, address)
        if kept is None:
            return _UNKNOWN
        if not self._known[address].allow():
            return _TOO_MANY
        provider = providers.find(kept.job["provider"])
        keys = await asyncio.to_thread(self._engine.connector.callback_keys, provider)
        notice = provider.read_callback(body, headers, keys, now_s=time.time())
        if notice is None:
            return _FORGED
        # On disk before it is answered: the vendor may not say it again.
        if notice.receipt is not None:
            await library.transact(keep_told, address, notice.receipt)
        if (bell := self._bells.get(address)) is not None:
            bell.ring()
        elif kept.state is State.HELD and notice.receipt is not None:
            self._look_after(kept)
        return _OK

    async def evidence(self, kept: Kept) -> str | None:
        """Wait for what says which task a lost answer was about; None if nothing does.

        The task was told to the address that only this submission had, its vendor
        confirms that it can be the one, and no other job has it.
        """
        bell = self.bell(kept)
        found = await self.confirmed(kept)
        if found is None and bell is not None and await bell.rest(EVIDENCE_S):
            found = await self.confirmed(kept)
        if found is not None and bell is not None:
            bell.ring()
        return found

    async def confirmed(self, kept: Kept) -> str | None:
        """Return the task that came to an attempt's address, if its vendor agrees."""
        engine, job = self._engine, job_of(kept)
        provider = providers.find(job.provider)
        for receipt in await engine.library.transact(told, kept.attempt["id"]):
            if (kept.attempt["callback"], receipt) in self._rejected:
                continue
            asked = provider.confirm(job, receipt, kept.attempt["callback"])
            try:
                found = await engine.ask(provider, asked)
            except VoicekitError:
                continue  # there is no such task, or nobody can say now
            if found is not None and _is_later(found.created_at, kept):
                return receipt
            self._rejected.add((kept.attempt["callback"], receipt))
        return None

    def _look_after(self, kept: Kept) -> None:
        """Adopt, behind the scenes, what a held job's callback names."""
        bell = self._bells[kept.attempt["callback"]] = Bell()
        task = asyncio.create_task(self._adopt(kept, bell))
        self._looking.add(task)
        task.add_done_callback(self._looking.discard)

    async def _adopt(self, kept: Kept, bell: Bell) -> None:
        try:
            while (receipt := await self.confirmed(kept)) is None:
                await bell.sleep(math.inf)  # the next letter may be the true one
            library = self._engine.library
            if await library.transact(accept, kept, receipt) is not None:
                await self._engine.perform(job_of(kept), None)
        except VoicekitError:
            return  # what became of it stands in the ledger, and tasks() shows it


def _is_later(created_at: int | None, kept: Kept) -> bool:
    """Tell whether a task can have been made by this submission."""
    sent_at = kept.attempt["sent_at"]
    return created_at is None or sent_at is None or created_at >= sent_at - SKEW_US
