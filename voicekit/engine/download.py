"""Fetches results: without a key, from public addresses, of the expected kind."""

from __future__ import annotations

import asyncio
import codecs
import socket
from dataclasses import dataclass
from functools import partial
from urllib.parse import urljoin

import httpx

from voicekit.address import Address, is_public
from voicekit.audio.file import sniff
from voicekit.engine.clients import Clients
from voicekit.errors import (
    InvalidSetting,
    NotFound,
    Unavailable,
    UnsafeResult,
)
from voicekit.headerless import HEADERLESS
from voicekit.library.files import Part, StoredFile
from voicekit.library.library import Library
from voicekit.task import Result

__all__ = ["Downloader"]

MOST_HOPS = 3
LONGEST_BYTES = 200 << 20
LONGEST_TEXT_BYTES = 5 << 20
TOTAL_S = 600.0
TRIES = 3

_GONE = frozenset({401, 403, 404, 410})
"""What a link says that has expired."""
_TEXTS = frozenset({"application/x-subrip", "application/json", "text/plain"})
_IMAGES = frozenset({"image/jpeg", "image/png", "image/webp"})


@dataclass(frozen=True, slots=True)
class Downloader:
    """Fetches the results of one provider.

    Parameters
    ----------
    vendor : Address
        Where the provider is. Only if that is on this machine, as the sandbox is, may
        its results be there, too, on the same origin.
    """

    clients: Clients
    library: Library
    vendor: Address

    async def fetch(self, result: Result) -> StoredFile:
        """Save what a result's link leads to.

        Raises
        ------
        UnsafeResult
            If the address is not one to fetch from, or the content not of the kind that
            was asked for; the content is then kept aside.
        NotFound
            If the link has expired.
        Unavailable
            If it cannot be fetched now.
        LibraryError
            If it cannot be saved.
        """
        for attempt in range(TRIES):
            try:
                async with asyncio.timeout(TOTAL_S):
                    return await self._fetch(str(result.url), result)
            except (httpx.TransportError, TimeoutError):
                await asyncio.sleep(attempt)
        raise Unavailable(
            f"The result cannot be fetched: {TRIES} tries failed. The task is kept; "
            "studio.clip(job) tries again."
        )

    async def _fetch(self, url: str, result: Result) -> StoredFile:
        for _ in range(MOST_HOPS + 1):
            response = await self._open(url)
            try:
                if response.status_code in _GONE:
                    raise NotFound("The link to the result has expired.")
                if response.is_redirect:
                    url = urljoin(url, response.headers.get("location", ""))
                    continue
                response.raise_for_status()
                return await self._save(response, result)
            except httpx.HTTPStatusError:
                raise Unavailable(
                    f"The result's host answered HTTP {response.status_code}.",
                    status=response.status_code,
                ) from None
            finally:
                await response.aclose()
        raise UnsafeResult(f"The result's link leads on more than {MOST_HOPS} times.")

    async def _open(self, url: str) -> httpx.Response:
        """Ask the host that was checked, at the very address that was checked."""
        address = self._checked(url)
        target, headers, extensions = httpx.URL(url), {}, {}
        if address.origin != self.vendor.origin:
            ip = await _public_ip(address)
            headers["Host"] = address.host
            extensions["sni_hostname"] = address.host
            target = target.copy_with(host=ip)
        request = self.clients.results.build_request(
            "GET", target, headers=headers, extensions=extensions
        )
        return await self.clients.results.send(request, stream=True)

    def _checked(self, url: str) -> Address:
        try:
            without_query = url.partition("?")[0]
            address = Address.parse(without_query)
            same = httpx.URL(url).host.strip("[]").lower() == address.host
        except (InvalidSetting, httpx.InvalidURL):
            raise _unsafe("its address is not a plain https address") from None
        if not same:
            raise _unsafe("its address can be read in two ways")
        if self.vendor.is_loopback and address.origin == self.vendor.origin:
            return address
        if address.scheme != "https" or address.port != 443:  # noqa: PLR2004
            raise _unsafe("its address is not https on the usual port")
        return address

    async def _save(self, response: httpx.Response, result: Result) -> StoredFile:
        if response.headers.get("content-encoding", "identity") != "identity":
            raise _unsafe("it is compressed, which nobody asked for")
        limit = LONGEST_TEXT_BYTES if result.media_type in _TEXTS else LONGEST_BYTES
        part = await self.library.run(self.library.files.begin)
        try:
            first = await self._receive(response, part, limit)
            _check_whole(response, part)
        except BaseException:
            await self.library.run(part.discard)
            raise
        return await self._kept(part, first, result)

    async def _receive(self, response: httpx.Response, part: Part, limit: int) -> bytes:
        first = b""
        async for chunk in response.aiter_raw(1 << 16):
            first = first or chunk
            await self.library.run(partial(part.write, chunk))
            if part.size > limit:
                raise _unsafe(f"it is larger than {limit >> 20} MiB")
        return first

    async def _kept(self, part: Part, first: bytes, result: Result) -> StoredFile:
        """Keep what came; what is of another kind is kept aside, not thrown away."""
        found = _kind(first, result.media_type)
        kept_as = found or "application/octet-stream"
        stored = await self.library.run(partial(part.keep, kept_as))
        if found is None:
            raise _unsafe(
                f"it is no {result.media_type}; what came is kept as {stored.path}"
            )
        return stored


def _check_whole(response: httpx.Response, part: Part) -> None:
    declared = response.headers.get("content-length", str(part.size))
    if part.size == 0 or declared != str(part.size):
        raise httpx.ReadError("the content was cut off")


def _kind(first: bytes, expected: str) -> str | None:
    """Return the kind of a result; None if it is not what was asked for."""
    if expected in HEADERLESS:
        # Without a header there is nothing to check but that it is no other kind; what
        # begins like MPEG may be silence in µ-law.
        other = sniff(first) not in (None, "audio/mpeg") or first.startswith(b"ID3")
        return None if other or first.lstrip()[:1] in (b"<", b"{") else expected
    if expected in _TEXTS:
        return expected if _is_text(first) else None
    found = sniff(first)
    family = expected.partition("/")[0]
    return found if found and found.partition("/")[0] == family else None


def _is_text(first: bytes) -> bool:
    if first.lstrip()[:1] == b"<":
        return False
    try:
        # Incremental: the first chunk may end in the middle of a character.
        codecs.getincrementaldecoder("utf-8")().decode(first)
    except UnicodeDecodeError:
        return False
    return True


async def _public_ip(address: Address) -> str:
    """Resolve a host once, and let every answer pass the check.

    Raises
    ------
    UnsafeResult
        If any answer is not public.
    """
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(
            address.host, address.port, type=socket.SOCK_STREAM
        )
    except OSError:
        raise httpx.ConnectError("no such host") from None
    ips = [str(info[4][0]) for info in found]
    if not ips or not all(map(is_public, ips)):
        raise _unsafe("its host is not a public one")
    return ips[0]


def _unsafe(why: str) -> UnsafeResult:
    return UnsafeResult(f"The result was not fetched: {why}.")
