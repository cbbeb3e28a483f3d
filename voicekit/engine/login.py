"""Asks for a vendor's key, and has it kept."""

from __future__ import annotations

import getpass

from voicekit import providers
from voicekit.keys import keep

__all__ = ["login"]


def login(provider: str) -> str:
    """Ask for a vendor's key, and keep it in the keyring, else until the kernel ends.

    The key is typed into a hidden field: it is in no cell, no output and no history.

    Returns
    -------
    str
        Where the key is kept.

    Raises
    ------
    UnknownProvider
        If there is no such provider: nobody would find the key again.
    KeyMissing
        If none was entered, or no header can carry it.
    """
    providers.find(provider)
    return keep(provider, getpass.getpass(f"Key for {provider}: "))
