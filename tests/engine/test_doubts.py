"""What a user can do about doubt, and how far a budget goes."""

import asyncio

import pytest
from fakes import Connected, Free, Paid, Script, begin, job, reply

from voicekit import providers
from voicekit.engine.doubts import Doubts
from voicekit.engine.engine import Engine
from voicekit.errors import (
    BudgetExceeded,
    InvalidSetting,
    LibraryError,
    NotFound,
    SubmissionUnknown,
)
from voicekit.flow import NoReply
from voicekit.library.ledger import Change, adopt, advance
from voicekit.library.library import Library
from voicekit.library.spending import attempts
from voicekit.library.states import State
from voicekit.task import Estimate, Receipt

LOST = NoReply("the connection was reset", may_have_arrived=True)
DONE = reply(state="done", id="t1", cost=5_000_000)


class Listed(Paid):
    """A vendor that lists what it made, and says a price."""

    name = "listed"
    certain = False

    def find(self, job):
        yield from ()
        return [Receipt(id="t7", is_certain=type(self).certain)]

    def estimate(self, job):
        return Estimate(credits=5.0, unit="credits", exact=True, evidence="the page")


@pytest.fixture(autouse=True)
def _vendors(monkeypatch):
    for vendor in (Paid, Free, Listed):
        monkeypatch.setitem(providers._registered, vendor.name, vendor)


def desk(library, *answers, budgets=None):
    transport = Script(*answers)
    engine = Engine(library, Connected(transport), budgets)
    return Doubts(engine, ["paid", "free", "listed"]), transport


def rows(library):
    return library.post(attempts).result()


def lose(calls, **fields):
    """Make a call whose answer is lost, and return the job's name."""

    async def speak():
        with pytest.raises(SubmissionUnknown) as caught:
            await calls.engine.perform(job(**fields), None)
        return caught.value.job

    return speak()


def test_held_shows_what_may_have_cost(library):
    """Provider, text, reason, since when, and what can be done."""
    calls, _ = desk(library, LOST)

    async def look():
        name = await lose(calls)
        return name, await calls.held()

    name, table = asyncio.run(look())
    assert list(table.index) == [name]
    assert table.text.iloc[0] == "Hello"
    assert "connection was reset" in table.reason.iloc[0]
    assert table.since.notna().all()


def test_an_adopted_task_brings_its_audio(library):
    """The task that the user found is asked for, and nothing is sent again."""
    done = reply(state="done", id="t9", cost=4)
    calls, transport = desk(library, LOST, done, done)

    async def adopt():
        return await calls.adopt(await lose(calls), "t9")

    clip = asyncio.run(adopt())
    assert clip.task_id == "t9"
    assert [request.method for request in transport.requests] == ["POST", "GET", "GET"]
    assert [row["state"] for row in rows(library)] == ["FETCHED"]


@pytest.mark.parametrize(
    "answer", [reply(state="queued"), reply(state="done", id="t1")]
)
def test_an_adopted_task_goes_before_the_stored_answer(library, answer):
    """The answer that named no task, or another job's, is not read for it again."""
    found = reply(state="done", id="t9", cost=4)
    calls, transport = desk(library, DONE, answer, found, found)

    async def adopt():
        await calls.engine.perform(job("First"), None)
        return await calls.adopt(await lose(calls), "t9")

    assert asyncio.run(adopt()).task_id == "t9"
    assert transport.requests[-1].path == "/task/t9"


def test_a_task_that_nobody_knows_is_not_adopted(library):
    """A typing error changes nothing: the job stays held."""
    calls, _ = desk(library, LOST, reply(404, error="no such task"))

    async def adopt():
        await calls.adopt(await lose(calls), "t-typo")

    with pytest.raises(NotFound):
        asyncio.run(adopt())
    assert [row["state"] for row in rows(library)] == ["HELD"]


@pytest.mark.parametrize("call", ["adopt", "write_off"])
def test_only_what_is_in_doubt_can_be_settled(library, call):
    """A job that runs, or is done, is not changed by a slip."""
    calls, _ = desk(library, DONE)

    async def settle():
        done = await calls.engine.perform(job(), None)
        name = done.kept.job["id"]
        if call == "adopt":
            await calls.adopt(name, "t2")
        else:
            await calls.write_off(name, billed="no")

    with pytest.raises(LibraryError, match="is done, not held"):
        asyncio.run(settle())
    assert [row["receipt"] for row in rows(library)] == ["t1"]


def test_a_task_of_another_job_cannot_be_adopted(library):
    """One task belongs to one job."""
    calls, _ = desk(library, DONE, LOST, DONE)

    async def adopt():
        await calls.engine.perform(job("First"), None)
        await calls.adopt(await lose(calls), "t1")

    with pytest.raises(LibraryError, match="belongs to another job"):
        asyncio.run(adopt())


@pytest.mark.parametrize("certain", [True, False])
def test_check_adopts_only_what_is_certain(library, monkeypatch, certain):
    """Evidence that only this job can have left is adopted; other evidence is shown."""
    monkeypatch.setattr(Listed, "certain", certain)
    answers = [LOST] + [reply(state="done", id="t7", cost=1)] * certain
    calls, _ = desk(library, *answers)

    async def check():
        return await calls.check(await lose(calls, provider="listed"))

    table = asyncio.run(check())
    assert list(table.index) == ["t7"]
    assert rows(library)[0]["state"] == ("FETCHED" if certain else "HELD")


def test_submitting_again_is_the_users_word(library):
    """A second attempt is made beside the held one, which still counts as spent."""
    calls, transport = desk(library, LOST, DONE)

    async def again():
        return await calls.submit_again(await lose(calls))

    assert asyncio.run(again()).credits == 5.0
    assert len(transport.requests) == 2
    before, again = rows(library)
    assert (before["state"], before["billed"]) == ("FAILED", "unknown")
    assert "nobody knows" in before["error"]["message"]
    assert again["state"] == "FETCHED"


def test_what_was_submitted_again_is_not_adopted_behind_that(library):
    """Who saw the doubt before is told; nothing is changed."""
    calls, _ = desk(library, LOST, DONE)

    async def late():
        seen = await calls.engine.find(name := await lose(calls))
        await calls.submit_again(name)
        await calls.engine.library.transact(adopt, seen, "t9")

    with pytest.raises(LibraryError, match="submitted again by now"):
        asyncio.run(late())
    assert [row["state"] for row in rows(library)] == ["FAILED", "FETCHED"]


def test_a_job_that_is_not_over_is_not_sent_again(library):
    """What is done or under way needs no second submission."""
    calls, transport = desk(library, DONE)

    async def again():
        done = await calls.engine.perform(job(), None)
        await calls.submit_again(done.kept.job["id"])

    with pytest.raises(LibraryError, match="not over"):
        asyncio.run(again())
    assert len(transport.requests) == 1


@pytest.mark.parametrize(("billed", "sent"), [("no", 2), ("yes", 1), ("unknown", 1)])
def test_a_job_written_off_as_not_billed_may_be_made_anew(library, billed, sent):
    """Only the word that it cost nothing lets the same call be sent again."""
    calls, transport = desk(library, LOST, DONE)

    async def write_off():
        name = await lose(calls)
        await calls.write_off(name, billed=billed)
        await asyncio.gather(calls.engine.perform(job(), None), return_exceptions=True)

    asyncio.run(write_off())
    assert len(transport.requests) == sent
    with pytest.raises(InvalidSetting, match="'yes', 'no' or 'unknown'"):
        asyncio.run(calls.write_off("x", billed="maybe"))


def test_a_budget_refuses_before_anything_is_sent(library):
    """What is spent, held or under way counts; what was refused does not."""
    answers = [DONE, LOST, reply(code="money")]
    calls, transport = desk(library, *answers, budgets={"listed": 14_000_000})

    async def spend():
        perform = calls.engine.perform
        await perform(job("a", provider="listed"), None)
        await lose(calls, text="b", provider="listed")
        with pytest.raises(BudgetExceeded, match="up to 5 credits.*has 4 left"):
            await perform(job("c", provider="listed"), None)
        # What is in the library costs nothing, whatever is left.
        again = await perform(job("a", provider="listed"), None)
        assert again.cached

    asyncio.run(spend())
    assert len(transport.requests) == 2
    assert len(rows(library)) == 2


def test_parallel_calls_cannot_overshoot(library):
    """Twenty calls at once, a budget for three: three are sent."""

    async def one(request):
        await asyncio.sleep(0)
        number = request.json["text"]
        return reply(state="done", id=f"t{number}", cost=5_000_000)

    calls, transport = desk(library, *[one] * 20, budgets={"listed": 15_000_000})

    async def rush():
        asked = (job(str(n), provider="listed") for n in range(20))
        return await asyncio.gather(
            *(calls.engine.perform(one, None) for one in asked), return_exceptions=True
        )

    outcomes = asyncio.run(rush())
    refused = [outcome for outcome in outcomes if isinstance(outcome, BudgetExceeded)]
    assert len(refused) == 17
    assert len(transport.requests) == 3


def test_resume_finishes_what_a_dead_kernel_left(library):
    """Accepted tasks are fetched, doubt is held, what was never sent is sent."""
    dead = Library(library.folder)
    accepted, sending, _ = (begin(dead, job(text)) for text in ("a", "b", "c"))
    for kept in (accepted, sending):
        dead.post(advance, kept, Change(state=State.SENDING)).result()
    change = Change(state=State.ACCEPTED, columns={"receipt": "ta"})
    dead.post(advance, accepted, change).result()
    dead.close()

    async def answer(request):
        receipt = "ta" if request.method == "GET" else "tc"
        return reply(state="done", id=receipt, cost=1)

    calls, transport = desk(library, answer, answer)
    table = asyncio.run(calls.resume())
    assert sorted(table.state) == ["done", "done", "held"]
    assert table.index.is_unique
    assert sorted(r.method for r in transport.requests) == ["GET", "POST"]


def test_there_is_nothing_to_look_for_where_all_is_known(library):
    """Of a job that is done no vendor is asked what became of it."""
    calls, transport = desk(library, reply(state="done", id="t1", cost=1))
    done = asyncio.run(calls.engine.perform(job(), None)).kept.job["id"]
    with pytest.raises(LibraryError, match="is done, not"):
        asyncio.run(calls.check(done))
    assert len(transport.requests) == 1


@pytest.mark.parametrize("call", ["adopt", "check", "submit_again"])
def test_what_was_forgotten_is_beyond_doubt(library, call):
    """Only its cost is left: it says so, and nothing is sent or changed."""
    calls, transport = desk(library)
    begun = begin(library, job())
    for state in (State.SENDING, State.ACCEPTED, State.AT_RISK):
        library.post(advance, begun, Change(state=state)).result()
    given = {"adopt": ("t1",)}.get(call, ())

    async def settle():
        await calls.forget(begun.job["id"])
        await getattr(calls, call)(begun.job["id"], *given)

    with pytest.raises(LibraryError, match="was forgotten"):
        asyncio.run(settle())
    assert transport.requests == []
    assert [row["state"] for row in rows(library)] == ["AT_RISK"]


@pytest.mark.parametrize("call", ["adopt", "write_off"])
def test_what_held_offers_for_a_dead_kernels_request_works(library, call):
    """It is decided without being resumed first; not while somebody judges it."""
    dead = Library(library.folder)
    dead.post(advance, begin(dead, job()), Change(state=State.SENDING)).result()
    dead.close()
    calls, transport = desk(library, *2 * [reply(state="done", id="t9", cost=1)])

    async def settle():
        table = await calls.held()
        assert call in table.options.iloc[0]
        if call == "adopt":
            await calls.adopt(table.index[0], "t9")
        else:
            await calls.write_off(table.index[0], billed="yes")

    asyncio.run(settle())
    assert [request.method for request in transport.requests].count("POST") == 0
    (row,) = rows(library)
    assert row["state"] == {"adopt": "FETCHED", "write_off": "FAILED"}[call]


def test_nobody_decides_over_the_head_of_who_judges(library):
    """While a kernel waits for what tells of a lost answer, it can only be checked."""
    kept = begin(library, job())
    for state in (State.SENDING, State.AMBIGUOUS):
        library.post(advance, kept, Change(state=state)).result()
    calls, _ = desk(library)

    async def write_off():
        assert (await calls.held()).options.iloc[0] == "check"
        await calls.write_off(kept.job["id"], billed="yes")

    with pytest.raises(LibraryError, match="is sending, not held"):
        asyncio.run(write_off())
