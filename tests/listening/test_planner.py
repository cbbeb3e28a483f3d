"""How many are needed, and when no number is enough."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from scipy import stats

from voicekit.errors import InvalidSetting
from voicekit.listening import abx_threshold, power_of, sample_size

VARIANCES = {"rater_variance": 0.1, "item_variance": 0.1, "residual_variance": 0.6}


@pytest.mark.parametrize(
    ("p", "normal", "first", "safe"),
    [(0.55, 782.53, 786, 820), (0.65, 84.81, 90, 97), (0.75, 28.92, 30, 35)],
)
def test_preference(p, normal, first, safe):
    """Normal approximation, first number that reaches 80 %, and the safe one."""
    found = sample_size("preference", p=p, power=0.8, alpha=0.05)
    assert (first, safe) == (found.first, found)
    assert normal == pytest.approx(found.exact, abs=5e-3)


@pytest.mark.parametrize(
    ("p", "first", "critical"), [(0.6, 158, 90), (0.7, 37, 24), (0.9, 8, 7)]
)
def test_abx(p, first, critical):
    """The first ABX numbers that reach 80 %, with their critical counts."""
    found = sample_size("abx", p=p)
    assert first == found.first
    assert critical == abx_threshold(first) == found.table.loc[first, "critical"]
    assert power_of("abx", first, p=p) >= 0.8 > power_of("abx", first - 1, p=p)


@pytest.mark.parametrize("kind", ["preference", "abx"])
@pytest.mark.parametrize("p", [0.58, 0.66, 0.8])
def test_power_holds_for_every_larger_number(kind, p):
    """The number keeps the power for all larger ones, and one less does not."""
    n = sample_size(kind, p=p)
    assert power_of(kind, n - 1, p=p) < 0.8
    assert all(power_of(kind, m, p=p) >= 0.8 for m in range(n, 3 * n))


def test_exact_power_by_hand():
    """Power is the chance of a significant count."""
    k = abx_threshold(37)
    assert power_of("abx", 37, p=0.7) == pytest.approx(stats.binom.sf(k - 1, 37, 0.7))


def test_design_effect():
    """Ten votes of one rater that correlate by .2 are worth less than four."""
    assert sample_size("preference", p=0.65, votes_per_rater=10, rho=0.2) == 28
    assert sample_size("preference", p=0.65, votes_per_rater=10, rho=0.0) == 10
    assert sample_size("preference", p=0.65, votes_per_rater=10, rho=1.0) == 97


@pytest.mark.parametrize(
    ("sd", "sizes"), [(1, [1537, 385, 171, 97, 62]), (0.8, [984, 246, 110, 62, 40])]
)
def test_half_width(sd, sizes):
    """Votes for a mean within h points: (1.96 s / h)^2."""
    widths = [0.05, 0.1, 0.15, 0.2, 0.25]
    assert sizes == [sample_size("mos", half_width=h, sd=sd) for h in widths]


@pytest.mark.parametrize(
    ("paired", "sides", "exact"),
    [
        (True, 2, 33.36713),
        (True, 1, 26.13753),
        (False, 2, 63.76561),
        (False, 1, 50.1508),
    ],
)
def test_t_tests(paired, sides, exact):
    """R's pwr: d = .5 at 80 %."""
    found = sample_size("mos", difference=0.5, paired=paired, sides=sides)
    assert exact == pytest.approx(found.exact, abs=6e-5)
    assert found == np.ceil(exact)


def test_t_power():
    """R's pwr: twenty at d = .5 have .5645044 paired and .337939 in two groups."""
    assert power_of("mos", 20, difference=0.5) == pytest.approx(0.5645044, abs=5e-8)
    two = power_of("mos", 20, difference=0.5, paired=False)
    assert two == pytest.approx(0.337939, abs=5e-7)


def test_two_shares():
    """R's power.prop.test: .5 against .75."""
    assert power_of("shares", 50, p=0.5, q=0.75) == pytest.approx(0.740, abs=5e-4)
    found = sample_size("shares", p=0.5, q=0.75, power=0.9)
    assert (pytest.approx(found.exact, abs=0.05), found) == (76.7, 77)


@pytest.mark.parametrize(
    ("raters", "items", "power"),
    [
        (20, 10, 0.260),
        (100, 10, 0.375),
        (1000, 10, 0.418),
        (20, 40, 0.495),
        (20, 1000, 0.694),
    ],
)
def test_crossed_power(raters, items, power):
    """Raters crossed with items: power levels off at what the items allow."""
    found = power_of("crossed", raters, items=items, difference=0.25, **VARIANCES)
    assert power == pytest.approx(found, abs=1.1e-3)


def test_more_raters_do_not_help():
    """Ten items never reach 80 %, and the planner says so instead of a number."""
    with pytest.raises(InvalidSetting, match=r"levels off at 0\.42.*needs more items"):
        sample_size("crossed", items=10, difference=0.25, **VARIANCES)
    with pytest.raises(InvalidSetting, match="needs more raters"):
        sample_size("crossed", raters=20, difference=0.25, **VARIANCES)


def test_plateau_is_shown():
    """The table goes on to infinitely many raters."""
    found = sample_size("crossed", items=40, difference=0.25, **VARIANCES)
    assert found.table.index[-1] == np.inf
    assert found.table["power"].is_monotonic_increasing
    assert power_of("crossed", found, items=40, difference=0.25, **VARIANCES) >= 0.8
    less = power_of("crossed", found - 1, items=40, difference=0.25, **VARIANCES)
    assert less < 0.8
    assert "no number of raters gives more than" in found.note


def test_t_is_more_careful():
    """With the degrees of freedom of the default intervals more raters are needed."""
    z, t = (
        sample_size("crossed", items=60, difference=0.25, distribution=d, **VARIANCES)
        for d in ("normal", "t")
    )
    assert z < t


@pytest.mark.parametrize(
    ("kind", "effect", "word"),
    [
        ("preferense", {"p": 0.6}, "Did you mean 'preference'"),
        ("preference", {"q": 0.6}, "takes no 'q'"),
        ("preference", {}, "needs 'p'"),
        ("preference", {"p": 0.5}, "no preference"),
        ("preference", {"p": 0.5001}, "larger effect"),
        ("abx", {"p": 0.4}, "between 0.5"),
        ("mos", {}, "either half_width or difference"),
        ("mos", {"difference": 0}, "any number"),
        ("shares", {"p": 0.5, "q": 0.5}, "told apart"),
        ("crossed", {"difference": 0.2, **VARIANCES}, "cannot stand in"),
    ],
)
def test_what_is_refused(kind, effect, word):
    """Unknown kinds and arguments, and effects that no number finds."""
    with pytest.raises(InvalidSetting, match=word):
        sample_size(kind, **effect)


@pytest.mark.parametrize(
    ("kind", "effect", "word"),
    [
        ("crossed", VARIANCES | {"rater_variance": -0.1}, "0 or more"),
        ("crossed", dict.fromkeys(VARIANCES, 0), "not all of them 0"),
        ("mos", {"sd": -1}, "sd must lie"),
        ("mos", {"sides": 3}, "sides=3"),
        ("mos", {"alpha": 2}, "alpha must lie"),
        ("mos", {"alpha": 0}, "alpha must lie"),
    ],
)
def test_what_no_test_has_is_refused(kind, effect, word):
    """Impossible spreads, sides and levels: in sizes and in powers."""
    effect = {"difference": 0.5} | effect
    items = {"items": 20} if kind == "crossed" else {}
    with pytest.raises(InvalidSetting, match=word):
        sample_size(kind, **effect, **items)
    with pytest.raises(InvalidSetting, match=word):
        power_of(kind, 20, **effect, **items)


def test_a_rater_who_is_always_right():
    """A share of 1 has a size and a power; more than 1, and no trial, have not."""
    assert power_of("abx", int(sample_size("abx", p=1.0)), p=1.0) == 1
    for n, p in ((10, 1.1), (0, 0.7)):
        with pytest.raises(InvalidSetting):
            power_of("abx", n, p=p)
    with pytest.raises(InvalidSetting, match="p must lie"):
        power_of("shares", 10, p=1.0, q=0.0)


def test_a_size_cannot_be_changed():
    """A sample size is an int that knows its reasons, also after pickle."""
    found = pickle.loads(pickle.dumps(sample_size("mos", half_width=0.1)))
    assert (found, found.n) == (385, 385)
    with pytest.raises(AttributeError, match="cannot be changed"):
        found.power = 1


@pytest.mark.parametrize("kind", ["preference", "abx"])
def test_a_share_is_no_percentage(kind):
    """65 for 65 % is refused with the range."""
    with pytest.raises(InvalidSetting, match="p must"):
        sample_size(kind, p=65)
