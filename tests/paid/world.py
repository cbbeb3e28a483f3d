"""A ledger, a vendor, and kernels whose every step is taken by hand.

The kernels run the engine as it is, on an event loop with a clock of its own. Whatever
would reach the disk or the network waits at a gate, before and after it happens; a
kernel that is killed never passes its next one.
"""

import asyncio
import hashlib
import itertools
import sqlite3
from collections import Counter
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import sqlalchemy
from fakes import Connected
from paid.shop import PRICE, Priced, Shop
from sqlalchemy import event
from sqlalchemy.pool import StaticPool

from voicekit.engine.doubts import Doubts
from voicekit.engine.engine import Engine
from voicekit.engine.limits import Limits
from voicekit.engine.line import Line
from voicekit.job import Job
from voicekit.library import schema
from voicekit.library.database import _begin

TEXTS = ("one", "two", "three", "four")
BUDGET = 6 * PRICE
BEGAN_US = 1_700_000_000_000_000


class Clock(asyncio.SelectorEventLoop):
    """A loop in which time passes only when it is told to."""

    now = 0.0

    def __init__(self) -> None:
        super().__init__()
        self.set_exception_handler(lambda *_: None)  # the tasks tell, see Lives

    def time(self):
        return self.now

    def settle(self):
        """Run until everything waits at a gate or for a time."""
        self.call_soon(self.stop)
        self.run_forever()
        while self._ready:
            self.call_soon(self.stop)
            self.run_forever()


@dataclass(frozen=True)
class Stored:
    """A file on the shelf."""

    sha256: str
    size: int
    media_type: str
    shelf: frozenset | set
    path: Path = Path("nowhere")

    def is_whole(self):
        return self.sha256 in self.shelf


class HandLibrary:
    """One kernel's way to the ledger and to the files that all of them share."""

    def __init__(self, world, name) -> None:
        self.world, self.name = world, name
        self.is_dead = False
        self.gates: list[asyncio.Future] = []
        self.files = SimpleNamespace(find=self._find)
        alive = lambda other: other != name and other in world.alive  # noqa: E731
        self.owner = SimpleNamespace(name=name, is_alive=alive)

    async def gate(self):
        waiting = self.world.loop.create_future()
        self.gates.append(waiting)
        await waiting

    async def transact(self, function, *args, **kwargs):
        await self.gate()
        found = self.world.transact(function, *args, **kwargs)
        await self.gate()
        return found

    async def foresee(self, function, *args, **kwargs):
        written = asyncio.get_running_loop().create_future()
        found = await self.transact(function, *args, **kwargs)
        written.set_result(found)
        return found, written

    def post(self, function, *args, **kwargs):
        done = Future()
        found = None
        if not self.is_dead:
            found = self.world.transact(function, *args, **kwargs)
        done.set_result(found)
        return done

    async def save(self, content, media_type):
        await self.gate()
        stored = self._find(
            hashlib.sha256(content).hexdigest(), len(content), media_type
        )
        self.world.shelf.add(stored.sha256)
        return stored

    async def run(self, function):
        await self.gate()
        return function()

    def check_room(self):
        pass

    def _find(self, sha256, size, media_type):
        return Stored(sha256, size, media_type, self.world.shelf)


class Wire:
    """A kernel's transport: it may die before a request arrives, and after."""

    def __init__(self, library, shop) -> None:
        self._library, self._shop = library, shop

    async def send(self, request, *, may_cost=False):
        await self._library.gate()
        try:
            return await self._shop.send(request, may_cost=may_cost)
        finally:
            await self._library.gate()

    async def aclose(self):
        pass


class World:
    """Everything there is."""

    def __init__(self) -> None:
        self.loop = Clock()
        self.shop, self.shelf, self.alive = Shop(), set(), set()
        self.tasks: list[asyncio.Task] = []
        self.allowed = Counter(dict.fromkeys(TEXTS, 1))
        self._names = itertools.count()
        self._raw = sqlite3.connect(":memory:", isolation_level=None)
        self._raw.executescript(_tables())
        self._raw.row_factory = sqlite3.Row
        self._database = _engine(self._raw)
        self.kernels = [self.kernel() for _ in range(2)]

    def transact(self, function, *args, **kwargs):
        with self._database.begin() as connection:
            return function(connection, *args, **kwargs)

    def kernel(self) -> Doubts:
        library = HandLibrary(self, f"kernel {next(self._names)}")
        self.alive.add(library.name)
        wire = Wire(library, self.shop)
        engine = Engine(library, Connected(wire), {"priced": BUDGET})
        pace = Limits(Priced(), BUDGET, clock=self.now_us)
        engine._lines["priced"] = Line.to(Priced(), wire, library, pace)
        return Doubts(engine, ["priced"])

    def now_us(self):
        return BEGAN_US + round(self.loop.now * 1e6)

    def start(self, coroutine):
        self.tasks.append(self.loop.create_task(coroutine))
        self.loop.settle()

    def gates(self):
        return [
            (kernel.engine.library, waiting)
            for kernel in self.kernels
            for waiting in kernel.engine.library.gates
        ]

    def open(self, number):
        """Let something happen, and time pass."""
        gates = self.gates()
        if gates:
            library, waiting = gates[number % len(gates)]
            library.gates.remove(waiting)
            if not waiting.done():
                waiting.set_result(None)
        self.loop.now += 100.0
        self.loop.settle()

    def kill(self, number):
        """Let a kernel die, and another one open the library."""
        library = self.kernels[number].engine.library
        library.is_dead = True
        self.alive.discard(library.name)
        self.kernels[number] = self.kernel()

    def rows(self):
        """Return every attempt with its text and its file, past the engine's eyes."""
        query = (
            "SELECT attempt.*, job.text, file.sha256, EXISTS (SELECT 1 FROM event "
            "WHERE event.attempt = attempt.id "
            "AND event.what IN ('AMBIGUOUS', 'HELD')) AS was_held "
            "FROM attempt JOIN job ON job.id = attempt.job "
            "LEFT JOIN file ON file.attempt = attempt.id"
        )
        return self._raw.execute(query).fetchall()

    def end(self):
        """Let go of everything."""
        for kernel in self.kernels:
            kernel.engine.library.is_dead = True
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        for _ in range(5):
            self.loop.now += 1_000.0
            self.loop.settle()
            for task in asyncio.all_tasks(self.loop):
                task.cancel()
        self.loop.close()
        self._database.dispose()
        self._raw.close()


def _engine(raw) -> sqlalchemy.Engine:
    engine = sqlalchemy.create_engine(
        "sqlite://", poolclass=StaticPool, creator=lambda: raw
    )
    event.listen(engine, "begin", _begin)
    return engine


@cache
def _tables() -> str:
    """Return what makes the tables: said once, for each life has its own."""
    raw = sqlite3.connect(":memory:", isolation_level=None)
    schema.metadata.create_all(_engine(raw))
    return "\n".join(raw.iterdump())


def job(text) -> Job:
    return Job(provider="priced", kind="speech", text=text, voice="v")
