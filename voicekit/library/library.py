"""The library: one folder with the ledger, the audio files and the owners' locks."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import platformdirs
from sqlalchemy import Connection

from voicekit.errors import LibraryError
from voicekit.library.database import open_database
from voicekit.library.files import FileStore, StoredFile
from voicekit.library.owner import Owner
from voicekit.library.writer import Writer

__all__ = ["Library", "default_folder"]

P = ParamSpec("P")
T = TypeVar("T")

LEAST_FREE_BYTES = 32 << 20
"""With less room on the disk nothing is sent: what it buys could not be saved."""


def default_folder() -> Path:
    """Return ``VOICEKIT_LIBRARY``, else the platform's folder for user data."""
    chosen = os.environ.get("VOICEKIT_LIBRARY")
    if chosen:
        return Path(chosen).expanduser()
    return Path(platformdirs.user_data_dir("voicekit", appauthor=False))


class Library:
    """Everything that is kept, in one folder. Its methods never block the event loop.

    Parameters
    ----------
    folder : Path
        Created where it does not exist, readable by its owner alone.

    Raises
    ------
    LibraryError
        If the folder cannot be written, or a newer voicekit wrote it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.owner = Owner(folder / "owners")
            self.files = FileStore(folder / "files")
            if self.owner.is_alone():
                self.files.sweep()
        except OSError as error:
            raise LibraryError(
                f"The library folder {folder} cannot be written: {error.strerror}. "
                "Name another with Studio(library=...) or VOICEKIT_LIBRARY."
            ) from error
        try:
            self._engine = open_database(folder / "ledger.sqlite")
        except BaseException:
            self.owner.release()
            raise
        self._writer = Writer(self._engine)
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="voicekit-files")

    async def transact(
        self,
        function: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run a function of the ledger in a transaction, and wait for its commit."""
        return await asyncio.wrap_future(self.post(function, *args, **kwargs))

    async def foresee(
        self,
        function: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> tuple[T, asyncio.Future[T]]:
        """Run a function in a transaction, and do not wait for its commit.

        Returns
        -------
        value, written
            What it returned when it first ran, which the commit may still take back;
            and the future of what is on disk.
        """
        loop = asyncio.get_running_loop()
        first: asyncio.Future[T] = loop.create_future()

        def announced(connection: Connection) -> T:
            value = function(connection, *args, **kwargs)
            loop.call_soon_threadsafe(_fulfil, first, value)
            return value

        written = asyncio.wrap_future(self.post(announced))
        await asyncio.wait((first, written), return_when=asyncio.FIRST_COMPLETED)
        return (first if first.done() else written).result(), written

    def post(
        self,
        function: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Future[T]:
        """Have a function of the ledger run in a transaction, without waiting."""
        return self._writer.submit(function, *args, **kwargs)

    async def save(self, content: bytes, media_type: str) -> StoredFile:
        """Save a file durably."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._threads, self.files.put, content, media_type
        )

    async def run(self, function: Callable[[], T]) -> T:
        """Run a function that reads or removes files, in a thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, function)

    def check_room(self) -> None:
        """Make sure that what is about to be made can be saved.

        Raises
        ------
        LibraryError
            If the disk is nearly full.
        """
        free = shutil.disk_usage(self.folder).free
        if free < LEAST_FREE_BYTES:
            raise LibraryError(
                f"The disk of {self.folder} has {free >> 20} MiB left, too little to "
                "save audio; nothing was sent. Make room, or name another folder with "
                "Studio(library=...)."
            )

    def close(self) -> None:
        """Finish what is being written, and let others take over the rest."""
        self._threads.shutdown()
        self._writer.close()
        self._engine.dispose()
        self.owner.release()


def _fulfil(future: asyncio.Future[T], value: T) -> None:
    if not future.done():  # a transaction that was rolled back runs again
        future.set_result(value)
