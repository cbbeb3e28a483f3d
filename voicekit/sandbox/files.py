"""The files that a vendor hands out: links that end, ranges, tags."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import FastAPI, Request, Response

from voicekit.sandbox.clock import Clock
from voicekit.sandbox.faults import active

__all__ = ["File", "Files"]

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_OTHER_BYTES = b"\0" * 16


@dataclass(slots=True, kw_only=True, eq=False)
class File:
    """A file that is there, or will be."""

    name: str
    media_type: str
    data: bytes | None = None
    make: Callable[[], Awaitable[bytes]] | None = None
    """Makes the bytes when somebody asks for them."""
    expires: float = float("inf")
    """When the vendor deletes it."""
    token: str = ""
    """What its newest link ends in."""


@dataclass(slots=True)
class _Link:
    file: File
    expires: float


class Files:
    """All files of one vendor.

    Parameters
    ----------
    clock : Clock
        For expiry.
    link_life_s : float
        How long a link works; afterwards the vendor gives out another.
    """

    def __init__(self, clock: Clock, link_life_s: float) -> None:
        self.origin = ""
        self._clock = clock
        self.link_life_s = link_life_s
        self._links: dict[str, _Link] = {}

    def url(self, file: File) -> str:
        """Return a link to a file: the same one while it works."""
        now = self._clock.now()
        link = self._links.get(file.token)
        if link is None or link.expires <= now:
            file.token = secrets.token_urlsafe(12)
            self._links[file.token] = _Link(file, now + self.link_life_s)
        return f"{self.origin}/files/{file.token}/{file.name}"

    def serve(self, app: FastAPI) -> None:
        """Add the route of the files to a vendor's application."""
        app.add_api_route(
            "/files/{token}/{name}",
            self._get,
            methods=["GET", "HEAD"],
            tags=["download"],
            include_in_schema=False,
        )

    async def _get(self, request: Request, token: str) -> Response:
        link, now = self._links.get(token), self._clock.now()
        if link is None or link.file.expires <= now:
            return Response("No such file.", 404, media_type="text/plain")
        if active("url_expired"):
            link.expires = now
        if link.expires <= now:
            return Response("This link has expired.", 403, media_type="text/plain")
        if link.file.data is None and link.file.make is not None:
            link.file.data = await link.file.make()
        if link.file.data is None:
            return Response("Not there yet.", 404, media_type="text/plain")
        return _answer(request, link.file.data, link.file.media_type)


def _answer(request: Request, data: bytes, media_type: str) -> Response:
    if active("etag_changes"):
        data = data + secrets.token_bytes(len(_OTHER_BYTES))
    tag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    headers = {"etag": tag, "accept-ranges": "bytes"}
    part = None if active("range_ignored") else _part(request, tag, len(data))
    if part is None:
        return Response(data, 200, headers, media_type)
    start, stop = part
    if start >= stop:
        headers["content-range"] = f"bytes */{len(data)}"
        return Response(None, 416, headers)
    headers["content-range"] = f"bytes {start}-{stop - 1}/{len(data)}"
    return Response(data[start:stop], 206, headers, media_type)


def _part(request: Request, tag: str, size: int) -> tuple[int, int] | None:
    """Return the one range that is asked for; several are answered with all."""
    asked = _RANGE.fullmatch(request.headers.get("range", ""))
    if asked is None or request.headers.get("if-range", tag) != tag:
        return None
    first, last = asked.groups()
    if not first:
        return (max(size - int(last), 0), size) if last else None
    return int(first), min(int(last) + 1, size) if last else size
