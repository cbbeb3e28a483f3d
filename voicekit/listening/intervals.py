"""Estimates of worths with their intervals, from a covariance or from resamples."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from voicekit.listening.ballots import Ballots
from voicekit.listening.clusters import Clustered
from voicekit.listening.worths import Fitted, Spec, pair_spread, pair_worths

__all__ = ["Estimates", "from_covariance", "from_resamples"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimates:
    """Log-worths in the gauge that was asked for, then log tie, then order effect."""

    value: Array
    spread: Clustered
    low: Array
    high: Array
    how: str
    """How the intervals were made, in words."""
    penalised: bool
    draws: Array | None = None


def from_covariance(
    votes: Ballots, found: Fitted, gauge: Array, *, robust: bool, confidence: float
) -> Estimates:
    """Return the estimates with Wald's intervals, clustered if they are robust."""
    turn = gauge @ found.turn
    held = pair_spread(votes, found, robust=robust).turned(turn)
    value = turn @ found.theta
    reach = held.reach(confidence)
    how = "Wald, votes independent"
    if held.ways != "nothing":
        how = f"cluster-robust over {held.ways}, t with {held.df:g} degrees of freedom"
    return Estimates(value, held, value - reach, value + reach, how, found.flawed)


def from_resamples(  # noqa: PLR0913, PLR0917 - the parts of a refit
    plain: Estimates,
    weights: Iterable[Array],
    votes: Ballots,
    spec: Spec,
    gauge: Array,
    confidence: float,
) -> Estimates:
    """Return the estimates with the percentiles of refits.

    Votes that need a penalty keep Wald's intervals: unanimous votes stay unanimous in
    every resample, which would look like certainty.
    """
    if plain.penalised:
        return replace(plain, how="Wald, as separated votes cannot be resampled")
    refits = (pair_worths(votes, weight, spec) for weight in weights)
    draws = np.array([gauge @ refit.turn @ refit.theta for refit in refits])
    tail = (1 - confidence) / 2
    low, high = np.quantile(draws, [tail, 1 - tail], axis=0)
    named = {"raters": votes.raters, "items": votes.items}
    ways = [name for name, codes in named.items() if codes is not None]
    over = " and ".join(ways) or "votes"
    how = f"percentile bootstrap over {over}, {len(draws)} resamples, conservative"
    around = Clustered(np.atleast_2d(np.cov(draws, rowvar=False)), np.inf, over)
    return Estimates(plain.value, around, low, high, how, penalised=False, draws=draws)
