"""The terms of a new attempt, and whether the budget covers them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from voicekit.errors import BudgetExceeded
from voicekit.library import schema
from voicekit.library.states import State
from voicekit.task import from_micros

__all__ = ["Terms", "check_budget", "reserved"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a new attempt is begun with."""

    owner: str
    repeatable: bool
    """Free and the same again: needs no barrier between reserving and sending."""
    unit: str
    charged_to: str | None = None
    estimated_micros: int | None = None
    bound_micros: int | None = None
    callback: str | None = None
    """Where the vendor shall call back; no other attempt may have it."""
    budget_micros: int | None = None
    """What this owner may reserve, spend or hold with this provider."""


def check_budget(
    connection: Connection, job: Mapping[str, Any], issuer: str, terms: Terms
) -> None:
    """Refuse, in the transaction that would reserve, what the budget does not cover.

    A job of unknown cost may begin while anything is left.
    """
    if terms.budget_micros is None:
        return
    left = terms.budget_micros - reserved(connection, terms.owner, issuer)
    if left <= 0 or (terms.bound_micros or 0) > left:
        bound, rest = (from_micros(n) for n in (terms.bound_micros, max(left, 0)))
        may_cost = "an unknown amount" if bound is None else f"up to {bound:g}"
        raise BudgetExceeded(
            f"{job['voice'] or job['provider']} may cost {may_cost} {terms.unit}, and "
            f"the budget for {job['provider']} has {rest:g} left. Nothing was sent. "
            "Open a Studio with a larger budget to go on."
        )


def reserved(connection: Connection, owner: str, issuer: str) -> int:
    """Return what an owner has reserved, spent or holds with an issuer, in millionths.

    What is held counts in full, and so does what runs; what is known to be free does
    not.

    Parameters
    ----------
    issuer : str
        Realm and provider, ``"live kie"``.
    """
    cost = func.coalesce(schema.attempt.c.credits_micros, schema.attempt.c.bound_micros)
    query = select(func.coalesce(func.sum(cost), 0)).where(
        schema.attempt.c.reserved_by == owner,
        schema.attempt.c.issuer == issuer,
        schema.attempt.c.state != State.REFUSED,
        schema.attempt.c.billed.is_distinct_from("no"),
    )
    return int(connection.execute(query).scalar_one())
