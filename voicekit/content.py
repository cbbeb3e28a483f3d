"""Reads files that are remembered by the hash of their content."""

from __future__ import annotations

import hashlib
from pathlib import Path

from voicekit.errors import LibraryError

__all__ = ["read_unchanged"]


def read_unchanged(path: Path, sha256: str) -> bytes:
    """Return a file's content, if it is still what it was.

    Parameters
    ----------
    sha256 : str
        Of the content as it was, in hex digits.

    Raises
    ------
    LibraryError
        If the file is missing or was changed.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise LibraryError(
            f"The file {path} cannot be read: {error.strerror}."
        ) from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise LibraryError(
            f"The file {path} is not what it was: its content was changed."
        )
    return content
