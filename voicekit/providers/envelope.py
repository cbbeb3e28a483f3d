"""Reads the envelope ``{"code", "msg" or "message", "data"}`` that vendors share."""

from __future__ import annotations

import re

from voicekit.flow import Reply
from voicekit.reading import Fields
from voicekit.task import Problem

__all__ = ["coded_problem", "task_id", "without_addresses"]

_ID = re.compile(r"[\w.:-]{1,200}", re.ASCII)
_ADDRESS = re.compile(r"https?://[^\s\"'<>\\]+", re.IGNORECASE)
_LONGEST_CODE = 40
_ERROR = 300


def coded_problem(
    reply: Reply, *, success: str, ids: tuple[str, ...]
) -> Problem | None:
    """Read code and message of an error, under whatever HTTP status it comes.

    Parameters
    ----------
    reply : Reply
        Any answer of the vendor.
    success : str
        The code that means success.
    ids : tuple of str
        The fields of ``data`` that may hold a task's id.

    Examples
    --------
    >>> reply = Reply(status=200, body=b'{"code": 402, "msg": "Top up"}')
    >>> coded_problem(reply, success="200", ids=("taskId",))
    Problem(code='402', message='Top up')

    Raises
    ------
    BadReply
        If a successful HTTP status comes with no JSON object.
    """
    body = Fields.of_any(reply)
    if task_id(body.fields("data"), ids) is not None:
        # Where there is a task, something was accepted: no code may call that refused.
        return None
    code, message = body.first_text("code"), body.first_text("msg", "message")
    if code in (None, success):
        if reply.status < _ERROR:
            return None
        code = str(reply.status)
    return Problem(code=str(code)[:_LONGEST_CODE], message=message or "")


def task_id(data: Fields, names: tuple[str, ...]) -> str | None:
    """Return a task's id; None where there is none that looks like one."""
    found = data.first_text(*names)
    return found if found and _ID.fullmatch(found) else None


def without_addresses(text: str) -> str:
    """Return text without addresses: they may be secret, and open what they lead to.

    Examples
    --------
    >>> without_addresses("cannot read https://example.com/me.mp3?key=1 now")
    'cannot read (address) now'
    """
    return _ADDRESS.sub("(address)", text)
