"""Plackett-Luce worths from rankings."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from voicekit.errors import InvalidAnswers, nearest
from voicekit.listening.choices import Choices, scores
from voicekit.listening.clusters import numbered
from voicekit.listening.estimate import checked_confidence, settled
from voicekit.listening.paired import ELO, MIDDLE
from voicekit.listening.placings import Stage, ranked, stages, unranked
from voicekit.listening.worths import fitted

__all__ = ["PlackettLuce", "plackett_luce"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlackettLuce:
    """Log-worths of ranked systems."""

    table: pd.DataFrame
    """Index ``system``, best first; ``log_worth``, ``se``, ``low``, ``high``, ``elo``,
    ``rankings`` (in how many the system stood)."""
    covariance: pd.DataFrame
    log_likelihood: float
    interval: str
    penalty: str | None
    left_out: int
    """Rows of a long table that lack a system or a rank."""


def plackett_luce(
    rankings: pd.DataFrame | Iterable[Sequence[object]],
    *,
    reference: Hashable | None = None,
    confidence: float = 0.95,
) -> PlackettLuce:
    """Estimate the log-worths of systems from rankings, complete or partial.

    Parameters
    ----------
    rankings : DataFrame or iterable of sequences
        Sequences name systems best first; an entry that is a list, tuple or set holds
        systems that were not told apart, so ``[2, [0, 1]]`` says only that 2 is best.
        A frame is either long (``system``, ``rank`` with 1 the best, and ``rater``,
        ``item``) or wide (a row per ranking, a column per system, ranks as values).
    reference : optional
        The system with log-worth 0; without it the mean is 0.
    confidence : float
        Of the intervals.

    Returns
    -------
    PlackettLuce

    Raises
    ------
    InvalidAnswers
        If a system stands twice in a ranking, more than five are tied, or these are
        no rankings.

    Notes
    -----
    Each place is a choice among those not yet placed (Luce 1959; Plackett 1975). Ties
    in the last place are an unordered rest and cost nothing; ties above it count as
    each of their orders with equal weight. A missing rank means that the system was
    not heard. Several rankings of one rater each count; with raters and items the
    intervals are two-way cluster-robust, else Wald's. Where some systems always win or
    never meet others, Firth's penalty (or two virtual choices against a phantom) is
    used, and ``penalty`` says so.

    Examples
    --------
    >>> fit = plackett_luce([["a", "b", "c"], ["b", "a", "c"], ["c", "a", "b"]])
    >>> fit.table.index.tolist()
    ['a', 'b', 'c']
    """
    checked_confidence(confidence)
    read = ranked(rankings)
    placed = [stage for number, one in enumerate(read) for stage in stages(one, number)]
    if not placed:
        raise InvalidAnswers("No ranking puts one system above another.")
    systems = list(dict.fromkeys(s for one in read for s in one.systems()))
    if reference is not None and reference not in systems:
        known = list(map(str, systems))
        raise InvalidAnswers(
            f"The reference {reference!r} stands in no ranking."
            f"{nearest(str(reference), known)}"
        )
    found = fitted(lambda basis: _choices(placed, systems, basis), len(systems), None)
    each = np.zeros((len(read), len(found.theta)))
    gradients = scores(found.choices, found.theta) * found.choices.weight[:, None]
    np.add.at(each, [stage.ranking for stage in placed], gradients)
    raters = numbered(one.rater for one in read)
    spread = found.spread(each, raters, numbered(one.item for one in read))
    zero = np.full(len(systems), 1 / len(systems))
    if reference is not None:
        zero = np.eye(len(systems))[systems.index(reference)]
    gauge = np.eye(len(systems)) - zero
    turn = gauge @ found.turn
    worth, held = turn @ found.theta, spread.turned(turn)
    reach = held.reach(confidence)
    stood = [sum(system in one.systems() for one in read) for system in systems]
    table = pd.DataFrame(
        {
            "log_worth": settled(worth),
            "se": held.se(),
            "low": settled(worth - reach),
            "high": settled(worth + reach),
            "elo": MIDDLE + ELO * (worth - worth.mean()),
            "rankings": stood,
        },
        index=pd.Index(systems, name="system"),
    )
    best = np.argsort(-worth, kind="stable")
    how = "Wald" if held.ways == "nothing" else f"cluster-robust over {held.ways}"
    index = table.index[best]
    return PlackettLuce(
        table=table.iloc[best],
        covariance=pd.DataFrame(held.whole()[np.ix_(best, best)], index, index),
        log_likelihood=found.log_likelihood,
        interval=how,
        penalty=found.penalty,
        left_out=unranked(rankings),
    )


def _choices(placed: list[Stage], systems: list[Hashable], basis: Array) -> Choices:
    place = {system: number for number, system in enumerate(systems)}
    widest = 1 + max(len(stage.losers) for stage in placed)
    features = np.zeros((len(placed), widest, basis.shape[1]))
    offered = np.zeros((len(placed), widest), dtype=bool)
    for row, stage in enumerate(placed):
        heard = [place[system] for system in (stage.winner, *stage.losers)]
        features[row, : len(heard)] = basis[heard]
        offered[row, : len(heard)] = True
    target = np.zeros((len(placed), widest))
    target[:, 0] = 1.0
    return Choices(features, target, offered, np.array([s.weight for s in placed]))
