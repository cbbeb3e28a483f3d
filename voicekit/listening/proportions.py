"""Counts of right answers or of preferences, tested and bounded exactly."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral

import numpy as np
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from voicekit.errors import InvalidAnswers, InvalidSetting
from voicekit.listening.estimate import checked_confidence, is_number

__all__ = [
    "Preference",
    "abx_threshold",
    "clopper_pearson",
    "preference",
    "wilson",
]


def wilson(k: int, n: int, *, confidence: float = 0.95) -> tuple[float, float]:
    """Return Wilson's score interval of a share, without continuity correction.

    Parameters
    ----------
    k, n : int
        How many of how many independent answers. Leave ties and missing answers out
        of both; several votes of one rater are not independent, see
        :func:`preference_rate`.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    tuple of float
        The ends, as shares from 0 to 1.

    Raises
    ------
    InvalidAnswers
        Unless 0 <= k <= n and n >= 1.

    Notes
    -----
    Wilson 1927; method 3 of Newcombe 1998. Computed by statsmodels.

    Examples
    --------
    >>> [round(end, 4) for end in wilson(81, 263)]
    [0.2553, 0.3662]
    """
    return _interval(k, n, confidence, "wilson")


def clopper_pearson(k: int, n: int, *, confidence: float = 0.95) -> tuple[float, float]:
    """Return the exact interval of a share, which covers at least as promised.

    Parameters, errors and what is done with ties, missing answers and several votes
    of one rater: as for :func:`wilson`. Source: Clopper & Pearson 1934, computed by
    statsmodels.

    Examples
    --------
    >>> [round(end, 4) for end in clopper_pearson(10, 10)]
    [0.6915, 1.0]
    """
    return _interval(k, n, confidence, "beta")


def abx_threshold(n: int, alpha: float = 0.05) -> int | None:
    """Return the fewest right answers of n that chance reaches with at most alpha.

    One-sided and exact, for a number of trials that was fixed in advance.

    Parameters
    ----------
    n : int
        ABX trials of one rater, every one answered: ABX has no ties, and a missing
        answer counts as wrong.
    alpha : float
        Between 0 and 1.

    Returns
    -------
    int or None
        None where even n right answers are not enough.

    Examples
    --------
    >>> abx_threshold(16), abx_threshold(4)
    (12, None)
    """
    _check_counts(0, n)
    if not is_number(alpha) or not 0 < alpha < 1:
        raise InvalidSetting(f"alpha must lie between 0 and 1, not {alpha}.")
    enough = np.flatnonzero(stats.binom.sf(np.arange(n + 1) - 1, n, 0.5) <= alpha)
    return int(enough[0]) if enough.size else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preference:
    """How often the first system was preferred."""

    rate: float
    """Its share of the votes that were no ties."""
    low: float
    high: float
    """Wilson's interval of the share."""
    exact: tuple[float, float]
    """Clopper and Pearson's."""
    p: float
    """Two-sided exact sign test of a share of one half; ties say nothing in it."""
    wins: int
    losses: int
    ties: int
    tie_rate: float
    """The share of ties among all votes."""


def preference(
    k: int, n: int, ties: int = 0, *, confidence: float = 0.95
) -> Preference:
    """Test whether one of two systems is preferred.

    Parameters
    ----------
    k : int
        Votes for the system.
    n : int
        All votes, the ties among them.
    ties : int
        How many of the n had no preference. They are left out of the test and of the
        share, and reported; to model them use ``bradley_terry(ties="davidson")``.
    confidence : float
        Of the intervals.

    Returns
    -------
    Preference

    Raises
    ------
    InvalidAnswers
        If k votes and the ties are more than n.

    Notes
    -----
    Every vote counts as independent: right for one vote per rater, too narrow
    otherwise, see :func:`preference_rate`. Missing answers belong in none of the
    counts. The sign test: Dixon & Mood 1946. With no vote but ties, the share is NaN,
    the intervals 0 to 1, and p is 1.

    Examples
    --------
    >>> round(preference(24, 50, ties=14).p, 6)
    0.065245
    """
    checked_confidence(confidence)
    _check_counts(k, n)
    _check_counts(ties, n)
    decided = n - ties
    if k > decided:
        raise InvalidAnswers(
            f"{k} votes and {ties} ties are more than {n}: n counts every vote, "
            "the ties among them."
        )
    low, high = wilson(k, decided, confidence=confidence) if decided else (0.0, 1.0)
    exact = (
        clopper_pearson(k, decided, confidence=confidence) if decided else (0.0, 1.0)
    )
    return Preference(
        rate=k / decided if decided else float("nan"),
        low=low,
        high=high,
        exact=exact,
        p=float(stats.binomtest(k, decided).pvalue) if decided else 1.0,
        wins=k,
        losses=decided - k,
        ties=ties,
        tie_rate=ties / n,
    )


def _interval(k: int, n: int, confidence: float, method: str) -> tuple[float, float]:
    checked_confidence(confidence)
    _check_counts(k, n)
    low, high = proportion_confint(k, n, alpha=1 - confidence, method=method)
    return max(float(low), 0.0), min(float(high), 1.0)


def _check_counts(k: int, n: int) -> None:
    whole = isinstance(k, Integral) and isinstance(n, Integral)
    if not whole or not 0 <= k <= n or n < 1:
        raise InvalidAnswers(
            f"{k} of {n} cannot be: give whole numbers, 0 <= k <= n and n of 1 or more."
        )
