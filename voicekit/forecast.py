"""What a comparison will cost with one provider, before it is made."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from voicekit.task import Estimate

__all__ = ["CellPrice", "Forecast", "describe"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CellPrice:
    """What one cell will cost."""

    provider: str
    is_stored: bool
    """Whether it is in the library, or on its way there: it costs nothing."""
    estimate: Estimate

    def __str__(self) -> str:
        """Return it in a word or two."""
        return "in the library" if self.is_stored else str(self.estimate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """The expected cost of one provider's cells; credits of two are never added."""

    provider: str
    unit: str
    cells: int
    stored: int
    """Cells that are in the library, and cost nothing."""
    unknown: int
    """Cells whose price nobody knows."""
    credits: float
    """The sum over the other cells."""
    most: float
    """What those cells are taken to cost at most."""
    exact: bool
    left: float | None
    """What the studio's budget leaves; None without a budget."""

    @property
    def is_free(self) -> bool:
        """Whether nothing has to be paid."""
        return not self.credits and not self.unknown

    def __str__(self) -> str:
        """Return one line.

        Examples
        --------
        >>> print(Forecast(provider="kie", unit="credits", cells=6, stored=2, unknown=0,
        ...                credits=4.5, most=5, exact=False, left=100))
        kie: 6 clips (2 in the library), about 4.5 credits, of 100 left
        """
        return f"{self.provider}: {self._count}, {self._price}"

    @property
    def _count(self) -> str:
        clips = f"{self.cells} clip{'s' if self.cells != 1 else ''}"
        return f"{clips} ({self.stored} in the library)" if self.stored else clips

    @property
    def _price(self) -> str:
        if self.is_free:
            return "free" if self.stored < self.cells else "nothing to pay"
        about = "" if self.exact else "about "
        parts = [f"{about}{self.credits:.4g} {self.unit}"] if self.credits else []
        if self.unknown:
            parts.append(f"{self.unknown} of unknown price")
        budget = "" if self.left is None else f", of {self.left:.6g} left"
        return f"{' and '.join(parts)}{budget}"


def describe(forecasts: Iterable[Forecast]) -> str:
    """Return all providers' forecasts in one line."""
    return " · ".join(map(str, forecasts))
