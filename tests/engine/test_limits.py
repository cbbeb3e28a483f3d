"""What a vendor allows is used, and kept to."""

import asyncio
import os
from collections import deque

import pytest
from fakes import Paid, job, no_fetch, reply, terms
from virtual_time import VirtualTime

from voicekit.engine.attempt import Attempt
from voicekit.engine.limits import Limits, Paced
from voicekit.engine.submission import Submission
from voicekit.flow import Reply
from voicekit.library import database
from voicekit.library.claiming import claim
from voicekit.task import Rate

TASKS = 400


@pytest.fixture(autouse=True)
def _swift_disk(monkeypatch):
    """Thousands of commits are no test of the disk."""
    monkeypatch.setitem(database._PRAGMAS, "synchronous", 0)
    monkeypatch.setattr(os, "fsync", lambda _: None)


class Declared(Paid):
    """A vendor whose page says what it allows."""

    rate = Rate(most=5, window_s=1)


class Limited:
    """A vendor's end: so many jobs in any window, then 429."""

    def __init__(self, time, most=5, window_s=1.0, headers=None):
        self._time, self._most, self._window_us = time, most, window_s * 1e6
        self._headers = headers or (lambda wait_s: {})
        self._times = deque()
        self.accepted, self.refused = [], []

    async def send(self, request, *, may_cost=False):
        now = self._time.clock()
        while self._times and self._times[0] <= now - self._window_us:
            self._times.popleft()
        if len(self._times) >= self._most:
            self.refused.append(now)
            wait_s = (self._times[0] + self._window_us - now) / 1e6
            return Reply(status=429, headers=self._headers(wait_s))
        self._times.append(now)
        self.accepted.append(now)
        return reply(state="done", id=f"t{len(self.accepted)}", cost=1_000_000)

    async def aclose(self):
        pass


def speak_all(library, provider, tasks, **limited):
    """Submit jobs all at once; return the vendor's end, and the outcomes."""
    time = VirtualTime(library)
    vendor = Limited(time, **limited)
    limits = Limits(provider, sleep=time.sleep, clock=time.clock)

    async def work(n):
        asked, alive = job(f"Sentence {n}"), library.owner.is_alive
        begun = await library.transact(claim, asked, terms(library), alive)
        way = Paced(vendor, limits)
        attempt = Attempt(asked, begun.kept, provider, way, library)
        return await Submission(attempt, no_fetch, limits, sleep=time.sleep).carry()

    works = [work(n) for n in range(tasks)]
    return vendor, asyncio.run(time.run(*works))


def figure(vendor, most, window_s):
    """Return the share of what is allowed that was used, and the share refused."""
    took_s = (vendor.accepted[-1] - vendor.accepted[0]) / 1e6
    allowed = most * (1 + took_s / window_s)
    sent = len(vendor.accepted) + len(vendor.refused)
    return len(vendor.accepted) / allowed, len(vendor.refused) / sent


@pytest.mark.parametrize(
    ("how", "provider", "limited"),
    [
        ("declared 5 in 1 s", Declared(), {}),
        ("told nothing", Paid(), {}),
        ("told when to retry", Paid(), {"headers": lambda s: {"retry-after": f"{s}"}}),
    ],
)
def test_the_rate_that_is_allowed_is_used(library, how, provider, limited):
    """Of 400 jobs at 5/s all are made, at 85 % of the rate; at most 2 % are refused."""
    vendor, outcomes = speak_all(library, provider, TASKS, **limited)
    used, refused = figure(vendor, 5, 1.0)
    said = f"{used:.1%} of it used, {refused:.1%} refused"
    print(f"rate limit 5/s, {TASKS} tasks, {how}: {said}")
    assert [done for done in outcomes if isinstance(done, BaseException)] == []
    assert len(vendor.accepted) == TASKS
    assert used >= 0.85
    assert refused <= 0.02
