"""Reads fields out of JSON that may hold anything.

Vendors' answers are foreign data. Each reader returns a value of the type it names, or
raises `BadReply`; none ever raises anything else.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from voicekit.errors import BadReply
from voicekit.flow import Reply
from voicekit.task import TaskState, to_micros

__all__ = ["Fields", "receipt_of", "state_of"]

_LONGEST_ID = 200

_LATEST_MS = 253_402_300_799_000
"""The last millisecond of the year 9999; what is later is no time."""


class Fields:
    """The fields of one JSON object.

    Parameters
    ----------
    value : object
        What was parsed; anything but an object has no fields.

    Examples
    --------
    >>> Fields({"id": 7, "cost": "2.5"}).text("id")
    '7'
    """

    def __init__(self, value: object) -> None:
        self._fields: Mapping[str, Any] = value if isinstance(value, dict) else {}

    @classmethod
    def of(cls, reply: Reply) -> Fields:
        """Return the fields of an answer's body.

        Raises
        ------
        BadReply
            If the body is no JSON object.
        """
        value = reply.json()
        if not isinstance(value, dict):
            raise BadReply("The answer is no JSON object.", status=reply.status)
        return cls(value)

    @classmethod
    def of_any(cls, reply: Reply) -> Fields:
        """Return the fields of an answer's body; none where an error has no JSON.

        Raises
        ------
        BadReply
            If it claims success, and its body is no JSON object.
        """
        try:
            return cls.of(reply)
        except BadReply:
            if reply.status < 300:  # noqa: PLR2004 - the end of HTTP's success codes
                raise
            return cls(None)

    @classmethod
    def inside(cls, text: str | None) -> Fields:
        """Return the fields of an object written as text inside a field."""
        try:
            return cls(json.loads(text or ""))
        except (ValueError, RecursionError):
            return cls(None)

    def __contains__(self, name: str) -> bool:
        return self._fields.get(name) is not None

    def raw(self, name: str) -> Any:
        """Return whatever stands there; None where nothing does."""
        return self._fields.get(name)

    def text(self, name: str) -> str:
        """Return a text or a whole number as text.

        Raises
        ------
        BadReply
            If there is none, or it is empty.
        """
        found = self.maybe_text(name)
        if not found:
            raise BadReply(f"The answer has no usable {name!r}.")
        return found

    def maybe_text(self, name: str) -> str | None:
        """Return a text or a whole number as text; None where there is neither."""
        value = self._fields.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value) if abs(value) < 1 << 64 else None
        return _whole(value) if isinstance(value, str) else None

    def number(self, name: str) -> float | None:
        """Return a finite number, also from text; None where there is none."""
        value = self._fields.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            return None
        try:
            number = float(value)
        except (ValueError, OverflowError):
            return None
        return number if math.isfinite(number) else None

    def first_text(self, *names: str) -> str | None:
        """Return the first of these that is a text and not blank."""
        found = (self.maybe_text(name) for name in names)
        return next((text for text in found if text and text.strip()), None)

    def flag(self, name: str) -> bool | None:
        """Return True or False; None where there is neither."""
        value = self._fields.get(name)
        return value if isinstance(value, bool) else None

    def fields(self, name: str) -> Fields:
        """Return the object that stands there; one without fields where none does."""
        return Fields(self._fields.get(name))

    def each(self, name: str) -> list[Fields]:
        """Return the objects of a list; what is no object in it is left out."""
        value = self._fields.get(name)
        found = value if isinstance(value, list) else []
        return [Fields(item) for item in found if isinstance(item, dict)]

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the texts of a list, or of a single text."""
        value = self._fields.get(name)
        found = value if isinstance(value, list) else [value]
        return tuple(_whole(item) for item in found if isinstance(item, str))

    def numbers(self, name: str) -> tuple[float, ...]:
        """Return the numbers of a list."""
        value = self._fields.get(name)
        found = value if isinstance(value, list) else []
        read = (Fields({"": item}).number("") for item in found)
        return tuple(number for number in read if number is not None)

    def time(self, name: str) -> int | None:
        """Return a time in microseconds since 1970, UTC; None where there is none.

        An ISO 8601 text, or a number of milliseconds.
        """
        value = self._fields.get(name)
        if isinstance(value, str):
            return _from_iso(value)
        milliseconds = self.number(name)
        if milliseconds is None or not 0 < milliseconds < _LATEST_MS:
            return None
        return round(milliseconds * 1000)

    def span(self, start: str, end: str) -> float | None:
        """Return the seconds between two times; None where they tell no span."""
        first, last = self.time(start), self.time(end)
        if first is None or last is None or last < first:
            return None
        return (last - first) / 1e6

    def micros(self, name: str) -> int | None:
        """Return a cost in millionths; None where there is none, or it is negative."""
        found = to_micros(self.number(name))
        return found if found is not None and found >= 0 else None


def state_of(
    word: str | None, words: Mapping[str, TaskState], *, has_result: bool
) -> tuple[TaskState, tuple[str, ...]]:
    """Return a task's state, and a warning where it is not what the word says.

    An unknown word is no end, and neither is "done" with nothing to fetch: the task
    goes on.

    Parameters
    ----------
    word : str, optional
        The vendor's status word.
    words : mapping of str to TaskState
        The vendor's words, in lower case.
    has_result : bool
        Whether the answer holds a result.

    Examples
    --------
    >>> state_of("Succeed", {"succeed": "done"}, has_result=True)
    ('done', ())

    Raises
    ------
    BadReply
        If there is no word.
    """
    if not word:
        raise BadReply("The answer has no usable status.")
    state = words.get(word.lower())
    if state is None:
        return "running", (f"Unknown status {word[:40]!r}; the task is asked again.",)
    if state == "done" and not has_result:
        return "running", ("Said to be done, with no result yet; it is asked again.",)
    return state, ()


def receipt_of(said: str | None, asked: str | None) -> str:
    """Return the task that an answer is about.

    Parameters
    ----------
    said : str, optional
        The id in the answer.
    asked : str, optional
        The id that was asked for; None where the answer is the first.

    Raises
    ------
    BadReply
        If it is about another task, or about none.
    """
    if asked and said and said != asked:
        raise BadReply("The answer is about another task than the one asked for.")
    receipt = said or asked
    if not receipt or len(receipt) > _LONGEST_ID:
        raise BadReply("The answer names no task.")
    return receipt


def _whole(text: str) -> str:
    """Return a text that can be stored: half a character becomes a question mark."""
    return text.encode("utf-8", "replace").decode()


def _from_iso(text: str) -> int | None:
    try:
        moment = datetime.fromisoformat(text)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return round(aware.timestamp() * 1e6)
    except (ValueError, OverflowError):
        return None
