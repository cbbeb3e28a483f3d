"""Numbers that are never given twice, also not by another start."""

from __future__ import annotations

import itertools
import time

__all__ = ["new_number"]

_NUMBERS = itertools.count(time.time_ns() // 1000)


def new_number() -> int:
    """Return a number above every earlier one: it began with the microsecond."""
    return next(_NUMBERS)
