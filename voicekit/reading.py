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

__all__ = ["Fields"]

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
        return value if isinstance(value, str) else None

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
        return tuple(item for item in found if isinstance(item, str))

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


def _from_iso(text: str) -> int | None:
    try:
        moment = datetime.fromisoformat(text)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return round(aware.timestamp() * 1e6)
    except (ValueError, OverflowError):
        return None
