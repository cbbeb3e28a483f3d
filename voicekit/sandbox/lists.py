"""Pages of tasks, voices, clones: and the ways in which a list is not the truth."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from voicekit.sandbox.clock import Clock
from voicekit.sandbox.faults import active

__all__ = ["Page", "Row", "page_of", "shown"]

Row: TypeAlias = tuple[float, dict[str, Any]]
"""When an entry was made, and how it is listed."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list."""

    rows: Sequence[dict[str, Any]]
    number: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        """How many there are."""
        return -(-self.total // self.size)

    @property
    def has_next(self) -> bool:
        """Whether another follows."""
        return self.number < self.pages


def shown(
    rows: Iterable[Row],
    clock: Clock,
    with_other_id: Callable[[dict[str, Any]], dict[str, Any]],
) -> list[dict[str, Any]]:
    """Return the entries that a list shows, in their order.

    Parameters
    ----------
    rows : iterable of Row
        All entries.
    clock : Clock
        What a lag is measured by.
    with_other_id : callable
        Makes another entry of one, for lists that hold more than they should.
    """
    lag = active("list_lag")
    latest = clock.now() - lag.number if lag else float("inf")
    entries = [entry for made, entry in rows if made <= latest]
    if active("list_short"):
        return entries[1::2]
    if active("list_foreign"):
        return [*map(with_other_id, entries[:3]), *entries]
    if active("list_twice"):
        return [twin for entry in entries for twin in (entry, with_other_id(entry))]
    return entries


def page_of(entries: Sequence[dict[str, Any]], number: int, size: int) -> Page:
    """Cut one page out, the first being 1."""
    start = 0 if active("list_repeats") else (number - 1) * size
    return Page(entries[start : start + size], number, size, len(entries))
