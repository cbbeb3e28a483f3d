"""Faults that wait for their request, and the one that is happening."""

from __future__ import annotations

from collections.abc import Collection
from contextvars import ContextVar
from dataclasses import dataclass

from voicekit.sandbox.fault_table import FAULTS

__all__ = ["OPERATIONS", "Armed", "Faults", "UnknownFault", "active", "current"]

OPERATIONS: dict[str, str] = {
    "submit": "what may cost: speech, dubbing, music, transcription, clone, proxies",
    "poll": "one task",
    "download": "a result or preview file",
    "list": "a page of tasks, voices, clones or proxies",
    "credits": "the balance",
    "callback": "what the vendor sends by itself",
    "token": "a key exchanged for a token",
    "other": "models, configuration, health, deletions",
    "any": "all requests",
}
"""What ``on`` may be, besides the beginning of a path."""


class UnknownFault(ValueError):
    """There is no such fault, or no such operation."""


@dataclass(slots=True, kw_only=True)
class Armed:
    """A fault that waits for its request."""

    on: str
    name: str
    value: str
    left: int | None
    """How many more times; None for always."""

    @property
    def number(self) -> float:
        """The value as a number."""
        return float(self.value)

    def meets(self, operations: Collection[str], path: str) -> bool:
        """Tell whether it is meant for this request."""
        if self.on.startswith("/"):
            return path.startswith(self.on)
        return self.on in operations or (
            self.on == "any" and "callback" not in operations
        )


current: ContextVar[Armed | None] = ContextVar("current", default=None)
"""The fault of the request that is being answered."""


def active(name: str) -> Armed | None:
    """Return the current request's fault, if it has this name."""
    armed = current.get()
    return armed if armed is not None and armed.name == name else None


class Faults:
    """One vendor's faults that are still to happen, in the order they were armed."""

    def __init__(self) -> None:
        self.armed: list[Armed] = []
        self.happened: list[str] = []

    def arm(self, *, on: str, kind: str, times: int | None) -> None:
        """Add one.

        Parameters
        ----------
        on : str
            One of `OPERATIONS`, or the beginning of a path.
        kind : str
            A name of the table, or ``name:value``.
        times : int or None
            How often; None for always.

        Raises
        ------
        UnknownFault
            If the table has no such name, or `on` is neither of the two.
        """
        name, _, value = kind.partition(":")
        if name not in FAULTS:
            known = ", ".join(FAULTS)
            raise UnknownFault(f"There is no fault {name!r}. Known are: {known}.")
        if on not in OPERATIONS and not on.startswith("/"):
            known = ", ".join(OPERATIONS)
            raise UnknownFault(f"There is no operation {on!r}. Known are: {known}.")
        value = value or FAULTS[name].value
        self.armed.append(Armed(on=on, name=name, value=value, left=times))

    def take(self, operations: Collection[str], path: str) -> Armed | None:
        """Return the next fault for a request, and count it."""
        for armed in self.armed:
            if armed.meets(operations, path):
                self._use(armed)
                self.happened.append(armed.name)
                return armed
        return None

    def _use(self, armed: Armed) -> None:
        if armed.left is None:
            return
        armed.left -= 1
        if armed.left == 0:
            self.armed.remove(armed)

    def clear(self) -> None:
        """Forget what has not happened yet."""
        self.armed.clear()
