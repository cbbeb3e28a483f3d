"""A kernel that speaks texts, writes down how far each has come, and may die anywhere.

It dies at a step: before or after a transaction of the ledger, a request that may cost,
or the keeping of a file; at once, or up to three milliseconds later.
"""

import asyncio
import json
import os
import random
import resource
import signal
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

# All that a studio imports lazily: a kernel forked from this process starts at once.
import sqlalchemy.dialects.sqlite  # noqa: F401
from paid.policies import POLICIES

import voicekit as vk
from voicekit.engine import clients, download, http, limits, polling, submission  # noqa: F401
from voicekit.errors import VoicekitError
from voicekit.flow import NoReply
from voicekit.library.files import Part
from voicekit.library.ledger import Kept
from voicekit.library.library import Library
from voicekit.providers.kie import Kie
from voicekit.sandbox.handle import Sandbox

LOST = ("reset_after", "close_after", "half_header", "cut_body", "status_after")
"""How a vendor loses an answer after it has accepted."""


@dataclass(frozen=True, kw_only=True)
class Errand:
    """What a kernel is told to do, and when to die."""

    environment: Mapping[str, str]
    library: str
    control: str
    voice: str
    texts: tuple[str, ...]
    trace: str
    seed: int
    dies_at: int | None = None
    loses: float = 0.1
    resumes: bool = False
    at_once: int = 8
    policy: str | None = None
    most_bytes: int | None = None
    """How long a file may become."""


class Control(Sandbox):
    """The control of a sandbox that another process started."""

    def __init__(self, url: str) -> None:
        self.url = url


class Steps:
    """Writes each step of each text to a file that survives this process."""

    def __init__(self, errand: Errand) -> None:
        self._errand = errand
        self._chance = random.Random(errand.seed)
        self._left = errand.dies_at
        self._lock = threading.Lock()
        self._file = os.open(errand.trace, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        self.vendor = errand.voice.partition(":")[0]
        self.control = Control(errand.control)

    def step(self, what: str, text: str | None) -> None:
        line = json.dumps([os.getpid(), what, text]) + "\n"
        os.write(self._file, line.encode())
        with self._lock:
            if self._left is None:
                return
            self._left -= 1
            if self._left == 0:
                self._die()

    def _die(self) -> None:
        wait_s = self._chance.choice((0.0, self._chance.uniform(0, 0.003)))
        if wait_s:
            threading.Timer(wait_s, os.kill, (os.getpid(), signal.SIGKILL)).start()
        else:
            os.kill(os.getpid(), signal.SIGKILL)

    def may_lose(self) -> None:
        """Have the vendor lose the answer to some submission, now and then."""
        if self._chance.random() < self._errand.loses:
            kind = self._chance.choice(LOST)
            self.control.fail(self.vendor, on="submit", kind=kind, times=1)

    def text_in(self, value: object) -> str | None:
        shown = repr(value)
        return next((text for text in self._errand.texts if text in shown), None)


def run(errand: Errand) -> None:
    """Live once."""
    os.environ.update(errand.environment)
    polling.FIRST_S, polling.LONGEST_S = 0.01, 0.1
    submission.BACK_OFF_S = limits.BACK_OFF_S = 0.01
    Kie.rate = None  # its limit is tried elsewhere, and takes its time
    steps = Steps(errand)
    _watch(steps)
    if errand.most_bytes is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (errand.most_bytes,) * 2)
    if errand.policy is not None:
        POLICIES[errand.policy](errand)
    with vk.Studio(providers=[steps.vendor], library=errand.library) as studio:
        if errand.resumes:
            studio.resume()
        asyncio.run(_speak(studio, errand))


async def _speak(studio: vk.Studio, errand: Errand) -> None:
    gate = asyncio.Semaphore(errand.at_once)

    async def one(text: str) -> None:
        async with gate:
            with suppress(VoicekitError):
                await studio.aio.speak(text, errand.voice)

    await asyncio.gather(*map(one, errand.texts))


def _watch(steps: Steps) -> None:
    transact, send, keep = Library.transact, http.HttpTransport.send, Part.keep

    async def watched_transact(self, function, *args, **kwargs):
        text = steps.text_in(args)
        what = _name(function, args)
        steps.step(f"before {what}", text)
        found = await transact(self, function, *args, **kwargs)
        waits = what == "SENDING" and not isinstance(found, Kept)
        steps.step("waits" if waits else f"after {what}", text)
        return found

    async def watched_send(self, request, *, may_cost=False):
        if not may_cost:
            return await send(self, request, may_cost=may_cost)
        text = steps.text_in(request)
        await asyncio.to_thread(steps.may_lose)
        steps.step("sent", text)
        try:
            answer = await send(self, request, may_cost=may_cost)
        except NoReply:
            steps.step("lost", text)
            raise
        steps.step("answered" if answer.status < 300 else "lost", text)
        return answer

    def watched_keep(self, media_type):
        steps.step("before keep", None)
        stored = keep(self, media_type)
        steps.step("after keep", None)
        return stored

    Library.transact, Part.keep = watched_transact, watched_keep
    http.HttpTransport.send = watched_send


def _name(function, args) -> str:
    """Name a transaction; of one that stores an answer, that it does."""
    name = getattr(function, "__name__", "work")
    if name != "advance":
        return "SENDING" if name == "depart" else name
    change = args[1]
    return "answer" if "raw" in change.columns else str(change.state)
