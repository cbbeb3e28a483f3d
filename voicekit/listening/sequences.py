"""Orders of trials: Williams squares, and sequences in which no item follows itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from voicekit.errors import InvalidSetting

__all__ = ["deal", "insertion", "spaced", "williams"]

T = TypeVar("T")


def williams(n: int) -> NDArray[np.intp]:
    """Return a Williams design of n conditions.

    Every condition stands once (n even) or twice (n odd) in each position, and every
    ordered pair of neighbours occurs as often (Williams 1949).

    Returns
    -------
    array of int
        n rows for even n, 2 n for odd n; each row is a sequence of 0 … n - 1.

    Raises
    ------
    InvalidSetting
        If n is less than 1.

    Examples
    --------
    >>> williams(4).tolist()
    [[0, 1, 3, 2], [1, 2, 0, 3], [2, 3, 1, 0], [3, 0, 2, 1]]
    """
    if n < 1:
        raise InvalidSetting(f"A Williams design needs a condition, not {n}.")
    zigzag = np.zeros(n, dtype=np.intp)
    zigzag[1::2] = np.arange(1, n // 2 + 1)
    zigzag[2::2] = n - np.arange(1, (n + 1) // 2)
    rows = (zigzag + np.arange(n)[:, None]) % n
    return rows if n % 2 == 0 or n == 1 else np.concatenate([rows, rows[:, ::-1]])


def spaced(items: Sequence[Hashable], rng: np.random.Generator) -> list[int]:
    """Return a random order of the places in which no item follows itself.

    Where one item has more than half of the places that cannot be; then it follows
    itself as seldom as it must.

    Examples
    --------
    >>> order = spaced(["x", "x", "y", "z"], np.random.default_rng(0))
    >>> [["x", "x", "y", "z"][place] for place in order]
    ['y', 'x', 'z', 'x']
    """
    places: dict[Hashable, list[int]] = {}
    for place in rng.permutation(len(items)):
        places.setdefault(items[place], []).append(int(place))
    left = Counter({item: len(found) for item, found in places.items()})
    order: list[int] = []
    last: Hashable = None
    while left:
        last = _next_item(left, last, rng)
        order.append(places[last].pop())
        left[last] -= 1
        left += Counter()
    return order


def insertion(
    items: Sequence[Hashable], item: Hashable, after: int, rng: np.random.Generator
) -> int:
    """Return where to put one more trial of an item, behind a place and not beside it.

    Falls back to any place between other items, and at last to the end.
    """
    around = [None, *items, None]
    free = [
        place
        for place in range(len(items) + 1)
        if item not in (around[place], around[place + 1])
    ]
    later = [place for place in free if place > after + 1]
    choice = later or free or [len(items)]
    return int(choice[rng.integers(len(choice))])


def deal(deck: Sequence[T], size: int, rng: np.random.Generator) -> Iterator[list[T]]:
    """Yield hands without doubles, so that every card is dealt equally often (+- 1)."""
    line: list[int] = []
    while True:
        hand: list[int] = []
        while len(hand) < min(size, len(deck)):
            if not line:
                line = [int(card) for card in rng.permutation(len(deck))]
                # What this hand already holds waits for the next one.
                line.sort(key=lambda card: card in hand)
            hand.append(line.pop(0))
        yield [deck[card] for card in hand]


def _next_item(
    left: Counter[Hashable], last: Hashable, rng: np.random.Generator
) -> Hashable:
    """Return an item that is not the last one and leaves a way to go on."""
    total = sum(left.values())
    pressing = [item for item, number in left.items() if 2 * number > total]
    if pressing and pressing[0] != last:
        return pressing[0]
    free = [item for item in left if item != last] or list(left)
    weights = np.array([left[item] for item in free], dtype=float)
    return free[int(rng.choice(len(free), p=weights / weights.sum()))]
