"""The ledger's database: kept as asked, or not opened at all."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

from voicekit.errors import LibraryError
from voicekit.library import database
from voicekit.library.database import open_database
from voicekit.library.library import Library, default_folder
from voicekit.library.schema import SCHEMA_VERSION


def test_what_the_database_was_asked_for_is_what_it_keeps(tmp_path):
    """A rollback journal, every commit synced, ten seconds of patience."""
    engine = open_database(tmp_path / "ledger.sqlite")
    with engine.connect() as connection:
        found = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in database._PRAGMAS
        }
    assert found == {
        "journal_mode": "delete",
        "synchronous": 3,
        "busy_timeout": 10_000,
        "foreign_keys": 1,
        "secure_delete": 1,
    }


def test_a_setting_that_does_not_stick_is_an_error(tmp_path, monkeypatch):
    """A database that keeps less than it was told is not used."""
    monkeypatch.setitem(database._PRAGMAS, "journal_mode", "wal2")
    with pytest.raises(LibraryError, match="journal_mode=delete where wal2"):
        open_database(tmp_path / "ledger.sqlite")


def test_a_newer_library_is_left_alone(tmp_path):
    """A ledger that a later voicekit wrote is refused, and not changed."""
    path = tmp_path / "ledger.sqlite"
    open_database(path).dispose()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE meta SET version = ?", (SCHEMA_VERSION + 1,))
    before = path.read_bytes()
    with pytest.raises(LibraryError, match="written by a newer voicekit"):
        open_database(path)
    assert path.read_bytes() == before


def test_a_damaged_ledger_is_refused(tmp_path):
    """What is no database is not overwritten."""
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(b"this is no database, it only looks like one" * 100)
    with pytest.raises(LibraryError, match="cannot be used"):
        open_database(path)
    assert path.read_bytes().startswith(b"this is no database")


def test_damage_after_a_crash_is_found(tmp_path):
    """After an interrupted write the whole ledger is checked before it is used."""
    path = tmp_path / "ledger.sqlite"
    open_database(path).dispose()
    content = bytearray(path.read_bytes())
    content[4096:4200] = b"\xff" * 104
    path.write_bytes(content)
    path.with_name("ledger.sqlite-journal").write_bytes(b"")
    with pytest.raises(LibraryError, match="damaged|cannot be used"):
        open_database(path)


@pytest.mark.parametrize("place", ["file", "read-only"])
def test_a_folder_that_cannot_be_written_is_an_error(tmp_path, place):
    """A file in the way, a file system that takes nothing: said before any work."""
    (tmp_path / "file").write_text("in the way")
    folder = {"file": tmp_path / "file", "read-only": Path("/proc/voicekit")}[place]
    with pytest.raises(LibraryError, match=r"cannot be written.*VOICEKIT_LIBRARY"):
        Library(folder)


def test_the_library_is_the_users_alone(library):
    """Nobody else on the machine can read what was spoken."""
    assert library.folder.stat().st_mode & 0o077 == 0


def test_the_environment_names_the_library(monkeypatch):
    """VOICEKIT_LIBRARY moves the library; without it the platform's folder is used."""
    assert default_folder().name == "library"
    monkeypatch.delenv("VOICEKIT_LIBRARY")
    assert default_folder().name == "voicekit"


def test_a_library_of_an_earlier_version_is_brought_up(tmp_path):
    """What it holds stays, and what is new is added."""
    path = tmp_path / "ledger.sqlite"
    open_database(path).dispose()
    with sqlite3.connect(path) as connection:
        connection.execute("DROP INDEX attempt_callback")
        connection.execute("ALTER TABLE attempt DROP COLUMN callback")
        connection.execute("ALTER TABLE attempt DROP COLUMN answered_at")
        connection.execute("UPDATE meta SET version = 1")
        connection.execute(
            "INSERT INTO job VALUES ('abc', 'k', 1, 'live', 'kie', 'speech', NULL, "
            "NULL, NULL, 'Hello', '{}', NULL, '{}', 5, 1)"
        )
    with open_database(path).connect() as connection:
        version = connection.execute(text("SELECT version FROM meta")).scalar()
        kept = connection.execute(text("SELECT text FROM job")).scalar()
        connection.execute(text("SELECT callback, answered_at FROM attempt"))
    assert (version, kept) == (SCHEMA_VERSION, "Hello")


def test_a_library_without_answers_gets_their_table(tmp_path):
    """What was written before there were listening tests takes their answers."""
    path = tmp_path / "ledger.sqlite"
    open_database(path).dispose()
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE answer")
    with open_database(path).connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM answer")).scalar() == 0
