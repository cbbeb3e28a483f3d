"""Ordinal regression of scores: cumulative logit, with a random effect of the rater."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from statsmodels.miscmodels.ordinal_model import OrderedModel

from voicekit.errors import InvalidAnswers, InvalidSetting
from voicekit.listening.answers import usable
from voicekit.listening.estimate import Estimate, checked_confidence
from voicekit.listening.random_raters import Categories, thresholds, with_raters

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
        The columns that the formula names, and the one that ``random`` names.
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
        If there are fewer than three different scores, or some effect separates them.

    Notes
    -----
    logit P(score <= j) = threshold j - effects - rater's level (McCullagh 1980; with
    random effects as clmm2 of R's ordinal, Christensen). Ties are what categories
    are; scores that nobody gave are no category. Rows with a missing value are left
    out. Several votes of one rater all count, held together by the rater's level. The
    items are fixed: put them into the formula, or into ``random``, where they matter.

    Examples
    --------
    >>> scores = pd.DataFrame({"rater": [1, 2, 3, 4] * 3, "system": [*"xxxxyyyyzzzz"],
    ...                        "score": [3, 4, 4, 5, 2, 3, 4, 3, 1, 2, 3, 3]})
    >>> ordinal(scores, random=None).table["estimate"].round(3).tolist()
    [-2.652, -4.349]
    """
    checked_confidence(confidence)
    if "~" not in formula:
        raise InvalidSetting(
            f"The formula {formula!r} lacks its '~': 'score ~ system'."
        )
    score = formula.split("~", maxsplit=1)[0].strip()
    frame = usable(answers, [score, *([random] if random else [])])
    frame[score] = frame[score].astype(
        pd.CategoricalDtype(sorted(frame[score].unique()), ordered=True)
    )
    if frame[score].nunique() < FEWEST_LEVELS:
        raise InvalidAnswers(
            "An ordinal model needs three different scores; with two, compare shares."
        )
    fixed, terms = _fixed(frame, formula)
    rows = fixed.model.data.row_labels
    rater = frame.loc[rows, random] if random else pd.Series(0, rows)
    data = Categories(
        category=np.asarray(fixed.model.endog, dtype=np.intp),
        regressors=np.asarray(fixed.model.exog, dtype=float),
        rater=np.asarray(pd.factorize(rater)[0], dtype=np.intp),
    )
    found = np.asarray(fixed.params, dtype=float)
    covariance = np.asarray(fixed.cov_params(), dtype=float)
    value = plain = float(fixed.llf)
    random = random if data.rater.any() else None
    if random:
        found, covariance, value = with_raters(data, found, points=points)
    categories = frame[score].cat.categories
    numeric = pd.api.types.is_numeric_dtype(categories)
    levels = [f"{level:g}" if numeric else str(level) for level in categories]
    turned, around = _thresholds(found, covariance, len(terms), len(levels) - 1)
    parts = _parts(turned, around, confidence)
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
    )


def _fixed(frame: pd.DataFrame, formula: str) -> tuple[Any, list[str]]:
    """Return statsmodels' fit without random raters, and the names of the effects."""
    model = OrderedModel.from_formula(formula, frame, distr="logit")
    with warnings.catch_warnings():
        # It warns where the fit runs away; the check below says why, and what to do.
        warnings.simplefilter("ignore")
        fit = model.fit(method="bfgs", maxiter=1000, gtol=1e-8, disp=0)
    terms = list(model.exog_names[: model.exog.shape[1]])
    largest = float(np.abs(np.asarray(fit.params)).max())
    if not np.isfinite(fit.llf) or largest > FARTHEST:
        raise InvalidAnswers(
            "Some effect separates the scores perfectly, so that its size has no "
            "estimate; drop it from the formula, or join its levels."
        )
    return fit, terms


def _thresholds(
    found: Array, covariance: Array, effects: int, cuts: int
) -> tuple[Array, Array]:
    """Return the estimates with thresholds instead of the logs of their steps."""
    turn = np.eye(len(found))
    steps = np.append(1.0, np.exp(found[effects + 1 : effects + cuts]))
    turn[effects : effects + cuts, effects : effects + cuts] = np.tril(
        np.tile(steps, (cuts, 1))
    )
    turned = found.copy()
    turned[effects : effects + cuts] = thresholds(found[effects : effects + cuts])
    return turned, turn @ covariance @ turn.T


def _parts(value: Array, covariance: Array, confidence: float) -> pd.DataFrame:
    se = np.sqrt(np.diag(covariance).clip(0))
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
