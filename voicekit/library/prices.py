"""Prices learned from what earlier tasks cost, where a vendor publishes none."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, case, literal, select

from voicekit.job import InputFile, Job, Kind
from voicekit.library import schema
from voicekit.task import Estimate, from_micros, to_micros

__all__ = ["History", "history", "learned", "upper_bound"]

History: TypeAlias = Sequence[tuple[float, int]]
"""What each earlier task was charged by (characters, seconds, or itself: 1), and its
cost in millionths."""

MOST_REMEMBERED = 200
SAFETY = 1.25
"""How much more than the largest price seen a job is taken to cost at most."""


@dataclass(frozen=True, slots=True)
class _Measure:
    """What a kind of job is charged by."""

    unit: str
    column: ColumnElement[Any]
    """Where the ledger has it of earlier jobs."""
    kept: Callable[[Any], float | None]
    """Reads that column; None where the measure is unknown."""
    asked: Callable[[Job], float | None]


def _seconds(files: Mapping[str, InputFile]) -> float | None:
    lengths = [file.duration_us for file in files.values()]
    known = [length for length in lengths if length is not None]
    return sum(known) / 1e6 if len(known) == len(lengths) else None


def _kept_seconds(files: Mapping[str, Mapping[str, Any]]) -> float | None:
    return _seconds({name: InputFile(**file) for name, file in files.items()})


_LENGTH = "duration_seconds"
"""The setting that says how long a sound effect shall be."""


def _no_length(settings: Mapping[str, Any]) -> float | None:
    return None if _LENGTH in settings else 1.0


# Of a job that was forgotten, nobody knows the settings any more.
_SETTINGS = case((schema.job.c.key.is_not(None), schema.job.c.settings))
_SECOND = _Measure(
    "second", schema.job.c.files, _kept_seconds, lambda job: _seconds(job.files)
)
_TASK = _Measure("task", literal(1), float, lambda _: 1.0)
_MEASURES: Mapping[Kind, Sequence[_Measure]] = {
    "speech": (
        _Measure(
            "character",
            schema.job.c.characters,
            float,
            lambda job: float(len(job.text)),
        ),
    ),
    "dubbing": (_SECOND,),
    "transcription": (_SECOND,),
    # What the prompt made long or short says nothing of a length that is asked for.
    "sound_effect": (
        _Measure(
            "second",
            _SETTINGS,
            lambda settings: settings.get(_LENGTH),
            lambda job: _number(job.settings.get(_LENGTH)),
        ),
        _Measure("task", _SETTINGS, _no_length, lambda _: 1.0),
    ),
}
"""By the kind of job, the first that a job has; any other kind is taken by the task."""


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _measure(job: Job) -> tuple[_Measure, float] | None:
    """Return what a job is charged by, and how much it has of it."""
    for measure in _MEASURES.get(job.kind, (_TASK,)):
        if count := measure.asked(job):
            return measure, count
    return None


def history(connection: Connection, job: Job) -> History:
    """Return what the latest tasks of this provider, kind and model cost.

    What has no measure, such as a file of unknown length, teaches nothing.
    """
    if (measured := _measure(job)) is None:
        return []
    measure, _ = measured
    query = (
        select(measure.column, schema.attempt.c.credits_micros)
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
    rows = connection.execute(query)
    known = ((measure.kept(row[0]), row[1]) for row in rows if row[0] is not None)
    return [(count, micros) for count, micros in known if count]


def upper_bound(estimate: Estimate) -> int | None:
    """Return what a job is taken to cost at most, in millionths, until it is known.

    An exact price is its own bound. A learned one is the largest that was seen for as
    much, and a quarter more.
    """
    if estimate.credits is None:
        return None
    most = estimate.credits if estimate.most is None else estimate.most
    return to_micros(most if estimate.exact else most * SAFETY)


def learned(earlier: History, job: Job, unit: str) -> Estimate | None:
    """Return an estimate from earlier tasks; None where they tell nothing.

    The median price of a character of speech, of a second (of a file that is dubbed or
    transcribed, or that a sound effect shall last), or of a task of any other kind.

    Examples
    --------
    >>> job = Job(provider="kie", kind="speech", text="Hello")
    >>> learned([(10, 20_000_000), (30, 60_000_000)], job, "credits")
    ... # doctest: +NORMALIZE_WHITESPACE
    Estimate(credits=10.0, most=10.0, unit='credits', exact=False,
             evidence='2 credits a character in 2 earlier tasks')
    """
    measured = _measure(job)
    if not earlier or measured is None:
        return None
    measure, count = measured
    prices = [micros / size for size, micros in earlier]
    price = statistics.median(prices)
    tasks = "1 earlier task" if len(prices) == 1 else f"{len(prices)} earlier tasks"
    return Estimate(
        credits=from_micros(round(price * count)),
        most=from_micros(round(max(prices) * count)),
        unit=unit,
        exact=False,
        evidence=f"{price / 1e6:.3g} {unit} a {measure.unit} in {tasks}",
    )
