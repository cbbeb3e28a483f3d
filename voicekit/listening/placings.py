"""Rankings read from sequences or tables, and the choices that they are made of."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, permutations, product
from typing import Any

import pandas as pd

from voicekit.errors import InvalidAnswers
from voicekit.listening.answers import left_out, usable
from voicekit.listening.tables import finite, said, table_of

__all__ = ["Ranked", "Stage", "ranked", "stages", "unranked"]

MOST_TIED = 5
UNRANKED = (str, bytes, set, frozenset, dict)
RANKS = ["system", "rank"]


@dataclass(frozen=True, slots=True)
class Ranked:
    """One ranking: groups from best to worst; the last may be an unordered rest."""

    groups: tuple[tuple[Hashable, ...], ...]
    rater: Hashable = None
    item: Hashable = None

    def systems(self) -> tuple[Hashable, ...]:
        """Return every system of the ranking, best first."""
        return tuple(chain.from_iterable(self.groups))


@dataclass(frozen=True, slots=True)
class Stage:
    """One choice: the winner, those it was chosen over, and the ranking's number."""

    winner: Hashable
    losers: tuple[Hashable, ...]
    weight: float
    ranking: int


def ranked(rankings: pd.DataFrame | Iterable[Sequence[object]]) -> list[Ranked]:
    """Return rankings of any form (see ``plackett_luce``), checked.

    Examples
    --------
    >>> ranked(pd.DataFrame({"x": [1, 2], "y": [2, 1], "z": [2, None]}))[0].groups
    (('x',), ('y', 'z'))
    """
    if isinstance(rankings, pd.DataFrame):
        read = list(_from_frame(table_of(rankings)))
    else:
        read = list(map(_from_sequence, _listed(rankings)))
    for one in read:
        if len(_distinct(one)) < len(one.systems()):
            line = ", ".join(map(said, one.systems()))
            raise InvalidAnswers(f"A system stands twice in the ranking {line}.")
        if any(len(group) > MOST_TIED for group in one.groups[:-1]):
            raise InvalidAnswers(
                f"More than {MOST_TIED} systems are tied above the last place of a "
                "ranking; ask for fewer ranks, or leave the rest unranked."
            )
    return read


def unranked(rankings: pd.DataFrame | Iterable[Sequence[object]]) -> int:
    """Return how many rows of a long table lack a system or a rank."""
    frame = isinstance(rankings, pd.DataFrame) and "rank" in rankings
    return left_out(pd.DataFrame(rankings), RANKS) if frame else 0


def stages(one: Ranked, number: int) -> Iterator[Stage]:
    """Yield a ranking's choices; tied groups in each of their orders, evenly."""
    *told, rest = one.groups
    orders = list(product(*(permutations(group) for group in told)))
    for order in orders:
        line = list(chain.from_iterable(order))
        for place, winner in enumerate(line):
            yield Stage(winner, (*line[place + 1 :], *rest), 1 / len(orders), number)


def _distinct(one: Ranked) -> set[Hashable]:
    try:
        return set(one.systems())
    except TypeError as error:
        raise InvalidAnswers(
            "A system is named by text or a number, and systems that were not told "
            "apart are one list, without lists in it."
        ) from error


def _listed(given: Any) -> Iterable[Any]:
    """Return a sequence as it is; of text the letters, of a set nothing is ranked."""
    if isinstance(given, UNRANKED) or not isinstance(given, Iterable):
        raise InvalidAnswers(
            f"{said(given)} is no ranking: give a list of them, each a list of "
            "systems, best first, as [['kie', 'kling'], ['kling', 'kie']]."
        )
    return given


def _from_sequence(sequence: Sequence[object]) -> Ranked:
    groups = (
        tuple(entry) if isinstance(entry, list | tuple | set | frozenset) else (entry,)
        for entry in _listed(sequence)
    )
    return Ranked(tuple(group for group in groups if group))


def _from_frame(frame: pd.DataFrame) -> Iterator[Ranked]:
    if not set(RANKS) <= set(frame.columns):
        frame = frame.apply(finite)
        for _, row in frame.iterrows():
            yield Ranked(_grouped(row.dropna()))
        return
    rows = usable(frame, RANKS)
    keys = [name for name in ("rater", "item", "trial") if name in rows]
    if not keys:
        raise InvalidAnswers("A long table of ranks needs 'rater', 'item' or 'trial'.")
    for key, group in rows.groupby(keys, sort=False, dropna=False):
        named = dict(zip(keys, key, strict=True))
        ranks = group.set_index("system")["rank"]
        yield Ranked(_grouped(ranks), named.get("rater"), named.get("item"))


def _grouped(ranks: pd.Series[float]) -> tuple[tuple[Hashable, ...], ...]:
    """Return the systems of equal rank together, best rank first."""
    return tuple(tuple(ranks.index[ranks == rank]) for rank in sorted(ranks.unique()))
