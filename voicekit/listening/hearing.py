"""What a rater has really heard of the clips of a trial."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from voicekit.errors import InvalidAnswers

__all__ = ["Hearing", "checked_stretches"]

Stretch: TypeAlias = tuple[float, float]

TOUCHING_S = 0.002
"""Stretches that lie so close are one: clocks of sound round to samples."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """What was heard of one clip.

    Examples
    --------
    A second of a clip of two, looped three times, is half of it:

    >>> looped = Hearing(2.0).plus([(0, 1), (0, 1), (0, 1)])
    >>> looped.share, looped.listened_s
    (0.5, 3.0)
    """

    duration_s: float
    plays: int = 0
    """How often it was begun or switched to."""
    listened_s: float = 0.0
    """With what was heard again."""
    parts: tuple[Stretch, ...] = ()
    """What was heard at least once, in order, apart from each other."""

    def begun(self) -> Hearing:
        """Return the hearing after one more beginning."""
        return replace(self, plays=self.plays + 1)

    def plus(self, stretches: Sequence[Stretch]) -> Hearing:
        """Return the hearing after more was heard: stretches of the clip."""
        return replace(
            self,
            listened_s=self.listened_s + sum(end - start for start, end in stretches),
            parts=_joined([*self.parts, *stretches]),
        )

    @property
    def share(self) -> float:
        """The share that was heard at least once, from 0 to 1: a loop counts once."""
        heard = sum(end - start for start, end in self.parts)
        return min(1.0, heard / self.duration_s) if self.duration_s else 1.0


def checked_stretches(found: Any, duration_s: float) -> list[Stretch]:
    """Return what a page says was heard, if it can be true.

    Raises
    ------
    InvalidAnswers
        If it is no list of pairs of times within the clip.
    """
    try:
        pairs = [(float(start), float(end)) for start, end in found]
    except (TypeError, ValueError) as error:
        raise InvalidAnswers(f"The page told no times: {error}.") from error
    for start, end in pairs:
        if not (math.isfinite(end) and 0 <= start <= end <= duration_s + TOUCHING_S):
            raise InvalidAnswers(
                f"{start} s to {end} s is no part of a clip of {duration_s} s."
            )
    return pairs


def _joined(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    parts: list[Stretch] = []
    for start, end in sorted(stretches):
        if parts and start <= parts[-1][1] + TOUCHING_S:
            parts[-1] = (parts[-1][0], max(parts[-1][1], end))
        else:
            parts.append((start, end))
    return tuple(parts)
