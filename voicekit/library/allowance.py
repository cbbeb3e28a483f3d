"""What an account allows, as far as its refusals have told: pure arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from voicekit.task import Rate

__all__ = ["Allowance"]

LESS = 0.7
"""What is left of the tasks in flight after a refusal."""

CLEAN_US = 5_000_000
"""With each such time that goes by without another, there may be one more."""

MOST_DOUBLINGS = 5

LEAST_US = 1_000_000
"""Vendors count in seconds or longer."""

FORGOTTEN_US = 600 * 1_000_000
"""A rate that was learned so long ago is tried anew: accounts are upgraded."""

CLOSER = 0.9
"""How far a learned window shrinks each time it went well twice: refusals show only
between which two lengths the truth lies. It ends one step before one too short."""

WIDER = 1.25
"""How much longer a window is than one that proved too short."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """One account's limits; times in microseconds since 1970, UTC.

    The default is an account that never refused anything.
    """

    until: int = 0
    """Nothing is sent before."""
    refused_at: int | None = None
    """When what was refused first was sent, until something is accepted again."""
    last_refused_at: int = 0
    refusals: int = 0
    """How often the vendor refused since then, each after the pause before."""
    most: int | None = None
    window_us: int = 0
    """So many jobs went well in so long a time."""
    short_us: int = 0
    """A window that proved too short."""
    learned_at: int = 0
    in_flight: int | None = None
    """How many tasks there might be at `capped_at`."""
    capped_at: int = 0

    def rate(self, now: int) -> Rate | None:
        """Return how many jobs may be sent in which time; None where nothing is known.

        Examples
        --------
        >>> learned = Allowance(most=5, window_us=2_000_000, short_us=1_000_000)
        >>> learned.rate(0), learned.rate(9_000_000)
        (Rate(most=5, window_s=2.0), Rate(most=5, window_s=1.62))
        """
        age = now - self.learned_at
        if self.most is None or age > FORGOTTEN_US:
            return None
        steps = age // (2 * self.window_us)
        shrunk_us = self.window_us * CLOSER**steps
        window_us = max(LEAST_US, self.short_us / CLOSER, shrunk_us)
        return Rate(most=self.most, window_s=window_us / 1e6)

    def cap(self, most_at_once: int, now: int) -> int:
        """Return how many tasks may be in flight."""
        if self.in_flight is None:
            return most_at_once
        grown = max(0, now - self.capped_at) // CLEAN_US
        return min(most_at_once, self.in_flight + grown)

    def refused(self, *, sent_at: int, until: int, in_flight: int, now: int) -> Self:
        """Return what a refusal teaches: one of many at the same time counts once.

        Parameters
        ----------
        sent_at : int
            When what was refused had been sent.
        until : int
            When to come back, as the vendor says, or as `back_off_us` does.
        in_flight : int
            How many tasks the vendor had accepted, and not finished.
        """
        later = replace(self, until=max(self.until, until))
        if sent_at < self.until:
            return later
        return replace(
            later,
            refused_at=sent_at if self.refused_at is None else self.refused_at,
            last_refused_at=sent_at,
            refusals=self.refusals + 1,
            in_flight=max(1, int(in_flight * LESS)) if in_flight else self.in_flight,
            capped_at=now,
        )

    def back_off_us(self, first_us: int) -> int:
        """Return how long to wait where a vendor does not say: twice as long again."""
        return first_us << min(self.refusals, MOST_DOUBLINGS)

    def accepted(
        self, *, at: int, before: Sequence[int], stated: Rate | None, now: int
    ) -> Self:
        """Return what it teaches that something is accepted again.

        Parameters
        ----------
        at : int
            When that was sent.
        before : sequence of int
            When those were sent that were accepted before the refusal, in as long a
            time as the refusals took.
        stated : Rate, optional
            What the vendor says that it allows, which was too much.
        """
        assert self.refused_at is not None
        recovered = replace(self, refused_at=None, refusals=0, learned_at=now)
        if kept_to := self.rate(self.refused_at) or stated:
            short_us = round(kept_to.window_s * 1e6)
            return replace(
                recovered,
                most=kept_to.most,
                window_us=round(short_us * WIDER),
                short_us=short_us,
            )
        if len(before) <= 1:  # so little was sent that it was not too much
            return replace(recovered, most=None)
        return replace(
            recovered,
            most=len(before),
            window_us=max(LEAST_US, at - min(before)),
            short_us=self.last_refused_at - min(before),
            in_flight=None,  # it was the rate, as far as anybody can tell
        )
