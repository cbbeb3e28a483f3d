"""A vendor's address: what a key is bound to, and what results may come from."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from voicekit.errors import InvalidSetting

__all__ = ["Address", "is_public"]

_PORTS = {"http": 80, "https": 443}

# What the registries of special-purpose addresses (RFC 6890 and its successors) keep
# from public use, and what tunnels such addresses through public ones. `is_global`
# alone lets eleven of these pass on Python 3.11.7 (measured).
_NOT_PUBLIC = tuple(
    map(
        ipaddress.ip_network,
        (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "168.63.129.16/32",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
        ),
    )
)
_PUBLIC_V6 = ipaddress.ip_network("2000::/3")
_NOT_PUBLIC_V6 = tuple(
    map(
        ipaddress.ip_network,
        (
            "2001::/23",  # Teredo, benchmarking, ORCHID and other special uses
            "2001:db8::/32",
            "2002::/16",  # 6to4 carries any IPv4 address
            "3fff::/20",
        ),
    )
)


@dataclass(frozen=True, slots=True)
class Address:
    """Scheme, host, port and path prefix of a service."""

    scheme: str
    host: str
    port: int
    prefix: str = ""

    @classmethod
    def parse(cls, url: str) -> Address:
        """Read an address that a user wrote, without query and without credentials.

        Examples
        --------
        >>> Address.parse("https://api.kie.ai/")
        Address(scheme='https', host='api.kie.ai', port=443, prefix='')

        Raises
        ------
        InvalidSetting
            If it is no plain http or https address, or plain http to another machine.
        """
        try:
            parts = urlsplit(url)
            usual = _PORTS[parts.scheme]
            port = usual if parts.port is None else parts.port
        except (KeyError, ValueError):
            raise _refused(url) from None
        host = (parts.hostname or "").lower()
        plain = not (parts.query or parts.fragment or "@" in parts.netloc)
        if not host or not port or not plain or not url.isascii() or "\\" in url:
            raise _refused(url)
        address = cls(parts.scheme, host, port, parts.path.rstrip("/"))
        if address.scheme == "http" and not address.is_loopback:
            raise InvalidSetting(
                f"{address} is not encrypted: a key would travel in clear. Use https."
            )
        return address

    @property
    def is_loopback(self) -> bool:
        """Whether it is on this machine."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port."""
        return self.scheme, self.host, self.port

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.prefix}"


def is_public(address: str) -> bool:
    """Tell whether an IP address is one that anybody on the internet can reach.

    Examples
    --------
    >>> is_public("93.184.215.14"), is_public("10.0.0.1"), is_public("64:ff9b::7f00:1")
    (True, False, False)
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv4Address):
        return not any(found in network for network in _NOT_PUBLIC)
    return found in _PUBLIC_V6 and not any(
        found in network for network in _NOT_PUBLIC_V6
    )


def _refused(url: str) -> InvalidSetting:
    del url  # it may hold a password
    return InvalidSetting(
        "An address is written like https://api.example.com or "
        "http://127.0.0.1:8000/prefix, with no user name, query or fragment."
    )
