"""One customer's credits at one vendor, with a ledger of every charge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from voicekit.sandbox.clock import Clock
from voicekit.sandbox.refusals import Refused

__all__ = ["Account", "Amount", "Entry", "number"]

Amount: TypeAlias = int | float
"""Credits in an answer: whole where they are whole, as the pages write them."""

_DIGITS = 6
"""Kie sells fractions of a credit; further digits are rounding noise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the ledger."""

    at: float
    amount: float
    """Negative for a charge."""
    receipt: str
    """The task, voice or purchase that it is for."""
    what: str
    request: str
    """SHA-256 of the request body: the same for a request that was sent twice."""


class Account:
    """Credits that are charged and given back.

    Parameters
    ----------
    clock : Clock
        For the time of each entry.
    opening : float
        The balance to begin with.
    """

    def __init__(self, clock: Clock, opening: float) -> None:
        self.opening = opening
        self.entries: list[Entry] = []
        self._clock = clock

    @property
    def balance(self) -> float:
        """What is left."""
        return self.balance_before(float("inf"))

    def balance_before(self, time: float) -> float:
        """Return what was left at a time."""
        spent = sum(entry.amount for entry in self.entries if entry.at < time)
        return round(self.opening + spent, _DIGITS)

    def require(self, amount: float) -> None:
        """Refuse when the balance is too small.

        Raises
        ------
        Refused
            With what is there, and what is needed.
        """
        if self.balance < amount:
            balance, needed = number(self.balance), number(amount)
            raise Refused("no_credits", credits=balance, needCredits=needed)

    def charge(self, amount: float, receipt: str, what: str, request: str) -> None:
        """Take credits for something accepted."""
        self._write(-amount, receipt, what, request)

    def refund(self, receipt: str) -> float:
        """Give back whatever is still charged for a receipt, and return it."""
        charged = -sum(row.amount for row in self.entries if row.receipt == receipt)
        if charged > 0:
            self._write(charged, receipt, "refund", "")
        return max(round(charged, _DIGITS), 0.0)

    def set_balance(self, amount: float) -> None:
        """Change the balance from outside, as a purchase does."""
        self.opening += amount - self.balance

    def _write(self, amount: float, receipt: str, what: str, request: str) -> None:
        self.entries.append(
            Entry(
                at=self._clock.now(),
                amount=round(amount, _DIGITS),
                receipt=receipt,
                what=what,
                request=request,
            )
        )


def number(amount: float) -> Amount:
    """Write whole amounts as whole numbers, as the pages do."""
    return int(amount) if amount == int(amount) else amount
