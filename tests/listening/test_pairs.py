"""Bradley-Terry: published fits, ties, order, clusters and data that have no fit."""

from __future__ import annotations

import pickle
from math import exp, log, sqrt

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from voicekit.errors import InvalidAnswers, InvalidSetting
from voicekit.listening import bradley_terry, plan, votes

COEFFICIENTS = {
    "Bal": (0, 0),
    "Cle": (0.6839, 0.3319),
    "Bos": (1.1077, 0.3339),
    "NY": (1.2476, 0.3359),
    "Tor": (1.2945, 0.3367),
    "Det": (1.4364, 0.3396),
    "Mil": (1.5814, 0.3433),
}
CENTRED = {
    "Bal": (-1.0502, 0.2325, 1317.6),
    "Cle": (-0.3663, 0.2050, 1436.4),
    "Bos": (0.0575, 0.2009, 1510.0),
    "NY": (0.1974, 0.2016, 1534.3),
    "Tor": (0.2443, 0.2021, 1542.4),
    "Det": (0.3862, 0.2042, 1567.1),
    "Mil": (0.5312, 0.2074, 1592.3),
}
HOME = {"Cle": 0.7047, "Bos": 1.1438, "NY": 1.2813, "Tor": 1.3271, "Det": 1.4754}
TWO = pd.DataFrame(
    {"a": "x", "b": "y", "outcome": ["a", "b", "tie"], "count": [24, 12, 14]}
)


def crossed(raters, items, seed=0, lead=0.5, spread=0.5):
    """Return votes of raters who differ about items that differ."""
    rng = np.random.default_rng(seed)
    logit = lead + spread * (rng.normal(size=(raters, 1)) + rng.normal(size=(1, items)))
    won = rng.random((raters, items)) < 1 / (1 + np.exp(-logit))
    rater, item = np.divmod(np.arange(raters * items), items)
    frame = pd.DataFrame({"rater": rater, "item": item, "a": "x", "b": "y"})
    return frame.assign(outcome=np.where(won.ravel(), "a", "b"))


def test_baseball(baseball):
    """Agresti's baseball season: coefficients and standard errors to four places."""
    table = bradley_terry(baseball, reference="Bal").table
    for team, (worth, se) in COEFFICIENTS.items():
        assert (worth, se) == pytest.approx(
            tuple(table.loc[team, ["log_worth", "se"]]), abs=5e-5
        )


def test_baseball_centred(baseball):
    """Centred log-worths, their standard errors and the Elo display."""
    table = bradley_terry(baseball).table
    for team, (worth, se, elo) in CENTRED.items():
        found = table.loc[team]
        assert (worth, se) == pytest.approx((found["log_worth"], found["se"]), abs=6e-5)
        assert elo == pytest.approx(found["elo"], abs=0.05)
    assert list(table.index) == sorted(CENTRED, key=lambda team: -CENTRED[team][0])


def test_baseball_fit(baseball, home_away):
    """Deviances: 15.7365 on 15 pooled, 44.053 on 36 by home team; log-likelihood."""
    pooled, rows = bradley_terry(baseball), bradley_terry(home_away)
    assert (pytest.approx(pooled.deviance, abs=5e-5), pooled.df) == (15.7365, 15)
    assert (pytest.approx(rows.deviance, abs=5e-4), rows.df) == (44.053, 36)
    assert pooled.log_likelihood == pytest.approx(-172.2482, abs=5e-5)
    assert rows.log_likelihood == pytest.approx(-172.2482, abs=5e-5)


def test_order_effect(home_away):
    """The home effect: .3023 (.1309), deviance 38.643 on 35, ratio 5.4106."""
    plain = bradley_terry(home_away, order=True, reference="Bal")
    assert pytest.approx((plain.order, plain.order.se), abs=5e-5) == (0.3023, 0.1309)
    assert (pytest.approx(plain.deviance, abs=5e-4), plain.df) == (38.643, 35)
    drop = bradley_terry(home_away).deviance - plain.deviance
    assert drop == pytest.approx(5.4106, abs=5e-5)
    assert stats.chi2.sf(drop, 1) == pytest.approx(0.0200, abs=5e-5)
    assert 1 / (1 + exp(-plain.order)) == pytest.approx(0.5750, abs=5e-5)
    for team, worth in HOME.items():
        assert worth == pytest.approx(plain.table.loc[team, "log_worth"], abs=5e-5)


def test_published_worths(home_away):
    """Worths with the order effect, as shares of all: .044 to .220."""
    worth = np.exp(bradley_terry(home_away, order=True).table["log_worth"])
    share = (worth / worth.sum()).sort_values()
    published = [0.044, 0.088, 0.137, 0.157, 0.164, 0.190, 0.220]
    assert published == pytest.approx(list(share), abs=5.1e-4)


def test_differences(baseball):
    """Pairwise differences use the covariance: Milwaukee - Detroit .1449 (.3111)."""
    fit = bradley_terry(baseball)
    gap = fit.difference("Mil", "Det")
    assert pytest.approx((gap, gap.se), abs=5e-5) == (0.1449, 0.3111)
    assert pytest.approx((gap.low, gap.high), abs=5e-4) == (-0.465, 0.755)
    table = fit.differences().set_index(["first", "second"])
    assert table.loc[("Mil", "Det"), "p"] == pytest.approx(0.641, abs=5e-4)
    assert table.loc[("Mil", "Bal"), "probability"] == pytest.approx(0.8294, abs=5e-5)
    assert table.loc[("Tor", "Cle"), "p"] == pytest.approx(0.0495, abs=5e-5)
    assert pytest.approx(
        tuple(table.loc[("Tor", "Cle"), ["low", "high"]]), abs=5e-5
    ) == (0.0013, 1.2199)
    assert pytest.approx(
        tuple(table.loc[("Mil", "Bal"), ["low", "high"]]), abs=5e-5
    ) == (0.9086, 2.2541)
    assert (table["p_holm"] >= table["p"]).all()


def test_one_pair_closed_form():
    """24 to 12 is ln 2 with standard error sqrt(1/24 + 1/12)."""
    found = bradley_terry(TWO[:2], reference="y").table.loc["x"]
    assert (log(2), sqrt(1 / 24 + 1 / 12)) == pytest.approx(
        (found["log_worth"], found["se"]), abs=1e-9
    )


def test_elo_display():
    """100, 200 and 400 points are .640065, .759747 and .909091."""
    shares = [(100, 0.640065), (200, 0.759747), (400, 0.909091)]
    for points, share in shares:
        counts = [round(share * 1e6), round((1 - share) * 1e6)]
        frame = TWO[:2].assign(count=counts)
        elo = bradley_terry(frame).table["elo"]
        assert points == pytest.approx(elo["x"] - elo["y"], abs=0.01)


@pytest.mark.parametrize(
    ("pairs", "worths"),
    [
        ([(0, 1), (0, 1), (1, 2), (2, 0)], [0.419617624, -0.419617624, 0]),
        ([(0, 1), (1, 2), (2, 0)], [0, 0, 0]),
    ],
)
def test_choix(pairs, worths):
    """choix's own test cases."""
    frame = pd.DataFrame(pairs, columns=["a", "b"]).assign(outcome="a")
    found = bradley_terry(frame).table["log_worth"].sort_index()
    assert worths == pytest.approx(list(found), abs=1e-8)


def test_davidson_closed_form():
    """24/12/14: the lead is ln 2 and the tie parameter 14 / sqrt(24 * 12)."""
    fit = bradley_terry(TWO, ties="davidson", reference="y")
    assert fit.table.loc["x", "log_worth"] == pytest.approx(0.693147, abs=5e-7)
    assert fit.tie == pytest.approx(0.824958, abs=5e-7)
    assert (pytest.approx(fit.deviance, abs=1e-9), fit.df) == (0, 0)


def test_half_ties_are_another_quantity():
    """Half a win each gives ln(31/19), not ln 2."""
    fit = bradley_terry(TWO, ties="half", reference="y")
    assert fit.table.loc["x", "log_worth"] == pytest.approx(log(31 / 19), abs=1e-9)
    assert fit.tie is None


def test_ties_are_neither_dropped_nor_split_in_silence():
    """Ties without a model are refused with both ways out."""
    with pytest.raises(InvalidAnswers, match=r"14 of the votes are ties.*'half'"):
        bradley_terry(TWO)


def test_sound_fields(flutes):
    """Kousgaard's listening test: Davidson's log-worths, twice the published table."""
    fit = bradley_terry(flutes, ties="davidson")
    assert (
        flutes["count"].sum(),
        flutes.loc[flutes["outcome"] == "tie", "count"].sum(),
    ) == (140, 22)
    worth = fit.table["log_worth"].sort_index()
    expected = [-1.1625, -2.0784, 0.6933, 0.4105, 0.5511, 0.6933, 0.6219, 0.2708]
    assert expected == pytest.approx(list(worth), abs=5e-5)
    assert fit.tie == pytest.approx(0.4553, abs=5e-5)
    assert fit.log_likelihood == pytest.approx(-122.4971, abs=5e-5)
    table_3 = [-0.581, -1.039, 0.347, 0.205, 0.276, 0.347, 0.311, 0.135]
    assert table_3 == pytest.approx(list(worth / 2), abs=1e-3)


def test_sound_fields_half_ties(flutes):
    """The half-tie fit of the same data, deviance 24.687."""
    fit = bradley_terry(flutes, ties="half", reference="000")
    expected = [0, -0.7156, 1.4852, 1.2569, 1.3704, 1.4852, 1.4276, 1.1442]
    assert expected == pytest.approx(
        list(fit.table["log_worth"].sort_index()), abs=5e-5
    )
    assert (pytest.approx(fit.deviance, abs=5e-4), fit.df) == (24.687, 21)


def test_davidson_with_order_keeps_the_multiplier():
    """With ties and order, P(b) / P(a) between equals is exp(-order)."""
    counts = [(("x", "y"), (30, 10, 20)), (("y", "x"), (30, 10, 20))]
    rows = [
        (*pair, outcome, count)
        for pair, numbers in counts
        for outcome, count in zip(("a", "tie", "b"), numbers, strict=True)
    ]
    frame = pd.DataFrame(rows, columns=["a", "b", "outcome", "count"])
    fit = bradley_terry(frame, ties="davidson", order=True)
    assert exp(-fit.order) == pytest.approx(20 / 30)
    assert fit.tie == pytest.approx(10 / 30)
    assert list(fit.table["log_worth"]) == pytest.approx([0, 0], abs=1e-9)


def test_separated_votes_are_penalised_and_say_so():
    """10 to 0 is ln(10.5 / 0.5) under Firth's penalty, and the result says so."""
    frame = TWO[:2].assign(count=[10, 0])
    fit = bradley_terry(frame, reference="y")
    assert fit.table.loc["x", "log_worth"] == pytest.approx(3.044522, abs=5e-7)
    assert "Firth" in fit.penalty
    assert "never loses" in fit.notes[0]
    assert "Penalised fit" in repr(fit)


def test_separation_does_not_look_certain():
    """Raters who all agree give a wide interval, although no vote contradicts it."""
    frame = crossed(6, 6).assign(outcome="a")
    found = bradley_terry(frame)
    assert "Firth" in found.penalty
    assert found.difference("x", "y").se > 1


def test_separated_votes_cannot_be_resampled():
    """The bootstrap of unanimous votes would have no width; Wald's is given instead."""
    found = bradley_terry(crossed(6, 6).assign(outcome="a"), interval="bootstrap")
    assert "cannot be resampled" in found.interval
    assert found.difference("x", "y").high - found.difference("x", "y").low > 1


def test_unconnected_votes_are_penalised_and_say_so():
    """Two islands of systems are held together by virtual games only."""
    frame = pd.DataFrame(
        {
            "a": ["w", "w", "y", "y"],
            "b": ["x", "x", "z", "z"],
            "outcome": ["a", "b"] * 2,
        }
    )
    fit = bradley_terry(frame)
    assert "never meet" in fit.penalty
    assert list(fit.table["log_worth"]) == pytest.approx([0] * 4, abs=1e-9)


@pytest.mark.parametrize(
    ("pairs", "worths"),
    [
        (["xy"], {"x": log(3), "y": 0}),
        (["xy", "yz"], {"x": 2 * log(3), "y": log(3), "z": 0}),
        (["xy", "xz"], None),
        (["xz", "yz"], None),
    ],
)
def test_the_fewest_votes_have_a_fit(pairs, worths):
    """One vote, a chain, a star: Firth settles, and one win of one is ln 3."""
    frame = pd.DataFrame(map(list, pairs), columns=["a", "b"]).assign(outcome="a")
    found = bradley_terry(frame, reference=pairs[-1][1]).table["log_worth"]
    assert np.isfinite(found).all()
    if worths:
        assert worths == pytest.approx(found.to_dict(), abs=1e-9)


def test_any_few_votes_have_a_fit():
    """A hundred small sets of votes, some with ties and orders, and resampled."""
    rng = np.random.default_rng(0)
    for number in range(100):
        outcomes = ["a", "b", "tie"] if number % 3 else ["a", "b"]
        rows = [
            (*rng.choice(["w", "x", "y", "z"], 2, replace=False), rng.choice(outcomes))
            for _ in range(rng.integers(1, 9))
        ]
        frame = pd.DataFrame(rows, columns=["a", "b", "outcome"])
        fit = bradley_terry(
            frame, "davidson", number % 2 == 0, interval="bootstrap", resamples=2
        )
        assert np.isfinite(fit.table[["log_worth", "se"]]).all(axis=None)


@pytest.mark.parametrize("ties", [None, "davidson"])
def test_virtual_games_do_not_leave_order_and_ties_without_bounds(ties):
    """All votes for the first, or no tie: what no virtual game knows is held, too."""
    rows = [("x", "y", "a"), ("y", "x", "a")] * 4
    frame = pd.DataFrame(rows, columns=["a", "b", "outcome"])
    fit = bradley_terry(frame, ties, order=True, prior=1)
    assert 1 < fit.order < 6
    assert 0.3 < fit.order.se < 6
    assert fit.tie is None or 0.001 < fit.tie < 0.5
    assert "virtual games" in fit.penalty
    assert "Firth" in fit.penalty


def test_an_order_that_cannot_be_told_is_said_to_be_so():
    """One system always first: the systems do meet, but who is heard first is one."""
    frame = TWO[:2]
    fit = bradley_terry(frame, order=True)
    assert "heard first cannot be told" in fit.penalty
    assert "never meet" not in fit.penalty


def test_priors():
    """A prior shrinks; an impossible one is refused."""
    free, held = bradley_terry(TWO[:2]), bradley_terry(TWO[:2], prior=4)
    assert held.difference("x", "y") < free.difference("x", "y")
    assert "as asked" in held.penalty
    assert bradley_terry(TWO[:2], prior="firth").difference("x", "y") == pytest.approx(
        log(24.5 / 12.5)
    )
    for wrong in (-1, 0, "foo", float("nan"), True):
        with pytest.raises(InvalidSetting, match="virtual games"):
            bradley_terry(TWO[:2], prior=wrong)


def test_all_ties():
    """Only ties: equal worths, a penalised fit, nothing infinite."""
    fit = bradley_terry(TWO[2:], ties="davidson")
    assert list(fit.table["log_worth"]) == pytest.approx([0, 0], abs=1e-6)
    assert np.isfinite(fit.tie)
    assert fit.penalty


def test_davidson_without_any_tie():
    """No tie at all: nearly none is expected, and the lead is that of plain votes."""
    fit = bradley_terry(TWO[:2], ties="davidson", reference="y")
    assert fit.tie < 0.05
    assert fit.table.loc["x", "log_worth"] == pytest.approx(log(2), abs=0.05)


def test_two_way_by_hand():
    """V_rater + V_item - V_cell from sums of residuals, with G / (G - 1)."""
    frame = crossed(12, 15, seed=4, spread=1.0)
    gap = bradley_terry(frame).difference("x", "y")
    won = (frame["outcome"] == "a").to_numpy(float).reshape(12, 15)
    p = won.mean()
    away, scale = won - p, 1 / (won.size * p * (1 - p))
    rater = 12 / 11 * (away.sum(1) ** 2).sum()
    item = 15 / 14 * (away.sum(0) ** 2).sum()
    cell = 180 / 179 * (away**2).sum()
    assert gap.se == pytest.approx(scale * sqrt(rater + item - cell), rel=1e-9)
    reach = stats.t.ppf(0.975, 11) * gap.se
    assert (gap.low, gap.high) == pytest.approx((gap - reach, gap + reach))


def test_interval_does_not_depend_on_the_reference():
    """A difference has the same interval whichever system is 0."""
    frame = crossed(8, 8).assign(b=["y", "z"] * 32)
    one, other = bradley_terry(frame), bradley_terry(frame, reference="z")
    assert one.difference("x", "y").low == pytest.approx(other.difference("x", "y").low)


def test_intervals_differ():
    """Clusters are wider than Wald's; the bootstrap is labelled and repeatable."""
    frame = crossed(15, 15, spread=1.0)
    two_way = bradley_terry(frame).difference("x", "y")
    wald = bradley_terry(frame, interval="wald").difference("x", "y")
    drawn = bradley_terry(frame, interval="bootstrap", resamples=100, seed=1)
    again = bradley_terry(frame, interval="bootstrap", resamples=100, seed=1)
    assert two_way.se > 1.5 * wald.se
    assert "conservative" in drawn.interval
    assert drawn.table.equals(again.table)
    gap = drawn.difference("x", "y")
    assert gap.low < two_way < gap.high


def test_confidence():
    """A larger confidence widens every interval."""
    frame = crossed(10, 10)
    wide, narrow = (
        bradley_terry(frame, confidence=c).difference("x", "y") for c in (0.99, 0.9)
    )
    assert wide.low < narrow.low < narrow.high < wide.high


def test_counts_stand_for_votes(baseball):
    """A row with a count is that many votes."""
    rows = baseball.loc[baseball.index.repeat(baseball["count"])].drop(columns="count")
    one, other = bradley_terry(baseball), bradley_terry(rows)
    pd.testing.assert_frame_equal(one.table, other.table, rtol=1e-9)


def test_missing_and_excluded_votes_are_left_out():
    """Missing outcomes, excluded rows and trials that are no test do not count."""
    frame = crossed(6, 6)
    more = frame[:3].assign(outcome=None)
    out = frame[:3].assign(outcome="b", excluded=True)
    trap = frame[:3].assign(outcome="b", purpose="trap")
    both = pd.concat([frame.assign(excluded=False, purpose="test"), more, out, trap])
    assert bradley_terry(frame).difference("x", "y") == pytest.approx(
        bradley_terry(both).difference("x", "y")
    )


def test_one_rater_speaks_for_nobody_else():
    """One rater: the spread over items alone, with a note."""
    fit = bradley_terry(crossed(1, 20))
    assert "items" in fit.interval
    assert "Only one rater" in fit.notes[0]


def test_one_item():
    """One item: the spread over raters alone, with a note."""
    fit = bradley_terry(crossed(20, 1))
    assert "Only one item" in fit.notes[0]


def test_the_callers_frame_is_untouched():
    """An analysis changes nothing in the votes."""
    frame = crossed(5, 5)
    before = frame.copy(deep=True)
    bradley_terry(frame, interval="bootstrap", resamples=5)
    pd.testing.assert_frame_equal(before, frame)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"outcome": "A"}, "An outcome is"),
        ({"b": "x"}, "meets itself"),
        ({"count": -1}, "0 or more"),
        ({"outcome": None}, "No answer is left"),
    ],
)
def test_impossible_votes(change, word):
    """Votes that cannot be are refused with what to do."""
    with pytest.raises(InvalidAnswers, match=word):
        bradley_terry(TWO[:2].assign(**change))


def test_unknown_arguments():
    """A misspelled option lists the allowed ones; an unknown system its neighbour."""
    with pytest.raises(InvalidSetting, match="'two-way', 'wald'"):
        bradley_terry(TWO[:2], interval="twoway")
    with pytest.raises(InvalidAnswers, match="no vote"):
        bradley_terry(TWO[:2], reference="z")
    with pytest.raises(InvalidAnswers, match="No system 'z'"):
        bradley_terry(TWO[:2]).difference("x", "z")


def test_estimates_are_numbers_that_can_be_kept():
    """An estimate is a float, survives pickle and cannot be changed."""
    order = bradley_terry(crossed(6, 6), order=True).order
    kept = pickle.loads(pickle.dumps(order))
    assert (float(order), order.se) == (float(kept), kept.se)
    with pytest.raises(AttributeError, match="cannot be changed"):
        order.se = 0


def test_planned_answers_are_votes(stimuli):
    """The answers of a plan can be analysed as they are."""
    frame = plan(stimuli(3, 6), "ab", raters=4, seed=2)
    first = frame["position"] == 1
    better = frame.pivot_table(
        index=["rater", "trial"], columns="position", values="system", aggfunc="first"
    )
    response = (better[1] < better[2]).map({True: "a", False: "b"}).rename("response")
    answers = frame.join(response, on=["rater", "trial"])
    assert first.sum() == len(votes(answers))
    assert list(bradley_terry(answers).table.index) == ["s0", "s1", "s2"]
