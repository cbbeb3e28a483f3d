"""When to ask again how a task is."""

from __future__ import annotations

from collections.abc import Iterator

__all__ = ["intervals"]

FIRST_S = 1.0
GROWTH = 1.25
LONGEST_S = 10.0
PATIENCE_S = 900.0
SLOW_S = 60.0


def intervals() -> Iterator[float]:
    """Yield the seconds to wait before each poll: growing, never giving up.

    Examples
    --------
    >>> waits = intervals()
    >>> [round(next(waits), 2) for _ in range(4)]
    [1.0, 1.25, 1.56, 1.95]
    """
    wait, waited = FIRST_S, 0.0
    while True:
        yield wait
        waited += wait
        wait = SLOW_S if waited > PATIENCE_S else min(wait * GROWTH, LONGEST_S)
