"""Work out what the cells of a comparison will cost, and hold it against a budget."""

from __future__ import annotations

from collections.abc import Sequence

from voicekit.errors import BudgetExceeded
from voicekit.forecast import CellPrice, Forecast
from voicekit.library.prices import upper_bound
from voicekit.task import from_micros

__all__ = ["check_budget", "forecast_of"]


def check_budget(forecasts: Sequence[Forecast]) -> None:
    """Refuse what could cost more than a budget leaves, before anything is sent.

    Raises
    ------
    BudgetExceeded
    """
    for one in forecasts:
        if one.left is not None and one.most > one.left:
            raise BudgetExceeded(
                f"This may cost up to {one.most:.6g} {one.unit} of {one.provider}, and "
                f"the budget has {one.left:.6g} left. Nothing was sent. Compare less, "
                "or open a Studio with a larger budget."
            )


def forecast_of(prices: Sequence[CellPrice], left: float | None) -> Forecast:
    """Return the sums of one provider's prices.

    Parameters
    ----------
    left : float or None
        What the budget leaves.
    """
    to_pay = [price.estimate for price in prices if not price.is_stored]
    bounds = [from_micros(upper_bound(price)) for price in to_pay]
    return Forecast(
        provider=prices[0].provider,
        unit=prices[0].estimate.unit,
        cells=len(prices),
        stored=len(prices) - len(to_pay),
        unknown=sum(price.credits is None for price in to_pay),
        credits=sum(price.credits or 0.0 for price in to_pay),
        most=sum(bound or 0.0 for bound in bounds),
        exact=all(price.exact for price in to_pay),
        left=left,
    )
