"""How a vendor says no: its own statuses, codes and words, as a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

__all__ = ["Refused", "Wording"]


class Wording(NamedTuple):
    """What a vendor answers for one reason."""

    status: int
    code: int | str
    message: str


class Refused(Exception):
    """A request is refused; the vendor's table has the status and the words.

    Parameters
    ----------
    reason : str
        A key of the vendor's table, such as ``no_credits``.
    message : str, optional
        Instead of the table's words.
    **extra
        Further fields of the body, where the vendor has any.
    """

    def __init__(self, reason: str, message: str | None = None, **extra: Any) -> None:
        super().__init__(reason)
        self.reason = reason
        self.message = message
        self.extra: Mapping[str, Any] = extra
