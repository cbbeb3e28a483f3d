"""The transactions of listening tests: an answer is kept once, and found again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Connection, insert, select

from voicekit.library.ledger import now_us
from voicekit.library.schema import answer

__all__ = ["KeptAnswer", "Rows", "answers_to", "keep_answer", "take_seat"]

Rows: TypeAlias = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    """What one rater answered to one screen."""

    rater: str
    screen: str
    at: int
    """In microseconds since 1970, UTC."""
    rows: Rows
    """One per stimulus."""


def keep_answer(
    connection: Connection, test: str, rater: str, screen: str, rows: Rows
) -> bool:
    """Keep an answer; False where there was one, which then stays as it is."""
    place = {"test": test, "rater": rater, "screen": screen}
    if connection.execute(select(answer.c.id).filter_by(**place)).first():
        return False
    connection.execute(insert(answer).values(**place, at=now_us(), rows=list(rows)))
    return True


def answers_to(
    connection: Connection, test: str, rater: str | None = None
) -> list[KeptAnswer]:
    """Return the answers to a test, or one rater's, in the order they were given."""
    query = select(answer).where(answer.c.test == test).order_by(answer.c.id)
    if rater is not None:
        query = query.where(answer.c.rater == rater)
    return [
        KeptAnswer(rater=row.rater, screen=row.screen, at=row.at, rows=row.rows)
        for row in connection.execute(query)
    ]


def take_seat(
    connection: Connection, test: str, raters: Sequence[str], screen: str
) -> str | None:
    """Give the first rater's place that nobody has taken; None where all are taken."""
    query = select(answer.c.rater).where(answer.c.test == test).distinct()
    taken = set(connection.execute(query).scalars())
    for rater in raters:
        if rater not in taken:
            keep_answer(connection, test, rater, screen, [])
            return rater
    return None
