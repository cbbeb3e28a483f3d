"""What a notebook's cell shows: the next run of the cell closes it."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from typing import Any, Protocol

from IPython import get_ipython

__all__ = ["Closable", "close_earlier"]


class Closable(Protocol):
    """What a cell can show."""

    def close(self) -> None:
        """Let go of everything."""


_SHOWN: dict[str, tuple[str, weakref.WeakSet[Closable]]] = {}
"""By the id of a cell: its last run, and what it showed."""


def close_earlier(shown: Closable) -> None:
    """Close what an earlier run of the running cell showed: its output is gone.

    The page keeps no trace of it, but its widgets, its studio and the vendors'
    stand-ins would live as long as the kernel. A front end that names no cells leaves
    all as it is.
    """
    asked: Mapping[str, Any] = getattr(get_ipython(), "get_parent", dict)()
    cell = asked.get("metadata", {}).get("cellId")
    if cell is None:
        return
    run = asked["header"]["msg_id"]
    before, earlier = _SHOWN.get(cell, (run, weakref.WeakSet()))
    if run != before:
        for one in set(earlier) - {shown}:
            one.close()
        earlier = weakref.WeakSet()
    earlier.add(shown)
    _SHOWN[cell] = run, earlier
