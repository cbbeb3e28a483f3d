"""A free job is sent while its row is on its way to the disk; nothing else is."""

import asyncio
import sqlite3
import threading

import pytest
from fakes import Connected, Free, Paid, Script, job, reply
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from voicekit import providers
from voicekit.engine import engine as engine_module
from voicekit.engine.engine import Engine
from voicekit.errors import LibraryError
from voicekit.library.claiming import Elsewhere, claim

DONE = reply(state="done", id="t1", cost=1)


@pytest.fixture(autouse=True)
def _vendors(monkeypatch):
    monkeypatch.setitem(providers._registered, "paid", Paid)
    monkeypatch.setitem(providers._registered, "free", Free)


@pytest.fixture
def at_the_claim(library, monkeypatch):
    """Return a function: what it is given is called before a claim is committed."""
    claims, acts = [], []

    def noted(*asked):
        claims.append(claim(*asked))
        return claims[-1]

    monkeypatch.setattr(engine_module, "claim", noted)
    event.listen(library._engine, "commit", lambda _: claims and acts and acts.pop()())
    return acts.append


def failing(code):
    error = sqlite3.OperationalError("the disk")
    error.sqlite_errorcode = code

    def fail():
        raise OperationalError(None, None, error)

    return fail


@pytest.mark.parametrize(("provider", "is_sent"), [("free", True), ("paid", False)])
def test_only_a_free_job_is_sent_before_its_row_is_on_disk(
    library, at_the_claim, provider, is_sent
):
    """The commit waits for the request; for a paid one it waits in vain."""
    asked = threading.Event()

    async def answer(_):
        asked.set()
        return DONE

    seen = []
    made = Engine(library, Connected(Script(answer)))
    at_the_claim(lambda: seen.append(asked.wait(30 if is_sent else 0.2)))
    done = asyncio.run(made.perform(job(provider=provider), None))
    assert seen == [is_sent]
    assert len(done.kept.files) == 1


def test_a_row_that_never_came_to_the_disk_keeps_nothing(library, at_the_claim):
    """The error is that of the disk, and no sound is left without a row."""
    made = Engine(library, Connected(Script(DONE)))
    at_the_claim(failing(sqlite3.SQLITE_FULL))
    with pytest.raises(LibraryError, match="cannot be used now"):
        asyncio.run(made.perform(job(provider="free"), None))
    assert not [path for path in library.files.folder.rglob("*") if path.is_file()]


def test_a_kernel_that_came_first_after_all_is_told(library, at_the_claim, monkeypatch):
    """A commit that found the database locked is run again, and says something else."""
    first, claims = engine_module.claim, []

    def contested(*asked):
        claims.append(first(*asked))
        return claims[0] if len(claims) == 1 else Elsewhere(claims[0].kept)

    made = Engine(library, Connected(Script(DONE)))
    monkeypatch.setattr(engine_module, "claim", contested)
    at_the_claim(failing(sqlite3.SQLITE_BUSY))
    with pytest.raises(LibraryError, match="Another kernel has just begun"):
        asyncio.run(made.perform(job(provider="free"), None))
    assert len(claims) == 2
