"""Who is at work in a library: a lock that the system releases when a process dies."""

from __future__ import annotations

import contextlib
import secrets
from pathlib import Path

from filelock import FileLock, Timeout

__all__ = ["Owner"]


class Owner:
    """The claim of this process on what it is sending.

    A lock of the operating system, not a process id or a heartbeat: a slow process is
    not a dead one. Locks hold within one host; a library on a network drive belongs to
    one host at a time.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.name = secrets.token_hex(8)
        self._lock = self._lock_of(self.name)
        # A neighbour that looks who is alive may hold it for a moment.
        self._lock.acquire(timeout=1)

    def is_alive(self, name: str) -> bool:
        """Tell whether the owner of this name is another one that still runs."""
        if name == self.name:
            return False
        lock = self._lock_of(name)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return True
        self._remove(lock)
        return False

    def is_alone(self) -> bool:
        """Tell whether nobody else is at work here; clears away who has died."""
        others = [path.stem for path in self._folder.glob("*.lock")]
        alive = [name for name in others if self.is_alive(name)]
        return not alive

    def release(self) -> None:
        """Let others take over what is unfinished."""
        self._remove(self._lock)

    def _lock_of(self, name: str) -> FileLock:
        # Not thread-local: acquired where the library opens, released where it closes.
        return FileLock(self._folder / f"{name}.lock", thread_local=False)

    def _remove(self, lock: FileLock) -> None:
        path = Path(lock.lock_file)
        with contextlib.suppress(OSError):
            path.unlink()
        lock.release()
