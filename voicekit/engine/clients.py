"""The engine's HTTP clients: for what is free, for what may cost, for results.

None of them knows a key, follows a redirect, keeps a cookie, or reads the environment:
the key is added to each request by the vendor's transport alone.
"""

from __future__ import annotations

import asyncio
from functools import cached_property
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from voicekit._version import __version__
from voicekit.engine.discretion import be_discreet

__all__ = ["Clients"]

MOST_AT_ONCE = 64

_HEADERS = {
    "User-Agent": f"voicekit/{__version__}",  # some vendors refuse a missing one
    # A few bytes of gzip can unpack to gigabytes, and httpx sets no limit to that.
    "Accept-Encoding": "identity",
}


class Clients:
    """Made when first needed, on the engine's loop.

    Attributes
    ----------
    places : Semaphore
        As many requests are under way at once as there are connections.
    """

    def __init__(self) -> None:
        be_discreet()
        self.places = asyncio.Semaphore(MOST_AT_ONCE)

    @cached_property
    def free(self) -> httpx.AsyncClient:
        """For requests that may be repeated; connections are reused."""
        return _client(read_s=30, keepalive=20)

    @cached_property
    def paid(self) -> httpx.AsyncClient:
        """For requests that may cost: a new connection each, and patience.

        A reused connection may be dead, which cannot be told from a lost answer.
        """
        return _client(read_s=180, keepalive=0)

    @cached_property
    def results(self) -> httpx.AsyncClient:
        """For results, from hosts that must never see a key."""
        return _client(read_s=30, keepalive=20)

    async def aclose(self) -> None:
        """Close what was made."""
        for name in ("free", "paid", "results"):
            if (client := self.__dict__.pop(name, None)) is not None:
                await client.aclose()


def _client(*, read_s: float, keepalive: int) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        headers=_HEADERS,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        timeout=httpx.Timeout(10, read=read_s, write=60),
        limits=httpx.Limits(
            max_connections=MOST_AT_ONCE, max_keepalive_connections=keepalive
        ),
        follow_redirects=False,
        trust_env=False,
    )
