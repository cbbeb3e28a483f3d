"""Bradley-Terry worths from pair votes, with ties, order effects and clusters."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.linalg import block_diag

from voicekit.errors import InvalidAnswers, InvalidSetting, nearest
from voicekit.listening.answers import PAIR_COLUMNS, as_votes, left_out, pairs_of
from voicekit.listening.ballots import CODE, Ballots, ballots, deviance
from voicekit.listening.estimate import (
    Estimate,
    checked_confidence,
    checked_count,
    settled,
)
from voicekit.listening.intervals import (
    Estimates,
    from_covariance,
    from_resamples,
)
from voicekit.listening.paired import ELO, MIDDLE, BradleyTerry
from voicekit.listening.worths import Fitted, Prior, Spec, pair_worths, resampled

__all__ = ["bradley_terry"]

Array = NDArray[np.float64]
TIES = ("davidson", "half", None)
INTERVALS = ("two-way", "wald", "bootstrap")


def bradley_terry(  # noqa: PLR0913, PLR0917 - one argument per choice that a paper reports
    votes: pd.DataFrame,
    ties: Literal["davidson", "half"] | None = None,
    order: bool = False,  # noqa: FBT001, FBT002 - part of the fixed signature
    reference: str | None = None,
    prior: Prior = None,
    interval: Literal["two-way", "wald", "bootstrap"] = "two-way",
    *,
    confidence: float = 0.95,
    resamples: int = 1000,
    seed: int | None = 0,
) -> BradleyTerry:
    """Estimate the log-worths of systems from pair votes.

    Parameters
    ----------
    votes : DataFrame
        ``a`` (heard first), ``b``, ``outcome`` ("a", "b" or "tie"), and optionally
        ``count`` (votes that the row stands for), ``rater``, ``item``. Answers with
        one row per stimulus are turned into votes.
    ties : "davidson", "half" or None
        Davidson's (1970) model of ties; half a win for each, which answers a different
        question; or none, and then a tie is refused.
    order : bool
        Add an effect of being heard first (Davidson & Beaver 1977).
    reference : str, optional
        The system with log-worth 0; without it the mean is 0.
    prior : float, "firth", optional
        Virtual games of each system against a phantom, half of them won; or the
        Jeffreys prior of Firth (1993). Without it greatest likelihood, and where that
        does not exist a penalised fit: Firth's for separated votes, two virtual games
        where systems never meet, or one is always first and ``order`` is asked for.
        Virtual games know no order and no tie: where those have no bounds, Firth's
        penalty is added. ``penalty`` and ``notes`` then say so.
    interval : "two-way", "wald" or "bootstrap"
        "two-way" is cluster-robust over raters and items: V_rater + V_item - V_cell,
        floored at V_cell (Cameron, Gelbach & Miller 2011), t with min(raters, items) -
        1 degrees of freedom, or cells - 1 where the floor decides; over one way where
        only one has several clusters, and Wald's where neither has. "wald" is the
        model's own. "bootstrap" takes percentiles of refits to resampled raters and
        items, and is conservative.
    confidence : float
        Of every interval.
    resamples : int
        Refits of the bootstrap.
    seed : int, optional
        Of the bootstrap; None for a fresh one.

    Returns
    -------
    BradleyTerry
        ``table``, ``tie``, ``order``, ``deviance``, ``df``, ``log_likelihood``, and
        the covariance behind them.

    Raises
    ------
    InvalidAnswers
        If a column lacks, there is only one system, or there are ties and ``ties`` is
        None.
    InvalidSetting
        If an argument is none of the above.

    Notes
    -----
    Missing values: a row without ``a``, ``b`` or ``outcome`` is left out and counted
    (``left_out``); votes whose
    rater (or item) is missing are kept, as one further cluster. Several votes of one
    rater on the same pair each count, and share their rater's cluster.

    Examples
    --------
    >>> two = pd.DataFrame({"a": "kie", "b": "kling", "outcome": ["a", "b"],
    ...                     "count": [24, 12]})
    >>> fit = bradley_terry(two, reference="kling")
    >>> fit.table.loc["kie", ["log_worth", "se"]].round(4).tolist()
    [0.6931, 0.3536]
    """
    checked_confidence(confidence)
    _check("ties", ties, TIES)
    _check("interval", interval, INTERVALS)
    checked_count("resamples", resamples)
    _check_prior(prior)
    cast = ballots(_counted(as_votes(votes)))
    spec = Spec(ties, order, prior)
    _refuse_ties(cast, spec)
    found = pair_worths(cast, cast.weight(cast.count), spec)
    gauge = _gauge(cast.systems, reference, found)
    estimates = from_covariance(
        cast, found, gauge, robust=interval == "two-way", confidence=confidence
    )
    if interval == "bootstrap":
        rng = np.random.default_rng(seed)
        weights = resampled(cast, resamples, rng)
        estimates = from_resamples(estimates, weights, cast, spec, gauge, confidence)
    fit = _result(cast, found, estimates, spec, confidence)
    return replace(fit, left_out=left_out(pairs_of(votes), PAIR_COLUMNS))


def _result(
    votes: Ballots, found: Fitted, got: Estimates, spec: Spec, confidence: float
) -> BradleyTerry:
    size = len(votes.systems)
    worth = settled(got.value[:size])
    best = np.argsort(-worth, kind="stable")
    table = pd.DataFrame(
        {
            "log_worth": worth,
            "se": got.spread.se()[:size],
            "low": settled(got.low[:size]),
            "high": settled(got.high[:size]),
            "elo": MIDDLE + ELO * (worth - worth.mean()),
        },
        index=pd.Index(votes.systems, name="system"),
    ).iloc[best]
    alternatives = 3 if spec.ties == "davidson" else 2
    gap, saturated = deviance(votes, found.log_likelihood, alternatives=alternatives)
    around = got.spread.turned(np.eye(len(got.value))[best])
    return BradleyTerry(
        table=table,
        covariance=pd.DataFrame(around.whole(), table.index, table.index),
        tie=_tie(got, size, spec),
        order=_part(got, len(got.value) - 1) if spec.order else None,
        deviance=gap,
        df=saturated - (size - 1) - (alternatives - 2) - spec.order,
        log_likelihood=found.log_likelihood,
        interval=got.how,
        confidence=confidence,
        penalty=found.penalty,
        notes=_cautions(votes, found),
        _spread=around,
        _draws=None if got.draws is None else got.draws[:, best],
    )


def _part(got: Estimates, place: int) -> Estimate:
    se = float(got.spread.se()[place])
    return Estimate(got.value[place], se, got.low[place], got.high[place])


def _tie(got: Estimates, size: int, spec: Spec) -> Estimate | None:
    """Return the tie parameter itself; its interval is made on the log scale."""
    if spec.ties != "davidson":
        return None
    log = _part(got, size)
    value = float(np.exp(log))
    return Estimate(value, value * log.se, np.exp(log.low), np.exp(log.high))


def _refuse_ties(votes: Ballots, spec: Spec) -> None:
    tied = votes.weight(votes.count)[votes.patterns[:, 2] == CODE["tie"]].sum()
    if tied and spec.ties is None:
        raise InvalidAnswers(
            f"{tied:g} of the votes are ties. Say what they mean: ties='davidson' "
            "models them, ties='half' counts half a win for each; dropping them would "
            "bias."
        )


def _cautions(votes: Ballots, found: Fitted) -> tuple[str, ...]:
    notes = []
    if found.penalty:
        notes.append(f"Penalised fit: {found.penalty}.")
    for name, codes in (("rater", votes.raters), ("item", votes.items)):
        if codes is not None and len(np.unique(codes)) == 1:
            notes.append(f"Only one {name}: the intervals do not speak for others.")
    return tuple(notes)


def _counted(frame: pd.DataFrame) -> pd.DataFrame:
    kept = frame[frame["count"] > 0] if "count" in frame else frame
    if pd.concat([kept["a"], kept["b"]]).nunique() < 2:  # noqa: PLR2004 - a pair
        raise InvalidAnswers("Pair votes need at least two systems with a vote.")
    return kept


def _gauge(systems: tuple[str, ...], reference: str | None, found: Fitted) -> Array:
    """Return the matrix that moves log-worths to mean 0, or to the reference's 0."""
    size = len(systems)
    if reference is not None and reference not in systems:
        known = list(map(str, systems))
        raise InvalidAnswers(
            f"The reference {reference!r} has no vote.{nearest(str(reference), known)}"
        )
    zero = np.full(size, 1 / size)
    if reference is not None:
        zero = np.eye(size)[systems.index(reference)]
    others = len(found.turn) - size
    gauge = np.eye(size) - zero
    return np.asarray(block_diag(gauge, np.eye(others))) if others else gauge


def _check(name: str, value: object, allowed: tuple[str | None, ...]) -> None:
    if value not in allowed:
        raise InvalidSetting(
            f"{name}={value!r}; it can be {', '.join(map(repr, allowed))}."
        )


def _check_prior(prior: Prior) -> None:
    if prior in (None, "firth"):
        return
    number = isinstance(prior, int | float) and not isinstance(prior, bool)
    if not (number and 0 < float(prior) < np.inf):
        raise InvalidSetting("prior is a number of virtual games above 0, or 'firth'.")
