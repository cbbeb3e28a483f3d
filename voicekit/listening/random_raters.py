"""The likelihood of a cumulative logit whose raters have levels of their own.

The rater's level is integrated out by adaptive Gauss-Hermite quadrature: nodes around
each rater's most likely level, as wide as that is uncertain (Liu & Pierce 1994).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, logsumexp
from statsmodels.tools.numdiff import approx_hess

from voicekit.errors import InvalidAnswers

__all__ = ["Categories", "thresholds", "with_raters"]

Array = NDArray[np.float64]
Codes = NDArray[np.intp]
NEWTON_STEPS = 30
FARTHEST = 15.0
TINY = 1e-300
UNSETTLED = (
    "The model with random raters does not settle; fit it with random=None, or join "
    "effects that few votes tell apart."
)


@dataclass(frozen=True, slots=True)
class Categories:
    """Scores as categories from 0, their regressors, and their raters from 0."""

    category: Codes
    regressors: Array
    rater: Codes


def thresholds(steps: Array) -> Array:
    """Return thresholds from the first one and the logs of the steps after it."""
    return np.cumsum(np.append(steps[:1], np.exp(steps[1:])))


def with_raters(
    data: Categories, start: Array, *, points: int
) -> tuple[Array, Array, float]:
    """Return the estimates, their covariance and the log-likelihood.

    Parameters
    ----------
    data : Categories
    start : array
        Effects, first threshold, logs of steps: the fit without random raters. The
        estimates add the raters' standard deviation at the end.
    points : int
        Quadrature nodes per rater.

    Raises
    ------
    InvalidAnswers
        If the fit runs away, or ends where there is no maximum.
    """
    rule = np.polynomial.hermite.hermgauss(points)

    def loss(parameters: Array) -> float:
        return -_log_likelihood(data, parameters, rule)

    # The likelihood is even in the standard deviation, so that 0 would never be left.
    found = minimize(loss, np.append(start, 1.0), method="BFGS", options={"gtol": 1e-6})
    best = np.asarray(found.x, dtype=float)
    best[-1] = abs(best[-1])
    if not np.isfinite(found.fun) or np.abs(best).max() > FARTHEST:
        raise InvalidAnswers(UNSETTLED)
    bend = np.asarray(approx_hess(best, loss))
    if np.linalg.eigvalsh(bend).min() <= 0:
        # No maximum: standard errors would come from a saddle.
        raise InvalidAnswers(UNSETTLED)
    return best, np.linalg.inv(bend), -float(found.fun)


def _log_likelihood(
    data: Categories, parameters: Array, rule: tuple[Array, Array]
) -> float:
    effects = data.regressors.shape[1]
    cuts = np.concatenate([[-np.inf], thresholds(parameters[effects:-1]), [np.inf]])
    shift = data.regressors @ parameters[:effects]
    low, high = cuts[data.category] - shift, cuts[data.category + 1] - shift
    sd = parameters[-1]
    level, width = _modes(low, high, sd, data.rater)
    nodes, weights = rule
    at = level[:, None] + np.sqrt(2) * width[:, None] * nodes
    moved = sd * at[data.rater]
    chance = expit(high[:, None] - moved) - expit(low[:, None] - moved)
    logs = np.log(np.maximum(chance, TINY))
    summed = np.zeros_like(at)
    np.add.at(summed, data.rater, logs)
    prior = -(at**2) / 2 - np.log(2 * np.pi) / 2
    inner = (
        summed
        + prior
        + nodes**2
        + np.log(weights)
        + np.log(np.sqrt(2) * width)[:, None]
    )
    return float(logsumexp(inner, axis=1).sum())


def _modes(low: Array, high: Array, sd: float, rater: Codes) -> tuple[Array, Array]:
    """Return each rater's most likely standardised level, and its standard error."""
    level = np.zeros(int(rater.max()) + 1)
    for _ in range(NEWTON_STEPS):
        above, below = expit(high - sd * level[rater]), expit(low - sd * level[rater])
        slope = -sd * np.bincount(rater, 1 - above - below) - level
        bend = above * (1 - above) + below * (1 - below)
        curve = 1 + sd**2 * np.bincount(rater, bend)
        step = slope / curve
        level = level + step
        if np.abs(step).max() < 1e-10:  # noqa: PLR2004 - settled
            break
    return level, 1 / np.sqrt(curve)
