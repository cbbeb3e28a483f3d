"""Shares and right answers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from voicekit.errors import InvalidAnswers, InvalidSetting
from voicekit.listening import (
    abx_threshold,
    clopper_pearson,
    preference,
    preference_rate,
    wilson,
)

SIZES = [*range(5, 31), 40, 50, 60, 80, 100]
ONE_SIDED = (
    "5 6 7 7 8 9 9 10 10 11 12 12 13 13 14 15 15 16 16 17 18 18 19 19 20 20 "
    "26 32 37 48 59"
)
STRICT = (
    "- - 7 8 9 10 10 11 12 12 13 14 14 15 15 16 17 17 18 19 19 20 20 21 22 22 "
    "28 34 40 51 63"
)
TWO_SIDED = (
    "- 6 7 8 8 9 10 10 11 12 12 13 13 14 15 15 16 17 17 18 18 19 20 20 21 21 "
    "27 33 39 50 61"
)


@pytest.mark.parametrize(
    ("alpha", "table"), [(0.05, ONE_SIDED), (0.01, STRICT), (0.025, TWO_SIDED)]
)
def test_abx_table(alpha, table):
    """The fewest right answers are those of the published tables."""
    expected = [None if cell == "-" else int(cell) for cell in table.split()]
    assert expected == [abx_threshold(n, alpha) for n in SIZES]


@pytest.mark.parametrize(("k", "n"), [(8, 10), (11, 15), (14, 20), (17, 25)])
def test_a_manual_that_is_too_easy(k, n):
    """Recommendations of a vendor's manual that fail 5 % are below the threshold."""
    assert k < abx_threshold(n)


@pytest.mark.parametrize(
    ("k", "n", "p"),
    [
        (9, 10, 0.010742),
        (8, 10, 0.054688),
        (12, 16, 0.038406),
        (14, 20, 0.057659),
        (7, 8, 0.035156),
        (52, 82, 0.009913),
    ],
)
def test_two_sided_p_is_twice_the_published_one_sided(k, n, p):
    """A preference is tested on both sides, ABX on one."""
    assert 2 * p == pytest.approx(preference(k, n).p, abs=2e-6)


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (0, 25, 0, 0.1332),
        (8, 10, 0.4902, 0.9433),
        (12, 16, 0.5050, 0.8982),
        (10, 10, 0.7225, 1),
        (50, 100, 0.4038, 0.5962),
        (60, 100, 0.5020, 0.6906),
    ],
)
def test_wilson(k, n, low, high):
    """Wilson's interval is Newcombe's method 3."""
    assert (low, high) == pytest.approx(wilson(k, n), abs=5e-5)


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        (81, 263, 0.2527, 0.3676),
        (8, 10, 0.4439, 0.9748),
        (12, 16, 0.4762, 0.9273),
        (10, 10, 0.6915, 1),
        (50, 100, 0.3983, 0.6017),
        (60, 100, 0.4972, 0.6967),
    ],
)
def test_clopper_pearson(k, n, low, high):
    """The exact interval has the published ends."""
    assert (low, high) == pytest.approx(clopper_pearson(k, n), abs=5e-5)


def test_confidence_widens():
    """More confidence gives a wider interval, and 95 is not 0.95."""
    low, high = wilson(8, 10, confidence=0.99)
    assert low < wilson(8, 10)[0] < wilson(8, 10)[1] < high
    with pytest.raises(InvalidSetting, match=r"write 0\.95"):
        wilson(8, 10, confidence=95)


def test_preference_with_ties():
    """24 against 12 with 14 ties is p = .065245: ties are left out and reported."""
    found = preference(24, 50, ties=14)
    assert found.p == pytest.approx(0.065245, abs=5e-7)
    assert (found.wins, found.losses, found.ties) == (24, 12, 14)
    assert found.rate == pytest.approx(24 / 36)
    assert (found.low, found.high) == wilson(24, 36)
    assert found.tie_rate == pytest.approx(14 / 50)


def test_more_votes_than_there_are():
    """Counts that cannot be are refused with how they are meant."""
    with pytest.raises(InvalidAnswers, match="the ties among them"):
        preference(24, 36, ties=14)
    with pytest.raises(InvalidAnswers, match="0 <= k <= n"):
        wilson(3, 2)


def test_nothing_but_ties():
    """Only ties say nothing about the preference."""
    found = preference(0, 5, ties=5)
    assert (found.p, found.low, found.high) == (1.0, 0.0, 1.0)
    assert np.isnan(found.rate)


def test_pooled_ratings_are_too_sure():
    """A rater who votes twenty times is not twenty raters: see the design effect."""
    rng = np.random.default_rng(3)
    chance = rng.beta(1, 1, size=12)
    frame = pd.DataFrame(
        [
            (rater, item, "x", "y", "a" if rng.random() < chance[rater] else "b")
            for rater in range(12)
            for item in range(20)
        ],
        columns=["rater", "item", "a", "b", "outcome"],
    )
    found = preference_rate(frame, "x")
    naive = found.wilson[1] - found.wilson[0]
    assert found.design_effect > 3
    assert found.rate.high - found.rate.low > 1.7 * naive
    assert found.clusters == "raters and items"


def test_one_vote_per_rater_is_wilson():
    """Without clusters the share's interval is Wilson's."""
    frame = pd.DataFrame({"a": "x", "b": "y", "outcome": ["a"] * 8 + ["b"] * 2})
    found = preference_rate(frame, "x")
    assert wilson(8, 10) == pytest.approx((found.rate.low, found.rate.high))


def test_share_counts_either_side():
    """A vote counts for the system on whichever side it was heard."""
    frame = pd.DataFrame(
        {"a": ["x", "y", "x"], "b": ["y", "x", "y"], "outcome": ["a", "b", "tie"]}
    )
    found = preference_rate(frame, "x")
    assert (found.rate, found.votes, found.ties) == (1.0, 2.0, 1.0)


def test_critical_number_agrees_with_scipy():
    """Chance reaches the threshold with at most alpha, and one less with more."""
    for n in range(5, 60):
        k = abx_threshold(n)
        assert stats.binom.sf(k - 1, n, 0.5) <= 0.05 < stats.binom.sf(k - 2, n, 0.5)
