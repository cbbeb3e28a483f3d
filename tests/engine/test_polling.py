"""Tasks are asked for seldom, and late by little."""

import asyncio
import json
import math
import os
import random
from collections import Counter, deque

import pytest
from fakes import Paid, job, no_fetch, reply, terms
from virtual_time import VirtualTime

from voicekit.engine.attempt import Attempt
from voicekit.engine.limits import Limits
from voicekit.engine.line import Line
from voicekit.engine.polling import intervals
from voicekit.engine.submission import Submission
from voicekit.engine.watching import JITTER
from voicekit.flow import NoReply, Reply, Request
from voicekit.library import database
from voicekit.library.claiming import claim
from voicekit.library.durations import MOST_REMEMBERED, expected
from voicekit.library.library import Library
from voicekit.library.spending import attempts

DAY_S = 86_400.0


@pytest.fixture(autouse=True)
def _swift_disk(monkeypatch):
    """Thousands of commits are no test of the disk."""
    monkeypatch.setitem(database._PRAGMAS, "synchronous", 0)
    monkeypatch.setattr(os, "fsync", lambda _: None)


def job_time(chance, characters):
    """Return the seconds of a task as the reference simulates them."""
    return (1.5 + characters / 180) * math.exp(chance.gauss(0, 0.35))


def length(chance):
    """Return characters so that polls each 0.5 s are 18 a task, as in the reference."""
    return round(math.exp(chance.uniform(math.log(60), math.log(5_500))))


def polled(chance, earlier, characters):
    """Wait for one simulated task; return its polls, and how late the last one was."""
    takes, now = job_time(chance, characters), 0.0
    for polls, wait in enumerate(intervals(expected(earlier, characters)), 1):
        before = now
        now += wait * chance.uniform(1 - JITTER, 1 + JITTER)
        if now >= takes:
            earlier.append((characters, now - (now - before) / 2))
            return polls, now - takes
    raise AssertionError


@pytest.mark.parametrize("jobs", [4_000, pytest.param(20_000, marks=pytest.mark.soak)])
def test_few_polls_and_little_lateness(jobs):
    """On simulated job times at most 4 polls a task, 1.5 s late on average."""
    chance, earlier = random.Random(4), deque(maxlen=MOST_REMEMBERED)
    done = [polled(chance, earlier, length(chance)) for _ in range(jobs)]
    polls, late = zip(*done, strict=True)
    many = sorted(polls)[int(0.99 * jobs)]
    mean, mean_late = sum(polls) / jobs, sum(late) / jobs
    print(
        f"polls a task, {jobs} tasks: {mean:.2f} on average, {many} at p99; "
        f"{mean_late:.2f} s late on average"
    )
    assert mean <= 4
    assert many <= 10
    assert mean_late <= 1.5


class Listed(Paid):
    """A vendor that lists its tasks, and takes many at once."""

    lists = frozenset({"speech"})
    most_at_once = 1_000

    def tasks_of(self, jobs):
        said = (yield Request(method="GET", path="/tasks")).json()
        told = {}
        for one in said["tasks"]:
            if one["id"] in jobs:
                flow = self.task(jobs[one["id"]], one["id"])
                next(flow)
                try:
                    flow.send(Reply(status=200, body=json.dumps(one).encode()))
                except StopIteration as stop:
                    told[one["id"]] = stop.value
        return told


class Slow:
    """A vendor's end whose tasks take their time."""

    def __init__(self, time, takes_s, failing=0.0):
        self._time, self._takes_s, self._failing = time, takes_s, failing
        self._chance, self._ends = random.Random(7), {}
        self.requests = Counter()

    async def send(self, request, *, may_cost=False):
        kind, _, receipt = request.path.strip("/").partition("/")
        self.requests[kind] += 1
        if kind == "speech":
            receipt = f"t{len(self._ends)}"
            self._ends[receipt] = self._time.clock() + self._takes_s() * 1e6
            return reply(state="queued", id=receipt)
        if self._chance.random() < self._failing:
            if (status := self._chance.choice((404, 502, None))) is None:
                raise NoReply("the answer was cut off", may_have_arrived=True)
            return Reply(status=status)
        if kind == "tasks":
            return reply(tasks=[self._said(one) for one in self._ends])
        return reply(**self._said(receipt))

    def _said(self, receipt):
        is_done = self._time.clock() >= self._ends[receipt]
        said = {"state": "done", "cost": 1_000_000} if is_done else {"state": "running"}
        return {"id": receipt, **said}

    async def aclose(self):
        pass


def wait_for_all(library, provider, tasks, takes_s, vendor_of=Slow, **how):
    """Carry jobs to their end in virtual time; return the vendor's end and the rows."""
    time = VirtualTime(library)
    vendor = vendor_of(time, takes_s, **how)
    limits = Limits(provider, sleep=time.sleep, clock=time.clock)
    line = Line.to(provider, vendor, library, limits)

    async def work(n):
        asked, alive = job(f"Sentence {n:03}"), library.owner.is_alive
        begun = await library.transact(claim, asked, terms(library), alive)
        attempt = Attempt(
            *(asked, begun.kept, provider, line.transport, library),
            clock=lambda: time.clock() / 1e6,
        )
        return await Submission(attempt, no_fetch, line, sleep=time.sleep).carry()

    asyncio.run(time.run(*(work(n) for n in range(tasks))))
    return vendor, library.post(attempts).result()


class Unlisted(Paid):
    """A vendor without a list, that takes as many at once."""

    most_at_once = 1_000


def requests_for(folder, provider):
    """Return how often a hundred tasks under way at once are asked for."""
    chance, library = random.Random(3), Library(folder)
    vendor, rows = wait_for_all(library, provider, 100, lambda: job_time(chance, 2_000))
    library.close()
    assert {row["state"] for row in rows} == {"FETCHED"}
    return vendor.requests["task"] + vendor.requests["tasks"]


def test_one_list_is_asked_for_instead_of_each_task(tmp_path):
    """A hundred tasks at once take a fifth of the requests where the vendor lists."""
    one_by_one = requests_for(tmp_path / "unlisted", Unlisted())
    listed = requests_for(tmp_path / "listed", Listed())
    print(f"requests for 100 tasks: {one_by_one} one by one, {listed} with the list")
    assert listed <= 0.2 * one_by_one


def test_polls_that_fail_fail_no_task(library):
    """With 30 % of the polls failing every task is done, and none is sent twice."""
    chance = random.Random(5)
    vendor, rows = wait_for_all(
        library, Paid(), 60, lambda: job_time(chance, 900), failing=0.3
    )
    assert {row["state"] for row in rows} == {"FETCHED"}
    assert vendor.requests["speech"] == 60


def test_a_task_of_a_day_is_waited_for(library):
    """It is never given up, and asked for once a minute at last."""
    _, (row,) = wait_for_all(library, Paid(), 1, lambda: DAY_S)
    print(f"polls for a task of a day: {row['polls']}")
    assert row["state"] == "FETCHED"
    assert row["latency_us"] / 1e6 == pytest.approx(DAY_S, abs=70)
    assert row["polls"] <= 1_700


class Telling(Slow):
    """A vendor that says when to come back."""

    async def send(self, request, *, may_cost=False):
        said = await super().send(request, may_cost=may_cost)
        headers = {"retry-after": "29", "x-ratelimit-reset": "9999"}
        return Reply(status=said.status, headers=headers, body=said.body)


def test_a_vendor_that_says_when_is_asked_then(library):
    """Retry-After in a poll's answer goes before our own intervals."""
    _, (row,) = wait_for_all(library, Paid(), 1, lambda: 59.0, vendor_of=Telling)
    assert (row["state"], row["polls"]) == ("FETCHED", 3)


class Counting(Slow):
    """A vendor whose every answer says when its allowance starts anew."""

    async def send(self, request, *, may_cost=False):
        said = await super().send(request, may_cost=may_cost)
        headers = {"x-ratelimit-reset": "600"}
        return Reply(status=said.status, headers=headers, body=said.body)


def test_a_reset_is_no_reason_to_wait(library):
    """With requests left, polls keep to their own intervals."""
    _, (row,) = wait_for_all(library, Paid(), 1, lambda: 9.0, vendor_of=Counting)
    assert row["latency_us"] / 1e6 < 13


class Absent(Slow):
    """A vendor that does not answer for a minute."""

    FROM_S, FOR_S = 60, 60  # when the first is done, and the others wait

    async def send(self, request, *, may_cost=False):
        since_s = (self._time.clock() - 1_700_000_000_000_000) / 1e6 - self.FROM_S
        if 0 <= since_s < self.FOR_S:
            self.requests["unanswered"] += 1
            raise NoReply("nobody is there", may_have_arrived=True)
        return await super().send(request, may_cost=may_cost)


@pytest.mark.parametrize("provider", [Unlisted(), Listed()])
def test_an_outage_is_not_asked_away(library, provider):
    """A hundred tasks that wait through a minute of it send hardly one request each."""
    vendor, rows = wait_for_all(library, provider, 100, lambda: 40.0, vendor_of=Absent)
    print(f"a minute without answers, 100 tasks: {vendor.requests['unanswered']} polls")
    assert {row["state"] for row in rows} == {"FETCHED"}
    assert vendor.requests["unanswered"] <= 1.1 * 100
    assert max(row["latency_us"] for row in rows) / 1e6 <= 120
