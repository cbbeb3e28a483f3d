"""What a provider says and hears: requests, replies, and the flows between them.

A provider does no I/O. Its methods are generators that *yield* a `Request`, are
*sent* the `Reply`, and *return* a value, so that one engine can drive them all and a
test needs no client at all::

    flow = provider.voices()
    request = next(flow)
    flow.send(Reply(status=200, body=b"[]"))
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeAlias, TypeVar

from voicekit.errors import BadReply

__all__ = ["Flow", "NoReply", "Reply", "Request", "Transport", "Upload", "finish"]

T = TypeVar("T")

MAX_JSON_BYTES = 1 << 20
"""A longer JSON answer is not parsed: no vendor sends one, a hostile host may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file in a request: streamed from its path, known by its hash."""

    field: str
    path: Path
    sha256: str
    filename: str
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request, without host and without key: the transport adds both."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    json: Mapping[str, Any] | None = None
    form: tuple[tuple[str, str], ...] = ()
    uploads: tuple[Upload, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back. Header names are lower case."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def json(self) -> Any:
        """Return the body parsed as JSON.

        Raises
        ------
        BadReply
            If it is not JSON, or longer than any honest answer.
        """
        if len(self.body) > MAX_JSON_BYTES:
            size = len(self.body)
            raise BadReply(f"The answer is {size} bytes long, too long for JSON.")
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            # `from None`: the parser's error quotes the body, not ours to show.
            raise BadReply("The answer is not JSON.", status=self.status) from None


Flow: TypeAlias = Generator[Request, Reply, T]
"""Yields what to send, is sent the answer, returns a value."""


class NoReply(Exception):
    """A request brought no answer.

    Parameters
    ----------
    reason : str
        What happened, in words that hold neither key nor address.
    may_have_arrived : bool
        False only where it is certain that no byte reached the vendor.
    """

    def __init__(self, reason: str, *, may_have_arrived: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.may_have_arrived = may_have_arrived


class Transport(Protocol):
    """Carries requests to one provider."""

    async def send(self, request: Request, *, may_cost: bool = False) -> Reply:
        """Send one request and return the answer, or raise `NoReply`.

        One that may cost goes over a connection of its own, once.
        """

    async def aclose(self) -> None:
        """Let go of connections and processes."""


def finish(flow: Flow[T], reply: Reply) -> T:
    """Send a flow the answer to its last request and return what it returns.

    Raises
    ------
    RuntimeError
        If the flow asks once more.
    """
    try:
        flow.send(reply)
    except StopIteration as stop:
        value: T = stop.value
        return value
    flow.close()
    raise RuntimeError("This flow was to make one request, and makes another.")
