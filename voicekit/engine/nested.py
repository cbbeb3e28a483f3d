"""Lets users' own cells call ``asyncio.run(...)`` where a loop already runs."""

from __future__ import annotations

import importlib
import sys
from importlib.metadata import PackageNotFoundError, version

from voicekit.errors import Unsupported

__all__ = ["allow_nested_loops"]

_NEEDED = (1, 7, 4)
"""The first nest_asyncio2 that keeps clicks and queued cells on ipykernel 7."""

_FIX = (
    "Install the maintained fork: pip install 'nest_asyncio2>=1.7.4'. voicekit's own "
    "calls need neither: studio.speak(...) and await studio.aio.speak(...) both work "
    "in a notebook."
)


def allow_nested_loops() -> str:
    """Patch asyncio so that a running loop can be run again, and say with what.

    For cells of yours that call ``asyncio.run(...)``, or a library that does. voicekit
    never calls this itself. It prefers nest_asyncio2, and falls back to nest_asyncio
    only where that does no harm.

    Returns
    -------
    str
        The package that was applied.

    Raises
    ------
    Unsupported
        Where only nest_asyncio is installed and it would lose button clicks and queued
        cells (ipykernel 7 or newer), or break asyncio (Python 3.14 or newer).
    """
    if _version("nest_asyncio2") >= _NEEDED:
        return _apply("nest_asyncio2")
    if sys.version_info >= (3, 14):
        raise Unsupported(
            "nest_asyncio breaks asyncio.timeout and every httpx call on Python 3.14 "
            f"and newer. {_FIX}"
        )
    if _version("ipykernel") >= (7,):
        raise Unsupported(
            "nest_asyncio loses button clicks and never runs queued cells on ipykernel "
            f"7 and newer. {_FIX}"
        )
    return _apply("nest_asyncio")


def _apply(package: str) -> str:
    importlib.import_module(package).apply()
    return package


def _version(package: str) -> tuple[int, ...]:
    """Return the installed version; where there is none, one lower than any."""
    try:
        parts = version(package).split(".")
    except PackageNotFoundError:
        return ()
    return tuple(int(part) for part in parts if part.isdigit())
