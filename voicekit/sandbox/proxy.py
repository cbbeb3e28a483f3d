"""A forward proxy with passwords that end: what a bought proxy connects to."""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import ipaddress
from typing import NamedTuple
from urllib.parse import urlsplit

from voicekit.sandbox.clock import Clock

__all__ = ["ForwardProxy"]

_CHUNK = 1 << 16
_HEAD_S = 10.0


class _Asked(NamedTuple):
    method: str
    target: str
    headers: dict[str, str]
    raw: list[bytes]


class ForwardProxy:
    """Forwards to this machine only: a rehearsal reaches nobody else."""

    def __init__(self, clock: Clock) -> None:
        self.url = ""
        self._clock = clock
        self._passwords: dict[str, float] = {}
        self._server: asyncio.Server | None = None

    async def start(self, host: str) -> None:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._serve, host, 0)
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://{host}:{port}"

    def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()

    def open(self, user: str, password: str, expires: float) -> str:
        """Let somebody in until a time, and return the address."""
        self._passwords[f"{user}:{password}"] = expires
        return self.url

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with contextlib.suppress(OSError, ValueError, asyncio.IncompleteReadError):
            asked = await asyncio.wait_for(_read_head(reader), _HEAD_S)
            await self._forward(asked, reader, writer)
        writer.close()

    async def _forward(
        self, asked: _Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if not self._knows(asked.headers.get("proxy-authorization", "")):
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\n")
            writer.write(b'Proxy-Authenticate: Basic realm="sandbox"\r\n')
            writer.write(b"Content-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
            return
        tunnels = asked.method == "CONNECT"
        place = urlsplit(f"//{asked.target}" if tunnels else asked.target)
        if not _is_here(place.hostname or ""):
            writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            return
        far_reader, far_writer = await asyncio.open_connection(
            place.hostname, place.port or 80
        )
        if tunnels:
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            path = place._replace(scheme="", netloc="").geturl() or "/"
            far_writer.write(_head(asked, path))
        await asyncio.gather(_pipe(reader, far_writer), _pipe(far_reader, writer))

    def _knows(self, header: str) -> bool:
        scheme, _, token = header.partition(" ")
        try:
            given = base64.b64decode(token).decode()
        except (binascii.Error, UnicodeDecodeError):
            return False
        is_open = self._passwords.get(given, 0.0) > self._clock.now()
        return scheme.lower() == "basic" and is_open


async def _read_head(reader: asyncio.StreamReader) -> _Asked:
    first, *rest = (await reader.readuntil(b"\r\n\r\n"))[:-4].split(b"\r\n")
    method, target, _ = first.decode("latin-1").split(" ")
    pairs = (line.decode("latin-1").partition(":") for line in rest)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    return _Asked(method, target, headers, rest)


def _head(asked: _Asked, path: str) -> bytes:
    """Write the request again as the server expects it, for one exchange only."""
    own = (b"proxy-", b"connection:")
    kept = [line for line in asked.raw if not line.lower().startswith(own)]
    first = f"{asked.method} {path} HTTP/1.1".encode("latin-1")
    return b"\r\n".join([first, *kept, b"Connection: close", b"", b""])


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(_CHUNK):
            writer.write(data)
            await writer.drain()
        writer.close()


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
