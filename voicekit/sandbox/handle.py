"""Starts a sandbox in a process of its own, and speaks to its control."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import IO, Any, Self
from urllib.parse import urlsplit

from voicekit.child import keyless_environment
from voicekit.errors import VoicekitError

__all__ = ["Sandbox", "SandboxError", "Vendor", "serve"]

TIMEOUT_S = 30.0
_ENDING_S = 10.0
_OK = 200


class SandboxError(VoicekitError):
    """The sandbox did not start, or its control refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """Where a stand-in is, and which keys it takes."""

    title: str
    url: str
    """What precedes the paths of the vendor's page."""
    credentials: Mapping[str, str]

    @property
    def key(self) -> str:
        """The one key that is enough."""
        return self.credentials["key"]


def serve(port: int = 0, *, speed: float = 1.0) -> Sandbox:
    """Start the five stand-ins, which end with this process at the latest.

    Parameters
    ----------
    port : int
        Of the start page; the vendors have the ports after it. 0 for any free ones.
    speed : float
        How many seconds of a vendor's work are done in a second.

    Returns
    -------
    Sandbox
        Running; usable as a context manager.

    Raises
    ------
    SandboxError
        If it does not start.
    """
    return Sandbox(port, speed=speed)


class Sandbox:
    """A running sandbox."""

    def __init__(self, port: int = 0, *, speed: float = 1.0) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as it does
        self._process = _start(port, speed, self._errors)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SandboxError(f"The sandbox did not start: {self._last_words()}")
        addresses = json.loads(line)
        self.url: str = addresses["control"]
        self.vendors = {
            name: Vendor(**vendor) for name, vendor in addresses["vendors"].items()
        }

    def fail(self, vendor: str, *, on: str, kind: str, times: int | None = 1) -> None:
        """Make a vendor misbehave.

        Parameters
        ----------
        vendor : str
            Such as ``kie``.
        on : str
            An operation (submit, poll, download, list, credits, callback, token,
            other, any), or the beginning of a path.
        kind : str
            A name of the table of faults, or ``name:value``.
        times : int, optional
            How often; None for always.
        """
        fault = {"on": on, "kind": kind, "times": times}
        self._ask("POST", f"/vendors/{vendor}/faults", fault)

    def clear(self, vendor: str) -> None:
        """Forget the faults that have not happened yet."""
        self._ask("DELETE", f"/vendors/{vendor}/faults")

    def faults(self) -> Any:
        """Return the table of faults and the operations."""
        return self._ask("GET", "/faults")

    def look(self, vendor: str, what: str) -> Any:
        """Return a vendor's counters, requests, ledger, tasks or faults."""
        return self._ask("GET", f"/vendors/{vendor}/{what}")

    def set_balance(self, vendor: str, amount: float) -> None:
        """Change a balance."""
        self._ask("PUT", f"/vendors/{vendor}/balance", {"amount": amount})

    def set_limit(
        self,
        vendor: str,
        most: int | None,
        *,
        window_s: float = 1.0,
        operations: Collection[str] = (),
    ) -> None:
        """Allow at most so many requests in a window; None for no limit.

        All requests count, or those of the `operations` alone, such as ``"submit"``.
        """
        limit = {"most": most, "window_s": window_s, "operations": [*operations]}
        path = f"/vendors/{vendor}/limit"
        self._ask("PUT", path, None if most is None else limit)

    def set_link_life(self, vendor: str, seconds: float) -> None:
        """Change how long a link to a result works; asking again gives another."""
        self._ask("PUT", f"/vendors/{vendor}/links", {"life_s": seconds})

    def advance(self, seconds: float) -> None:
        """Move the vendors' clock forward."""
        self._ask("POST", "/clock", {"advance_s": seconds})

    def set_speed(self, speed: float) -> None:
        """Change how many seconds of work are done in a second."""
        self._ask("POST", "/clock", {"speed": speed})

    def callbacks(self) -> Any:
        """Return every callback that was sent, and how it was answered."""
        return self._ask("GET", "/callbacks")

    def trapped(self) -> Any:
        """Return who followed a redirect to another origin, with what."""
        return self._ask("GET", "/trapped")

    def reset(self, vendor: str | None = None) -> None:
        """Let a vendor, or all of them, begin anew; the clock stays where it is."""
        self._ask("POST", f"/vendors/{vendor}/reset" if vendor else "/reset")

    def wait(self) -> None:
        """Wait until it ends."""
        self._process.wait()

    def close(self) -> None:
        """End it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(_ENDING_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._errors.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def _last_words(self) -> str:
        self._process.wait()
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        self.close()
        return lines[-1] if lines else "it said nothing"

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        parts = urlsplit(self.url)
        assert parts.hostname is not None
        connection = http.client.HTTPConnection(
            parts.hostname, parts.port, timeout=TIMEOUT_S
        )
        try:
            headers = {"content-type": "application/json"}
            connection.request(method, path, json.dumps(body), headers)
            answer = connection.getresponse()
            told = json.loads(answer.read())
        finally:
            connection.close()
        if answer.status != _OK:
            raise SandboxError(str(told.get("detail", told)))
        return told


def _start(port: int, speed: float, errors: IO[bytes]) -> subprocess.Popen[bytes]:
    options = ["--port", str(port), "--speed", str(speed), "--until-eof"]
    return subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-P", "-m", "voicekit.sandbox", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        env=keyless_environment(),
        start_new_session=True,  # an interrupted kernel must not take it along
    )
