"""One thread, one connection, shared commits."""

import sqlite3
import threading

import pytest
from sqlalchemy import event as sa_event
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import OperationalError

from voicekit.errors import LibraryError
from voicekit.library import database
from voicekit.library.database import open_database
from voicekit.library.schema import meta
from voicekit.library.writer import Writer


@pytest.fixture
def engine(tmp_path):
    engine = open_database(tmp_path / "ledger.sqlite")
    yield engine
    engine.dispose()


@pytest.fixture
def writer(engine):
    writer = Writer(engine)
    yield writer
    writer.close()


def add(connection, version):
    connection.execute(insert(meta).values(version=version))
    return version


def _insert_nowhere(connection):
    connection.execute(text("INSERT INTO nowhere VALUES (1)"))


def count(connection):
    return connection.execute(select(func.count()).select_from(meta)).scalar()


def test_calls_that_wait_together_share_a_commit(engine, writer):
    """A hundred waiting calls cost a few commits, and each gets its own value."""
    commits, go = [], threading.Event()
    sa_event.listen(engine, "commit", lambda _: commits.append(1))
    first = writer.submit(lambda _: go.wait(5))
    futures = [writer.submit(add, n) for n in range(100)]
    go.set()
    assert first.result()
    assert [future.result() for future in futures] == list(range(100))
    assert len(commits) <= 2


def test_a_call_that_fails_takes_no_other_with_it(writer):
    """One bad call of a batch is rolled back alone."""
    go = threading.Event()
    writer.submit(lambda _: go.wait(5))

    def fail(connection):
        add(connection, -1)
        raise ValueError("bad")

    futures = [writer.submit(add, 1), writer.submit(fail), writer.submit(add, 2)]
    go.set()
    assert futures[0].result() == 1
    assert futures[2].result() == 2
    with pytest.raises(ValueError, match="bad"):
        futures[1].result()
    assert writer.submit(count).result() == 3


def test_after_a_commit_that_failed_nothing_more_is_written(writer):
    """A database that broke once is not trusted again."""
    with pytest.raises(LibraryError, match="no such table.*Nothing more is sent"):
        writer.submit(_insert_nowhere).result()
    with pytest.raises(LibraryError, match="Nothing more is sent"):
        writer.submit(add, 1).result()


def test_a_commit_that_broke_is_not_tried_again_call_by_call(engine, writer):
    """After an I/O error the second try may lie: every call of the batch fails."""
    broken, go = sqlite3.OperationalError("disk I/O error"), threading.Event()
    broken.sqlite_errorcode = sqlite3.SQLITE_IOERR
    errors, begun = [OperationalError(None, None, broken)], threading.Event()

    def hold(_):
        begun.set()
        go.wait(5)

    def fail_once(_):
        if first.done() and errors:
            raise errors.pop()

    sa_event.listen(engine, "commit", fail_once)
    first = writer.submit(hold)
    begun.wait(5)
    futures = [writer.submit(add, n) for n in range(3)]
    go.set()
    outcomes = [future.exception() for future in futures]
    assert all(isinstance(error, LibraryError) for error in outcomes)


def test_what_was_cancelled_in_time_is_not_run(writer):
    """A call that nobody waits for any more does not happen."""
    go = threading.Event()
    writer.submit(lambda _: go.wait(5))
    doomed = writer.submit(add, 7)
    assert doomed.cancel()
    go.set()
    assert writer.submit(count).result() == 1


def test_closing_finishes_what_waits(engine):
    """What was asked before close is on disk after it."""
    writer = Writer(engine)
    futures = [writer.submit(add, n) for n in range(20)]
    writer.close()
    assert all(future.done() for future in futures)
    with engine.connect() as connection:
        assert count(connection) == 21


def test_a_locked_database_is_no_end(engine, writer, tmp_path, monkeypatch):
    """While another process holds the lock a call fails; the next one may succeed."""
    monkeypatch.setitem(database._PRAGMAS, "busy_timeout", 10)
    other = sqlite3.connect(tmp_path / "ledger.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LibraryError, match="locked.*call again"):
        writer.submit(add, 1).result()
    other.execute("COMMIT")
    assert writer.submit(add, 2).result() == 2
    other.close()


def test_a_reader_that_stays_is_no_end(engine, writer, tmp_path, monkeypatch):
    """A commit that a reader holds up is rolled back; the next one may succeed."""
    monkeypatch.setitem(database._PRAGMAS, "busy_timeout", 10)
    other = sqlite3.connect(tmp_path / "ledger.sqlite", isolation_level=None)
    other.execute("BEGIN")
    other.execute("SELECT * FROM meta").fetchall()
    with pytest.raises(LibraryError, match="locked.*call again"):
        writer.submit(add, 1).result()
    other.execute("COMMIT")
    assert writer.submit(add, 2).result() == 2
    assert writer.submit(count).result() == 2
    other.close()


def test_a_database_that_cannot_be_opened_fails_the_call_alone(engine):
    """The thread lives on: no call waits for ever, and a later one is served."""
    writer, refusals = Writer(engine), [OSError("no file handles left")]

    def refuse(*_):
        if refusals:
            raise refusals.pop()

    sa_event.listen(engine, "do_connect", refuse)
    with pytest.raises(OSError, match="no file handles"):
        writer.submit(add, 1).result(5)
    assert writer.submit(add, 2).result(5) == 2
    writer.close()
