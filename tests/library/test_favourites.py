"""Favourites: kept in the library, also in one that an earlier voicekit made."""

import sqlite3

from voicekit.library.favourites import favour, favourites
from voicekit.library.library import Library
from voicekit.library.schema import SCHEMA_VERSION


def test_marks_are_kept_once_and_taken_back(library):
    """Marking twice is marking once."""
    for voice in ("kie:Rachel", "kie:Rachel", "offline:de"):
        library.post(favour, voice, is_favourite=True).result()
    library.post(favour, "offline:de", is_favourite=False).result()
    assert library.post(favourites).result() == {"kie:Rachel"}


def test_a_library_of_the_first_version_gets_the_table(tmp_path):
    """What an earlier voicekit wrote is opened, and keeps its rows."""
    Library(tmp_path).close()
    with sqlite3.connect(tmp_path / "ledger.sqlite") as connection:
        connection.execute("DROP TABLE favourite")
        connection.execute("DROP INDEX attempt_callback")
        connection.execute("ALTER TABLE attempt DROP COLUMN callback")
        connection.execute("ALTER TABLE attempt DROP COLUMN answered_at")
        connection.execute("UPDATE meta SET version = 1")
        connection.execute("INSERT INTO preview VALUES ('live', 'a:b', 'c', 1, 'd')")
    library = Library(tmp_path)
    library.post(favour, "kie:Rachel", is_favourite=True).result()
    assert library.post(favourites).result() == {"kie:Rachel"}
    library.close()
    with sqlite3.connect(tmp_path / "ledger.sqlite") as connection:
        assert connection.execute("SELECT version FROM meta").fetchone() == (
            SCHEMA_VERSION,
        )
        assert connection.execute("SELECT count(*) FROM preview").fetchone() == (1,)
