"""What the panel of tasks shows of the ledger's attempts, as rows of text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from voicekit.library.claiming import NOBODY
from voicekit.library.spending import Row as Attempt
from voicekit.library.states import SHOWN, State
from voicekit.panels.table import Cell, Column, Mark, Row, row
from voicekit.task import cost_text, from_micros

__all__ = [
    "SPEND_COLUMNS",
    "TASK_COLUMNS",
    "Wanted",
    "attention",
    "spend_table",
    "task_table",
    "urgencies",
]

TASK_COLUMNS = (
    Column(label="State", kind="state"),
    Column(label="Task", kind="text"),
    Column(label="Progress", kind="share"),
    Column(label="Cost", kind="number"),
    Column(label="Expires", kind="text"),
    Column(label="Error", kind="text"),
)

SPEND_COLUMNS = (
    Column(label="Group", kind="text"),
    Column(label="Provider", kind="text"),
    Column(label="Tasks", kind="number"),
    Column(label="Credits", kind="number"),
    Column(label="Held", kind="number"),
    Column(label="Refunded", kind="number"),
    Column(label="Cost unknown", kind="number"),
)

SOON = timedelta(hours=24)
"""How long before the vendor drops a result that is not saved it is urgent."""

LONGEST_TEXT = 90

_UNDER_WAY = ("queued", "sending", "running")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which attempts to show; an empty text wants all."""

    state: str = ""
    provider: str = ""
    search: str = ""

    def matches(self, attempt: Attempt) -> bool:
        """Tell whether an attempt is among them."""
        return (
            self.state in ("", _state(attempt))
            and self.provider in ("", attempt["provider"])
            and (not self.search or self._is_said(attempt))
        )

    def _is_said(self, attempt: Attempt) -> bool:
        about = (attempt["text"], attempt["voice"], attempt["model"], attempt["job"])
        said = " ".join(filter(None, (*about, attempt["receipt"]))).casefold()
        return all(word in said for word in self.search.casefold().split())


def task_table(
    attempts: Sequence[Attempt], wanted: Wanted, now: datetime, most: int | None = None
) -> tuple[list[Row], int]:
    """Return what is wanted: first what needs the user, then the newest.

    Parameters
    ----------
    most : int, optional
        How many rows to make.

    Returns
    -------
    list of Row, int
        The first rows, and how many there would be of all.
    """
    latest = {attempt["job"]: attempt["id"] for attempt in attempts}

    def urgency(attempt: Attempt) -> str:
        is_latest = latest[attempt["job"]] == attempt["id"]
        return _urgency(attempt, now) if is_latest else ""

    found = [one for one in reversed(attempts) if wanted.matches(one)]
    found.sort(key=lambda one: _RANKS[urgency(one)])
    rows = [
        _task_row(one, urgency(one), is_latest=latest[one["job"]] == one["id"])
        for one in found[:most]
    ]
    return rows, len(found)


def spend_table(spent: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Return the rows of `library.spending.spend_rows` as rows of text."""
    return [
        row(
            f"{one['group']} {one['provider']} {one['unit']}",
            one["group"] or "none",
            "" if one["group"] == one["provider"] else one["provider"],
            str(one["tasks"]),
            cost_text(one["credits"], one["unit"]),
            cost_text(one["held"] or None, one["unit"], unknown=""),
            cost_text(one["refunded"] or None, one["unit"], unknown=""),
            str(one["unknown"] or ""),
            mark="urgent" if one["held"] else "",
        )
        for one in spent
    ]


def urgencies(attempts: Iterable[Attempt], now: datetime) -> Counter[str]:
    """Count what must not be overlooked: doubt, and what was paid and may be lost."""
    latest = {attempt["job"]: attempt for attempt in attempts}.values()
    marks = Counter(_urgency(attempt, now) for attempt in latest)
    return Counter({urgency: marks[urgency] for urgency in _MESSAGES})


def attention(counted: Mapping[str, int]) -> list[str]:
    """Say it in sentences."""
    return [
        message.format(count=count, tasks="task" if count == 1 else "tasks")
        for urgency, message in _MESSAGES.items()
        if (count := counted[urgency])
    ]


_MESSAGES = {
    "held": "{count} {tasks} HELD: sent, but the answer was lost. It counts as spent, "
    "and is not sent again unless you say so: check, adopt, submit again or write off.",
    "at_risk": "{count} {tasks} at risk: accepted and perhaps paid for, but the result "
    "cannot be fetched.",
    "expiring": "{count} {tasks} with a result that expires within a day and is not "
    "saved: press Resume.",
}

_MARKS: dict[str, Mark] = {"held": "urgent", "at_risk": "urgent", "expiring": "soon"}

_RANKS = {"held": 0, "at_risk": 0, "expiring": 1, "": 2}


def _urgency(attempt: Attempt, now: datetime) -> str:
    state = _state(attempt)
    if state in ("held", "at_risk"):
        return state
    expires = _time(attempt["expires_at"])
    is_carried = attempt["owner"] != NOBODY  # it will be saved before it is urgent
    if expires is None or state not in _UNDER_WAY or is_carried:
        return ""
    return "expiring" if expires - now < SOON else ""


def _task_row(attempt: Attempt, urgency: str, *, is_latest: bool) -> Row:
    state, job = _state(attempt), attempt["job"]
    key = job if is_latest else f"{job}/{attempt['id']}"
    share = None if attempt["progress"] is None else attempt["progress"] / 100
    moving = state in _UNDER_WAY and share is not None
    return row(
        key,
        state.upper() if urgency in ("held", "at_risk") else state,
        _what(attempt),
        Cell(text=f"{share:.0%}", share=share) if moving else "",
        _cost(attempt),
        _day(attempt["expires_at"]),
        (attempt["error"] or {}).get("message") or "",
        mark=_MARKS.get(urgency, ""),
    )


def _what(attempt: Attempt) -> str:
    text = attempt["text"] or ""
    if len(text) > LONGEST_TEXT:
        text = f"{text[:LONGEST_TEXT]}…"
    parts = (attempt["voice"] or attempt["provider"], attempt["model"], attempt["kind"])
    asked = f"{attempt['job']} · {_day(attempt['created_at'])}"
    return "\n".join(filter(None, (" · ".join(filter(None, parts)), text, asked)))


def _cost(attempt: Attempt) -> str:
    unit = attempt["unit"]
    known, estimated, refunded = (
        from_micros(attempt[f"{name}_micros"])
        for name in ("credits", "estimated", "refunded")
    )
    if attempt["billed"] == "no" or _state(attempt) == "refused":
        return "nothing"
    guess = "unknown" if estimated is None else f"about {cost_text(estimated, unit)}"
    cost = guess if known is None else cost_text(known, unit)
    return f"{cost}\n{cost_text(refunded, unit)} refunded" if refunded else cost


def _state(attempt: Attempt) -> str:
    return SHOWN[State(attempt["state"])]


def _time(microseconds: int | None) -> datetime | None:
    return (
        None
        if microseconds is None
        else datetime.fromtimestamp(microseconds / 1e6, UTC)
    )


def _day(microseconds: Any) -> str:
    time = _time(microseconds)
    return "" if time is None else f"{time:%Y-%m-%d %H:%M} UTC"
