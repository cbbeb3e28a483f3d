"""One job under one key, however many ask for it."""

import asyncio
import threading

import pytest
from fakes import Connected, Free, Paid, Script, begin, job, reply, terms
from patience import LIMIT_S

from voicekit import providers
from voicekit.engine import connector
from voicekit.engine import engine as engine_module
from voicekit.engine.connector import Connector
from voicekit.engine.doubts import Doubts
from voicekit.engine.engine import Engine
from voicekit.errors import (
    InsufficientCredits,
    LibraryError,
    StillRunning,
    SubmissionUnknown,
    Unsupported,
)
from voicekit.flow import NoReply
from voicekit.keys import Secret
from voicekit.library.claiming import Elsewhere, Mine, claim
from voicekit.library.ledger import Change, advance, find
from voicekit.library.library import Library
from voicekit.library.spending import attempts, held_rows
from voicekit.library.states import State

DONE = reply(state="done", id="t1", cost=1)
LOST = NoReply("the connection was reset", may_have_arrived=True)


@pytest.fixture(autouse=True)
def _vendors(monkeypatch):
    monkeypatch.setitem(providers._registered, "paid", Paid)
    monkeypatch.setitem(providers._registered, "free", Free)


def engine(library, *answers):
    transport = Script(*answers)
    return Engine(library, Connected(transport)), transport


def states(library):
    return [row["state"] for row in library.post(attempts).result()]


def test_the_same_job_again_is_found(library):
    """The second call sends nothing and says that it was free."""
    made, transport = engine(library, DONE)

    async def twice():
        return [await made.perform(job(), None) for _ in range(2)]

    first, second = asyncio.run(twice())
    assert (first.cached, second.cached) == (False, True)
    assert first.kept.job["id"] == second.kept.job["id"]
    assert len(transport.requests) == 1


def test_another_take_is_another_job(library):
    """take=2 is asked for again, and kept beside the first."""
    made, transport = engine(library, DONE, reply(state="done", id="t2"))

    async def two_takes():
        return [await made.perform(job(take=take), None) for take in (1, 2)]

    assert [done.cached for done in asyncio.run(two_takes())] == [False, False]
    assert len(transport.requests) == 2


def test_calls_at_the_same_time_share_one_attempt(library):
    """Ten calls in flight are one request; nine of them cost nothing."""
    made, transport = engine(library, DONE)

    async def ten():
        return await asyncio.gather(*(made.perform(job(), None) for _ in range(10)))

    assert sorted(done.cached for done in asyncio.run(ten())) == [False] + 9 * [True]
    assert len(transport.requests) == 1


def test_another_kernels_attempt_is_waited_for(library, tmp_path):
    """While another process works on a job, this one waits and then finds it."""
    other = Library(library.folder)
    kept = begin(other, job())
    made, transport = engine(library)

    async def wait_for_the_other():
        call = asyncio.create_task(made.perform(job(), None))
        await asyncio.sleep(0.2)
        assert not call.done()
        stored = await other.save(b"RIFF theirs", "audio/wav")
        columns = {"role": "audio", **_columns(stored)}
        for change in (
            Change(state=State.SENDING),
            Change(state=State.FETCHED, files=(columns,)),
        ):
            await other.transact(advance, kept, change)
        return await call

    done = asyncio.run(wait_for_the_other())
    other.close()
    assert done.cached
    assert transport.requests == []


def _columns(stored):
    return {
        "sha256": stored.sha256,
        "size": stored.size,
        "media_type": stored.media_type,
    }


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (State.RESERVED, ["FAILED", "FETCHED"]),
        (State.SENDING, ["HELD"]),
        (State.ACCEPTED, ["FETCHED"]),
    ],
)
def test_what_a_dead_kernel_left_is_taken_over(library, state, expected):
    """Never sent: made anew. In doubt: held. Accepted: asked for, not sent again."""
    dead = Library(library.folder)
    kept = begin(dead, job())
    if state is not State.RESERVED:
        dead.post(advance, kept, Change(state=State.SENDING)).result()
    if state is State.ACCEPTED:
        accepted = Change(state=state, columns={"receipt": "t1"})
        dead.post(advance, kept, accepted).result()
    dead.close()
    made, transport = engine(library, DONE)
    if expected == ["HELD"]:
        with pytest.raises(SubmissionUnknown):
            asyncio.run(made.perform(job(), None))
    else:
        asyncio.run(_perform_quickly(made, job()))
    assert states(library) == expected
    assert [r.method for r in transport.requests] == {
        State.RESERVED: ["POST"],
        State.SENDING: [],
        State.ACCEPTED: ["GET"],
    }[state]


async def _perform_quickly(made, asked):
    """Perform a job whose first poll need not wait."""
    return await made.perform(asked, 30)


def test_doubt_stays_until_the_user_decides(library):
    """A held job raises again and again, and is never sent a second time."""
    made, transport = engine(library, LOST)

    async def thrice():
        return await asyncio.gather(
            *(made.perform(job(), None) for _ in range(2)), return_exceptions=True
        ) + await asyncio.gather(made.perform(job(), None), return_exceptions=True)

    errors = asyncio.run(thrice())
    assert [type(error) for error in errors] == 3 * [SubmissionUnknown]
    assert len({str(error) for error in errors}) == 1
    assert len(transport.requests) == 1
    assert states(library) == ["HELD"]


def test_a_refusal_may_be_tried_again(library):
    """What cost nothing is a new attempt at the next call."""
    made, _ = engine(library, reply(code="money"), DONE)

    async def refused_then_done():
        with pytest.raises(InsufficientCredits):
            await made.perform(job(), None)
        return await made.perform(job(), None)

    assert not asyncio.run(refused_then_done()).cached
    assert states(library) == ["REFUSED", "FETCHED"]


def test_a_wait_that_ends_keeps_the_job(library):
    """StillRunning names the job, the job goes on, and its name brings the clip."""
    go_on = asyncio.Event()

    async def slow(request):
        await go_on.wait()
        return DONE

    made, transport = engine(library, slow)

    async def impatient():
        with pytest.raises(StillRunning, match="still runs after 0.05 s") as caught:
            await made.perform(job(), 0.05)
        go_on.set()
        return await made.await_job(caught.value.job, 5)

    assert asyncio.run(impatient()).kept.state is State.FETCHED
    assert len(transport.requests) == 1


def test_a_cancelled_call_does_not_forget_a_sent_job(library):
    """Stopping the wait after sending leaves the job to finish, once."""
    sent, go_on = asyncio.Event(), asyncio.Event()

    async def slow(request):
        sent.set()
        await go_on.wait()
        return DONE

    made, transport = engine(library, slow)

    async def stop_waiting():
        call = asyncio.create_task(made.perform(job(), None))
        await sent.wait()
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        go_on.set()
        return await made.perform(job(), None)

    assert asyncio.run(stop_waiting()).kept.state is State.FETCHED
    assert len(transport.requests) == 1


def test_a_lost_file_of_a_free_job_is_made_again(library):
    """Free and repeatable: what is missing is simply made once more."""
    made, transport = engine(library, DONE, DONE)

    async def lose_the_file():
        first = await made.perform(job(provider="free"), None)
        path = library.files.find(first.kept.files[0]["sha256"], 0, "audio/wav").path
        path.write_bytes(b"RIFF damaged")
        return await made.perform(job(provider="free"), None)

    assert not asyncio.run(lose_the_file()).cached
    assert len(transport.requests) == 2


def test_a_lost_file_of_a_paid_job_is_not_paid_for_again(library):
    """What was paid for is not silently bought twice."""
    made, transport = engine(library, DONE)

    async def lose_the_file():
        first = await made.perform(job(), None)
        library.files.find(first.kept.files[0]["sha256"], 0, "audio/wav").path.unlink()
        await made.perform(job(), None)

    with pytest.raises(LibraryError, match=r"studio\.forget"):
        asyncio.run(lose_the_file())
    assert len(transport.requests) == 1


def test_forgetting_drops_text_and_audio_and_keeps_the_cost(library):
    """After forget the text and the file are gone, the credits are not."""
    made, _ = engine(library, reply(state="done", id="t1", cost=3))

    async def forget():
        done = await made.perform(job("A secret"), None)
        await Doubts(made, []).forget(done.kept.job["id"])
        return done

    done = asyncio.run(forget())
    (row,) = library.post(attempts).result()
    assert (row["text"], row["key"], row["credits_micros"]) == (None, None, 3)
    path = library.files.find(done.kept.files[0]["sha256"], 0, "audio/wav").path
    assert not path.exists()


def test_an_unknown_job_is_an_error(library):
    """A name that the library does not know says so."""
    made, _ = engine(library)
    with pytest.raises(LibraryError, match="no job 'nosuch'"):
        asyncio.run(made.await_job("nosuch", 1))


def test_a_full_disk_stops_a_paid_job_before_it_is_sent(library, monkeypatch):
    """With no room to save what it would buy, nothing is sent."""
    made, transport = engine(library, DONE)
    monkeypatch.setattr("voicekit.library.library.LEAST_FREE_BYTES", 1 << 60)
    with pytest.raises(LibraryError, match="too little to save audio"):
        asyncio.run(made.perform(job(), None))
    assert transport.requests == []
    assert states(library) == ["FAILED"]


def test_a_provider_without_its_transport_is_unsupported(library):
    """A transport that nobody knows is named, with those that are known."""
    with pytest.raises(Unsupported, match="'fake'.*http and offline"):
        asyncio.run(Engine(library, Connector()).perform(job(), None))


def test_claiming_is_exclusive(library):
    """Two libraries that claim the same job at once get one attempt between them."""
    other = Library(library.folder)
    claims = [
        one.post(claim, job(f"{n}"), terms(one), one.owner.is_alive)
        for n in range(50)
        for one in (library, other)
    ]
    kinds = [type(future.result()) for future in claims]
    other.close()
    assert kinds.count(Mine) == 50
    assert kinds.count(Elsewhere) == 50


def test_a_stored_clip_is_returned_where_nothing_can_be_written(library):
    """On a full disk the calls that cost nothing still bring what is there."""
    made, _ = engine(library, DONE)

    async def speak():
        return await made.perform(job(), None)

    asyncio.run(speak())
    full = "PRAGMA max_page_count=1"
    library.post(lambda connection: connection.exec_driver_sql(full)).result()
    big = Change(state=State.FETCHED, columns={"warnings": ["x" * 100_000]})
    kept = library.post(find, key=job().key, take=1).result()
    with pytest.raises(LibraryError, match="is full.*call again"):
        library.post(advance, kept, big).result()
    assert all(asyncio.run(speak()).cached for _ in range(3))


def test_what_was_damaged_does_not_count_as_answered(library):
    """A call that found no whole file was not answered from the library."""
    made, _ = engine(library, DONE, DONE)

    async def lose_the_file():
        first = await made.perform(job(provider="free"), None)
        path = library.files.find(first.kept.files[0]["sha256"], 0, "audio/wav").path
        path.write_bytes(b"RIFF damaged")
        await made.perform(job(provider="free"), None)

    asyncio.run(lose_the_file())
    assert [row["answered"] for row in library.post(attempts).result()] == [0, 0]


@pytest.mark.parametrize(
    ("provider", "states_left", "settled"),
    [
        ("free", [], "FAILED"),
        ("paid", [], "RESERVED"),
        ("paid", [State.SENDING], "AMBIGUOUS"),
        ("paid", [State.SENDING, State.ACCEPTED], "ACCEPTED"),
    ],
)
def test_orphans_say_what_is_known_of_them(library, provider, states_left, settled):
    """A dead kernel's rows are put right when the library is opened again."""
    dead = Library(library.folder)
    kept = begin(dead, job(provider=provider), repeatable=provider == "free")
    for state in states_left:
        dead.post(advance, kept, Change(state=state)).result()
    engine(library)
    assert states(library) == [kept.attempt["state"], *map(str, states_left)][-1:]
    dead.close()
    engine(library)
    (row,) = library.post(attempts).result()
    assert (row["state"], row["owner"]) == (settled, "")
    assert [held["options"] for held in held_rows([row])] == (
        ["resume, check, adopt, write_off"] if settled == "AMBIGUOUS" else []
    )


@pytest.mark.parametrize("state", ["HELD", "ACCEPTED"])
def test_what_is_not_over_is_not_forgotten(library, state):
    """Its call would be a new job, and be sent again beside the one in doubt."""
    made, _ = engine(library, LOST)

    async def forget():
        if state == "ACCEPTED":
            kept = begin(library, job())
            for then in (State.SENDING, State.ACCEPTED):
                await library.transact(advance, kept, Change(state=then))
            await Doubts(made, []).forget(kept.job["id"])
        with pytest.raises(SubmissionUnknown) as held:
            await made.perform(job(), None)
        await Doubts(made, []).forget(held.value.job)

    with pytest.raises(LibraryError, match="not over"):
        asyncio.run(forget())
    assert states(library) == [state]
    assert library.post(find, key=job().key, take=1).result() is not None


def test_what_was_forgotten_has_no_clip(library):
    """It is not found without its files, and not made anew."""
    made, transport = engine(library, DONE)

    async def ask_for_it():
        done = await made.perform(job(), None)
        await Doubts(made, []).forget(done.kept.job["id"])
        await made.await_job(done.kept.job["id"], 1)

    with pytest.raises(LibraryError, match="was forgotten"):
        asyncio.run(ask_for_it())
    assert len(transport.requests) == 1


def test_a_keyring_that_asks_its_user_holds_up_nobody(monkeypatch):
    """Which account is charged is looked up beside the loop."""
    asked, answered = threading.Event(), threading.Event()

    def ask(provider, parts, address):
        asked.set()
        assert answered.wait(10), "The loop waited for the keyring."
        return {"KEY": Secret("a key", address)}

    monkeypatch.setattr(connector, "find_secrets", ask)

    async def meanwhile():
        account = asyncio.create_task(Connector().account(providers.find("kie")))
        await asyncio.to_thread(asked.wait, 10)
        answered.set()
        return await account

    assert len(asyncio.run(meanwhile())) == 8


@pytest.mark.parametrize("kind", [Paid, Free])
def test_called_off_while_it_is_claimed_nothing_is_left_to_be_sent(
    library, monkeypatch, kind
):
    """The ledger still writes the claim; nobody carries it, and nobody will."""
    begun, go_on = threading.Event(), threading.Event()

    def slow(*given):
        begun.set()
        assert go_on.wait(LIMIT_S)
        return claim(*given)

    monkeypatch.setattr(engine_module, "claim", slow)
    performing, transport = engine(library)

    async def cancel():
        asking = asyncio.create_task(performing.perform(job(provider=kind.name), None))
        assert await asyncio.to_thread(begun.wait, LIMIT_S)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        go_on.set()
        return await library.transact(attempts)

    (row,) = asyncio.run(cancel())
    assert (row["state"], row["billed"], row["owner"]) == ("FAILED", "no", "")
    assert transport.requests == []
