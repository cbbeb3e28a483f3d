"""The conditional logit behind pairs, ties, order effects and rankings.

Every vote is a choice among alternatives whose utility is linear in the parameters:
two sides for Bradley-Terry, a third alternative for Davidson's tie, the systems not
yet placed for Plackett-Luce. One fit therefore serves them all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from voicekit.errors import InvalidAnswers

__all__ = [
    "Choices",
    "defect",
    "fit",
    "information",
    "log_likelihood",
    "log_probabilities",
    "scores",
]

Array = NDArray[np.float64]
STEPS = 200
TOLERANCE = 1e-10
LONGEST_STEP = 4.0


@dataclass(frozen=True, slots=True)
class Choices:
    """Rows of choices, each standing for ``weight`` votes."""

    features: Array
    """Utility per parameter: rows x alternatives x parameters."""
    target: Array
    """The share of the row's votes that chose each alternative: rows x alternatives."""
    offered: NDArray[np.bool_]
    """Which alternatives the row has: rows x alternatives."""
    weight: Array
    """Votes per row."""

    def weighing(self, weight: Array) -> Choices:
        """Return the same choices with other numbers of votes."""
        return replace(self, weight=weight)

    def voted(self) -> Choices:
        """Return only the rows that have votes."""
        rows = self.weight > 0
        return Choices(
            self.features[rows],
            self.target[rows],
            self.offered[rows],
            self.weight[rows],
        )


def log_probabilities(choices: Choices, theta: Array) -> Array:
    """Return each alternative's log probability; minus infinity if not offered."""
    utility = np.where(choices.offered, choices.features @ theta, -np.inf)
    utility = utility - utility.max(axis=1, keepdims=True)
    total = np.log(np.exp(utility).sum(axis=1, keepdims=True))
    return np.asarray(utility - total)


def log_likelihood(choices: Choices, theta: Array) -> float:
    """Return the sum over votes of the log probability of what was chosen."""
    logs = np.where(choices.target > 0, log_probabilities(choices, theta), 0.0)
    return float(choices.weight @ (choices.target * logs).sum(axis=1))


def scores(choices: Choices, theta: Array) -> Array:
    """Return the gradient of one vote of each row: rows x parameters."""
    surprise = choices.target - np.exp(log_probabilities(choices, theta))
    return np.asarray(np.einsum("ra,rap->rp", surprise, choices.features))


def information(choices: Choices, theta: Array) -> Array:
    """Return the expected information: parameters x parameters."""
    chance, away = _deviations(choices, theta)
    inner = np.einsum(
        "r,ra,rap,raq->pq", choices.weight, chance, away, away, optimize=True
    )
    return np.asarray(inner)


def fit(choices: Choices, *, jeffreys: bool = False) -> Array:
    """Return the parameters of greatest likelihood, by Newton steps with halving.

    ``jeffreys`` multiplies the likelihood by the root of the information's
    determinant (Firth 1993), which keeps the estimate finite under separation.

    Raises
    ------
    InvalidAnswers
        If the steps do not settle, which means that the estimate does not exist.
    """
    theta = np.zeros(choices.features.shape[2])
    value = _objective(choices, theta, jeffreys=jeffreys)
    for _ in range(STEPS):
        step = _step(choices, theta, jeffreys=jeffreys)
        step *= min(1.0, LONGEST_STEP / max(float(np.abs(step).max()), 1e-300))
        for _ in range(60):
            ahead = _objective(choices, theta + step, jeffreys=jeffreys)
            if ahead >= value - TOLERANCE * (1 + abs(value)):
                break
            step = step / 2
        theta, value = theta + step, ahead
        if float(np.abs(step).max()) < TOLERANCE:
            return theta
    raise InvalidAnswers("The fit does not settle; give a prior, such as prior=1.")


def defect(choices: Choices) -> str | None:
    """Return why no greatest likelihood exists: "unconnected", "separated" or None.

    Separated means that some direction of the parameters never contradicts a vote
    (Albert & Anderson 1984), found as a linear programme over the distinct rows.
    """
    margins = _margins(choices.voted())
    size = choices.features.shape[2]
    if not margins.size or np.linalg.matrix_rank(margins) < size:
        return "unconnected"
    best = linprog(
        -margins.sum(axis=0), A_ub=-margins, b_ub=np.zeros(len(margins)), bounds=(-1, 1)
    )
    return "separated" if -best.fun > 1e-7 else None  # noqa: PLR2004 - solver tolerance


def _margins(choices: Choices) -> Array:
    """Return the features of what was chosen minus those of what was not, once each."""
    chosen = (choices.target > 0)[:, :, None]
    other = choices.offered[:, None, :]
    pair = chosen & other & ~np.eye(choices.offered.shape[1], dtype=bool)
    ahead = choices.features[:, :, None, :] - choices.features[:, None, :, :]
    return np.unique(ahead[pair], axis=0)


def _deviations(choices: Choices, theta: Array) -> tuple[Array, Array]:
    """Return the alternatives' probabilities, and their features about the mean."""
    chance = np.exp(log_probabilities(choices, theta))
    mean = np.einsum("ra,rap->rp", chance, choices.features)
    return chance, choices.features - mean[:, None, :]


def _objective(choices: Choices, theta: Array, *, jeffreys: bool) -> float:
    value = log_likelihood(choices, theta)
    if not jeffreys:
        return value
    return value + float(np.linalg.slogdet(information(choices, theta))[1]) / 2


def _step(choices: Choices, theta: Array, *, jeffreys: bool) -> Array:
    chance, away = _deviations(choices, theta)
    gradient, weight = choices.weight @ scores(choices, theta), choices.weight
    if jeffreys:
        # The derivative of the information is the third cumulant of the features.
        inner = np.linalg.pinv(information(choices, theta))
        spread = np.einsum("rap,pq,raq->ra", away, inner, away)
        push = np.einsum("r,ra,ra,rap->p", weight, chance, spread, away)
        gradient = gradient + push / 2
        # Without the penalty's own share, steps on few votes go too far and swing.
        weight = weight * (1 + (chance * spread).sum(axis=1))
    held = information(choices.weighing(weight), theta)
    return np.asarray(np.linalg.lstsq(held, gradient, rcond=None)[0])
