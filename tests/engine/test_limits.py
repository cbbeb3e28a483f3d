"""What a vendor allows is used, and kept to."""

import asyncio
import os
import threading
from collections import deque

import pytest
from fakes import Paid, job, no_fetch, reply, terms
from virtual_time import VirtualTime

from voicekit.engine.attempt import Attempt
from voicekit.engine.limits import Limits
from voicekit.engine.line import Line
from voicekit.engine.submission import Submission
from voicekit.errors import BudgetExceeded, RateLimited
from voicekit.flow import Reply
from voicekit.library import database
from voicekit.library.claiming import claim
from voicekit.library.ledger import now_us
from voicekit.library.library import Library
from voicekit.library.spending import attempts
from voicekit.task import Rate, RateLimit

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
            oldest = self._times[0] if self._times else now
            wait_s = (oldest + self._window_us - now) / 1e6
            return Reply(status=429, headers=self._headers(wait_s))
        self._times.append(now)
        self.accepted.append(now)
        return reply(state="done", id=f"t{len(self.accepted)}", cost=1_000_000)

    async def aclose(self):
        pass


def speak_all(
    library, provider, tasks, time=None, vendor=None, budget_micros=None, **limited
):
    """Submit jobs all at once; return the vendor's end, and the outcomes."""
    text = limited.pop("text", "Sentence")
    time = time or VirtualTime(library)
    vendor = vendor or Limited(time, **limited)
    limits = Limits(provider, budget_micros, sleep=time.sleep, clock=time.clock)
    line = Line.to(provider, vendor, library, limits)

    async def work(n):
        asked, alive = job(f"{text} {n}"), library.owner.is_alive
        begun = await library.transact(claim, asked, terms(library), alive)
        attempt = Attempt(asked, begun.kept, provider, line.transport, library)
        return await Submission(attempt, no_fetch, line, sleep=time.sleep).carry()

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


def test_a_stated_rate_outlives_one_refusal(library):
    """A request that overtook another is refused: the rate is kept nearly as stated."""
    time = VirtualTime(library)

    class Moody(Limited):
        async def send(self, request, *, may_cost=False):
            if len(self.accepted) == 20 and not self.refused:
                self.refused.append(self._time.clock())
                return Reply(status=429)
            return await super().send(request)

    vendor, _ = speak_all(library, Declared(), TASKS, time=time, vendor=Moody(time))
    used, _ = figure(vendor, 5, 1.0)
    assert len(vendor.refused) == 1
    assert used >= 0.8


def test_a_request_that_overtakes_another_is_not_one_too_many(library):
    """They take from 0 to 0.2 s to arrive; the vendor counts when they do."""
    time, sent = VirtualTime(library), []

    class Far(Limited):
        async def send(self, request, *, may_cost=False):
            sent.append(request)
            await time.sleep(len(sent) * 4 % 9 * 0.025)
            return await super().send(request)

    vendor, _ = speak_all(library, Declared(), 100, time=time, vendor=Far(time))
    used, _ = figure(vendor, 5, 1.0)
    assert vendor.refused == []
    assert used >= 0.75


def test_a_job_departs_when_the_ledger_is_free(library):
    """What waited for another kernel's lock does not count as sent before it was."""
    asked, go = [], threading.Event()

    def clock():
        asked.append(go.is_set())
        return now_us()

    async def depart():
        alive = library.owner.is_alive
        begun = await library.transact(claim, job(), terms(library), alive)
        attempt = Attempt(job(), begun.kept, Paid(), None, library)
        library.post(lambda _: go.wait(30))
        leaving = asyncio.create_task(Limits(Paid(), clock=clock).depart(attempt))
        await asyncio.sleep(0.05)
        asked.clear()  # to wait for a moment, the clock is asked before, too
        go.set()
        await leaving

    asyncio.run(depart())
    assert asked == [True]


class Headed(Paid):
    """A vendor whose answers say how many requests are left."""

    def rate_limit(self, reply):
        left, resets_at = reply.headers.get("left"), reply.headers.get("resets-at")
        if left is None:
            return None
        return RateLimit(limit=100, remaining=int(left), resets_at=int(resets_at))


@pytest.mark.parametrize(
    ("left", "a_poll_waits_s", "a_job_waits_s"),
    [("50", 0, 0), ("10", 0, 7), ("0", 7, 7)],
)
def test_the_last_requests_are_for_polls(library, left, a_poll_waits_s, a_job_waits_s):
    """Submissions stop first; with nothing left, everything waits for the reset."""
    time = VirtualTime(library)
    limits = Limits(Headed(), sleep=time.sleep, clock=time.clock)
    began = time.now_us
    headers = {"left": left, "resets-at": str(began + 7_000_000)}
    limits.hear(Reply(status=200, headers=headers))

    async def poll():
        await limits.rest()
        return (time.now_us - began) / 1e6

    async def submit():
        begun = await library.transact(claim, job(), terms(library), lambda _: False)
        await limits.depart(Attempt(job(), begun.kept, Headed(), None, library))
        return (time.now_us - began) / 1e6

    waited = asyncio.run(time.run(poll(), submit()))
    assert waited == [a_poll_waits_s, a_job_waits_s]


def test_the_first_of_unknown_price_runs_alone(library):
    """Until one is done nobody knows what they cost; then each has a bound."""
    time, under_way, seen = VirtualTime(library), [], []

    class Slow(Limited):
        async def send(self, request, *, may_cost=False):
            under_way.append(request)
            seen.append(len(under_way))
            await time.sleep(2)
            under_way.pop()
            return await super().send(request)

    speak_all(library, Paid(), 6, time=time, vendor=Slow(time, most=99))
    assert seen == [1, 1, 2, 3, 4, 5]
    bounds = [row["bound_micros"] for row in library.post(attempts).result()]
    assert bounds.count(None) == 1


def test_a_price_that_became_known_may_be_too_much(library):
    """What the first one cost shows that the budget does not cover the others."""
    _, outcomes = speak_all(library, Paid(), 3, budget_micros=2_000_000)
    assert sum(isinstance(one, BudgetExceeded) for one in outcomes) == 2
    rows = library.post(attempts).result()
    assert sorted(row["state"] for row in rows) == ["FAILED", "FAILED", "FETCHED"]
    assert [row["billed"] for row in rows if row["state"] == "FAILED"] == ["no", "no"]


def test_what_one_kernel_was_told_all_keep_to(library, tmp_path):
    """A long pause is the account's: another kernel is told, and sends nothing."""
    hour = {"headers": lambda _: {"retry-after": "3600"}, "most": 0}
    vendor, said = speak_all(library, Paid(), 2, **hour)
    assert [type(error) for error in said] == [RateLimited, RateLimited]
    other = Library(library.folder)
    time = VirtualTime(other, start=1_700_000_060_000_000)
    asked = speak_all(other, Paid(), 1, time=time, vendor=vendor, text="Another")
    other.close()
    assert isinstance(asked[1][0], RateLimited)
    assert asked[1][0].retry_after == pytest.approx(3541)
    assert len(vendor.refused) == 1


def test_few_enough_are_in_flight_that_downloads_come_first(library):
    """A task keeps its place until its files are here."""

    class Two(Paid):
        most_at_once = 2

    time, waiting, most = VirtualTime(library), [], []

    class Collected(Limited):
        async def send(self, request, *, may_cost=False):
            waiting.append(request)
            most.append(len(waiting))
            await time.sleep(1)
            waiting.pop()
            return await super().send(request)

    speak_all(library, Two(), 8, time=time, vendor=Collected(time, most=99))
    assert max(most) == 2


def test_a_limit_that_halves_is_found_in_seconds(library):
    """From 16 at once to 8, in mid-run: 5 s later hardly anything is refused."""

    class Wide(Paid):
        most_at_once = 16

    time, refused, accepted = VirtualTime(library), [], []
    began, running = time.now_us, []

    class Crowded(Limited):
        async def send(self, request, *, may_cost=False):
            now_s = (time.now_us - began) / 1e6
            if len(running) >= (16 if now_s < 20 else 8):
                refused.append(now_s)
                return Reply(status=429)
            accepted.append(now_s)
            running.append(request)
            await time.sleep(2)
            running.pop()
            return await super().send(request)

    vendor = Crowded(time, most=999)
    _, outcomes = speak_all(library, Wide(), 300, time=time, vendor=vendor)
    later = sum(at > 25 for at in refused) / sum(
        at > 25 for at in (*refused, *accepted)
    )
    busy = sum(at > 25 for at in accepted) * 2 / (accepted[-1] - 25) / 8
    print(
        f"16 at once become 8: {later:.1%} refused from 5 s later on, {busy:.0%} used"
    )
    assert not [one for one in outcomes if isinstance(one, BaseException)]
    assert later <= 0.1
    assert busy >= 0.4


@pytest.mark.parametrize(("of_job", "a_job_waits_s"), [(False, 8), (True, 0)])
def test_a_poll_that_is_one_too_many_stops_new_jobs_too(library, of_job, a_job_waits_s):
    """Nothing is sent before the vendor said; of refused jobs the ledger knows."""
    time = VirtualTime(library)
    limits = Limits(Paid(), sleep=time.sleep, clock=time.clock)
    began = time.now_us
    limits.hear(Reply(status=429, headers={"retry-after": "7"}), of_job=of_job)

    async def submit():
        begun = await library.transact(claim, job(), terms(library), lambda _: False)
        await limits.depart(Attempt(job(), begun.kept, Paid(), None, library))
        return (time.now_us - began) / 1e6

    assert asyncio.run(time.run(submit())) == [a_job_waits_s]
