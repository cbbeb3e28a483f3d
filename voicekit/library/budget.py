"""How much of a budget is gone."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from voicekit.library import schema
from voicekit.library.states import State

__all__ = ["reserved"]


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
