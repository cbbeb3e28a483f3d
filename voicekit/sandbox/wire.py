"""Answers at the level of the socket: reset, half a header, one byte a second."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any, TypeAlias

from uvicorn.protocols.http.h11_impl import H11Protocol

from voicekit.sandbox.faults import Armed

__all__ = ["BREAKS", "Answer", "Protocol", "Receive", "Scope", "Send", "Wire"]

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_EXTENSION = "voicekit.transport"
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_CHUNK = bytes(1 << 20)


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished answer, before it is sent."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def with_body(self, body: bytes, **headers: str) -> Answer:
        """Return it with another body, whose length is told."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        length = {"content-length": str(len(body))}
        return replace(self, body=body, headers={**self.headers, **named, **length})


class Protocol(H11Protocol):
    """Hands the connection's transport on to the application."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin a connection."""
        assert isinstance(transport, asyncio.Transport)
        super().connection_made(transport)
        application: Any = self.app

        async def with_transport(scope: Scope, receive: Receive, send: Send) -> None:
            scope["extensions"] = {_EXTENSION: transport}
            await application(scope, receive, send)

        self.app = with_transport


class Wire:
    """The connection of one request."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._transport: asyncio.Transport = scope["extensions"][_EXTENSION]
        self._head_only = scope["method"] == "HEAD"
        self._receive = receive
        self._send = send

    async def answer(self, answer: Answer) -> None:
        """Answer as it should be."""
        await self._begin(answer)
        body = b"" if self._head_only else answer.body
        await self._send({"type": "http.response.body", "body": body})

    async def reset(self) -> None:
        """End the connection with RST."""
        raw = self._transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self._transport.abort()
        await self.wait()

    async def close(self, *last: bytes) -> None:
        """Send these bytes as they are, and end the connection."""
        for data in last:
            self._transport.write(data)
        self._transport.close()
        await self.wait()

    async def wait(self) -> None:
        """Wait until the client, or we, have ended the connection."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def write(self, data: bytes) -> None:
        """Send these bytes as they are."""
        self._transport.write(data)

    @property
    def is_open(self) -> bool:
        """Whether anybody still listens."""
        return not self._transport.is_closing()

    async def flood(self, answer: Answer, mebibytes: int) -> None:
        """Send zeros in chunks, at the client's pace."""
        headers = {
            name: value
            for name, value in answer.headers.items()
            if name != "content-length"
        }
        await self._begin(replace(answer, headers=headers))
        for _ in range(mebibytes):
            part = {"type": "http.response.body", "body": _CHUNK, "more_body": True}
            await self._send(part)
            if not self.is_open:
                return
        await self._send({"type": "http.response.body", "body": b""})

    async def _begin(self, answer: Answer) -> None:
        headers = [(name.encode(), v.encode()) for name, v in answer.headers.items()]
        start = {"type": "http.response.start", "status": answer.status}
        await self._send({**start, "headers": headers})


def _head(answer: Answer) -> bytes:
    phrase = HTTPStatus(answer.status).phrase
    lines = [f"{name}: {value}\r\n" for name, value in answer.headers.items()]
    return f"HTTP/1.1 {answer.status} {phrase}\r\n{''.join(lines)}\r\n".encode()


async def _reset(wire: Wire, answer: Answer, armed: Armed) -> None:
    del answer, armed
    await wire.reset()


async def _close(wire: Wire, answer: Answer, armed: Armed) -> None:
    del answer, armed
    await wire.close()


async def _stall(wire: Wire, answer: Answer, armed: Armed) -> None:
    del answer, armed
    await wire.wait()


async def _half_header(wire: Wire, answer: Answer, armed: Armed) -> None:
    del armed
    head = _head(answer)
    await wire.close(head[: len(head) // 2])


async def _cut_body(wire: Wire, answer: Answer, armed: Armed) -> None:
    del armed
    await wire.close(_head(answer), answer.body[: len(answer.body) // 2])


async def _stall_body(wire: Wire, answer: Answer, armed: Armed) -> None:
    del armed
    await wire.write(_head(answer) + answer.body[: len(answer.body) // 2])
    await wire.wait()


async def _drip(wire: Wire, answer: Answer, armed: Armed) -> None:
    for byte in _head(answer) + answer.body:
        if not wire.is_open:
            break
        await wire.write(bytes([byte]))
        await asyncio.sleep(armed.number)
    await wire.close()


async def _length_short(wire: Wire, answer: Answer, armed: Armed) -> None:
    del armed
    length = {"content-length": str(len(answer.body) // 2)}
    head = _head(replace(answer, headers={**answer.headers, **length}))
    await wire.close(head, answer.body)


async def _bomb(wire: Wire, answer: Answer, armed: Armed) -> None:
    await wire.flood(answer, int(armed.number))


BREAKS: Mapping[str, Callable[[Wire, Answer, Armed], Awaitable[None]]] = {
    "bomb": _bomb,
    "close_after": _close,
    "close_before": _close,
    "cut_body": _cut_body,
    "drip": _drip,
    "half_header": _half_header,
    "length_short": _length_short,
    "reset_after": _reset,
    "reset_before": _reset,
    "stall_after": _stall,
    "stall_before": _stall,
    "stall_body": _stall_body,
}
"""How the answer leaves, by the name of the fault."""
