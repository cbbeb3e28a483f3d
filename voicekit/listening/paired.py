"""What a fit of pair votes says."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from scipy.special import expit
from statsmodels.stats.multitest import multipletests

from voicekit.errors import InvalidAnswers, nearest
from voicekit.listening.clusters import Clustered
from voicekit.listening.estimate import Estimate, settled

__all__ = ["ELO", "BradleyTerry"]

ELO = 400 / math.log(10)
MIDDLE = 1500.0


@dataclass(frozen=True, slots=True, kw_only=True)
class BradleyTerry:
    """Log-worths of systems, with how well they are known.

    Shown as its table, with the notes under it.
    """

    table: pd.DataFrame
    """Index ``system``, best first; ``log_worth``, ``se``, ``low``, ``high`` (natural
    log units) and ``elo`` (mean 1500, 400 points per factor of ten)."""
    covariance: pd.DataFrame
    """Of the log-worths, in the same order; raised so that no combination falls below
    its floor, so that its diagonal can exceed the squared ``se``."""
    tie: Estimate | None
    """Davidson's v: P(tie) is in proportion to v times the geometric mean worth."""
    order: Estimate | None
    """Log odds in favour of the one heard first, between equals."""
    deviance: float
    """Against a free share for every pair; with an order effect, in each order."""
    df: int
    """Degrees of freedom of the deviance."""
    log_likelihood: float
    """Natural log; without binomial coefficients, without the penalty."""
    interval: str
    """How the intervals were made."""
    confidence: float
    penalty: str | None
    """The penalty and why it was used; None for plain greatest likelihood."""
    notes: tuple[str, ...]
    """What the reader must know before quoting the table."""
    _spread: Clustered
    _draws: NDArray[np.float64] | None = None
    left_out: int = 0
    """Votes that lack a system or an outcome."""

    def difference(self, first: str, second: str) -> Estimate:
        """Return how far the first system's log-worth lies above the second's.

        The interval uses the covariance of the two (or the bootstrap's draws), which
        overlapping intervals of the table do not.

        Raises
        ------
        InvalidAnswers
            If there is no such system.
        """
        turn = self._contrast(first, second)
        value = settled(float(turn @ self.table["log_worth"]))
        spread = self._spread.turned(turn[None, :])
        reach = float(spread.reach(self.confidence)[0])
        low, high = value - reach, value + reach
        if self._draws is not None:
            tail = (1 - self.confidence) / 2
            low, high = np.quantile(self._draws @ turn, [tail, 1 - tail])
        return Estimate(value, float(spread.se()[0]), low, high)

    def differences(self) -> pd.DataFrame:
        """Return every pair of systems: how far apart, and how surely.

        Returns
        -------
        DataFrame
            ``first``, ``second``, ``difference``, ``se``, ``low``, ``high``,
            ``probability`` (that the first is preferred, ties and order aside), ``p``
            (two-sided, t) and ``p_holm`` (corrected for all pairs).
        """
        rows = []
        for first, second in combinations(self.table.index, 2):
            gap = self.difference(first, second)
            spread = self._spread.turned(self._contrast(first, second)[None, :])
            p = 2 * float(stats.t.sf(abs(gap) / gap.se, spread.dfs()[0]))
            rows.append(
                (first, second, float(gap), gap.se, gap.low, gap.high, expit(gap), p)
            )
        names = [
            "first",
            "second",
            "difference",
            "se",
            "low",
            "high",
            "probability",
            "p",
        ]
        frame = pd.DataFrame(rows, columns=names)
        return frame.assign(p_holm=multipletests(frame["p"], method="holm")[1])

    def _contrast(self, first: str, second: str) -> NDArray[np.float64]:
        turn = np.zeros(len(self.table))
        turn[self._place(first)] += 1
        turn[self._place(second)] -= 1
        return turn

    def _place(self, system: str) -> int:
        if system not in self.table.index:
            known = list(map(str, self.table.index))
            raise InvalidAnswers(
                f"No system {system!r} here.{nearest(str(system), known)}"
            )
        return list(self.table.index).index(system)

    def __repr__(self) -> str:
        lines = [settled(self.table, 4).to_string()]
        named = {"tie": self.tie, "order": self.order}
        lines += [
            f"{name}: {value!r}" for name, value in named.items() if value is not None
        ]
        lines.append(f"interval: {self.confidence:.0%}, {self.interval}")
        lines += [f"left out: {self.left_out}"] if self.left_out else []
        return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])
