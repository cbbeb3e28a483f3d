"""Prices learned from what earlier tasks cost, where a vendor publishes none."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import TypeAlias

from sqlalchemy import Connection, select

from voicekit.job import Job
from voicekit.library import schema
from voicekit.task import Estimate, from_micros, to_micros

__all__ = ["History", "history", "learned", "upper_bound"]

History: TypeAlias = Sequence[tuple[int, int]]
"""Characters and cost, in millionths, of earlier tasks."""

MOST_REMEMBERED = 200
SAFETY = 1.25
"""How much more than the largest price seen a job is taken to cost at most."""

_BY_CHARACTER = frozenset({"speech", "sound_effect"})
"""Kinds that cost by the length of their text; the others are taken by the task."""


def history(connection: Connection, job: Job) -> History:
    """Return what the latest tasks of this provider, kind and model cost."""
    query = (
        select(schema.job.c.characters, schema.attempt.c.credits_micros)
        .join_from(schema.attempt, schema.job, schema.attempt.c.job == schema.job.c.id)
        .where(
            schema.job.c.realm == job.realm,
            schema.job.c.provider == job.provider,
            schema.job.c.kind == job.kind,
            schema.job.c.model.is_not_distinct_from(job.model),
            schema.attempt.c.credits_micros.is_not(None),
        )
        .order_by(schema.attempt.c.id.desc())
        .limit(MOST_REMEMBERED)
    )
    return [(row[0], row[1]) for row in connection.execute(query)]


def upper_bound(estimate: Estimate) -> int | None:
    """Return what a job is taken to cost at most, in millionths, until it is known.

    An exact price is its own bound. A learned one is the largest that was seen for as
    much text, and a quarter more.
    """
    if estimate.credits is None:
        return None
    most = estimate.credits if estimate.most is None else estimate.most
    return to_micros(most if estimate.exact else most * SAFETY)


def learned(earlier: History, job: Job, unit: str) -> Estimate | None:
    """Return an estimate from earlier tasks; None where there are none.

    The median price of a character, or of a task where the text does not count.

    Examples
    --------
    >>> job = Job(provider="kie", kind="speech", text="Hello")
    >>> learned([(10, 20_000_000), (30, 60_000_000)], job, "credits")
    ... # doctest: +NORMALIZE_WHITESPACE
    Estimate(credits=10.0, most=10.0, unit='credits', exact=False,
             evidence='2 credits a character in 2 earlier tasks')
    """
    by_character = job.kind in _BY_CHARACTER
    prices = [
        micros / (characters if by_character else 1)
        for characters, micros in earlier
        if characters or not by_character
    ]
    if not prices:
        return None
    price = statistics.median(prices)
    units = len(job.text) if by_character else 1
    amount = price * units
    per = "a character" if by_character else "a task"
    tasks = "1 earlier task" if len(prices) == 1 else f"{len(prices)} earlier tasks"
    return Estimate(
        credits=from_micros(round(amount)),
        most=from_micros(round(max(prices) * units)),
        unit=unit,
        exact=False,
        evidence=f"{price / 1e6:.3g} {unit} {per} in {tasks}",
    )
