"""What became of a submission: one pure function, and the table behind it.

In one line: a paid request is sent again only with proof that the first one was not
accepted. Whatever is not proven is AMBIGUOUS.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeAlias

from voicekit import errors
from voicekit.errors import ProviderError
from voicekit.flow import NoReply, Reply
from voicekit.task import Problem, Task

__all__ = ["ErrorTable", "Outcome", "error_class", "judge"]

ErrorTable: TypeAlias = Mapping[str, type[ProviderError]]
"""A vendor's error codes, and what they mean."""


class Outcome(StrEnum):
    """The four things that can have become of a submission."""

    NOT_SENT = "NOT_SENT"
    REFUSED = "REFUSED"
    ACCEPTED = "ACCEPTED"
    AMBIGUOUS = "AMBIGUOUS"


_BY_STATUS: ErrorTable = {
    "400": errors.InvalidRequest,
    "401": errors.Unauthorized,
    "402": errors.InsufficientCredits,
    "403": errors.Unauthorized,
    "404": errors.NotFound,
    "405": errors.InvalidRequest,
    "413": errors.InvalidRequest,
    "415": errors.InvalidRequest,
    "422": errors.InvalidRequest,
    "429": errors.RateLimited,
}
"""The statuses that say: refused, nothing was accepted. 408, 409, every 5xx and every
redirect say nothing of the kind."""

_REFUSALS = frozenset(_BY_STATUS.values())


def judge(
    answer: Reply | NoReply,
    *,
    problem: Problem | None = None,
    task: Task | None = None,
    table: ErrorTable,
) -> Outcome:
    """Say what became of a submission.

    Parameters
    ----------
    answer : Reply or NoReply
        What came back, or why nothing did.
    problem : Problem, optional
        The refusal or fault that the provider reads in the answer.
    task : Task, optional
        What the provider reads in the answer; None if it cannot be read.
    table : mapping of str to type of ProviderError
        The vendor's own codes; they go before the HTTP status.

    Examples
    --------
    >>> judge(Reply(status=500), problem=Problem(code="500"), table={})
    <Outcome.AMBIGUOUS: 'AMBIGUOUS'>
    """
    if isinstance(answer, NoReply):
        return Outcome.AMBIGUOUS if answer.may_have_arrived else Outcome.NOT_SENT
    if problem is not None:
        refused = error_class(answer, problem, table) in _REFUSALS
        return Outcome.REFUSED if refused else Outcome.AMBIGUOUS
    accepted = 200 <= answer.status < 300 and task is not None and _is_proven(task)  # noqa: PLR2004
    return Outcome.ACCEPTED if accepted else Outcome.AMBIGUOUS


def error_class(
    answer: Reply, problem: Problem, table: ErrorTable
) -> type[ProviderError]:
    """Return what a problem is called: the vendor's code first, then the status."""
    by_status = _BY_STATUS.get(str(answer.status), errors.Unavailable)
    return table.get(problem.code, by_status)


def _is_proven(task: Task) -> bool:
    """Tell whether a task can be asked for again, or is already in our hands."""
    return task.receipt is not None or any(
        result.url is not None or result.data is not None for result in task.results
    )
