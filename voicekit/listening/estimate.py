"""A number with its standard error and its interval."""

from __future__ import annotations

import math
from numbers import Integral, Real
from typing import Any, NoReturn, Self

import numpy as np

from voicekit.errors import InvalidSetting

__all__ = ["Estimate", "Fixed", "checked_confidence", "checked_count", "is_number"]
__all__ += ["settled"]


class Fixed:
    """A value whose attributes cannot be set."""

    __slots__ = ()

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} cannot be changed ({name}).")


class Estimate(Fixed, float):
    """A float that also knows how well it is known; it cannot be changed.

    Parameters
    ----------
    value : float
        The estimate itself; arithmetic with it gives plain floats.
    se : float
        Its standard error, in the unit of the value; NaN where there is none.
    low, high : float
        The ends of its interval, in the unit of the value; NaN where there is none.

    Examples
    --------
    >>> lead = Estimate(0.5, se=0.1, low=0.3, high=0.7)
    >>> lead + 1, lead.se
    (1.5, 0.1)
    >>> lead
    0.5 (se 0.1, 0.3 to 0.7)
    """

    __slots__ = ("high", "low", "se")
    se: float
    low: float
    high: float

    def __new__(  # noqa: D102 - the class docstring describes it
        cls,
        value: float,
        se: float = math.nan,
        low: float = math.nan,
        high: float = math.nan,
    ) -> Self:
        made = super().__new__(cls, value)
        for name, part in (("se", se), ("low", low), ("high", high)):
            object.__setattr__(made, name, float(part))
        return made

    def __reduce__(self) -> tuple[object, ...]:
        return Estimate, (float(self), self.se, self.low, self.high)

    def __repr__(self) -> str:
        parts = [] if math.isnan(self.se) else [f"se {self.se:.4g}"]
        if not math.isnan(self.low):
            parts.append(f"{settled(self.low):.4g} to {settled(self.high):.4g}")
        known = f" ({', '.join(parts)})" if parts else ""
        return f"{settled(float(self)):.4g}{known}"


def settled(value: Any, decimals: int = 12) -> Any:
    """Return numbers without what arithmetic leaves of a zero, and no negative zero.

    Examples
    --------
    >>> settled(-1e-16), settled(-0.001, 2)
    (0.0, 0.0)
    """
    rounded = np.round(value, decimals) + 0.0
    return float(rounded) if np.isscalar(value) else rounded


def checked_confidence(confidence: float) -> float:
    """Return the confidence level, which lies between 0 and 1.

    Raises
    ------
    InvalidSetting
        If it does not; 95 is refused with the hint to write 0.95.
    """
    if not is_number(confidence) or not 0 < confidence < 1:
        raise InvalidSetting(
            f"confidence lies between 0 and 1, not {confidence}; write 0.95 for 95 %."
        )
    return float(confidence)


def checked_count(name: str, value: int) -> int:
    """Return a number of things, which is whole and 1 or more.

    Raises
    ------
    InvalidSetting
        If it is not.
    """
    if not isinstance(value, Integral) or value < 1:
        raise InvalidSetting(f"{name} is a whole number of 1 or more, not {value!r}.")
    return int(value)


def is_number(value: object) -> bool:
    """Tell whether a value is a real number, NumPy's among them."""
    return isinstance(value, Real)
