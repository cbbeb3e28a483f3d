"""One fit of worths: penalised where it must be, with the spread of its estimates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
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

__all__ = ["VIRTUAL_GAMES", "Fitted", "Prior", "Spec", "fitted", "resampled", "spread"]

Array = NDArray[np.float64]
Prior = float | Literal["firth"] | None
VIRTUAL_GAMES = 2.0
WHY = {
    "separated": "some system, or group, never loses against the others",
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
    separated: bool
    log_likelihood: float


def fitted(cast: Ballots, weight: Array, spec: Spec) -> Fitted:
    """Return the fit of the votes under the given weights per pattern."""
    systems = len(cast.systems)
    # Without a phantom only differences of log-worths can be known: a basis of those.
    basis = np.ascontiguousarray(helmert(systems).T)
    plain = model(cast, basis, ties=spec.ties, order=spec.order).weighing(weight)
    flaw = defect(plain)
    prior, penalty = _prior(spec.prior, flaw)
    choices = full = plain
    if isinstance(prior, float):
        basis = np.eye(systems)
        choices = model(cast, basis, ties=spec.ties, order=spec.order).weighing(weight)
        full = _joined(choices, virtual_games(choices, basis, prior))
    theta = fit(full.voted(), jeffreys=prior == "firth")
    others = theta.size - basis.shape[1]
    return Fitted(
        choices=choices,
        theta=theta,
        bread=np.asarray(np.linalg.pinv(information(full, theta)), dtype=float),
        turn=np.asarray(block_diag(basis, np.eye(others))) if others else basis,
        penalty=penalty,
        separated=flaw is not None,
        log_likelihood=log_likelihood(choices, theta),
    )


def spread(cast: Ballots, found: Fitted, *, robust: bool) -> Clustered:
    """Return the covariance of the fit's own coordinates."""
    if not robust:
        return Clustered(found.bread, np.inf, "nothing")
    each = scores(found.choices, found.theta)[cast.pattern] * cast.count[:, None]
    held = clustered(each, found.bread, cast.raters, cast.items)
    if not found.separated:
        return held
    # Where votes never contradict the fit, their residuals say nothing about spread.
    return Clustered(floored(held.whole(), found.bread), held.df, held.ways)


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


def _prior(asked: Prior, flaw: str | None) -> tuple[Prior, str | None]:
    """Return the prior to use, and the words for it."""
    remedy: dict[str | None, Prior] = {
        None: None,
        "separated": "firth",
        "unconnected": VIRTUAL_GAMES,
    }
    prior = remedy[flaw] if asked is None else asked
    if prior == "firth" and flaw == "unconnected":
        prior = VIRTUAL_GAMES
    if prior is None:
        return None, None
    name = "Firth's penalty (Jeffreys prior)"
    if prior != "firth":
        name = f"{float(prior):g} virtual games of each system against a phantom"
    because = f", because {WHY[flaw]}" if flaw else ", as asked"
    return prior if prior == "firth" else float(prior), name + because


def _joined(one: Choices, other: Choices) -> Choices:
    return Choices(
        np.concatenate([one.features, other.features]),
        np.concatenate([one.target, other.target]),
        np.concatenate([one.offered, other.offered]),
        np.concatenate([one.weight, other.weight]),
    )
