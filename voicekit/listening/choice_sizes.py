"""Power of tests that count choices: preference, ABX, two shares."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from voicekit.errors import InvalidSetting
from voicekit.listening.sizes import SampleSize, between, inflated

__all__ = [
    "abx_power",
    "abx_size",
    "preference_power",
    "preference_size",
    "shares_power",
    "shares_size",
]

Array = NDArray[np.float64]
MOST = 200_000
ALWAYS = 1.0 + 1e-12
"""Above a share of 1, which is allowed where every answer may be right."""


def preference_power(n: int, *, p: float, alpha: float = 0.05) -> float:
    """Return the power of the exact two-sided test of one half, with n votes."""
    return float(_power(np.array([n]), _share(p), alpha, sides=2)[0])


def abx_power(n: int, *, p: float, alpha: float = 0.05) -> float:
    """Return the power of the exact one-sided test against guessing, with n trials."""
    return float(_power(np.array([n]), _share(p), alpha, sides=1)[0])


def preference_size(
    *,
    p: float,
    power: float = 0.8,
    alpha: float = 0.05,
    votes_per_rater: int = 1,
    rho: float = 0.0,
) -> SampleSize:
    """Return the votes that find a preference of share p; ties come on top."""
    found = _size(_share(p), power, alpha, sides=2, of="votes that are no ties")
    if votes_per_rater == 1:
        return found
    raters = inflated(int(found), votes_per_rater, rho)
    note = (
        f"{int(found)} independent votes; with {votes_per_rater} votes per rater that "
        f"correlate by {rho:g}."
    )
    return SampleSize(
        raters,
        of="raters",
        power=found.power,
        critical=None,
        table=found.table,
        note=note,
    )


def abx_size(*, p: float, power: float = 0.8, alpha: float = 0.05) -> SampleSize:
    """Return the ABX trials that find a rater who is right with probability p."""
    between("p", p, 0.5, ALWAYS)
    return _size(_share(p), power, alpha, sides=1, of="trials of one rater")


def shares_power(n: int, *, p: float, q: float, alpha: float = 0.05) -> float:
    """Return the power to tell two independent shares apart, n votes each."""
    for name, share in (("p", p), ("q", q)):
        between(name, share, 0, 1)
    middle = (p + q) / 2
    z = float(stats.norm.isf(alpha / 2))
    null = math.sqrt(2 * middle * (1 - middle))
    spread = math.sqrt(p * (1 - p) + q * (1 - q))
    return float(stats.norm.cdf((math.sqrt(n) * abs(p - q) - z * null) / spread))


def shares_size(
    *, p: float, q: float, power: float = 0.8, alpha: float = 0.05
) -> SampleSize:
    """Return the votes per group that tell two independent shares apart."""
    for name, share in (("p", p), ("q", q)):
        between(name, share, 0, 1)
    if p == q:
        raise InvalidSetting("Two equal shares cannot be told apart by any number.")
    middle = (p + q) / 2
    null = stats.norm.isf(alpha / 2) * math.sqrt(2 * middle * (1 - middle))
    other = stats.norm.ppf(power) * math.sqrt(p * (1 - p) + q * (1 - q))
    exact = float(((null + other) / (p - q)) ** 2)
    n = math.ceil(exact)
    reached = shares_power(n, p=p, q=q, alpha=alpha)
    return SampleSize(n, of="votes per group", power=reached, exact=exact)


def _share(p: float) -> float:
    return between("p", p, 0, ALWAYS)


def _critical(n: NDArray[np.intp], alpha: float, sides: int) -> NDArray[np.intp]:
    """Return the fewest choices that are significant; n + 1 where none is."""
    return np.asarray(stats.binom.isf(alpha / sides, n, 0.5), dtype=np.intp) + 1


def _power(n: NDArray[np.intp], p: float, alpha: float, *, sides: int) -> Array:
    fewest = _critical(n, alpha, sides)
    power = stats.binom.sf(fewest - 1, n, p)
    if sides == 2:  # noqa: PLR2004 - the other tail
        power = power + stats.binom.cdf(n - fewest, n, p)
    return np.asarray(power, dtype=float)


def _size(p: float, power: float, alpha: float, *, sides: int, of: str) -> SampleSize:
    """Return the smallest n that keeps the power for every larger n.

    The power of an exact test falls where the critical number steps up, so the first n
    that reaches it is not enough (Chernick & Liu 2002).
    """
    if p == 1 / 2:
        raise InvalidSetting(
            "A share of one half is no preference; no number finds it."
        )
    z = stats.norm.isf(alpha / sides) / 2 + stats.norm.ppf(power) * math.sqrt(
        p * (1 - p)
    )
    rough = float((z / (p - 0.5)) ** 2)
    if rough > MOST:
        raise InvalidSetting(
            f"p={p} would need about {rough:.0f} votes; plan for a larger effect."
        )
    tried = np.arange(1, math.ceil(1.5 * rough) + 100)
    powers = _power(tried, p, alpha, sides=sides)
    enough = powers >= power
    n = int(tried[~enough][-1]) + 1 if not enough.all() else 1
    first = int(tried[enough][0])
    table = pd.DataFrame({"power": powers}, index=pd.Index(tried, name="n"))
    return SampleSize(
        n,
        of=of,
        power=float(powers[n - 1]),
        exact=rough,
        critical=int(_critical(np.array([n]), alpha, sides)[0]),
        table=table.assign(critical=_critical(tried, alpha, sides)),
        first=first if first < n else None,
    )
