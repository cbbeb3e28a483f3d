"""When to ask again how a task is."""

from __future__ import annotations

from collections.abc import Iterator

__all__ = ["intervals"]

FIRST_S = 1.0
GROWTH = 1.25
LONGEST_S = 10.0
PATIENCE_S = 900.0
SLOW_S = 60.0

EARLY = 0.7
STEP = 0.13
"""Of the time that such tasks took before: the first poll, and the next one after it.
Measured in ``tests/engine/test_polling.py``: intervals that know nothing of the task
ask more often, or come later."""


def intervals(
    expected_s: float | None = None, waited_s: float = 0.0
) -> Iterator[float]:
    """Yield the seconds to wait before each poll: growing, never giving up.

    Parameters
    ----------
    expected_s : float, optional
        How long such tasks took before; None where none is known.
    waited_s : float
        How long the task has been under way.

    Examples
    --------
    >>> waits = intervals()
    >>> [round(next(waits), 2) for _ in range(4)]
    [1.0, 1.25, 1.56, 1.95]
    >>> waits = intervals(expected_s=20)
    >>> [round(next(waits), 2) for _ in range(4)]
    [14.0, 2.6, 3.25, 4.06]
    """
    wait = FIRST_S
    if expected_s is not None:
        first = max(0.0, expected_s * EARLY - waited_s)
        yield first
        waited_s += first
        wait = min(max(expected_s * STEP, FIRST_S / 4), LONGEST_S)
    while True:
        yield wait
        waited_s += wait
        wait = SLOW_S if waited_s > PATIENCE_S else min(wait * GROWTH, LONGEST_S)
