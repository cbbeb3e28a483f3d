"""A disk that fails at one write: into the ledger's database, or of a file."""

import contextlib
import errno
import os
import sqlite3
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from voicekit.library import files, library

FULL, BROKEN = errno.ENOSPC, errno.EIO
_SAID = {FULL: sqlite3.SQLITE_FULL, BROKEN: sqlite3.SQLITE_IOERR}
_WRITES = ("INSERT", "UPDATE", "DELETE")


class Disk:
    """Counts writes, and fails at one of them; for good, or once.

    Attributes
    ----------
    failed, ledger_failed : bool
        Whether that write was reached, and whether it was the ledger's.
    """

    def __init__(self, fails_at: int, code: int, *, for_good: bool) -> None:
        self._left = fails_at
        self._code = code
        self._for_good = for_good
        self.is_counting = False
        self.failed = False
        self.ledger_failed = False

    def write(self) -> None:
        self._left -= self.is_counting
        if self._left == 0 or (self.failed and self._for_good):
            self.failed = True
            self._left = -1
            raise OSError(self._code, os.strerror(self._code))

    def into_the_database(self) -> None:
        try:
            self.write()
        except OSError as error:
            self.ledger_failed = True
            said = sqlite3.OperationalError(self._code)
            said.sqlite_errorcode = _SAID[self._code]
            raise OperationalError(None, None, said) from error


@contextlib.contextmanager
def failing(disk: Disk, monkeypatch):
    """Have every write of a library that is opened within go through a disk."""
    open_database, part = library.open_database, files.Part
    fsync, replace, write = os.fsync, Path.replace, part.write

    def opened(path):
        engine = open_database(path)
        event.listen(engine, "before_cursor_execute", _on_statement)
        event.listen(engine, "commit", _on_commit)
        return engine

    def _on_statement(connection, cursor, statement, *rest):
        if statement.lstrip().upper().startswith(_WRITES):
            disk.into_the_database()

    def _on_commit(connection):
        disk.into_the_database()

    def counted(function):
        def call(*args, **kwargs):
            disk.write()
            return function(*args, **kwargs)

        return call

    with monkeypatch.context() as patch:
        patch.setattr(library, "open_database", opened)
        patch.setattr(os, "fsync", counted(fsync))
        patch.setattr(Path, "replace", counted(replace))
        patch.setattr(part, "write", _explained(counted(write)))
        yield


def _explained(write):
    def call(self, chunk):
        with self._discarded_on_failure():
            write(self, chunk)

    return call
