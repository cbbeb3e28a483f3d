"""How long tasks took: what the first poll goes by."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from sqlalchemy import Connection, select

from voicekit.job import Job
from voicekit.library import schema
from voicekit.library.states import DONE

__all__ = ["MOST_REMEMBERED", "Duration", "durations", "expected"]

Duration: TypeAlias = tuple[int, float]
"""Characters, and seconds."""

MOST_REMEMBERED = 200

NEAREST = 15
"""Of how many tasks, those nearest in length, the median counts."""

MOST_UNLIKE = 2.0
"""A text that is so many times as long says nothing."""


def durations(connection: Connection, job: Job) -> Sequence[Duration]:
    """Return how long the latest tasks of this provider, kind and model took."""
    attempt, asked = schema.attempt.c, schema.job.c
    query = (
        select(asked.characters, attempt.latency_us, attempt.latency_slack_us)
        .join_from(schema.attempt, schema.job, attempt.job == asked.id)
        .where(
            asked.realm == job.realm,
            asked.provider == job.provider,
            asked.kind == job.kind,
            asked.model.is_not_distinct_from(job.model),
            attempt.state.in_(DONE),
            attempt.latency_us.is_not(None),
        )
        .order_by(attempt.id.desc())
        .limit(MOST_REMEMBERED)
    )
    # The truth lies between the last two answers.
    return [(row[0], (row[1] - row[2] / 2) / 1e6) for row in connection.execute(query)]


def expected(earlier: Iterable[Duration], characters: int) -> float | None:
    """Return the seconds that a task will take; None where nothing is alike.

    The median of the tasks that are nearest in length.

    Examples
    --------
    >>> expected([(100, 2.0), (110, 4.0), (90, 3.0), (5000, 60.0)], 100)
    3.0
    >>> expected([(5000, 60.0)], 100) is None
    True
    """
    alike = sorted(
        (_distance(length, characters), seconds) for length, seconds in earlier
    )
    near = [
        seconds
        for distance, seconds in alike[:NEAREST]
        if distance <= math.log(MOST_UNLIKE)
    ]
    return statistics.median(near) if near else None


def _distance(one: int, other: int) -> float:
    return abs(math.log(max(one, 1) / max(other, 1)))
