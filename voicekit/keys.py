"""Finds a key in one documented order, binds it to an address, and never shows it.

The order: the environment, then what `login` keeps in memory for this process, then the
keyring. It is looked up when a call needs it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from voicekit.address import Address
from voicekit.errors import KeyMissing

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

__all__ = [
    "Secret",
    "Secrets",
    "find_secrets",
    "forget",
    "keep",
    "source",
    "variable",
]

SERVICE = "voicekit"
"""The name under which the keyring keeps keys."""

Parts: TypeAlias = tuple[str, ...]
Secrets: TypeAlias = Mapping[str, "Secret"]

_memory: dict[str, str] = {}


class Secret:
    """A key that is bound to one address, and that nothing shows by accident."""

    __slots__ = ("_address", "_value")

    def __init__(self, value: str, address: Address) -> None:
        self._value = value
        self._address = address

    def reveal_for(self, address: Address) -> str:
        """Return the key, for a request to the address it is bound to.

        Raises
        ------
        KeyMissing
            For any other address.
        """
        if address != self._address:
            raise KeyMissing(f"This key belongs to {self._address}, not to {address}.")
        return self._value

    @property
    def can_be_sent(self) -> bool:
        """Whether a header can carry it."""
        return _can_be_sent(self._value)

    @property
    def fingerprint(self) -> str:
        """Eight digits that tell two keys apart, and say nothing about either."""
        value = self._value.encode()
        return hashlib.blake2b(value, digest_size=4, person=b"voicekit").hexdigest()

    def __repr__(self) -> str:
        return f"<Secret for {self._address}>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("A key is not copied, pickled or saved.")

    def __dir__(self) -> list[str]:
        return ["can_be_sent", "fingerprint", "reveal_for"]


def variable(provider: str, part: str) -> str:
    """Return the environment variable of a part of a key.

    Examples
    --------
    >>> variable("kling", "ACCESS_KEY")
    'VOICEKIT_KLING_ACCESS_KEY'
    """
    return f"VOICEKIT_{provider.upper()}_{part}"


def find_secrets(
    provider: str, alternatives: Sequence[Parts], address: Address
) -> Secrets:
    """Return the parts of the first key that is complete.

    Parameters
    ----------
    alternatives : sequence of tuple of str
        Each a way to be known to the vendor, such as ``("ACCESS_KEY", "SECRET_KEY")``.

    Raises
    ------
    KeyMissing
        If no way is complete; the message names the variable, and the way without keys.
        Or if no header can carry what was found.
    """
    for parts in alternatives:
        looked_up = {part: _look_up(provider, part, address) for part in parts}
        found = {part: secret for part, secret in looked_up.items() if secret}
        for part, secret in found.items():
            if not secret.can_be_sent:
                raise _unusable(f"What {variable(provider, part)} holds")
        if len(found) == len(parts):
            return found
    names = " or ".join(
        " and ".join(variable(provider, part) for part in parts)
        for parts in alternatives
    )
    raise KeyMissing(
        f"No key for {provider}. Set {names}, or run voicekit.login({provider!r}), or "
        "try the offline engine: studio.speak('hi', 'offline:en-us')."
    )


def keep(provider: str, value: str, part: str = "KEY") -> str:
    """Keep a part of a vendor's key in the keyring, else until the kernel ends.

    Returns
    -------
    str
        Where the key is kept.

    Raises
    ------
    KeyMissing
        If it is empty, or no header can carry it.
    """
    name = variable(provider, part)
    value = value.strip()
    if not value:
        raise KeyMissing(f"No key was entered for {provider}; nothing was changed.")
    if not _can_be_sent(value):
        del value  # a traceback may show what its frames hold
        raise _unusable(f"What was entered for {provider}")
    if _store(name, value):
        _memory.pop(name, None)  # an older one must not go before the new
        return f"The key for {provider} is kept in this system's keyring."
    _memory[name] = value
    return (
        f"This system has no safe keyring: the key for {provider} is kept in memory "
        "until the kernel ends."
    )


def source(provider: str, part: str = "KEY") -> str | None:
    """Return where a part of a key is found first; None where it is not."""
    name = variable(provider, part)
    return next((place for place, read in _PLACES.items() if read(name)), None)


def forget(provider: str, parts: Iterable[str] = ("KEY",)) -> None:
    """Drop the parts of a key from memory and from the keyring."""
    from keyring.errors import KeyringError  # noqa: PLC0415 - see _safe_keyring

    keyring = _safe_keyring()
    for name in (variable(provider, part) for part in parts):
        _memory.pop(name, None)
        if keyring is not None:
            with contextlib.suppress(KeyringError):  # there was none, or it is locked
                keyring.delete_password(SERVICE, name)


def _look_up(provider: str, part: str, address: Address) -> Secret | None:
    name = variable(provider, part)
    found = next(filter(None, (read(name) for read in _PLACES.values())), "")
    return Secret(found.strip(), address) if found.strip() else None


def _can_be_sent(key: str) -> bool:
    return key.isascii() and key.isprintable()


def _unusable(what: str) -> KeyMissing:
    return KeyMissing(
        f"{what} is no key: it has characters that no header can carry. Set it again."
    )


def _from_keyring(name: str) -> str | None:
    from keyring.errors import KeyringError  # noqa: PLC0415 - see _safe_keyring

    keyring = _safe_keyring()
    try:
        return None if keyring is None else keyring.get_password(SERVICE, name)
    except KeyringError:  # locked, or the desktop behind it is gone
        return None


_PLACES: Mapping[str, Callable[[str], str | None]] = {
    "environment": os.environ.get,
    "memory": lambda name: _memory.get(name),  # noqa: PLW0108 - tests have their own
    "keyring": _from_keyring,
}
"""Where a key may be, in the order in which it is looked for."""


def _store(name: str, value: str) -> bool:
    from keyring.errors import KeyringError  # noqa: PLC0415 - see _safe_keyring

    keyring = _safe_keyring()
    if keyring is None:
        return False
    try:
        keyring.set_password(SERVICE, name, value)
    except KeyringError:
        return False
    return True


def _safe_keyring() -> KeyringBackend | None:
    """Return a keyring that really keeps secrets; None where there is none.

    Measured: on a machine without one, asking the default keyring raises.
    """
    import keyring  # noqa: PLC0415 - it looks for desktop services when imported
    from keyring.backends import fail, null  # noqa: PLC0415

    backend = keyring.get_keyring()
    unsafe = (fail.Keyring, null.Keyring)
    if isinstance(backend, unsafe) or "plaintext" in type(backend).__name__.lower():
        return None
    return backend
