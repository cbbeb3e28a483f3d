"""Cumulative logit with and without random raters."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from voicekit.errors import InvalidAnswers, InvalidSetting
from voicekit.listening import ordinal

FORMULA = "score ~ temp + contact"


def test_wine_without_random_judge(wine):
    """R's clm on the wine data: effects, thresholds and log-likelihood."""
    found = ordinal(wine, FORMULA, random=None)
    assert pytest.approx(list(found.table["estimate"]), abs=5e-5) == [2.5031, 1.5278]
    assert pytest.approx(list(found.table["se"]), abs=5.1e-5) == [0.5287, 0.4766]
    thresholds = [-1.3444, 1.2508, 3.4669, 5.0064]
    assert thresholds == pytest.approx(list(found.thresholds["estimate"]), abs=5e-5)
    assert found.log_likelihood == pytest.approx(-86.4919, abs=5e-5)
    assert found.rater_sd is None


def test_wine_with_random_judge(wine):
    """R's clmm2 with adaptive quadrature, every digit that its tutorial prints."""
    found = ordinal(wine, FORMULA)
    assert pytest.approx(list(found.table["estimate"]), abs=5e-5) == [3.0619, 1.8334]
    assert pytest.approx(list(found.table["se"]), abs=5e-5) == [0.5951, 0.5122]
    thresholds = [-1.6235, 1.5128, 4.2271, 6.0862]
    assert thresholds == pytest.approx(list(found.thresholds["estimate"]), abs=6e-5)
    errors = [0.6834, 0.6044, 0.8090, 0.9719]
    assert errors == pytest.approx(list(found.thresholds["se"]), abs=6e-5)
    assert found.rater_variance == pytest.approx(1.287741, abs=3e-6)
    assert found.rater_sd == pytest.approx(1.134787, abs=2e-6)
    assert found.log_likelihood == pytest.approx(-81.53246, abs=5e-6)


def test_likelihood_ratios(wine):
    """Judge 9.918925 (p .0016), contact 14.34409 (p .00015)."""
    full, without = ordinal(wine, FORMULA), ordinal(wine, "score ~ temp")
    judge = 2 * (full.log_likelihood - full.fixed_log_likelihood)
    assert judge == pytest.approx(9.918925, abs=2e-6)
    assert full.rater_p == pytest.approx(0.0016, abs=5e-5)
    contact = 2 * (full.log_likelihood - without.log_likelihood)
    assert contact == pytest.approx(14.34409, abs=1e-5)
    assert stats.chi2.sf(contact, 1) == pytest.approx(0.00015, abs=5e-6)


def test_points_do_not_matter(wine):
    """The adaptive quadrature has converged: more nodes change nothing."""
    few, many = (ordinal(wine, FORMULA, points=points) for points in (9, 41))
    assert few.log_likelihood == pytest.approx(many.log_likelihood, abs=1e-5)


def test_many_votes_per_rater():
    """Many votes per rater: levels far narrower than their spread are integrated."""
    rng = np.random.default_rng(5)
    level = rng.normal(0, 2, size=12)
    rater, vote = np.divmod(np.arange(12 * 60), 60)
    effect = np.where(vote % 2, 0.8, 0.0)
    latent = level[rater] + effect + rng.logistic(size=len(rater))
    frame = pd.DataFrame(
        {
            "rater": rater,
            "system": np.where(vote % 2, "y", "x"),
            "score": np.digitize(latent, [-2, 0, 2]) + 1,
        }
    )
    found = ordinal(frame)
    assert found.table.loc["system[T.y]", "estimate"] == pytest.approx(0.8, abs=0.3)
    assert found.rater_sd == pytest.approx(level.std(), rel=0.25)


def test_scores_nobody_gave_and_missing_ones(wine):
    """Unused scores are no category; rows with missing values are left out."""
    wide = wine.assign(score=wine["score"] * 10)
    gap = pd.concat([wide, wide[:3].assign(score=None)])
    found = ordinal(gap, FORMULA)
    assert list(found.thresholds.index) == ["10|20", "20|30", "30|40", "40|50"]
    assert found.votes == 72


def test_one_rater_has_no_spread(wine):
    """One rater's level cannot be told from the thresholds: no random raters."""
    found = ordinal(wine.assign(rater=1), FORMULA)
    assert found.rater_sd is None
    assert found.log_likelihood == pytest.approx(-86.4919, abs=5e-5)


def test_confidence(wine):
    """Wald intervals at the confidence that is asked for."""
    found = ordinal(wine, FORMULA, random=None, confidence=0.9).table.iloc[0]
    reach = stats.norm.ppf(0.95) * found["se"]
    assert found["high"] == pytest.approx(found["estimate"] + reach)


def test_what_is_refused(wine):
    """Two scores, perfect separation, a formula without its left side."""
    with pytest.raises(InvalidAnswers, match="three different scores"):
        ordinal(wine[wine["score"] < 3], FORMULA)
    split = pd.DataFrame(
        {"score": [1, 2, 3, 4] * 5, "rater": 1, "system": ["x", "x", "y", "y"] * 5}
    )
    with pytest.raises(InvalidAnswers, match="separates"):
        ordinal(split, random=None)
    with pytest.raises(InvalidSetting, match="lacks its '~'"):
        ordinal(wine, "temp + contact")


def test_ordered_words_keep_their_order(wine):
    """Bad < Poor < Fair < Good < Excellent, and not from A to Z."""
    words = ["Bad", "Poor", "Fair", "Good", "Excellent"]
    said = wine["score"].map(dict(enumerate(words, 1)))
    for name in ("score", "grade"):
        ordered = pd.Categorical(said, categories=words, ordered=True)
        told = wine.drop(columns="score").assign(**{name: ordered})
        found = ordinal(told, f"{name} ~ temp + contact", random=None)
        assert pytest.approx(list(found.table["estimate"]), abs=5e-5) == [
            2.5031,
            1.5278,
        ]
        assert found.thresholds.index[0] == "Bad|Poor"
        plain = told.assign(**{name: said})
        with pytest.raises(InvalidAnswers, match="without an order"):
            ordinal(plain, f"{name} ~ temp", random=None)


def test_units_of_a_regressor_do_not_matter(wine):
    """A rate near 30,000 Hz separates nothing, and its effect is per Hz."""
    rng = np.random.default_rng(0)
    rate = rng.normal(30_000, 8_000, len(wine))
    frame = wine.assign(rate=rate, even=(rate - 30_000) / 8_000)
    raw, even = (ordinal(frame, f"score ~ temp + {x}") for x in ("rate", "even"))
    assert raw.log_likelihood == pytest.approx(even.log_likelihood, abs=1e-7)
    for column in ("estimate", "se"):
        per_hz = even.table.loc["even", column] / 8_000
        assert raw.table.loc["rate", column] == pytest.approx(per_hz, rel=1e-3)
    shift = 30_000 * raw.table.loc["rate", "estimate"]
    moved = even.thresholds["estimate"] + shift
    assert list(raw.thresholds["estimate"]) == pytest.approx(list(moved), rel=1e-3)


def test_a_seldom_effect_that_separates_is_refused():
    """Three votes in sixty, all of the best score: their effect has no size."""
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"system": ["y"] * 3 + ["x"] * 57})
    frame["score"] = np.where(frame["system"] == "y", 4, rng.integers(1, 5, 60))
    with pytest.raises(InvalidAnswers, match="separates"):
        ordinal(frame, random=None)


def test_a_strong_effect_is_no_separation():
    """Two log odds per standard deviation, over six of them: large, and well known."""
    rng = np.random.default_rng(2)
    x = rng.normal(size=400)
    score = np.digitize(2.5 * x + rng.logistic(size=400), [-2, 0, 2])
    found = ordinal(pd.DataFrame({"x": x, "score": score}), "score ~ x", random=None)
    assert found.table.loc["x", "estimate"] == pytest.approx(2.5, abs=0.4)


def few_votes(raters):
    rng = np.random.default_rng(12)
    system = rng.choice(["x", "y"], len(raters))
    latent = np.where(system == "y", 0.8, 0.0) + rng.logistic(size=len(raters))
    score = np.digitize(latent, [-1, 0, 1])
    return pd.DataFrame({"rater": raters, "system": system, "score": score})


def test_raters_with_one_vote_have_no_level():
    """Sixty raters with a vote each: a level could not be told from the vote."""
    frame = few_votes(range(60))
    found = ordinal(frame)
    assert found.rater_sd is None
    assert found.table.equals(ordinal(frame, random=None).table)


def test_no_standard_errors_from_a_saddle():
    """One rater with two votes does not tell a spread: refused, with the way out."""
    with pytest.raises(InvalidAnswers, match="random=None"):
        ordinal(few_votes([0, *range(60)]))
