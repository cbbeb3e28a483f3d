"""The way of one attempt, against a vendor under control."""

import asyncio
import re

import pytest
from fakes import (
    Free,
    Paid,
    Script,
    begin,
    job,
    no_fetch,
    no_sleep,
    reply,
    submission,
)
from sqlalchemy import select

from voicekit.engine.attempt import Attempt
from voicekit.engine.limits import Limits, Paced
from voicekit.engine.line import Line
from voicekit.engine.submission import Submission
from voicekit.errors import (
    GenerationFailed,
    InsufficientCredits,
    InvalidRequest,
    LibraryError,
    NotFound,
    RateLimited,
    ResultExpired,
    SubmissionUnknown,
    Unavailable,
    UnsafeResult,
)
from voicekit.flow import NoReply, Reply, Request
from voicekit.library import schema
from voicekit.library.ledger import Change, advance, find
from voicekit.library.spending import attempts
from voicekit.library.states import State
from voicekit.task import Result, Task

GONE = NoReply("the connection was reset", may_have_arrived=True)
NEVER_LEFT = NoReply("the address was not found", may_have_arrived=False)


def carry(library, *answers, provider=None, asked=None):
    transport = Script(*answers)
    work = submission(library, asked or job(), provider or Paid(), transport)
    return asyncio.run(work.carry()), transport


def row(library):
    return library.post(attempts).result()[-1]


def test_a_task_is_asked_for_until_it_is_done(library):
    """Accepted, polled, fetched: the receipt, the cost and the file are kept."""
    kept, transport = carry(
        library,
        reply(state="queued", id="t1"),
        reply(state="running", id="t1"),
        reply(state="done", id="t1", cost=2),
    )
    assert [request.path for request in transport.requests] == [
        "/speech",
        "/task/t1",
        "/task/t1",
    ]
    found = row(library)
    assert (found["state"], found["receipt"]) == ("FETCHED", "t1")
    assert found["polls"] == 2
    assert found["credits_micros"] == 2
    stored = library.files.find(kept.files[0]["sha256"], 10, "audio/wav")
    assert stored.read() == b"RIFF sound"


def test_progress_is_written_when_it_moves(library):
    """What a poll reports can be read while the task runs; no news, no commit."""
    seen = []

    def says(share, **body):
        async def answer(request):
            seen.append((await library.transact(attempts))[-1]["progress"])
            return reply(state="running", id="t1", progress=share, **body)

        return answer

    shares = [0.25, 0.25, None, 0.5]
    done = reply(state="done", id="t1", progress=1)
    carry(library, reply(state="queued", id="t1"), *map(says, shares), done)
    assert seen == [None, 25, 25, 25]
    happened = library.post(
        lambda connection: [*connection.execute(select(schema.event.c.what)).scalars()]
    ).result()
    assert happened.count("RUNNING") == 2
    assert row(library)["progress"] == 100


def test_sending_is_on_disk_before_the_first_byte(library):
    """When the transport is called, the ledger already says SENDING."""
    seen = []

    async def look(request):
        seen.append((await library.transact(attempts))[-1]["state"])
        return reply(state="done", id="t1")

    carry(library, look)
    assert seen == ["SENDING"]


def test_the_raw_answer_is_on_disk_before_it_is_parsed(library):
    """An answer that breaks the parser is still in the ledger, whole."""

    class Broken(Paid):
        def problem(self, reply):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        carry(library, Reply(status=200, body=b"precious"), provider=Broken())
    kept = library.post(find, key=job().key, take=1).result()
    assert (kept.attempt["raw_status"], kept.attempt["raw"]) == (200, b"precious")


def test_the_raw_answer_is_on_disk_before_limits_are_learned_from_it(library):
    """What breaks on its headers loses no task id."""

    class Broken(Paid):
        def rate_limit(self, reply):
            raise ZeroDivisionError

    work = submission(library, job(), Broken(), Script(Reply(status=200, body=b"{}")))
    work.attempt.transport = Paced(work.attempt.transport, work.line.limits)
    with pytest.raises(ZeroDivisionError):
        asyncio.run(work.carry())
    kept = library.post(find, key=job().key, take=1).result()
    assert (kept.attempt["raw_status"], kept.attempt["raw"]) == (200, b"{}")


@pytest.mark.parametrize(("times", "state"), [(3, "FETCHED"), (4, "SENDING")])
def test_a_disk_that_is_full_for_a_moment_loses_no_answer(library, times, state):
    """While it is in memory it is stored again; in the end it says what it may cost."""
    transact, full = library.transact, times * [LibraryError("The disk is full.")]

    async def on_a_full_disk(function, *args):
        if full and function is advance and "raw" in args[1].columns:
            raise full.pop()
        return await transact(function, *args)

    library.transact = on_a_full_disk
    work = submission(library, job(), Paid(), Script(reply(state="done", id="t1")))
    said = asyncio.run(_quietly(work.carry()))
    assert row(library)["state"] == state
    assert full == []
    if state == "SENDING":
        assert re.search("may have cost; the next call holds it.*is full", str(said))


@pytest.mark.parametrize(
    "answer",
    [
        GONE,
        Reply(status=500),
        Reply(status=302, headers={"location": "https://elsewhere.test"}),
        Reply(status=200, body=b"<html>"),
        Reply(status=200, body=b"[" * 100_000),
        Reply(status=200, body=b" " * (1 << 20) + b" {}"),
        reply(state="queued"),
        reply(code="unheard of"),
        reply(status=408),
        reply(status=409),
    ],
)
def test_doubt_is_held_and_never_sent_again(library, answer):
    """What is not proven is HELD; asking again raises the same, and sends nothing."""
    with pytest.raises(SubmissionUnknown) as caught:
        carry(library, answer)
    found = row(library)
    assert (found["state"], found["billed"]) == ("HELD", "unknown")
    assert caught.value.job == found["job"]


@pytest.mark.parametrize(
    ("answer", "error", "state"),
    [
        (reply(code="money"), InsufficientCredits, "REFUSED"),
        (reply(status=422), InvalidRequest, "REFUSED"),
    ],
)
def test_what_cost_nothing_says_so(library, answer, error, state):
    """A refusal and a request that never left are free, and name voice and remedy."""
    with pytest.raises(error, match="paid:v.*Nothing was charged") as caught:
        carry(library, answer)
    assert (caught.value.provider, caught.value.voice) == ("paid", "paid:v")
    assert (row(library)["state"], row(library)["billed"]) == (state, "no")


@pytest.mark.parametrize("first", [NEVER_LEFT, reply(code="busy"), reply(status=429)])
def test_what_was_certainly_not_accepted_is_sent_again(library, first):
    """A request that never left, or that was one too many, gets a second try."""
    _, transport = carry(library, first, reply(state="done", id="t1"))
    assert len(transport.requests) == 2
    assert row(library)["state"] == "FETCHED"


@pytest.mark.parametrize(
    ("answer", "tries", "error"),
    [(NEVER_LEFT, 3, Unavailable), (reply(status=429), 6, RateLimited)],
)
def test_a_few_tries_are_enough(library, answer, tries, error):
    """Then the user is told, and nothing was charged."""
    with pytest.raises(error, match="Nothing was charged"):
        carry(library, *tries * [answer])
    assert row(library)["billed"] == "no"


def test_a_long_pause_is_told_and_not_slept(library):
    """A vendor that says to come back in an hour is not waited for."""
    later = Reply(status=429, headers={"retry-after": "3600"}, body=b"{}")
    with pytest.raises(RateLimited) as caught:
        carry(library, later)
    assert caught.value.retry_after == 3601


def test_money_is_never_asked_for_twice(library):
    """A refusal for want of credits is final, under whatever status."""
    with pytest.raises(InsufficientCredits):
        carry(library, reply(status=429, code="money"))


def test_a_task_that_fails_is_not_taken_for_free(library):
    """A failure the vendor reports is FAILED, its cost unknown."""
    with pytest.raises(GenerationFailed, match="paid:v could not make it: too rude"):
        carry(library, reply(state="failed", id="t1", error="too rude"))
    assert (row(library)["state"], row(library)["billed"]) == ("FAILED", "unknown")


def test_a_task_id_of_another_job_is_doubt(library):
    """The same receipt twice leaves it open what was accepted: HELD."""
    carry(library, reply(state="done", id="t1"))
    with pytest.raises(SubmissionUnknown, match="task id of another job"):
        carry(library, reply(state="done", id="t1"), asked=job("Another"))
    assert row(library)["state"] == "HELD"


def test_a_task_that_its_vendor_forgot_is_at_risk(library):
    """Eight times unknown: not failed, for it may have cost, and never sent again."""
    answers = [reply(state="queued", id="t1")] + 8 * [reply(status=404)]
    with pytest.raises(ResultExpired, match="it may have cost"):
        carry(library, *answers)
    assert row(library)["state"] == "AT_RISK"


@pytest.mark.parametrize(
    "bad_poll",
    [GONE, Reply(status=500), Reply(status=404), Reply(status=200, body=b"<html>")],
)
def test_a_bad_poll_changes_nothing(library, bad_poll):
    """The task is kept and asked for again, whatever a poll brings."""
    carry(
        library,
        reply(state="queued", id="t1"),
        bad_poll,
        reply(state="done", id="t1"),
    )
    assert row(library)["state"] == "FETCHED"


def test_a_free_job_that_is_lost_is_simply_free(library):
    """With nothing at stake, no answer is a failure that cost nothing."""
    with pytest.raises(Unavailable, match="call again"):
        carry(library, GONE, provider=Free(), asked=job(provider="free"))
    assert (row(library)["state"], row(library)["billed"]) == ("FAILED", "no")


def test_an_earlier_kernels_sending_is_held(library):
    """AMBIGUOUS in the ledger means: no answer was stored, so nothing is sent again."""
    kept = begin(library, job())
    kept.attempt["state"] = "AMBIGUOUS"
    transport = Script()
    attempt = Attempt(job(), kept, Paid(), transport, library)
    line = Line.to(Paid(), transport, library, Limits(Paid()))
    work = Submission(attempt, no_fetch, line, sleep=no_sleep)
    with pytest.raises(SubmissionUnknown, match="the kernel that sent it ended"):
        asyncio.run(work.carry())
    assert transport.requests == []


@pytest.mark.parametrize(
    ("stored", "state"),
    [
        (reply(state="done", id="t1", cost=2), "FETCHED"),
        (reply(status=422), "REFUSED"),
        (Reply(status=500), "HELD"),
    ],
)
def test_an_answer_that_an_earlier_kernel_stored_is_judged(library, stored, state):
    """A kernel that died between the answer and its judgement loses no receipt."""
    kept = begin(library, job())
    answered = {"raw_status": stored.status, "raw": stored.body}
    for now, columns in (("SENDING", answered), ("AMBIGUOUS", {})):
        change = Change(state=State(now), columns=columns)
        kept = library.post(advance, kept, change).result()
    transport = Script()
    attempt = Attempt(job(), kept, Paid(), transport, library)
    line = Line.to(Paid(), transport, library, Limits(Paid()))
    work = Submission(attempt, no_fetch, line, sleep=no_sleep)
    asyncio.run(_quietly(work.carry()))
    assert row(library)["state"] == state
    assert transport.requests == []


async def _quietly(coroutine):
    return await asyncio.gather(coroutine, return_exceptions=True)


def test_a_refused_try_is_not_taken_for_the_next_ones_answer(library):
    """Before it is sent once more, the answer to the try before is gone."""
    seen = []

    async def look(request):
        seen.append(library.post(find, key=job().key, take=1).result().attempt["raw"])
        return reply(state="done", id="t1")

    carry(library, reply(status=429), look)
    assert seen == [None]


def test_called_off_before_sending_costs_nothing(library):
    """A cancel before the first byte ends the attempt as never sent."""
    transport = Script()
    work = submission(library, job(), Paid(), transport)

    async def cancel_at_once():
        task = asyncio.create_task(work.carry())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(cancel_at_once())
    assert transport.requests == []
    assert (row(library)["state"], row(library)["billed"]) == ("FAILED", "no")


@pytest.mark.parametrize("problem", [GenerationFailed("No such mood."), KeyError("x")])
@pytest.mark.parametrize("kind", [Paid, Free])
def test_what_cannot_be_built_ends_and_costs_nothing(library, kind, problem):
    """A provider that raises before it asks anything leaves nothing on its way."""

    class Picky(kind):
        def submit(self, job, callback=None):
            raise problem
            yield

    transport = Script()
    work = submission(library, job(provider=kind.name), Picky(), transport)
    with pytest.raises(type(problem)):
        asyncio.run(work.carry())
    assert transport.requests == []
    assert (row(library)["state"], row(library)["billed"]) == ("FAILED", "no")


def test_cancelled_while_sending_stays_in_doubt(library):
    """A cancel after the first byte leaves SENDING, for the next kernel to judge."""
    begun = asyncio.Event()

    async def hang(request):
        begun.set()
        await asyncio.Event().wait()

    work = submission(library, job(), Paid(), Script(hang))

    async def cancel_late():
        task = asyncio.create_task(work.carry())
        await begun.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(cancel_late())
    assert row(library)["state"] == "SENDING"


def test_latency_is_the_answer_that_said_done(library):
    """A first answer has no slack; a later one has the time since the poll before."""
    kept, _ = carry(library, reply(state="done", id="a"))
    assert kept.attempt["latency_slack_us"] == 0
    kept, _ = carry(
        library,
        reply(state="queued", id="b"),
        reply(state="done", id="b"),
        asked=job("Another"),
    )
    slack, latency = (kept.attempt[name] for name in ("latency_slack_us", "latency_us"))
    assert 0 <= slack <= latency


SOUND = Result(media_type="audio/wav", data=b"RIFF sound", duration_s=1.5)
COVER = Result(role="cover", media_type="image/jpeg", url="https://c.test/c.jpg")
LINK = Result(media_type="audio/wav", url="https://c.test/a.wav", duration_s=1.5)


class Linked(Paid):
    """A vendor whose task is done at once, with these results."""

    def __init__(self, *results):
        self.results = results

    def task(self, job, receipt):
        yield Request(method="GET", path=f"/task/{receipt}")
        return Task(state="done", receipt=receipt, results=self.results)

    def submit(self, job, callback=None):
        yield Request(method="POST", path="/speech")
        return Task(state="done", receipt="t1", results=self.results)


@pytest.mark.parametrize(
    "lost", [UnsafeResult("It is no image."), NotFound("Gone."), Unavailable("Busy.")]
)
def test_what_comes_beside_the_audio_decides_nothing(library, lost):
    """A cover that cannot be had is a warning; the audio is there."""

    async def fetch(result):
        raise lost

    provider = Linked(COVER, SOUND)
    work = submission(library, job(), provider, Script(reply()))
    work.fetch = fetch
    kept = asyncio.run(work.carry())
    assert [file["role"] for file in kept.files] == ["audio"]
    found = row(library)
    assert found["state"] == "FETCHED"
    assert found["warnings"] == [f"Its cover could not be saved: {lost}"]


def test_a_vendor_is_not_rushed_for_a_new_link(library):
    """Before each further question twice as long; never sooner than it says."""
    waits = []

    async def fetch(result):
        raise NotFound("The link to the result has expired.")

    async def sleep(seconds):
        waits.append(seconds)

    answers = [reply()] * 3 + [Reply(status=200, headers={"retry-after": "30"})]
    work = submission(library, job(), Linked(LINK), Script(*answers, *[reply()] * 2))
    work.fetch, work.line.limits.sleep = fetch, sleep
    with pytest.raises(ResultExpired):
        asyncio.run(work.carry())
    assert waits == [1, 2, 4, 31, 16]
