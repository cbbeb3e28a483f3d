"""Under which address vendors may call back: checked before any vendor is told it."""

from __future__ import annotations

from urllib.parse import urlsplit

from voicekit.address import Address
from voicekit.errors import InvalidSetting

__all__ = ["checked_base", "checked_port"]

_HIGHEST_PORT = 65_535


def checked_base(url: str) -> str:
    """Return a public base address as it stands before each task's own path.

    Examples
    --------
    >>> checked_base("https://voices.example.org/hooks/")
    'https://voices.example.org/hooks'

    Raises
    ------
    InvalidSetting
        If a vendor cannot reach it, or must not be told it; the message says why.
    """
    if "/proxy/" in url:
        raise _refused(
            "it goes through jupyter-server-proxy ('/proxy/'), which demands a login "
            "that no vendor has"
        )
    if "token=" in url.lower():
        raise _refused(
            "it carries a token ('token='), and with a Jupyter token whoever has the "
            "address may run code here"
        )
    if urlsplit(url).scheme not in ("https", "http"):
        raise _refused("it does not begin with https://")
    try:
        return str(Address.parse(url))
    except InvalidSetting:
        raise _refused(
            "it is not encrypted, or holds a user name, a query or a fragment"
        ) from None


def checked_port(port: int | None, base: str) -> int:
    """Return the port of this machine to listen on.

    Raises
    ------
    InvalidSetting
        If it is none, or not known from the address.
    """
    address = Address.parse(base)
    found = address.port if port is None and address.is_loopback else port
    if isinstance(found, bool) or not isinstance(found, int):
        raise InvalidSetting(
            "webhook_port is the port of this machine to which your tunnel or reverse "
            f"proxy leads, not {port!r}: Studio(webhooks=..., webhook_port=8123)."
        )
    if not 0 < found <= _HIGHEST_PORT:
        raise InvalidSetting(f"webhook_port is a port from 1 to 65535, not {found}.")
    return found


def _refused(why: str) -> InvalidSetting:
    # Without the address itself, which may hold the token.
    return InvalidSetting(
        f"webhooks= cannot be this address: {why}. Name the https address of a tunnel "
        "or reverse proxy that leads to 127.0.0.1 and webhook_port, or leave it out: "
        "tasks are then asked for, which is complete, too."
    )
