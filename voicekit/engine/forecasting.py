"""Work out what the cells of a comparison will cost, and hold it against a budget."""

from __future__ import annotations

from collections.abc import Sequence

from voicekit.errors import BudgetExceeded
from voicekit.forecast import Forecast
from voicekit.library.ledger import Kept
from voicekit.library.prices import upper_bound
from voicekit.library.states import LIVE
from voicekit.task import Estimate, from_micros

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


def forecast_of(
    name: str, priced: Sequence[tuple[Kept | None, Estimate]], left: float | None
) -> Forecast:
    """Return the forecast of one provider's cells.

    Parameters
    ----------
    priced : sequence
        For each cell what the library has of it, and its price.
    left : float or None
        What the budget leaves.
    """
    to_pay = [price for kept, price in priced if not _is_paid(kept)]
    bounds = [from_micros(upper_bound(price)) for price in to_pay]
    return Forecast(
        provider=name,
        unit=priced[0][1].unit,
        cells=len(priced),
        stored=len(priced) - len(to_pay),
        unknown=sum(price.credits is None for price in to_pay),
        credits=sum(price.credits or 0.0 for price in to_pay),
        most=sum(bound or 0.0 for bound in bounds),
        exact=all(price.exact for price in to_pay),
        left=left,
    )


def _is_paid(kept: Kept | None) -> bool:
    """Tell whether a job is in the library, or on its way there."""
    return kept is not None and kept.state in LIVE
