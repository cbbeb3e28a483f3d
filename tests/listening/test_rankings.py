"""Rankings, best-worst answers, Friedman's test."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize

from voicekit.errors import InvalidAnswers
from voicekit.listening import best_worst_scores, friedman, plackett_luce


def loss(worth, rankings):
    total = 0.0
    for ranking in rankings:
        line = np.array([worth[system] for system in ranking])
        total -= sum(line[k] - np.log(np.exp(line[k:]).sum()) for k in range(len(line)))
    return total


def test_choix_rankings():
    """choix's rankings; its own digits stop 3e-5 short of the maximum."""
    rankings = [[0, 1, 2], [3, 2, 0], [1, 3]]
    found = plackett_luce(rankings).table["log_worth"].sort_index()
    published = [-0.44328117, 0.69506219, -0.67061442, 0.4188334]
    assert published == pytest.approx(list(found), abs=3e-5)
    best = minimize(loss, np.zeros(4), args=(rankings,), tol=1e-10).x
    assert list(best - best.mean()) == pytest.approx(list(found), abs=1e-5)


def test_choix_top_one():
    """Choices of one out of a set are rankings whose rest is not told apart."""
    found = plackett_luce([[0, [1]], [1, [2]], [2, [0, 1]]]).table["log_worth"]
    published = [0.16040395, -0.32080789, 0.16040394]
    assert published == pytest.approx(list(found.sort_index()), abs=1e-7)


def test_forms_agree():
    """Sequences, a wide table of ranks and a long one are the same rankings."""
    orders = [["x", "y", "z"], ["y", "x", "z"], ["z", "x", "y"], ["x", "z", "y"]]
    wide = pd.DataFrame(
        [{name: place for place, name in enumerate(order, 1)} for order in orders]
    )
    long = (
        wide.rename_axis("trial")
        .reset_index()
        .melt("trial", var_name="system", value_name="rank")
    )
    one, two, three = (plackett_luce(form).table for form in (orders, wide, long))
    columns = ["log_worth", "se", "low", "high"]
    assert one[columns].equals(two.loc[one.index, columns])
    assert np.allclose(one[columns], three.loc[one.index, columns])


def test_two_systems_are_bradley_terry():
    """Rankings of two are pair votes: ln 2 with standard error sqrt(1/24 + 1/12)."""
    found = plackett_luce([["x", "y"]] * 24 + [["y", "x"]] * 12, reference="y").table
    assert (np.log(2), np.sqrt(1 / 24 + 1 / 12)) == pytest.approx(
        tuple(found.loc["x", ["log_worth", "se"]]), abs=1e-9
    )


def test_tied_ranks_count_in_each_order():
    """A tie above the last place is both orders, half each."""
    tied = plackett_luce([[["x", "y"], "z"], ["z", "x", "y"]] * 2).table["log_worth"]
    told = [["x", "y", "z"], ["y", "x", "z"], ["z", "x", "y"], ["z", "x", "y"]]
    assert np.allclose(tied, plackett_luce(told).table["log_worth"].loc[tied.index])


def test_a_system_that_always_wins():
    """Separated rankings are penalised and say so."""
    fit = plackett_luce([["x", "y", "z"], ["x", "z", "y"]])
    assert "Firth" in fit.penalty
    assert np.isfinite(fit.table["log_worth"]).all()


def test_one_ranking_of_two_has_a_fit():
    """One choice is ln 3 under Firth's penalty, as one vote is."""
    worth = plackett_luce([["x", "y"]], reference="y").table["log_worth"]
    assert worth["x"] == pytest.approx(np.log(3))


def test_an_unknown_reference_is_refused_before_the_fit():
    """A typo names its neighbour."""
    with pytest.raises(InvalidAnswers, match="Did you mean 'kling'"):
        plackett_luce([["kling", "kie"]], reference="klign")


def test_islands():
    """Systems that never meet are held together by a phantom, and it says so."""
    fit = plackett_luce([["w", "x"], ["x", "w"], ["y", "z"], ["z", "y"]])
    assert "never meet" in fit.penalty
    assert list(fit.table["log_worth"]) == pytest.approx([0] * 4, abs=1e-9)


def test_rankings_are_clustered():
    """With raters and items the intervals are two-way."""
    rng = np.random.default_rng(0)
    rows = [
        (rater, item, system, rank)
        for rater in range(6)
        for item in range(5)
        for system, rank in zip("xyz", rng.permutation(3) + 1, strict=True)
    ]
    long = pd.DataFrame(rows, columns=["rater", "item", "system", "rank"])
    fit = plackett_luce(long)
    assert "raters and items" in fit.interval
    assert list(fit.table["rankings"]) == [30, 30, 30]


@pytest.mark.parametrize(
    ("rankings", "word"),
    [
        ([["x", "y", "x"]], "stands twice"),
        ([["x"]], "No ranking"),
        ([[list("uvwxyz"), "a"]], "More than 5"),
    ],
)
def test_impossible_rankings(rankings, word):
    """Rankings that cannot be are refused."""
    with pytest.raises(InvalidAnswers, match=word):
        plackett_luce(rankings)


def test_best_worst_counts():
    """Scores are the share of best minus the share of worst."""
    trials = pd.DataFrame(
        {
            "systems": [list("wxyz")] * 4,
            "best": ["w", "w", "x", "w"],
            "worst": ["z", "y", "z", "z"],
            "rater": [1, 1, 2, 2],
            "item": ["p", "q"] * 2,
        }
    )
    table = best_worst_scores(trials)
    assert table["score"].to_dict() == {"w": 0.75, "x": 0.25, "y": -0.25, "z": -0.75}
    assert list(table.loc["z", ["best", "worst", "shown"]]) == [0, 3, 4]


def test_best_worst_forms_agree():
    """One row per system shown says the same as one row per trial."""
    trials = pd.DataFrame(
        {"systems": [list("xyz")] * 2, "best": ["x", "y"], "worst": ["z", "z"]}
    ).assign(rater=[1, 2], item=["p", "q"])
    rows = [
        (rater, 1, item, system, {best: "best", worst: "worst"}.get(system))
        for systems, best, worst, rater, item in trials.itertuples(index=False)
        for system in systems
    ]
    long = pd.DataFrame(rows, columns=["rater", "trial", "item", "system", "response"])
    pd.testing.assert_frame_equal(best_worst_scores(trials), best_worst_scores(long))


def test_best_worst_counts_every_showing():
    """Where cells are heard unequally often, the score is still that of the counts."""
    trials = pd.DataFrame(
        {
            "systems": [list("xyz")] * 4,
            "best": ["x", "x", "x", "y"],
            "worst": ["z", "z", "z", "x"],
            "rater": [1, 1, 1, 1],
            "item": ["p", "p", "p", "q"],
        }
    )
    table = best_worst_scores(trials)
    assert table.loc["x", "score"] == (3 - 1) / 4
    assert table["score"].equals((table["best"] - table["worst"]) / table["shown"])


def test_best_worst_half_an_answer():
    """A trial without its worst is left out whole; two best are refused."""
    rows = pd.DataFrame(
        {
            "rater": 1,
            "trial": [1, 1, 1, 2, 2, 2],
            "item": ["p"] * 3 + ["q"] * 3,
            "system": list("xyz") * 2,
            "response": ["best", None, "worst", "best", None, None],
        }
    )
    assert best_worst_scores(rows)["shown"].to_dict() == {"x": 1, "y": 1, "z": 1}
    with pytest.raises(InvalidAnswers, match="two best"):
        best_worst_scores(rows.assign(response="best"))


def test_friedman_textbook():
    """Hollander & Wolfe 1973, p. 140: 22 players, chi-square 11.143, p .003805."""
    times = """
    5.40 5.50 5.55 5.85 5.70 5.75 5.20 5.60 5.50 5.55 5.50 5.40 5.90 5.85 5.70 5.45 5.55
    5.60 5.40 5.40 5.35 5.45 5.50 5.35 5.25 5.15 5.00 5.85 5.80 5.70 5.25 5.20 5.10 5.65
    5.55 5.45 5.60 5.35 5.45 5.05 5.00 4.95 5.50 5.50 5.40 5.45 5.55 5.50 5.55 5.55 5.35
    5.45 5.50 5.55 5.50 5.45 5.25 5.65 5.60 5.40 5.70 5.65 5.55 6.30 6.30 6.25"""
    found = friedman(pd.DataFrame(np.array(times.split(), dtype=float).reshape(22, 3)))
    assert (pytest.approx(found.statistic, abs=5e-4), found.df) == (11.143, 2)
    assert found.p == pytest.approx(0.003805, abs=5e-7)
    assert found.kendall_w == pytest.approx(found.statistic / 44)


def test_friedman_counts_a_rater_once():
    """Scores of many items are averaged within the rater, not taken as raters."""
    rows = [
        (rater, item, system, score + item)
        for rater in range(4)
        for item in range(10)
        for system, score in (("x", 1), ("y", 2), ("z", 3))
    ]
    answers = pd.DataFrame(rows, columns=["rater", "item", "system", "score"])
    found = friedman(answers)
    assert (found.blocks, found.kendall_w, found.statistic) == (4, 1.0, 8.0)
    assert found.mean_ranks.to_dict() == {"x": 1, "y": 2, "z": 3}


def test_friedman_leaves_out_and_says_so():
    """Blocks that lack a system are counted; ties everywhere differ in nothing."""
    table = pd.DataFrame({"x": [1, 1, 1], "y": [2, 2, None], "z": [3, 3, 3]})
    assert friedman(table).left_out == 1
    flat = friedman(pd.DataFrame({"x": [1, 2], "y": [1, 2], "z": [1, 2]}))
    assert (flat.statistic, flat.p) == (0.0, 1.0)
    with pytest.raises(InvalidAnswers, match="compare_systems"):
        friedman(table[["x", "y"]])
