"""What stands before a vendor's application: count, misbehave, check the key, limit."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass, replace
from email.utils import formatdate
from typing import Any

from fastapi import FastAPI
from starlette.routing import Match, Route

from voicekit.sandbox.desk import Desk, body_digest
from voicekit.sandbox.fault_table import FAULTS
from voicekit.sandbox.faults import Armed, current
from voicekit.sandbox.journal import digest
from voicekit.sandbox.refusals import Refused
from voicekit.sandbox.spoil import INSTEAD, REWRITES, refusal
from voicekit.sandbox.wire import BREAKS, Answer, Receive, Scope, Send, Wire

__all__ = ["OWN_PATH", "Front"]

OWN_PATH = "/_sandbox/"
"""Paths that no vendor has."""

LARGEST_BODY = 210 << 20
"""Above the largest upload that any page allows (200 MB)."""


@dataclass(frozen=True, slots=True)
class _Call:
    """A request, before its body was read."""

    path: str
    route: str
    operations: frozenset[str]
    headers: dict[str, str]

    @property
    def is_open(self) -> bool:
        return "download" in self.operations or self.path.startswith(OWN_PATH)


class Front:
    """An ASGI application around a vendor's own.

    Parameters
    ----------
    app : FastAPI
        The vendor's application; the first tag of a route is its operation.
    desk : Desk
        The vendor's state.
    """

    def __init__(self, app: FastAPI, desk: Desk) -> None:
        self._app = app
        self._desk = desk
        vendor = [route for router in desk.sheet.routers for route in router.routes]
        routes = [*vendor, *app.routes]
        self._routes = [route for route in routes if isinstance(route, Route)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        desk, wire = self._desk, Wire(scope, receive, send)
        call = self._call(scope)
        armed = desk.faults.take(call.operations, call.path)
        name = armed.name if armed else None
        note = desk.journal.arrived(
            call.route, call.operations, call.path, call.headers, name
        )
        if name == "reset_sending":
            await wire.reset()
            return
        body = await _read(receive)
        if body is None:
            return
        desk.journal.read(note, body)
        answer = await self._answer(call, scope, body, armed)
        desk.journal.answered(note, answer.status)
        await self._leave(wire, self._dressed(answer), armed)

    def _call(self, scope: Scope) -> _Call:
        route, operations = self._match(scope)
        headers = {
            name.decode(): value.decode("latin-1") for name, value in scope["headers"]
        }
        path: str = scope["path"]
        return _Call(path, f"{scope['method']} {route}", operations, headers)

    def _match(self, scope: Scope) -> tuple[str, frozenset[str]]:
        for route in self._routes:
            match, _ = route.matches(scope)
            if match is Match.FULL:
                tags = getattr(route, "tags", ())
                return route.path, frozenset(map(str, tags))
        return "(unknown)", frozenset()

    async def _answer(
        self, call: _Call, scope: Scope, body: bytes, armed: Armed | None
    ) -> Answer:
        desk, name = self._desk, armed.name if armed else ""
        if armed and name in INSTEAD:
            return INSTEAD[name](Answer(200), armed, desk)
        if armed and FAULTS[name].stage == "instead":
            return Answer(200)  # the connection breaks before it could be sent
        try:
            self._check(call, len(body))
        except Refused as refused:
            return refusal(desk, refused)
        current.set(armed)
        body_digest.set(digest(body))
        answer = await _run(self._app, scope, body)
        if armed and name in REWRITES:
            return REWRITES[name](answer, armed, desk)
        return answer

    def _check(self, call: _Call, size: int) -> None:
        desk = self._desk
        if size > LARGEST_BODY:
            raise Refused("too_large")
        if not call.is_open and call.path not in desk.sheet.open_paths:
            desk.sheet.authenticate(desk, call.headers)
        if self._is_limited(call) and desk.limit and not desk.limit.allow(desk.clock):
            raise Refused("rate")

    def _is_limited(self, call: _Call) -> bool:
        limit = self._desk.limit
        is_own = call.path.startswith(OWN_PATH)
        return limit is not None and not is_own and limit.counts(call.operations)

    def _dressed(self, answer: Answer) -> Answer:
        """Add what every answer of this vendor has."""
        desk = self._desk
        headers = {"date": formatdate(desk.clock.now(), usegmt=True)}
        if desk.sheet.tells_limit and desk.limit:
            limit, clock = desk.limit, desk.clock
            headers["x-ratelimit-limit"] = str(limit.most)
            headers["x-ratelimit-remaining"] = str(limit.remaining(clock))
            headers["x-ratelimit-reset"] = str(int(limit.resets(clock)) + 1)
        return replace(answer, headers={**headers, **answer.headers})

    async def _leave(self, wire: Wire, answer: Answer, armed: Armed | None) -> None:
        if armed and armed.name in BREAKS:
            await BREAKS[armed.name](wire, answer, armed)
        else:
            await wire.answer(answer)


async def _read(receive: Receive) -> bytes | None:
    """Return the whole body, or None if the client left before it was sent."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


async def _run(app: FastAPI, scope: Scope, body: bytes) -> Answer:
    """Let the application answer into memory."""
    status, headers, parts = 500, {}, []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status = message["status"]
            headers = {
                name.decode(): v.decode("latin-1") for name, v in message["headers"]
            }
        else:
            parts.append(message.get("body", b""))

    await app(scope, receive, send)
    return Answer(status, headers, b"".join(parts))
