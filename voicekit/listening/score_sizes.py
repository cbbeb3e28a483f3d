"""Power of tests that compare scores: means, and raters crossed with items."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.power import TTestIndPower, TTestPower

from voicekit.errors import InvalidSetting
from voicekit.listening.sizes import SampleSize, between

__all__ = ["crossed_power", "crossed_size", "mos_power", "mos_size"]

SIDES = {1: "larger", 2: "two-sided"}
MANY = 10**9
MOST = 10**6
SHOWN = (5, 10, 20, 30, 50, 100, 200, 500, 1000)


def mos_power(  # noqa: PLR0913 - what a comparison of means rests on
    n: int,
    *,
    difference: float,
    sd: float = 1.0,
    paired: bool = True,
    sides: int = 2,
    alpha: float = 0.05,
) -> float:
    """Return the power of a t test of a difference, with n votes (per group)."""
    _check_test(sd, sides)
    test = TTestPower() if paired else TTestIndPower()
    size = {"nobs": n} if paired else {"nobs1": n}
    effect = abs(difference) / sd
    power = test.power(effect, **size, alpha=alpha, alternative=SIDES[sides])
    return float(power)


def mos_size(  # noqa: PLR0913 - what a comparison of means rests on
    *,
    half_width: float | None = None,
    difference: float | None = None,
    sd: float = 1.0,
    paired: bool = True,
    sides: int = 2,
    power: float = 0.8,
    alpha: float = 0.05,
) -> SampleSize:
    """Return the independent votes for a mean known to half a width, or a difference.

    ``sd`` is the standard deviation of the votes, or of the paired differences.
    """
    _check_test(sd, sides)
    if (half_width is None) == (difference is None):
        raise InvalidSetting("Give either half_width or difference, in points.")
    note = "Votes of one rater, or of one item, are not independent; see 'crossed'."
    if half_width is not None:
        between("half_width", half_width, 0, math.inf)
        exact = float((stats.norm.isf(alpha / 2) * sd / half_width) ** 2)
        return SampleSize(math.ceil(exact), of="votes", exact=exact, note=note)
    assert difference is not None
    if not difference:
        raise InvalidSetting("A difference of 0 cannot be found by any number.")
    test = TTestPower() if paired else TTestIndPower()
    exact = float(
        test.solve_power(
            abs(difference) / sd, power=power, alpha=alpha, alternative=SIDES[sides]
        )
    )
    n = math.ceil(exact)
    reached = mos_power(
        n, difference=difference, sd=sd, paired=paired, sides=sides, alpha=alpha
    )
    of = "pairs of votes" if paired else "votes per group"
    return SampleSize(n, of=of, power=reached, exact=exact, note=note)


def crossed_power(  # noqa: PLR0913 - what a crossed design rests on
    raters: float,
    *,
    items: float,
    difference: float,
    rater_variance: float,
    item_variance: float,
    residual_variance: float,
    distribution: str = "normal",
    alpha: float = 0.05,
) -> float:
    """Return the power to find a difference when every rater hears every item.

    The variances are those of system x rater, of system x item, and of the rest; they
    give SE^2 = 2 (rater / raters + item / items + rest / (raters items)).
    """
    for name, value in (("raters", raters), ("items", items)):
        if not value >= 1:
            raise InvalidSetting(f"{name} must be 1 or more, not {value}.")
    parts = (rater_variance, item_variance, residual_variance)
    if not all(0 <= part < math.inf for part in parts) or not any(parts):
        raise InvalidSetting(
            "Variances are 0 or more, and not all of them 0: rater_variance, "
            f"item_variance, residual_variance are {parts}."
        )
    variance = 2 * (
        rater_variance / raters
        + item_variance / items
        + residual_variance / (raters * items)
    )
    away = abs(difference) / math.sqrt(variance)
    if distribution == "normal":
        z = float(stats.norm.isf(alpha / 2))
        return float(stats.norm.sf(z - away) + stats.norm.cdf(-z - away))
    if distribution != "t":
        raise InvalidSetting(
            f"distribution={distribution!r}; it can be 'normal' or 't'."
        )
    df = min(raters, items) - 1
    if df < 1:
        return float(alpha)
    t = float(stats.t.isf(alpha / 2, df))
    return float(stats.nct.sf(t, df, away) + stats.nct.cdf(-t, df, away))


def crossed_size(  # noqa: PLR0913 - what a crossed design rests on
    *,
    difference: float,
    rater_variance: float,
    item_variance: float,
    residual_variance: float,
    items: int | None = None,
    raters: int | None = None,
    power: float = 0.8,
    distribution: str = "normal",
    alpha: float = 0.05,
) -> SampleSize:
    """Return the raters for a number of items, or the items for a number of raters.

    Refuses where no number is enough: the power levels off at what the other allows.
    """
    if (items is None) == (raters is None):
        raise InvalidSetting(
            "Give items= (then raters are counted) or raters= (then items are): more "
            "raters cannot stand in for items, nor items for raters."
        )
    wanted, given = ("raters", "items") if raters is None else ("items", "raters")
    held = items if raters is None else raters
    assert held is not None

    def reached(n: float) -> float:
        counts: dict[str, float] = {wanted: n, given: held}
        return crossed_power(
            counts["raters"],
            items=counts["items"],
            difference=difference,
            rater_variance=rater_variance,
            item_variance=item_variance,
            residual_variance=residual_variance,
            distribution=distribution,
            alpha=alpha,
        )

    plateau = reached(MANY)
    n = _smallest(reached, power) if plateau > power else None
    if n is None:
        raise InvalidSetting(
            f"With {held} {given} the power levels off at {plateau:.3f}, however many "
            f"{wanted} there are; {power:g} needs more {given}."
        )
    shown = sorted({*SHOWN, n})
    table = pd.DataFrame(
        {"power": [*map(reached, shown), plateau]},
        index=pd.Index([*map(float, shown), np.inf], name=wanted),
    )
    note = f"With {held} {given} no number of {wanted} gives more than {plateau:.3f}."
    return SampleSize(n, of=wanted, power=reached(n), table=table, note=note)


def _check_test(sd: float, sides: int) -> None:
    between("sd", sd, 0, math.inf)
    if sides not in SIDES:
        raise InvalidSetting(f"sides={sides!r}; it can be 1 or 2.")


def _smallest(reached: Callable[[float], float], power: float) -> int | None:
    """Return the smallest number of 2 or more that has the power, by bisection."""
    high = 2
    while reached(high) < power:
        high *= 2
        if high > MOST:
            return None
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reached(middle) >= power else (middle, high)
    return high
