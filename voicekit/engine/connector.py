"""Knows where each provider is, and makes what carries its requests."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from voicekit.address import Address
from voicekit.errors import InvalidSetting, KeyMissing, Unsupported
from voicekit.flow import Transport
from voicekit.job import REHEARSED
from voicekit.keys import Secret, Secrets, find_secrets, variable
from voicekit.library.library import Library
from voicekit.offline.transport import OfflineTransport
from voicekit.providers import Provider

if TYPE_CHECKING:
    from voicekit.engine.clients import Clients
    from voicekit.engine.download import Downloader

__all__ = ["Connector", "Place"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a vendor's stand-in is, and the key that it takes."""

    url: str
    key: Mapping[str, str]


class Connector:
    """Makes one transport for each provider.

    Parameters
    ----------
    places : mapping of str to Place, optional
        Each vendor of a rehearsal, instead of the real ones. No environment and no
        keyring is then read.
    """

    def __init__(self, places: Mapping[str, Place] | None = None) -> None:
        self._places = places
        self._clients: Clients | None = None

    @property
    def clients(self) -> Clients:
        """The HTTP clients; made when the first vendor is asked."""
        if self._clients is None:
            from voicekit.engine.clients import Clients  # noqa: PLC0415 - loads httpx

            self._clients = Clients()
        return self._clients

    def transport(self, provider: Provider) -> Transport:
        """Return a transport for this provider.

        Raises
        ------
        Unsupported
            If there is none of the kind that it names.
        """
        if provider.transport == "offline":
            return OfflineTransport()
        if provider.transport != "http":
            raise Unsupported(
                f"{provider.name} wants a transport {provider.transport!r}, and there "
                "are only http and offline."
            )
        from voicekit.engine.http import HttpTransport  # noqa: PLC0415 - loads httpx

        address = self.address(provider)
        secrets = partial(self.secrets, provider)
        return HttpTransport(provider.auth, address, secrets, self.clients)

    def downloader(self, provider: Provider, library: Library) -> Downloader:
        """Return what fetches a provider's results."""
        from voicekit.engine.download import Downloader  # noqa: PLC0415 - loads httpx

        return Downloader(self.clients, library, self.address(provider))

    def address(self, provider: Provider) -> Address:
        """Return where a vendor is.

        Raises
        ------
        KeyMissing
            If the vendor has no fixed address, and none was named.
        """
        name = variable(provider.name, "URL")
        if self._places is not None:
            return Address.parse(self._place(provider).url)
        url = os.environ.get(name) or provider.origin
        if not url:
            raise KeyMissing(
                f"The address of {provider.name} is not known. Set {name} to what "
                "precedes the paths in its documentation."
            )
        try:
            return Address.parse(url)
        except InvalidSetting as error:
            raise InvalidSetting(f"{name} is no address of a vendor. {error}") from None

    def realm(self, provider: Provider) -> str:
        """Return which world a provider's jobs belong to.

        ``live``, ``sandbox``, or the address where the user overrode it.
        """
        if provider.transport == "offline":
            return "live"
        if self._places is not None:
            return REHEARSED
        address = str(self.address(provider))
        return "live" if address == provider.origin else address

    def secrets(self, provider: Provider) -> Secrets:
        """Return the key of a vendor, bound to its address.

        Raises
        ------
        KeyMissing
            If there is none.
        """
        address = self.address(provider)
        if self._places is not None:
            parts = self._place(provider).key
            return {name: Secret(value, address) for name, value in parts.items()}
        return find_secrets(provider.name, provider.auth.parts, address)

    def callback_keys(self, provider: Provider) -> Mapping[str, str]:
        """Return what a vendor's callbacks are checked with; nothing if not known."""
        parts = provider.callback_parts
        if not parts:
            return {}
        address = self.address(provider)
        if self._places is not None:
            given = self._place(provider).key
            return {part: given[part] for part in parts if part in given}
        try:
            found = find_secrets(provider.name, (parts,), address)
        except KeyMissing:
            return {}
        return {part: secret.reveal_for(address) for part, secret in found.items()}

    async def account(self, provider: Provider) -> str | None:
        """Return which account is charged, as a fingerprint; None without a key."""
        if provider.transport != "http":
            return None
        try:
            # A keyring may ask the desktop, and the desktop its user.
            secrets = await asyncio.to_thread(self.secrets, provider)
        except KeyMissing:
            return None
        return next(iter(secrets.values())).fingerprint

    def is_connected(self, provider: Provider) -> bool:
        """Tell whether a provider can be asked: it needs no key, or has one."""
        if provider.transport != "http":
            return True
        try:
            self.secrets(provider)
        except KeyMissing:
            return False
        return True

    def _place(self, provider: Provider) -> Place:
        assert self._places is not None
        if provider.name not in self._places:
            raise KeyMissing(f"{provider.name} has no stand-in to rehearse with.")
        return self._places[provider.name]

    async def aclose(self) -> None:
        """Close the clients."""
        if self._clients is not None:
            await self._clients.aclose()
