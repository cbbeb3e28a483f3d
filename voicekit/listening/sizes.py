"""The answer of the planner: a number, with what it rests on."""

from __future__ import annotations

import math
from typing import Self

import pandas as pd

from voicekit.errors import InvalidSetting
from voicekit.listening.estimate import Fixed, is_number

__all__ = ["SampleSize", "between", "inflated"]


class SampleSize(Fixed, int):
    """How many are needed; an int that knows why, and that cannot be changed.

    ``of`` says what is counted, ``power`` is the power at this number, ``exact`` the
    number before rounding up, or the normal approximation (or NaN), ``critical`` the
    fewest choices that are significant (or None), ``first`` the first number to reach
    the power where larger ones fall below it again (or None), ``table`` the power at
    smaller and larger numbers, ``note`` what the number does not promise.
    """

    of: str
    power: float
    exact: float
    critical: int | None
    first: int | None
    table: pd.DataFrame
    note: str

    def __new__(  # noqa: D102, PLR0913 - the parts of the answer
        cls,
        n: int,
        *,
        of: str,
        power: float = math.nan,
        exact: float = math.nan,
        critical: int | None = None,
        first: int | None = None,
        table: pd.DataFrame | None = None,
        note: str = "",
    ) -> Self:
        made = super().__new__(cls, n)
        vars(made).update(
            of=of,
            power=power,
            exact=exact,
            critical=critical,
            first=first,
            table=pd.DataFrame() if table is None else table,
            note=note,
        )
        return made

    @property
    def n(self) -> int:
        """The number itself."""
        return int(self)

    def __getnewargs_ex__(self) -> tuple[tuple[int], dict[str, object]]:
        return (int(self),), dict(vars(self))

    def __repr__(self) -> str:
        facts = [] if math.isnan(self.power) else [f"power {self.power:.3f}"]
        if self.first is not None:
            facts.append(f"first reached at {self.first}")
        said = f"{int(self)} {self.of}" + (f" ({', '.join(facts)})" if facts else "")
        return f"{said}. {self.note}" if self.note else said


def between(name: str, value: float, low: float, high: float) -> float:
    """Return the value, which lies strictly between the two.

    Raises
    ------
    InvalidSetting
        If it does not.
    """
    if not is_number(value) or not low < value < high:
        raise InvalidSetting(
            f"{name} must lie between {low:g} and {high:g}, not {value}."
        )
    return float(value)


def inflated(n: int, votes_per_rater: int, rho: float) -> int:
    """Return the raters that give as much as n independent votes.

    The design effect 1 + (m - 1) rho (Kish 1965), with m votes per rater that
    correlate by rho.
    """
    if votes_per_rater < 1 or not 0 <= rho <= 1:
        raise InvalidSetting("Give votes_per_rater of 1 or more, and rho from 0 to 1.")
    return math.ceil(n * (1 + (votes_per_rater - 1) * rho) / votes_per_rater - 1e-9)
