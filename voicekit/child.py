"""A child process that answers framed requests, so that a crash stays its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

__all__ = [
    "Child",
    "ChildDied",
    "Message",
    "keyless_environment",
    "private_pipes",
    "read_message",
    "serve",
    "write_message",
]

Message: TypeAlias = tuple[Mapping[str, Any], bytes]
"""A JSON header and a payload of bytes."""

_LENGTHS = struct.Struct(">II")


class ChildDied(Exception):
    """The child ended, or was ended, before it answered."""


class Child:
    """One child process, asked one thing at a time.

    It is started by the first question, and again after it died. Its standard input
    closes when this process ends, however it ends, and then it ends too. A wait has no
    end of its own: whoever sets a limit calls `kill` when it is reached.

    Parameters
    ----------
    module : str
        The module that is run, as ``python -m module``.
    once : bool
        Whether it answers one question and ends, and the next needs a new one.
    """

    def __init__(self, module: str, *, once: bool = False) -> None:
        self._module = module
        self._once = once
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def ask(self, header: Mapping[str, Any], payload: bytes = b"") -> Message:
        """Send one message and return the answer; blocks.

        Raises
        ------
        ChildDied
            If the child ends before it answers.
        """
        with self._lock:
            process = self._running()
            try:
                answer = self._exchange(process, header, payload)
            except (OSError, EOFError) as error:
                raise ChildDied(self._reap(process)) from error
            if self._once:
                self._let_go()
            return answer

    def kill(self) -> None:
        """End the child at once. A question in flight raises `ChildDied`."""
        if (process := self._process) is not None:
            _kill_family(process)

    def close(self) -> None:
        """End the child, and let go of its pipes."""
        self.kill()  # whoever waits for its answer lets go of the lock
        with self._lock:
            self.kill()  # it was only being started before
            self._let_go()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self._let_go()
        if self._process is None:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                # -P: a stray json.py beside the notebook must not be imported.
                [sys.executable, "-P", "-m", self._module],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=keyless_environment(),
                bufsize=0,
                start_new_session=True,  # an interrupted kernel must not take it along
            )
        return self._process

    def _exchange(
        self,
        process: subprocess.Popen[bytes],
        header: Mapping[str, Any],
        payload: bytes,
    ) -> Message:
        assert process.stdin is not None
        assert process.stdout is not None
        write_message(process.stdin.fileno(), header, payload)
        return read_message(process.stdout.fileno())

    def _reap(self, process: subprocess.Popen[bytes]) -> str:
        _kill_family(process)
        code = process.wait()
        self._let_go()
        return (
            f"it ended by signal {-code}" if code < 0 else f"it ended with code {code}"
        )

    def _let_go(self) -> None:
        if (process := self._process) is not None:
            process.wait()
            for stream in (process.stdin, process.stdout):
                assert stream is not None
                stream.close()
        self._process = None


def keyless_environment() -> dict[str, str]:
    """Return this process's environment without keys: no child has a use for them."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith("VOICEKIT_")
    }


def _kill_family(process: subprocess.Popen[bytes]) -> None:
    """Kill the child with whatever it has forked: it leads a group of its own."""
    if os.name == "nt":
        process.kill()
        return
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def read_message(descriptor: int) -> Message:
    """Read one message.

    Raises
    ------
    EOFError
        If the other side closed first.
    """
    sizes = _LENGTHS.unpack(_read_exactly(descriptor, _LENGTHS.size))
    header = json.loads(_read_exactly(descriptor, sizes[0]))
    return header, _read_exactly(descriptor, sizes[1])


def write_message(descriptor: int, header: Mapping[str, Any], payload: bytes) -> None:
    """Write one message."""
    head = json.dumps(header).encode()
    _write_all(descriptor, _LENGTHS.pack(len(head), len(payload)) + head)
    _write_all(descriptor, payload)


def private_pipes() -> tuple[int, int]:
    """Return descriptors for messages, and turn standard output into standard error.

    A library that prints can then not damage a message.
    """
    reading, writing = os.dup(0), os.dup(1)
    os.dup2(2, 1)
    return reading, writing


def serve(answer: Callable[[Mapping[str, Any], bytes], Message]) -> None:
    """Answer messages until the other side closes."""
    reading, writing = private_pipes()
    with contextlib.suppress(EOFError):
        while True:
            write_message(writing, *answer(*read_message(reading)))


def _read_exactly(descriptor: int, count: int) -> bytes:
    buffer = bytearray(count)
    view, filled = memoryview(buffer), 0
    while filled < count:
        chunk = os.read(descriptor, min(count - filled, 1 << 20))
        if not chunk:
            raise EOFError
        view[filled : filled + len(chunk)] = chunk
        filled += len(chunk)
    return bytes(buffer)


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
