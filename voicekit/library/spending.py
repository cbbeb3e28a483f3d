"""What was asked, and what it cost: the rows of `tasks` and `spend`."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal, TypeAlias, get_args

from sqlalchemy import Connection, Select, case, func, select

from voicekit.errors import InvalidSetting, nearest
from voicekit.library import schema
from voicekit.library.claiming import NOBODY
from voicekit.library.files import FileStore
from voicekit.library.states import SHOWN, State
from voicekit.task import from_micros

__all__ = [
    "Row",
    "SpendBy",
    "attempts",
    "held_rows",
    "newest_event",
    "spend_rows",
    "task_rows",
]

SpendBy: TypeAlias = Literal["provider", "day", "model", "voice", "kind"]

Row: TypeAlias = Mapping[str, Any]

_OPTIONS: Mapping[State, str] = {
    State.HELD: "check, adopt, submit_again, write_off",
    # Nobody has judged it yet: `resume` looks for what speaks for it, then holds it.
    State.AMBIGUOUS: "resume, check, adopt, write_off",
}
"""The states in which an attempt may have cost, and what its user can do."""

_LEFT_BEHIND = "The kernel that sent it ended before it had the answer."

_FREE = frozenset({State.REFUSED, State.RESERVED})
"""States of attempts that cost nothing, whatever was estimated."""


def attempts(connection: Connection) -> list[Row]:
    """Return every attempt, oldest first, with its job, its audio and its events."""
    return [dict(row._mapping) for row in connection.execute(_ATTEMPTS)]  # noqa: SLF001


def newest_event(connection: Connection) -> int:
    """Return the number of the last thing that happened; 0 where nothing did."""
    newest = select(func.coalesce(func.max(schema.event.c.id), 0))
    return int(connection.execute(newest).scalar_one())


def task_rows(rows: Iterable[Row], store: FileStore) -> list[Row]:
    """Return the rows of `Studio.tasks`."""
    return [_task_row(row, store) for row in rows]


def held_rows(rows: Iterable[Row]) -> list[Row]:
    """Return the rows of `Studio.held`: what may have cost, and nobody knows."""
    return [
        {
            **row,
            "bound": from_micros(row["bound_micros"]),
            "reason": (row["error"] or {}).get("message", _LEFT_BEHIND),
            "since": row["finished_at"] or row["sent_at"],
            "options": _options(row),
        }
        for row in _latest(rows)
        if row["state"] in _OPTIONS
    ]


def spend_rows(rows: Iterable[Row], by: str) -> list[Row]:
    """Return the rows of `Studio.spend`: one for each group and provider.

    Credits of different vendors are never added. A sum is None where nothing in it is
    known.

    Raises
    ------
    InvalidSetting
        If there is no such grouping.
    """
    if by not in get_args(SpendBy):
        choices = get_args(SpendBy)
        raise InvalidSetting(
            f"spend cannot be grouped by {by!r}.{nearest(str(by), choices)} "
            f"It can by: {', '.join(choices)}."
        )
    groups: defaultdict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if not _cost_nothing(row):
            groups[_group(row, by), row["provider"], row["unit"]].append(row)
    return [
        {"group": group, "provider": provider, "unit": unit, **_sums(members)}
        for (group, provider, unit), members in sorted(groups.items())
    ]


def _options(row: Row) -> str:
    """Return what can be done: nothing is decided over the head of who judges it."""
    is_being_judged = row["state"] == State.AMBIGUOUS and row["owner"] != NOBODY
    return "check" if is_being_judged else _OPTIONS[State(row["state"])]


def _latest(rows: Iterable[Row]) -> Iterable[Row]:
    """Return the last attempt of each job."""
    return {row["job"]: row for row in rows}.values()


def _sums(rows: list[Row]) -> Row:
    unknown = [row for row in rows if row["credits_micros"] is None]
    held = [row for row in rows if row["state"] in _OPTIONS]
    return {
        "tasks": len(rows),
        "cached": sum(row["answered"] for row in rows),
        "unknown": len(unknown),
        "characters": sum(row["characters"] for row in rows),
        "seconds": _total(row["duration_us"] for row in rows),
        "credits": _total(row["credits_micros"] for row in rows),
        "refunded": _total(row["refunded_micros"] or 0 for row in rows),
        "held": _total(row["bound_micros"] for row in held) if held else 0.0,
        "estimated": _total(row["estimated_micros"] for row in rows),
    }


def _total(micros: Iterable[int | None]) -> float | None:
    known = [value for value in micros if value is not None]
    return from_micros(sum(known)) if known else None


def _cost_nothing(row: Row) -> bool:
    is_free = row["state"] in _FREE or row["billed"] == "no"
    return is_free and not row["refunded_micros"]


def _group(row: Row, by: str) -> str:
    if by == "day":
        return datetime.fromtimestamp(row["created_at"] / 1e6, UTC).date().isoformat()
    return row[by] or ""


def _task_row(row: Row, store: FileStore) -> Row:
    known = row["sha256"] is not None
    path = store.find(row["sha256"], 0, row["media_type"]).path if known else None
    return {
        **row,
        "task_id": row["receipt"],
        "state": SHOWN[State(row["state"])],
        "progress": None if row["progress"] is None else row["progress"] / 100,
        "settings": json.dumps(row["settings"], ensure_ascii=False),
        "estimated": from_micros(row["estimated_micros"]),
        "credits": from_micros(row["credits_micros"]),
        "cached": row["answered"],
        "latency_s": from_micros(row["latency_us"]),
        "latency_slack_s": from_micros(row["latency_slack_us"]),
        "vendor_s": from_micros(row["vendor_us"]),
        "duration_s": from_micros(row["duration_us"]),
        "error": (row["error"] or {}).get("message"),
        "path": None if path is None else str(path),
    }


def _attempts_query() -> Select[Any]:
    attempt, job, event, file = (
        schema.attempt.c,
        schema.job.c,
        schema.event.c,
        schema.file.c,
    )
    is_whole = func.count(file.duration_us) == func.count()  # a sum of unknowns is NA
    audio = (
        select(
            file.attempt,
            func.min(file.id).label("id"),
            case((is_whole, func.sum(file.duration_us))).label("duration_us"),
        )
        .where(file.role == "audio")
        .group_by(file.attempt)
        .subquery()
    )
    answered = (
        select(event.attempt, func.count().label("calls"))
        .where(event.what == "answered")
        .group_by(event.attempt)
        .subquery()
    )
    refunded = (
        select(event.attempt, func.sum(event.data["micros"].as_integer()).label("sum"))
        .where(event.what == "refunded")
        .group_by(event.attempt)
        .subquery()
    )
    of_job = [column for column in job if column.name not in ("id", "created_at")]
    return (
        select(
            *(column for column in attempt if column.name not in ("raw", "words")),
            *of_job,
            file.sha256,
            audio.c.duration_us,
            file.media_type,
            func.coalesce(answered.c.calls, 0).label("answered"),
            refunded.c.sum.label("refunded_micros"),
        )
        .join_from(schema.attempt, schema.job, attempt.job == job.id)
        .outerjoin(audio, audio.c.attempt == attempt.id)
        .outerjoin(schema.file, file.id == audio.c.id)
        .outerjoin(answered, answered.c.attempt == attempt.id)
        .outerjoin(refunded, refunded.c.attempt == attempt.id)
        .order_by(attempt.id)
    )


_ATTEMPTS = _attempts_query()
