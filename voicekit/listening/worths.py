"""One fit of worths: penalised where it must be, with the spread of its estimates."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import block_diag, helmert

from voicekit.listening.ballots import Ballots, model, virtual_games
from voicekit.listening.choices import (
    Choices,
    defect,
    fit,
    information,
    log_likelihood,
    scores,
)
from voicekit.listening.clusters import Clustered, clustered, floored

__all__ = [
    "VIRTUAL_GAMES",
    "Fitted",
    "Prior",
    "Spec",
    "fitted",
    "pair_spread",
    "pair_worths",
    "resampled",
]

Array = NDArray[np.float64]
Codes = NDArray[np.intp]
Prior = float | Literal["firth"] | None
VIRTUAL_GAMES = 2.0
WHY = {
    "confounded": "who is heard first cannot be told from who is better",
    "separated": "some system, group, side or the tie never loses, or never wins",
    "unconnected": "some systems never meet, directly or through others",
}


@dataclass(frozen=True, slots=True)
class Spec:
    """What is estimated: which ties, whether an order effect, under which prior."""

    ties: Literal["davidson", "half"] | None
    order: bool
    prior: Prior


@dataclass(frozen=True, slots=True)
class Fitted:
    """A fit in its own coordinates, and the way back to log-worths."""

    choices: Choices
    theta: Array
    bread: Array
    """The inverse of the (penalised) information."""
    turn: Array
    """From the coordinates to log-worths, then log tie, then order effect."""
    penalty: str | None
    flawed: bool
    """Whether no greatest likelihood exists."""
    log_likelihood: float

    def spread(
        self, each: Array, raters: Codes | None, items: Codes | None
    ) -> Clustered:
        """Return the covariance of the coordinates, clustered over raters and items.

        ``each`` are the gradients of votes or rankings, times their counts.
        """
        held = clustered(each, self.bread, raters, items)
        if not self.flawed:
            return held
        # Where votes never contradict the fit, their residuals say nothing of spread.
        return Clustered(floored(held.whole(), self.bread), held.df, held.ways)


def pair_worths(cast: Ballots, weight: Array, spec: Spec) -> Fitted:
    """Return the fit of pair votes under the given weights per pattern."""

    def made(basis: Array) -> Choices:
        choices = model(cast, basis, ties=spec.ties, order=spec.order)
        return choices.weighing(weight)

    return fitted(made, len(cast.systems), spec.prior)


def pair_spread(cast: Ballots, found: Fitted, *, robust: bool) -> Clustered:
    """Return the covariance of the coordinates of a fit of pair votes."""
    if not robust:
        return Clustered(found.bread, np.inf, "nothing")
    each = scores(found.choices, found.theta)[cast.pattern] * cast.count[:, None]
    return found.spread(each, cast.raters, cast.items)


def fitted(made: Callable[[Array], Choices], systems: int, prior: Prior) -> Fitted:
    """Return the fit of choices among systems, penalised where it must be.

    Parameters
    ----------
    made : callable
        Makes the choices for a basis of log-worths: systems x coordinates.
    systems : int
        How many there are.
    prior : float, "firth" or None
        As for :func:`bradley_terry`.
    """
    # Without a phantom only differences of log-worths can be known: a basis of those.
    basis = np.ascontiguousarray(helmert(systems).T)
    choices = full = made(basis)
    flaw = _flaw(choices, systems - 1)
    prior = _prior(prior, flaw)
    names = [] if prior is None else [_named(prior)]
    jeffreys = prior == "firth"
    if isinstance(prior, float):
        basis = np.eye(systems)
        choices = made(basis)
        full = _joined(choices, virtual_games(choices, basis, prior)).voted()
        # Virtual games know no order and no tie, and can leave those without bounds.
        jeffreys = defect(full) == "separated"
        names += [_named("firth")] * jeffreys
    theta = fit(full.voted(), jeffreys=jeffreys)
    others = theta.size - basis.shape[1]
    because = f", because {WHY[flaw]}" if flaw else ", as asked"
    return Fitted(
        choices=choices,
        theta=theta,
        bread=np.asarray(np.linalg.pinv(information(full, theta)), dtype=float),
        turn=np.asarray(block_diag(basis, np.eye(others))) if others else basis,
        penalty=" and ".join(names) + because if names else None,
        flawed=flaw is not None,
        log_likelihood=log_likelihood(choices, theta),
    )


def resampled(
    cast: Ballots, resamples: int, rng: np.random.Generator
) -> Iterator[Array]:
    """Yield weights per pattern: raters and items drawn independently, with return.

    The pigeonhole bootstrap (Owen 2007). Without raters and items the votes are drawn.
    """
    ways = [codes for codes in (cast.raters, cast.items) if codes is not None]
    total = int(cast.count.sum())
    share = cast.weight(cast.count) / cast.count.sum()
    while resamples:
        if not ways:
            weight = rng.multinomial(total, share).astype(float)
        else:
            count = cast.count.copy()
            for codes in ways:
                groups = int(codes.max()) + 1
                drawn = np.bincount(rng.integers(groups, size=groups), minlength=groups)
                count = count * drawn[codes]
            weight = cast.weight(count)
        if weight.any():
            resamples -= 1
            yield weight


def _flaw(choices: Choices, worths: int) -> str | None:
    """Return why no greatest likelihood exists: a key of ``WHY``, or None."""
    flaw = defect(choices)
    if flaw != "unconnected":
        return flaw
    alone = replace(choices, features=choices.features[:, :, :worths])
    return flaw if defect(alone) == flaw else "confounded"


def _prior(asked: Prior, flaw: str | None) -> Prior:
    """Return the prior to use."""
    remedy: dict[str | None, Prior] = {None: None, "separated": "firth"}
    needed = remedy.get(flaw, VIRTUAL_GAMES)
    if asked is None or (asked == "firth" and needed == VIRTUAL_GAMES):
        return needed
    return asked if asked == "firth" else float(asked)


def _named(prior: Prior) -> str:
    if prior == "firth":
        return "Firth's penalty (Jeffreys prior)"
    return f"{prior:g} virtual games of each system against a phantom"


def _joined(one: Choices, other: Choices) -> Choices:
    return Choices(
        np.concatenate([one.features, other.features]),
        np.concatenate([one.target, other.target]),
        np.concatenate([one.offered, other.offered]),
        np.concatenate([one.weight, other.weight]),
    )
