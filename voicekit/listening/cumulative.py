"""Ordinal regression of scores: cumulative logit, with a random effect of the rater."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from patsy import PatsyError
from scipy import stats
from statsmodels.miscmodels.ordinal_model import OrderedModel

from voicekit.errors import InvalidAnswers, InvalidSetting
from voicekit.listening.answers import left_out, usable
from voicekit.listening.estimate import Estimate, checked_confidence, checked_count
from voicekit.listening.random_raters import Categories, thresholds, with_raters
from voicekit.listening.tables import in_order, table_of

__all__ = ["Ordinal", "ordinal"]

Array = NDArray[np.float64]
FEWEST_LEVELS = 3
FARTHEST = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordinal:
    """Effects on the log-odds of a higher score."""

    table: pd.DataFrame
    """Index ``term``; ``estimate``, ``se``, ``low``, ``high``, ``z``, ``p`` (Wald)."""
    thresholds: pd.DataFrame
    """Index such as "1|2"; ``estimate``, ``se``, ``low``, ``high``."""
    rater_sd: Estimate | None
    """Standard deviation of the raters' own levels; None without several raters."""
    rater_variance: float | None
    log_likelihood: float
    fixed_log_likelihood: float
    """That of the same model without random raters."""
    rater_p: float | None
    """Likelihood ratio test of the raters' spread, chi-square with 1 degree of freedom
    (conservative, as the spread cannot be negative)."""
    votes: int
    raters: int
    left_out: int
    """Answers that lack a value which the model needs."""


def ordinal(
    answers: pd.DataFrame,
    formula: str = "score ~ system",
    *,
    random: str | None = "rater",
    points: int = 15,
    confidence: float = 0.95,
) -> Ordinal:
    """Fit a cumulative logit to scores whose steps need not be equal.

    Parameters
    ----------
    answers : DataFrame
        The columns that the formula names, and the one that ``random`` names. Scores
        are numbers, or words as an ordered categorical.
    formula : str
        Score on the left, effects on the right, in statsmodels' formula language.
    random : str, optional
        The column whose values have a level of their own, drawn from a normal
        distribution; None for none.
    points : int
        Of the adaptive Gauss-Hermite quadrature over that level.
    confidence : float
        Of the Wald intervals.

    Returns
    -------
    Ordinal

    Raises
    ------
    InvalidAnswers
        If there are fewer than three different scores, they are words without an
        order, some effect separates them, or the formula does not fit the answers.

    Notes
    -----
    logit P(score <= j) = threshold j - effects - rater's level (McCullagh 1980; with
    random effects as clmm2 of R's ordinal, Christensen). Ties are what categories
    are; scores that nobody gave are no category. Rows with a missing value are left
    out and counted. Several votes of one rater all count, held together by the rater's
    level, which there is none of where no rater has several. The items are fixed: put
    them into the formula, or into ``random``, where they matter.

    Examples
    --------
    >>> scores = pd.DataFrame({"rater": [1, 2, 3, 4] * 3, "system": [*"xxxxyyyyzzzz"],
    ...                        "score": [3, 4, 4, 5, 2, 3, 4, 3, 1, 2, 3, 3]})
    >>> ordinal(scores, random=None).table["estimate"].round(3).tolist()
    [-2.652, -4.349]
    """
    checked_confidence(confidence)
    checked_count("points", points)
    if not isinstance(formula, str) or "~" not in formula:
        raise InvalidSetting(
            f"The formula {formula!r} lacks its '~': 'score ~ system'."
        )
    score = formula.split("~", maxsplit=1)[0].strip()
    answers, names = in_order(table_of(answers), score)
    needed = [score, *([random] if random else [])]
    frame = usable(answers, needed)
    frame[score] = frame[score].astype(
        pd.CategoricalDtype(sorted(frame[score].unique()), ordered=True)
    )
    if frame[score].nunique() < FEWEST_LEVELS:
        raise InvalidAnswers(
            "An ordinal model needs three different scores; with two, compare shares."
        )
    fixed, units = _fixed(_written(formula, frame))
    rows = units.model.data.row_labels
    rater = frame.loc[rows, random] if random else pd.Series(0, rows)
    data = Categories(
        category=np.asarray(fixed.model.endog, dtype=np.intp),
        regressors=np.asarray(fixed.model.exog, dtype=float),
        rater=np.asarray(pd.factorize(rater)[0], dtype=np.intp),
    )
    found = np.asarray(fixed.params, dtype=float)
    covariance = np.asarray(fixed.cov_params(), dtype=float)
    value = plain = float(fixed.llf)
    # Of one rater, or of raters with a vote each, no level can be told.
    votes = np.bincount(data.rater)
    random = random if len(votes) > 1 and votes.max() > 1 else None
    if random:
        found, covariance, value = with_raters(data, found, points=points)
    categories = frame[score].cat.categories
    levels = [names.get(level) or f"{level:g}" for level in categories]
    turned, around = _turned(found, covariance, units, len(levels) - 1)
    parts = _parts(turned, around, confidence)
    terms = list(units.model.exog_names[: len(units.scale)])
    table, cuts = parts.iloc[: len(terms)], parts.iloc[len(terms) :][: len(levels) - 1]
    spread = parts.iloc[-1] if random else None
    steps = [f"{low}|{high}" for low, high in pairwise(levels)]
    return Ordinal(
        table=table.set_index(pd.Index(terms, name="term")),
        thresholds=cuts.set_index(pd.Index(steps, name="threshold")).drop(
            columns=["z", "p"]
        ),
        rater_sd=None if spread is None else _sd(spread),
        rater_variance=None if spread is None else float(spread["estimate"]) ** 2,
        log_likelihood=value,
        fixed_log_likelihood=plain,
        rater_p=float(stats.chi2.sf(2 * (value - plain), 1)) if random else None,
        votes=len(data.category),
        raters=int(data.rater.max()) + 1,
        left_out=left_out(answers, needed) + len(frame) - len(data.category),
    )


@dataclass(frozen=True, slots=True)
class _Units:
    """The model as it was written, and how its regressors were standardised."""

    model: Any
    centre: Array
    scale: Array


def _written(formula: str, frame: pd.DataFrame) -> Any:
    try:
        return OrderedModel.from_formula(formula, frame, distr="logit")
    except (PatsyError, ValueError, IndexError) as error:
        raise InvalidAnswers(
            f"{formula!r} says nothing of these answers ({error}): it must name their "
            "columns, and what stands on the right must vary."
        ) from error


def _fixed(written: Any) -> tuple[Any, _Units]:
    """Return statsmodels' fit without random raters, on standardised regressors.

    As they are, regressors such as a rate of 44,100 Hz keep the fit from settling.
    """
    exog = np.asarray(written.exog, dtype=float)
    spread = exog.std(axis=0)
    units = _Units(written, exog.mean(axis=0), np.where(spread > 0, spread, 1.0))
    even = (exog - units.centre) / units.scale
    model = OrderedModel(pd.Series(written.endog), even, distr="logit")
    with warnings.catch_warnings():
        # It warns where the fit runs away; the check below says why, and what to do.
        warnings.simplefilter("ignore")
        fit = model.fit(method="bfgs", maxiter=1000, gtol=1e-8, disp=0)
    effects, se = (np.abs(one)[: even.shape[1]] for one in (fit.params, fit.bse))
    # Strong effects are known well; of one that runs away the size is not known.
    away = (effects * np.ptp(even, axis=0) > FARTHEST) & ~(se < effects)
    if not np.isfinite(fit.llf) or away.any():
        raise InvalidAnswers(
            "Some effect separates the scores perfectly, so that its size has no "
            "estimate; drop it from the formula, or join its levels."
        )
    return fit, units


def _turned(
    found: Array, covariance: Array, units: _Units, cuts: int
) -> tuple[Array, Array]:
    """Return effects in the regressors' own units, then thresholds, not their steps."""
    effects = len(units.scale)
    at = slice(effects, effects + cuts)
    own = np.diag(1 / units.scale)
    turn = np.eye(len(found))
    turn[:effects, :effects] = own
    turn[at, :effects] = units.centre @ own
    value = turn @ found
    value[at] += thresholds(found[at]) - found[at]
    steps = np.append(1.0, np.exp(found[effects + 1 : effects + cuts]))
    turn[at, at] = np.tril(np.tile(steps, (cuts, 1)))
    return value, turn @ covariance @ turn.T


def _parts(value: Array, covariance: Array, confidence: float) -> pd.DataFrame:
    se = np.sqrt(np.diag(covariance))
    reach = float(stats.norm.ppf((1 + confidence) / 2)) * se
    z = np.divide(value, se, out=np.full_like(value, np.nan), where=se > 0)
    return pd.DataFrame(
        {
            "estimate": value,
            "se": se,
            "low": value - reach,
            "high": value + reach,
            "z": z,
            "p": 2 * stats.norm.sf(np.abs(z)),
        }
    )


def _sd(spread: pd.Series[float]) -> Estimate:
    low = max(float(spread["low"]), 0.0)
    return Estimate(spread["estimate"], spread["se"], low, spread["high"])
