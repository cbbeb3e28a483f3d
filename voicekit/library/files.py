"""Keeps files by the hash of their content, so that a file is whole or absent."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from voicekit.content import read_unchanged
from voicekit.errors import LibraryError
from voicekit.media import EXTENSIONS, media_type_of

__all__ = ["FileStore", "Part", "StoredFile"]

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A file in the store, known by its content."""

    path: Path
    sha256: str
    size: int
    media_type: str

    def read(self) -> bytes:
        """Return the content, checked against its hash.

        Raises
        ------
        LibraryError
            If the file is missing or was changed.
        """
        return read_unchanged(self.path, self.sha256)

    def is_whole(self) -> bool:
        """Tell whether the file is there, with the content that was saved."""
        try:
            self.read()
        except LibraryError:
            return False
        return True


class FileStore:
    """A folder of files named by the SHA-256 of their content.

    Parameters
    ----------
    folder : Path
        Created where it does not exist.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def find(self, sha256: str, size: int, media_type: str) -> StoredFile:
        """Return the file of this content, whether or not it is still there."""
        return StoredFile(
            path=self._path(sha256, media_type),
            sha256=sha256,
            size=size,
            media_type=media_type,
        )

    def put(self, content: bytes, media_type: str) -> StoredFile:
        """Save content durably and return where it is.

        Raises
        ------
        LibraryError
            If the disk is full or fails.
        """
        part = self.begin()
        part.write(content)
        return part.keep(media_type)

    def adopt(self, path: Path) -> StoredFile:
        """Copy a file of the user's, so that it cannot change or go.

        Raises
        ------
        LibraryError
            If it cannot be read, or the copy cannot be written.
        """
        part = self.begin()
        try:
            with path.open("rb") as stream:
                while chunk := stream.read(_CHUNK):
                    part.write(chunk)
        except OSError as error:
            part.discard()
            raise LibraryError(f"{path} cannot be read: {error.strerror}.") from error
        return part.keep(media_type_of(path))

    def sweep(self) -> None:
        """Remove what processes that died were writing."""
        for path in self.folder.glob("*.part"):
            path.unlink(missing_ok=True)

    def begin(self) -> Part:
        """Begin a file whose content comes bit by bit."""
        with _explained(self.folder):
            return Part(self)

    def _path(self, sha256: str, media_type: str) -> Path:
        extension = EXTENSIONS.get(media_type, "bin")
        return self.folder / sha256[:2] / f"{sha256}.{extension}"


class Part:
    """A file that is being written: nobody sees it before `keep`.

    The content is synced, then renamed to its hash, then the folder is synced: when
    `keep` returns, the bytes survive a power cut.
    """

    def __init__(self, store: FileStore) -> None:
        self._store = store
        self._hash = hashlib.sha256()
        self.size = 0
        # A name of its own in each process, readable by its owner alone.
        descriptor, name = tempfile.mkstemp(dir=store.folder, suffix=".part")
        self._temporary = Path(name)
        self._stream = os.fdopen(descriptor, "wb")

    def write(self, chunk: bytes) -> None:
        """Add to the content.

        Raises
        ------
        LibraryError
            If the disk is full or fails; nothing is left behind.
        """
        with self._discarded_on_failure():
            self._stream.write(chunk)
        self._hash.update(chunk)
        self.size += len(chunk)

    def keep(self, media_type: str) -> StoredFile:
        """Make it a file of the store, durably.

        Raises
        ------
        LibraryError
            If the disk is full or fails; nothing is left behind.
        """
        stored = self._store.find(self._hash.hexdigest(), self.size, media_type)
        with self._discarded_on_failure():
            self._stream.flush()
            os.fsync(self._stream.fileno())
            self._stream.close()
            _make_folder(stored.path.parent)
            self._temporary.replace(stored.path)
            _sync_folder(stored.path.parent)
        return stored

    def discard(self) -> None:
        """Leave nothing behind."""
        with contextlib.suppress(OSError):
            self._stream.close()
        with contextlib.suppress(OSError):
            self._temporary.unlink()

    @contextlib.contextmanager
    def _discarded_on_failure(self) -> Iterator[None]:
        try:
            with _explained(self._store.folder):
                yield
        except LibraryError:
            self.discard()
            raise


@contextlib.contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LibraryError(
            f"The audio could not be saved in {folder}: {error.strerror}. Make room, "
            "or name another folder with Studio(library=...)."
        ) from error


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(exist_ok=True)
        _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # folders cannot be opened there, and need not be
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
