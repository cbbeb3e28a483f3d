"""One result on its way in: where it goes on after a cut, and when it is whole."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import httpx

from voicekit.library.files import Part, StoredFile
from voicekit.library.library import Library

__all__ = ["TooLong", "Transfer"]

FIRST_BYTES = 4096
"""A host may send them one by one: its first chunk may say nothing of the kind."""

_OK, _PARTIAL = 200, 206
_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})", re.ASCII)


class TooLong(Exception):
    """More came than the limit allows."""


@dataclass(slots=True)
class Transfer:
    """What came so far of a result, and what names the very same bytes.

    Parameters
    ----------
    limit : int
        Bytes, at most.
    """

    library: Library
    limit: int
    first: bytes = b""
    """How the content begins: by this its kind is told."""
    _part: Part | None = None
    _tag: str | None = None
    _total: int | None = None

    @property
    def size(self) -> int:
        """How many bytes are here."""
        return 0 if self._part is None else self._part.size

    @property
    def headers(self) -> Mapping[str, str]:
        """What asks for the rest; nothing where all has to come again.

        Only a strong tag says that the bytes are the same.
        """
        if not self.size or self._tag is None:
            return {}
        return {"Range": f"bytes={self.size}-", "If-Range": self._tag}

    async def take(self, response: httpx.Response) -> None:
        """Add what an answer brings: the rest of what is here, or all of it anew.

        Raises
        ------
        httpx.TransportError
            If it was cut off, or is not the rest that was asked for; ask again.
        TooLong
            If it is over the limit.
        """
        if not self._goes_on(response):
            await self.discard()
            if response.status_code != _OK:
                raise httpx.ReadError("this is not the rest that was asked for")
            self._tag = _strong(response.headers.get("etag"))
            self._total = _number(response.headers.get("content-length"))
            await self._begin()
        assert self._part is not None
        # As it comes: what httpx has gathered for a larger piece is lost with a cut.
        async for chunk in response.aiter_raw():
            self.first += chunk[: FIRST_BYTES - len(self.first)]
            await self.library.run(partial(self._part.write, chunk))
            if self.size > self.limit:
                raise TooLong
        if not self.size or self._total not in (None, self.size):
            raise httpx.ReadError("the content was cut off")

    async def _begin(self) -> None:
        begun = asyncio.ensure_future(self.library.run(self.library.files.begin))
        try:
            await asyncio.shield(begun)
        finally:
            # Also for who was cancelled: a file that nobody knows is never closed.
            self._part = await begun

    async def keep(self, media_type: str) -> StoredFile:
        """Make what is here a file of the library, durably."""
        assert self._part is not None
        part, self._part = self._part, None
        return await self.library.run(partial(part.keep, media_type))

    async def discard(self) -> None:
        """Leave nothing behind."""
        part, self._part = self._part, None
        self.first, self._tag, self._total = b"", None, None
        if part is not None:
            await self.library.run(part.discard)

    def _goes_on(self, response: httpx.Response) -> bool:
        """Tell whether an answer begins where we stopped, in the same content."""
        if response.status_code != _PARTIAL or not self.headers:
            return False
        said = _RANGE.fullmatch(response.headers.get("content-range", ""))
        if said is None or response.headers.get("etag", self._tag) != self._tag:
            return False
        start, last, total = map(int, said.groups())
        is_rest = start == self.size and last == total - 1
        return is_rest and self._total in (None, total)


def _strong(tag: str | None) -> str | None:
    return tag if tag and tag.startswith('"') else None


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() else None
