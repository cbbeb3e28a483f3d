"""Fetches results: without a key, from public addresses, of the expected kind."""

from __future__ import annotations

import asyncio
import codecs
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urljoin

import httpx

from voicekit.address import Address, is_public
from voicekit.audio.file import sniff
from voicekit.engine.clients import Clients
from voicekit.engine.pace import retry_after
from voicekit.engine.transfer import TooLong, Transfer
from voicekit.errors import (
    InvalidSetting,
    NotFound,
    Unavailable,
    UnsafeResult,
)
from voicekit.headerless import HEADERLESS
from voicekit.library.files import StoredFile
from voicekit.library.library import Library
from voicekit.task import Result

__all__ = ["Downloader"]

MOST_HOPS = 3
LONGEST_BYTES = 200 << 20
LONGEST_TEXT_BYTES = 5 << 20
TOTAL_S = 600.0
"""For a result, with every try."""
TRIES = 3
"""How often in a row a host may bring nothing new."""
BACK_OFF_S = 1.0
LONGEST_PAUSE_S = 60.0

_GONE = frozenset({401, 403, 404, 410})
"""What a link says that has expired."""
_BUSY = frozenset({429, 500, 502, 503, 504})
"""What a host says that may have it later."""
_TEXTS = frozenset({"application/x-subrip", "application/json", "text/plain"})
_NO_SUCH_RANGE = 416
_UNKNOWN = "application/octet-stream"


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
        text = result.media_type in _TEXTS
        transfer = Transfer(self.library, LONGEST_TEXT_BYTES if text else LONGEST_BYTES)
        try:
            async with asyncio.timeout(TOTAL_S):
                await self._receive(str(result.url), transfer)
            return await self._kept(transfer, result)
        except TimeoutError:
            raise _unavailable(f"it takes more than {TOTAL_S:g} s") from None
        except TooLong:
            stored = await transfer.keep(_UNKNOWN)
            raise _unsafe(
                f"it is larger than {transfer.limit >> 20} MiB; what came is kept as "
                f"{stored.path}"
            ) from None
        finally:
            await transfer.discard()

    async def _receive(self, url: str, transfer: Transfer) -> None:
        """Ask until all is here: for the rest of what was cut off, where that can be.

        A host that brings something new each time may take as many tries as it needs.
        """
        idle = 0
        while True:
            before, pause_s = transfer.size, None
            try:
                pause_s = await self._try(url, transfer)
            except httpx.TransportError:
                pause_s = BACK_OFF_S * idle
            if pause_s is None:
                return
            idle = 0 if transfer.size > before else idle + 1
            if idle == TRIES:
                raise _unavailable(f"{TRIES} tries failed")
            await asyncio.sleep(min(pause_s, LONGEST_PAUSE_S))

    async def _try(self, url: str, transfer: Transfer) -> float | None:
        """Ask once; return None when all is here, else the seconds to wait."""
        for _ in range(MOST_HOPS + 1):
            response = await self._open(url, transfer.headers)
            try:
                if response.status_code in _GONE:
                    raise NotFound("The link to the result has expired.")
                if response.status_code in _BUSY:
                    stated = retry_after(response.headers)
                    return BACK_OFF_S if stated is None else stated
                if response.has_redirect_location:
                    url = _joined(url, response.headers["location"])
                    continue
                await self._take(response, transfer)
                return None
            finally:
                await response.aclose()
        raise UnsafeResult(f"The result's link leads on more than {MOST_HOPS} times.")

    async def _take(self, response: httpx.Response, transfer: Transfer) -> None:
        if not (response.is_success or response.status_code == _NO_SUCH_RANGE):
            raise Unavailable(
                f"The result's host answered HTTP {response.status_code}.",
                status=response.status_code,
            )
        if response.headers.get("content-encoding", "identity") != "identity":
            raise _unsafe("it is compressed, which nobody asked for")
        await transfer.take(response)

    async def _open(self, url: str, asked: Mapping[str, str]) -> httpx.Response:
        """Ask the host that was checked, at the very address that was checked."""
        address = self._checked(url)
        target, headers, extensions = httpx.URL(url), {**asked}, {}
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

    async def _kept(self, transfer: Transfer, result: Result) -> StoredFile:
        """Keep what came; what is of another kind is kept aside, not thrown away."""
        found = _kind(transfer.first, result.media_type)
        stored = await transfer.keep(found or _UNKNOWN)
        if found is None:
            raise _unsafe(
                f"it is no {result.media_type}; what came is kept as {stored.path}"
            )
        return stored


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
        # Incremental: what is looked at may end in the middle of a character.
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
    except UnicodeError:  # a part of its name is longer than any may be
        raise _unsafe("its host has no proper name") from None
    ips = [str(info[4][0]) for info in found]
    if not ips or not all(map(is_public, ips)):
        raise _unsafe("its host is not a public one")
    return ips[0]


def _joined(url: str, location: str) -> str:
    try:
        return urljoin(url, location)
    except ValueError:
        raise _unsafe("its link leads to no address") from None


def _unsafe(why: str) -> UnsafeResult:
    return UnsafeResult(f"The result was not fetched: {why}.")


def _unavailable(why: str) -> Unavailable:
    return Unavailable(
        f"The result cannot be fetched: {why}. The task is kept; studio.clip(job) "
        "tries again."
    )
