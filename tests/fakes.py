"""Stand-ins that tests share: a vendor that costs, and a transport under control."""

import json
from collections.abc import Callable

from voicekit.engine.attempt import Attempt
from voicekit.engine.limits import Limits
from voicekit.engine.line import Line
from voicekit.engine.submission import Submission
from voicekit.errors import InsufficientCredits, RateLimited
from voicekit.flow import Reply, Request
from voicekit.job import Job
from voicekit.library.budget import Terms
from voicekit.library.claiming import claim
from voicekit.library.ledger import now_us
from voicekit.offer import Offer
from voicekit.parameters import Range
from voicekit.providers.base import Provider
from voicekit.task import Problem, Result, Task

SPEED = Range(name="speed", help="", minimum=0.7, maximum=1.2, step=0.01, default=1)


class Paid(Provider):
    """A vendor that charges, answers with a task, and is asked until it is done."""

    name = "paid"
    transport = "fake"
    offers = (Offer(provider="paid", kind="speech", settings=(SPEED,)),)
    errors = {"money": InsufficientCredits, "busy": RateLimited}

    def voices(self, query):
        yield from ()
        return []

    def submit(self, job, callback=None):
        reply = yield Request(method="POST", path="/speech", json={"text": job.text})
        return _task(reply)

    def task(self, job, receipt):
        reply = yield Request(method="GET", path=f"/task/{receipt}")
        return _task(reply)

    def problem(self, reply):
        code = reply.json().get("code") if reply.body else None
        if code or reply.status >= 300:
            return Problem(code=code or str(reply.status))
        return None


class Free(Paid):
    """The same vendor, free and repeatable."""

    name = "free"
    repeatable = True
    offers = (Offer(provider="free", kind="speech", settings=(SPEED,)),)


def _task(reply):
    said = reply.json()
    done = said["state"] == "done"
    sound = Result(media_type="audio/wav", data=b"RIFF sound", duration_s=1.5)
    return Task(
        state=said["state"],
        receipt=said.get("id"),
        progress=said.get("progress"),
        results=(sound,) if done else (),
        credits_micros=said.get("cost"),
        error=said.get("error"),
    )


def reply(status=200, **body):
    return Reply(status=status, body=json.dumps(body).encode())


class Script:
    """A transport that gives the answers it was told, and remembers the requests."""

    def __init__(self, *answers: Reply | Exception | Callable) -> None:
        self.answers = list(answers)
        self.requests: list[Request] = []

    async def send(self, request, *, may_cost=False):
        self.requests.append(request)
        answer = self.answers.pop(0)
        if callable(answer):
            answer = await answer(request)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    async def aclose(self):
        pass


def job(text="Hello", provider="paid", kind="speech", **fields):
    return Job(provider=provider, kind=kind, text=text, voice="v", **fields)


def terms(library, *, repeatable=False, owner=None):
    return Terms(
        owner=owner or library.owner.name, repeatable=repeatable, unit="credits"
    )


def begin(library, asked, *, repeatable=False):
    """Claim a job and return its new attempt."""
    claimed = library.post(
        claim, asked, terms(library, repeatable=repeatable), library.owner.is_alive
    ).result()
    return claimed.kept


async def no_sleep(seconds):
    pass


class Hurried:
    """A clock that whoever sleeps moves on."""

    def __init__(self) -> None:
        self._slept_us = 0

    async def sleep(self, seconds):
        self._slept_us += round(seconds * 1e6)

    def clock(self):
        return now_us() + self._slept_us


def submission(library, asked, provider, transport):
    kept = begin(library, asked, repeatable=provider.repeatable)
    attempt = Attempt(asked, kept, provider, transport, library)
    time = Hurried()
    limits = Limits(provider, sleep=time.sleep, clock=time.clock)
    line = Line.to(provider, transport, library, limits)
    return Submission(attempt, no_fetch, line, sleep=no_sleep)


async def no_fetch(result):
    raise AssertionError(f"Nothing was to be fetched, not even {result.url}.")


class Connected:
    """A connector to one transport under control."""

    def __init__(self, transport) -> None:
        self._transport = transport

    def transport(self, provider):
        return self._transport

    async def account(self, provider):
        return "acc0unt"

    def realm(self, provider):
        return "live"

    async def aclose(self):
        pass
