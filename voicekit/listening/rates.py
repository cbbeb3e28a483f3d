"""The share of votes for a system, with raters and items taken as clusters."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from statsmodels.stats.proportion import proportion_confint

from voicekit.errors import InvalidAnswers
from voicekit.listening.answers import PAIR_COLUMNS, as_votes, left_out, pairs_of
from voicekit.listening.clusters import Clustered, clustered, numbered
from voicekit.listening.estimate import Estimate, checked_confidence

__all__ = ["PreferenceRate", "preference_rate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferenceRate:
    """A share of votes, with the interval of raters and items and the naive one."""

    rate: Estimate
    """The share; its interval takes raters and items as clusters."""
    wilson: tuple[float, float]
    """The interval if every vote were independent."""
    design_effect: float
    """How many times the clustered variance exceeds the independent one."""
    votes: float
    """Votes that were no ties."""
    ties: float
    clusters: str
    left_out: int
    """Votes, of any pair, that lack a system or an outcome."""


def preference_rate(
    votes: pd.DataFrame, system: str, *, confidence: float = 0.95
) -> PreferenceRate:
    """Return the share of votes for one of two systems, raters and items clustered.

    Parameters
    ----------
    votes : DataFrame
        As for :func:`bradley_terry`; only the pairs in which the system was heard.
    system : str
        Whose share.
    confidence : float
        Of both intervals.

    Raises
    ------
    InvalidAnswers
        If the system has no vote that is no tie.

    Notes
    -----
    Ties are counted and left out; rows with missing values are left out and counted;
    several
    votes of one rater share the rater's cluster. The interval is made on the log-odds
    scale (V_rater + V_item - V_cell, Cameron, Gelbach & Miller 2011); where all votes
    agree, or no way has two clusters, it is Wilson's.

    Examples
    --------
    >>> frame = pd.DataFrame({"a": "kie", "b": "kling", "outcome": ["a", "b"] * 8,
    ...     "rater": [1, 1, 2, 2] * 4, "item": [1] * 8 + [2] * 8})
    >>> float(preference_rate(frame, "kie").rate)
    0.5
    """
    checked_confidence(confidence)
    frame = as_votes(votes)
    frame = frame[(frame["a"] == system) | (frame["b"] == system)]
    count = (frame["count"] if "count" in frame else frame["a"].notna()).astype(float)
    decided = frame["outcome"] != "tie"
    ties, frame, count = float(count[~decided].sum()), frame[decided], count[decided]
    total = float(count.sum())
    if not total:
        raise InvalidAnswers(f"{system!r} has no vote that is no tie.")
    chosen = frame["a"].where(frame["outcome"] == "a", frame["b"]) == system
    rate = float(count[chosen].sum()) / total
    naive = proportion_confint(rate * total, total, 1 - confidence, method="wilson")
    # A share of 0 or 1 has no spread between clusters to be seen.
    held = _clustered(frame, (chosen - rate) * count) if 0 < rate < 1 else None
    if held is None or held.ways == "nothing":
        se = math.sqrt(rate * (1 - rate) / total) or math.nan
        found, effect, ways = Estimate(rate, se, *naive), math.nan, "nothing"
    else:
        scale = 1 / (total * rate * (1 - rate))
        reach, middle = scale * float(held.reach(confidence)[0]), logit(rate)
        ends = expit([middle - reach, middle + reach])
        found = Estimate(rate, float(held.se()[0]) / total, *ends)
        effect, ways = float(held.se()[0]) ** 2 * scale, held.ways
    return PreferenceRate(
        rate=found,
        wilson=naive,
        design_effect=effect,
        votes=total,
        ties=ties,
        clusters=ways,
        left_out=left_out(pairs_of(votes), PAIR_COLUMNS),
    )


def _clustered(frame: pd.DataFrame, surprise: pd.Series[float]) -> Clustered:
    """Return the covariance of the sum of what was chosen beyond the share."""
    codes = (numbered(frame.get(name)) for name in ("rater", "item"))
    return clustered(
        np.asarray(surprise, dtype=float)[:, None], np.ones((1, 1)), *codes
    )
