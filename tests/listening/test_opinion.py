"""Mean opinion scores, their intervals, and differences of systems."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.regression.mixed_linear_model import MixedLM
from statsmodels.stats.multitest import multipletests

from voicekit.errors import InvalidAnswers, InvalidSetting
from voicekit.listening import compare_systems, mean_opinion, plan

# Fisher 1935: heights of fifteen pairs of plants of Darwin's.
CROSSED = [23.5, 12, 21, 22, 19.125, 21.5, 22.125, 20.375, 18.25, 21.625, 23.25]
CROSSED += [21, 22.125, 23, 12]
SELFED = [17.375, 20.375, 20, 20, 18.375, 18.625, 18.625, 15.25, 16.5, 18, 16.25]
SELFED += [18, 12.75, 15.5, 18]


def scores(matrix, system="kie"):
    table = pd.DataFrame(matrix).rename_axis("rater").reset_index()
    return table.melt("rater", var_name="item", value_name="score").assign(
        system=system
    )


def test_crowdmos(crowdmos):
    """CrowdMOS's example, its empty rater dropped: 3.846154 +- 1.800331."""
    found = mean_opinion(crowdmos).table.loc["kie"]
    assert found["mean"] == pytest.approx(3.846154, abs=5e-7)
    assert (found["high"] - found["low"]) / 2 == pytest.approx(1.800331, abs=5e-7)
    assert (found["raters"], found["items"], found["votes"]) == (3, 5, 13)


def test_crowdmos_as_published(crowdmos):
    """The README counts the empty rater: with 3 degrees it is 1.331610."""
    found = mean_opinion(crowdmos).table.loc["kie"]
    assert found["se"] * 3.182446305284263 == pytest.approx(1.331610, abs=5e-7)
    line = crowdmos["score"].dropna()
    # Its naive interval divides by n, ours by n - 1.
    naive = line.std(ddof=0) / np.sqrt(13) * 1.959963984540054
    assert naive == pytest.approx(0.557883, abs=5e-7)
    assert found["naive_se"] == pytest.approx(line.std() / np.sqrt(13))


def test_complete_design_is_the_closed_form(wine):
    """Nine judges, eight bottles: mean 2.916667, SE^2 = (MS_i + MS_j - MS_res) / 72."""
    found = mean_opinion(wine).table.loc["wine"]
    assert found["mean"] == pytest.approx(2.916667, abs=5e-7)
    matrix = wine.pivot_table(index="rater", columns="item", values="score").to_numpy()
    judges, bottles = matrix.mean(1), matrix.mean(0)
    rest = matrix - judges[:, None] - bottles + matrix.mean()
    squares = [8 * judges.var(ddof=1), 9 * bottles.var(ddof=1), (rest**2).sum() / 56]
    assert found["se"] ** 2 == pytest.approx(
        (squares[0] + squares[1] - squares[2]) / 72
    )
    assert found["se"] > 2 * found["naive_se"]
    assert found["df"] == 7


def test_complete_design_is_reml(wine):
    """It is the standard error of the mean that crossed random effects give (REML)."""
    model = MixedLM.from_formula(
        "score ~ 1",
        wine.assign(one=1),
        groups="one",
        vc_formula={"rater": "0 + C(rater)", "item": "0 + C(item)"},
    )
    reml = model.fit(reml=True)
    found = mean_opinion(wine).table.loc["wine"]
    assert found["se"] == pytest.approx(reml.bse["Intercept"], rel=1e-3)
    # The components are named in alphabetical order.
    variances = found[["item_variance", "rater_variance"]].to_numpy(float)
    assert list(variances) == pytest.approx(list(reml.vcomp), rel=5e-3)
    assert found["residual_variance"] == pytest.approx(reml.scale, rel=1e-3)


def test_cluster_interval_by_hand(wine):
    """V_rater + V_item - V_cell of the mean, with G / (G - 1)."""
    found = mean_opinion(wine, interval="cluster").table.loc["wine"]
    matrix = wine.pivot_table(index="rater", columns="item", values="score").to_numpy()
    away = matrix - matrix.mean()
    rater = 9 / 8 * (away.sum(1) ** 2).sum()
    item = 8 / 7 * (away.sum(0) ** 2).sum()
    cell = 72 / 71 * (away**2).sum()
    assert found["se"] == pytest.approx(np.sqrt(rater + item - cell) / 72)


def test_bootstrap_is_repeatable(wine):
    """The pigeonhole bootstrap depends on its seed only."""
    one, same, other = (
        mean_opinion(wine, interval="bootstrap", resamples=200, seed=seed).table
        for seed in (1, 1, 2)
    )
    assert one.equals(same)
    assert not one.equals(other)


def test_several_votes_are_averaged_first(wine):
    """A rater who votes twice on the same is one rater with one opinion."""
    twice = pd.concat([wine, wine.assign(score=wine["score"])])
    columns = ["mean", "se", "low", "high", "votes"]
    one, two = mean_opinion(wine).table, mean_opinion(twice).table
    pd.testing.assert_frame_equal(one[columns], two[columns])


def test_best_first():
    """Systems stand best first, with their quartiles."""
    both = pd.concat(
        [scores([[1, 2], [2, 3]], "low"), scores([[4, 5], [5, 5]], "high")]
    )
    table = mean_opinion(both).table
    assert list(table.index) == ["high", "low"]
    assert tuple(table.loc["high", ["q1", "median", "q3"]]) == (4.75, 5.0, 5.0)


@pytest.mark.parametrize(("matrix", "df"), [([[4, 5, 3]], 2), ([[4], [5], [3]], 2)])
def test_one_rater_or_one_item(matrix, df):
    """One rater or one item: the spread is over the other way, with a note."""
    found = mean_opinion(scores(matrix))
    assert found.table.loc["kie", "se"] == pytest.approx(1 / np.sqrt(3))
    assert found.table.loc["kie", "df"] == df
    assert "does not speak for others" in found.notes[0]


def test_one_vote():
    """One vote has a mean and no interval."""
    for interval in ("two-way", "cluster", "bootstrap", "naive"):
        found = mean_opinion(scores([[4]]), interval=interval).table.loc["kie"]
        assert found["mean"] == 4
        assert np.isnan(found["low"])


def test_equal_scores():
    """Scores that never vary have no spread, and nothing breaks."""
    found = mean_opinion(scores(np.full((4, 5), 3.0))).table.loc["kie"]
    assert (found["mean"], found["se"], found["high"]) == (3, 0, 3)


def test_columns_may_lack():
    """Without items or systems there is one; without raters each row is one."""
    plain = mean_opinion(pd.DataFrame({"score": [3, 4, 5]}))
    assert plain.table.loc["all", "se"] == pytest.approx(1 / np.sqrt(3))
    by_rater = mean_opinion(pd.DataFrame({"rater": [1, 2, 3], "score": [3, 4, 5]}))
    assert by_rater.table.loc["all", "raters"] == 3


def test_what_is_refused():
    """No score, an unknown interval, an impossible confidence."""
    with pytest.raises(InvalidAnswers, match="No answer is left"):
        mean_opinion(scores([[np.nan]]))
    with pytest.raises(InvalidAnswers, match="A score is no number"):
        mean_opinion(pd.DataFrame({"score": ["4", "good"]}))
    with pytest.raises(InvalidAnswers, match="no column 'score'"):
        mean_opinion(pd.DataFrame({"rater": [1]}))
    with pytest.raises(InvalidSetting, match="'two-way', 'cluster'"):
        mean_opinion(scores([[1]]), interval="z")
    with pytest.raises(InvalidSetting, match="confidence"):
        mean_opinion(scores([[1]]), confidence=1)


def darwin():
    rows = [(pair, "crossed", height) for pair, height in enumerate(CROSSED)]
    rows += [(pair, "selfed", height) for pair, height in enumerate(SELFED)]
    return pd.DataFrame(rows, columns=["rater", "system", "score"])


def test_sign_flips_are_fishers():
    """Fisher's own example: 1,726 of 32,768 flips, p = .05267."""
    found = compare_systems(darwin()).iloc[0]
    assert found["p"] == pytest.approx(1726 / 32768)
    assert found["difference"] == pytest.approx(np.subtract(CROSSED, SELFED).mean())


def test_wilcoxon_is_exact():
    """The signed ranks of the same pairs: W = 24, exact p = .0413."""
    found = compare_systems(darwin(), test="wilcoxon").iloc[0]
    assert found["statistic"] == 24
    assert found["p"] == pytest.approx(0.04126, abs=5e-6)


def test_holm():
    """Holm: .01 .04 .03 .005 becomes .03 .06 .06 .02; three systems, three pairs."""
    corrected = multipletests([0.01, 0.04, 0.03, 0.005], method="holm")[1]
    assert pytest.approx(list(corrected)) == [0.03, 0.06, 0.06, 0.02]
    rng = np.random.default_rng(0)
    three = pd.concat(
        scores(rng.normal(shift, 1, size=(8, 4)), name)
        for name, shift in (("x", 0), ("y", 0.5), ("z", 2))
    )
    found = compare_systems(three)
    expected = multipletests(found["p"], method="holm")[1]
    assert list(expected) == list(found["p_holm"])
    assert len(found) == 3


def test_flips_take_raters_not_votes():
    """A hundred items do not make five raters more: p cannot fall below 2 / 32."""
    rng = np.random.default_rng(0)
    both = pd.concat(
        [scores(rng.normal(9, 0.1, (5, 100)), "x"), scores(np.zeros((5, 100)), "y")]
    )
    assert compare_systems(both).loc[0, "p"] == pytest.approx(2 / 32)
    assert compare_systems(both, unit="item", resamples=500).loc[0, "units"] == 100


def test_pairs_use_common_cells_only():
    """A cell that lacks one of the two systems is left out of their difference."""
    both = pd.concat(
        [scores([[4, 4], [4, np.nan]], "x"), scores([[3, 1], [3, 5]], "y")]
    )
    assert compare_systems(both).loc[0, "difference"] == pytest.approx((1 + 3 + 1) / 3)


def test_partial_plans_are_compared_within_raters(stimuli):
    """Raters who hear each system on other items: their own means, t over raters."""
    frame = plan(stimuli(3, 6), "mos", raters=6, seed=1, trials=3)
    quality = frame["system"].map({"s0": 4.0, "s1": 3.0, "s2": 1.0})
    answers = frame.assign(score=quality + frame["rater"] / 10 * (frame["order"] % 2))
    found = compare_systems(answers).set_index(["first", "second"])
    own = answers.pivot_table(index="rater", columns="system", values="score")
    for (first, second), row in found.iterrows():
        gaps = own[first] - own[second]
        assert row["difference"] == pytest.approx(gaps.mean())
        reach = stats.t.ppf(0.975, 5) * gaps.std() / np.sqrt(6)
        assert row["high"] == pytest.approx(gaps.mean() + reach)
        assert (row["units"], row["over"]) == (6, "raters")
        assert row["p"] == pytest.approx(2 / 2**6)


def test_nothing_in_common():
    """Two systems without a common rater: missing, and the other pairs stay."""
    apart = pd.concat([scores([[4]], "x"), scores([[4]], "y").assign(rater=9)])
    third = scores([[5, 4], [3, 3]], "z")
    found = compare_systems(pd.concat([apart, third])).set_index(["first", "second"])
    row = found.loc[("x", "y")]
    assert row[["difference", "se", "low", "p", "p_holm", "over"]].isna().all()
    assert row["units"] == 0
    assert found.loc[("x", "z"), "over"] == "cells"
    assert found.loc[("x", "z"), "p_holm"] <= 1
    with pytest.raises(InvalidAnswers, match="at least two systems"):
        compare_systems(scores([[4]]))
    with pytest.raises(InvalidSetting, match="sign-flip or wilcoxon"):
        compare_systems(darwin(), test="t")
