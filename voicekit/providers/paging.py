"""Goes through the pages of a vendor's list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from voicekit.errors import BadReply
from voicekit.flow import Flow, Reply, Request
from voicekit.voice import Voice

__all__ = ["Page", "collect", "voices_of"]

T = TypeVar("T")

MOST_PAGES = 1_000
"""A list that goes on after so many pages never ends."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page: what is on it by its id, and the name of the next; None at the end."""

    items: Mapping[str, T]
    following: str | None


def collect(
    ask: Callable[[str | None], Request],
    read: Callable[[Reply, str | None], Page[T]],
    *,
    wanted: Callable[[T], bool] = lambda _: True,
    limit: int | None = None,
) -> Flow[list[T]]:
    """Ask for page after page until the list ends, or `limit` wanted ones are found.

    Parameters
    ----------
    ask : callable
        Makes the request for a page, given its name; None is the first.
    read : callable
        Reads an answer, given the name of its page.

    Raises
    ------
    BadReply
        If a page cannot be read, or the list never ends.
    """
    seen: set[str] = set()
    found: list[T] = []
    name: str | None = None
    for _ in range(MOST_PAGES):
        page = read((yield ask(name)), name)
        fresh = {key: item for key, item in page.items.items() if key not in seen}
        seen.update(fresh)
        found += filter(wanted, fresh.values())
        # A page that brings nothing new would be followed by itself for ever.
        if page.following is None or not fresh or _is_enough(found, limit):
            return found[:limit]
        name = page.following
    raise BadReply("The list never ends.")


def voices_of(
    sources: Iterable[Callable[[int | None], Flow[list[Voice]]]],
    limit: int | None,
    known: Iterable[Voice] = (),
) -> Flow[list[Voice]]:
    """Ask several lists for what is missing, until there are enough different voices.

    Parameters
    ----------
    sources : iterable of callable
        Each lists voices, given how many at most.
    known : iterable of Voice
        What needs no asking.
    """
    found = {voice.voice: voice for voice in known}
    for source in sources:
        missing = None if limit is None else limit - len(found)
        if missing is not None and missing <= 0:
            break
        for voice in (yield from source(missing)):
            found.setdefault(voice.voice, voice)
    return [*found.values()][:limit]


def _is_enough(found: list[T], limit: int | None) -> bool:
    return limit is not None and len(found) >= limit
