"""When a job may be sent: within what its vendor allows, for all processes at once.

The ledger itself knows when each job was sent, so that the kernels of one library share
an account's limits: who may send is found, and marked as SENDING, in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    case,
    func,
    insert,
    select,
    update,
)

from voicekit.library import schema
from voicekit.library.allowance import Allowance
from voicekit.library.budget import Terms, check_budget
from voicekit.library.ledger import Change, Kept, advance, job_of
from voicekit.library.prices import history, learned, upper_bound
from voicekit.library.states import DONE, LIVE, State
from voicekit.task import Rate, to_micros

__all__ = ["Pause", "Rule", "Wait", "depart", "note_refused"]

LOOK_AGAIN_S = 0.1
"""How often one that waits for others to end looks whether they have."""

LOST_AFTER_US = 3_600 * 1_000_000
"""A task that was sent so long ago takes no place among those in flight."""

SLACK = 1.02
"""A vendor's clock may be a little slower than ours."""

ARRIVES_WITHIN_US = 500_000
"""What is not answered yet has arrived by then: the rest is the vendor's work."""

_ATTEMPT, _JOB = schema.attempt.c, schema.job.c
_ACCEPTED = LIVE - {State.RESERVED, State.SENDING, State.AMBIGUOUS}
_RUNNING = _ACCEPTED - DONE
_IN_FLIGHT = _RUNNING | {State.SENDING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a vendor is known to allow before anything is sent."""

    rate: Rate | None = None
    most_at_once: int
    budget_micros: int | None = None
    """What the owner may spend: for what had no price when it was reserved."""


@dataclass(frozen=True, slots=True)
class Wait:
    """It may not be sent yet."""

    seconds: float
    was_refused: bool = False
    """Whether the vendor said so, and nothing at all is sent before."""


@dataclass(frozen=True, slots=True)
class Pause:
    """How long to wait after a refusal; the vendor's own word is taken as it is."""

    seconds: float
    is_stated: bool


def depart(
    connection: Connection,
    kept: Kept,
    rule: Rule,
    clock: Callable[[], int],
    is_alive: Callable[[str], bool],
) -> Kept | Wait:
    """Mark an attempt as SENDING, or say how long to wait.

    What was accepted takes a place until its files are here: downloads go before new
    submissions. Where no price is known, the first job of its kind runs alone.

    Parameters
    ----------
    clock : callable
        Returns microseconds since 1970, UTC: what counts is when the lock was had.
    is_alive : callable
        Whether another owner still runs.

    Raises
    ------
    BudgetExceeded
        If a price became known only now, and the budget does not cover it.
    """
    now = clock()
    known = _found_out(connection, kept, rule, now)
    if now < known.until:
        return Wait((known.until - now) / 1e6, was_refused=True)
    others = _in_flight(connection, kept, now, is_alive)
    full = len(others) >= known.cap(rule.most_at_once, now)
    # After a refusal one goes ahead, and shows whether there is room again.
    follows = known.refused_at and any(row.state == State.SENDING for row in others)
    if full or follows or _is_second(connection, kept, others):
        return Wait(LOOK_AGAIN_S)
    rate = known.rate(now) or _with_slack(rule.rate)
    if rate and (wait_us := _until_room(connection, kept, rate, now)) > 0:
        return Wait(wait_us / 1e6)
    price = _found_price(connection, kept, rule)
    unheard = dict.fromkeys(("raw", "raw_status", "answered_at"))
    columns = {"sent_at": now, **unheard, **price}
    return advance(connection, kept, Change(state=State.SENDING, columns=columns))


def note_refused(connection: Connection, kept: Kept, pause: Pause, now: int) -> None:
    """Remember that a vendor refused an attempt, for it was one too many.

    It is on its way no longer, and takes no place among what was sent.
    """
    running = select(func.count()).where(
        _of_account(kept), _ATTEMPT.state.in_(_RUNNING)
    )
    known = _known(connection, kept)
    sent_at, pause_us = kept.attempt["sent_at"], round(pause.seconds * 1e6)
    if not pause.is_stated:
        # One of many that were sent at the same time makes the pause no longer.
        pause_us = known.back_off_us(pause_us) if sent_at >= known.until else 0
    refused = known.refused(
        sent_at=sent_at,
        until=now + pause_us,
        in_flight=connection.execute(running).scalar_one(),
        now=now,
    )
    _keep(connection, kept, refused)
    unsent = update(schema.attempt).where(_ATTEMPT.id == kept.attempt["id"])
    connection.execute(unsent.values(sent_at=None))


def _found_out(connection: Connection, kept: Kept, rule: Rule, now: int) -> Allowance:
    """Return what is known, with what the first one accepted after a refusal shows."""
    known = _known(connection, kept)
    if known.refused_at is None:
        return known
    sent = select(_ATTEMPT.sent_at).where(
        _of_account(kept), _ATTEMPT.state.in_(_ACCEPTED)
    )
    after = sent.where(_ATTEMPT.sent_at > known.last_refused_at)
    at = connection.execute(after.order_by(_ATTEMPT.sent_at).limit(1)).scalar()
    if at is None:
        return known
    since = 2 * known.refused_at - at
    before = sent.where(_ATTEMPT.sent_at.between(since, known.refused_at))
    times = connection.execute(before).scalars().all()
    found = known.accepted(at=at, before=times, stated=rule.rate, now=now)
    _keep(connection, kept, found)
    return found


def _in_flight(
    connection: Connection, kept: Kept, now: int, is_alive: Callable[[str], bool]
) -> list[Any]:
    """Return what else is on its way or running, and whose kernel still lives."""
    query = (
        select(_ATTEMPT.state, _ATTEMPT.owner, _JOB.kind, _JOB.model)
        .join_from(schema.attempt, schema.job, _ATTEMPT.job == _JOB.id)
        .where(
            _of_account(kept),
            _ATTEMPT.state.in_(_IN_FLIGHT),
            _ATTEMPT.sent_at > now - LOST_AFTER_US,
            _ATTEMPT.id != kept.attempt["id"],
        )
    )
    rows = connection.execute(query).all()
    own, owners = kept.attempt["owner"], {row.owner for row in rows}
    working = {name for name in owners if name == own or (name and is_alive(name))}
    return [row for row in rows if row.owner in working]


def _is_second(connection: Connection, kept: Kept, others: list[Any]) -> bool:
    """Tell whether a job would run beside the first of its kind of unknown price."""
    kind, model = kept.job["kind"], kept.job["model"]
    is_priced = kept.attempt["bound_micros"] is not None
    if is_priced or not any((row.kind, row.model) == (kind, model) for row in others):
        return False
    done = (
        select(_ATTEMPT.id)
        .join_from(schema.attempt, schema.job, _ATTEMPT.job == _JOB.id)
        .where(
            _ATTEMPT.issuer == kept.attempt["issuer"],
            _ATTEMPT.state.in_(DONE),
            _JOB.kind == kind,
            _JOB.model.is_not_distinct_from(model),
        )
    )
    return connection.execute(done.limit(1)).first() is None


def _with_slack(rate: Rate | None) -> Rate | None:
    if rate is None:
        return None
    return Rate(most=rate.most, window_s=rate.window_s * SLACK)


def _found_price(connection: Connection, kept: Kept, rule: Rule) -> Mapping[str, Any]:
    """Return the bound that earlier jobs have shown, if the budget covers it."""
    if kept.attempt["bound_micros"] is not None:
        return {}
    job, unit = job_of(kept), kept.attempt["unit"]
    estimate = learned(history(connection, job), job, unit)
    if estimate is None:
        return {}
    terms = Terms(
        owner=kept.attempt["reserved_by"],
        repeatable=False,
        unit=unit,
        estimated_micros=to_micros(estimate.credits),
        bound_micros=upper_bound(estimate),
        budget_micros=rule.budget_micros,
    )
    check_budget(connection, kept.job, kept.attempt["issuer"], terms)
    return {
        "estimated_micros": terms.estimated_micros,
        "bound_micros": terms.bound_micros,
    }


def _until_room(connection: Connection, kept: Kept, rate: Rate, now: int) -> int:
    """Return the microseconds until the oldest of a full window falls out of it.

    The window of a request begins when it has arrived, which nobody tells: no later
    than its answer. Else one that overtakes another would be one too many.
    """
    window_us = round(rate.window_s * 1e6)
    latest, answered = _ATTEMPT.sent_at + ARRIVES_WITHIN_US, _ATTEMPT.answered_at
    arrived = case((answered < latest, answered), else_=latest)
    known = func.coalesce(answered, _ATTEMPT.sent_at)
    # A clock that was put back has left times in the future: they are not waited for.
    sent = select(arrived, known).where(
        _of_account(kept),
        _ATTEMPT.sent_at > now - window_us - ARRIVES_WITHIN_US,
        _ATTEMPT.sent_at <= now + window_us,
        _ATTEMPT.id != kept.attempt["id"],
    )
    full = sent.order_by(arrived.desc()).limit(1).offset(rate.most - 1)
    oldest = connection.execute(full).one_or_none()
    if oldest is None or oldest[0] + window_us <= now:
        return 0
    soonest_us: int = min(oldest) + window_us - now
    return soonest_us if soonest_us > 0 else round(LOOK_AGAIN_S * 1e6)


def _of_account(kept: Kept) -> ColumnElement[bool]:
    return and_(
        _ATTEMPT.issuer == kept.attempt["issuer"],
        _ATTEMPT.charged_to.is_not_distinct_from(kept.attempt["charged_to"]),
    )


def _account(kept: Kept) -> str:
    return f"{kept.attempt['issuer']} {kept.attempt['charged_to'] or ''}"


def _known(connection: Connection, kept: Kept) -> Allowance:
    table = schema.allowance.c
    query = select(table.known).where(table.account == _account(kept))
    return Allowance(**(connection.execute(query).scalar() or {}))


def _keep(connection: Connection, kept: Kept, known: Allowance) -> None:
    account, table = _account(kept), schema.allowance
    connection.execute(table.delete().where(table.c.account == account))
    connection.execute(insert(table), {"account": account, "known": asdict(known)})
