"""Keeps files by the hash of their content, so that a file is whole or absent."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from voicekit.errors import LibraryError

__all__ = ["FileStore", "StoredFile"]

EXTENSIONS = {
    "audio/wav": "wav",
    "audio/flac": "flac",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "text/plain": "txt",
    "application/json": "json",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
}


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
        try:
            content = self.path.read_bytes()
        except OSError as error:
            raise LibraryError(
                f"The file {self.path} cannot be read: {error.strerror}."
            ) from error
        if hashlib.sha256(content).hexdigest() != self.sha256:
            raise LibraryError(
                f"The file {self.path} is not what was saved: its content was changed."
            )
        return content

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
        self._folder = folder
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

        A temporary file beside the place is written and synced, renamed to its hash,
        and its folder is synced: when this returns, the bytes survive a power cut.

        Raises
        ------
        LibraryError
            If the disk is full or fails.
        """
        digest = hashlib.sha256(content).hexdigest()
        stored = self.find(digest, len(content), media_type)
        if stored.is_whole():
            return stored
        try:
            _write_durably(stored.path, content)
        except OSError as error:
            raise LibraryError(
                f"The audio could not be saved in {self._folder}: {error.strerror}. "
                "Make room, or name another folder with Studio(library=...)."
            ) from error
        return stored

    def _path(self, sha256: str, media_type: str) -> Path:
        extension = EXTENSIONS.get(media_type, "bin")
        return self._folder / sha256[:2] / f"{sha256}.{extension}"


def _write_durably(path: Path, content: bytes) -> None:
    if not path.parent.is_dir():
        path.parent.mkdir(exist_ok=True)
        _sync_folder(path.parent.parent)
    # mkstemp: a name of its own in each process, readable by its owner alone.
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # folders cannot be opened there, and need not be
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
