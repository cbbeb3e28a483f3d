"""What is particular about a vendor, as one value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter

from voicekit.sandbox.callbacks import Letter
from voicekit.sandbox.limits import Limit
from voicekit.sandbox.refusals import Wording
from voicekit.sandbox.tasks import State, View

if TYPE_CHECKING:
    from voicekit.sandbox.desk import Desk

__all__ = ["Authenticate", "Sheet", "Write"]

DAY_S = 86_400.0
Authenticate = Callable[["Desk", Mapping[str, str]], None]
"""Raises `Refused` unless the request's headers hold a good key."""

Write = Callable[["Desk", View, Mapping[str, str], float], Letter]
"""Writes a callback with these credentials, stamped with this time."""


def _no_clones() -> str:
    raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One vendor: its words, keys, prices and rules."""

    name: str
    title: str
    routers: Sequence[APIRouter]
    credentials: Mapping[str, str]
    """Every key, by the name that the vendor has for it."""
    authenticate: Authenticate
    refusals: Mapping[str, Wording]
    """Needed: no_key, bad_key, no_credits, invalid, not_found, no_route, method, rate,
    too_large, internal."""
    envelope: Callable[[Wording, Mapping[str, Any]], dict[str, Any]]
    """Makes the body of a refusal, of its wording and further fields."""
    code_of_status: Callable[[int], int | str]
    """The code in the body, for a fault that only names an HTTP status."""
    error_model: Any
    words: Mapping[State, str | int]
    id_fields: frozenset[str]
    new_id: Callable[[], str]
    new_clone_id: Callable[[], str] = _no_clones
    opening: float
    """Credits at the start."""
    unit: str = "credits"
    base_path: str = ""
    """What stands before the page's paths in the address."""
    open_paths: frozenset[str] = frozenset()
    """Paths that need no key."""
    at_once: bool = False
    """Whether a submission's answer carries the result."""
    early_links: bool = False
    refunds: bool = True
    """Whether a failed task gives its credits back by itself."""
    file_life_s: float = 365 * DAY_S
    link_life_s: float = 365 * DAY_S
    limit: Callable[[], Limit | None] = field(default=lambda: None)
    tells_limit: bool = False
    """Whether the answers carry rate-limit headers."""
    write: Write | None = None
    callback_tries: int = 1
