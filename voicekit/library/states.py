"""The states of an attempt, and which may follow which."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

__all__ = ["DONE", "LIVE", "OPEN", "SHOWN", "State", "may_follow"]


class State(StrEnum):
    """How far one submission of a job has come, as the ledger keeps it."""

    RESERVED = "RESERVED"
    SENDING = "SENDING"
    AMBIGUOUS = "AMBIGUOUS"
    ACCEPTED = "ACCEPTED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FETCHED = "FETCHED"
    HELD = "HELD"
    REFUSED = "REFUSED"
    FAILED = "FAILED"
    AT_RISK = "AT_RISK"


SHOWN: Mapping[State, str] = {
    State.RESERVED: "queued",
    State.SENDING: "sending",
    State.AMBIGUOUS: "sending",
    State.ACCEPTED: "running",
    State.RUNNING: "running",
    State.SUCCEEDED: "running",
    State.FETCHED: "done",
    State.HELD: "held",
    State.REFUSED: "refused",
    State.FAILED: "failed",
    State.AT_RISK: "at_risk",
}
"""The words that users see."""

_LINE = (
    State.RESERVED,
    State.SENDING,
    State.AMBIGUOUS,
    State.ACCEPTED,
    State.RUNNING,
    State.SUCCEEDED,
    State.FETCHED,
)

LIVE = frozenset(_LINE)
"""Open or successful: a job has at most one attempt in these."""

DONE = frozenset({State.FETCHED})
"""The result is in the library."""

OPEN = LIVE - DONE
"""Not over: it waits, is being sent, is in doubt, or runs at its vendor."""

_ENDS: Mapping[State, frozenset[State]] = {
    # Nothing was sent: there is nothing to refuse and nothing to doubt.
    State.RESERVED: frozenset({State.FAILED}),
    State.SENDING: frozenset({State.REFUSED, State.FAILED, State.HELD}),
    State.AMBIGUOUS: frozenset({State.REFUSED, State.FAILED, State.HELD}),
    State.ACCEPTED: frozenset({State.FAILED, State.AT_RISK}),
    State.RUNNING: frozenset({State.FAILED, State.AT_RISK}),
    State.SUCCEEDED: frozenset({State.FAILED, State.AT_RISK}),
    # What the user decides: adopt the task, or write off what is in doubt.
    State.HELD: frozenset({State.ACCEPTED, State.REFUSED, State.FAILED}),
    State.AT_RISK: frozenset({State.ACCEPTED}),
}


def may_follow(now: State, then: State) -> bool:
    """Tell whether `then` may follow `now`. No attempt goes back on its line.

    Examples
    --------
    >>> may_follow(State.SENDING, State.FETCHED)
    True
    >>> may_follow(State.ACCEPTED, State.SENDING)
    False
    """
    if now in LIVE and then in LIVE:
        return _LINE.index(then) >= _LINE.index(now)
    return then in _ENDS.get(now, frozenset())
