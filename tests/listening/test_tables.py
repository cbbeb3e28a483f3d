"""Whatever is given instead of a table of answers: told what is wrong, never raw."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from voicekit import listening
from voicekit.errors import InvalidAnswers, InvalidSetting, VoicekitError
from voicekit.listening import (
    bradley_terry,
    compare_systems,
    consistency,
    exclusions,
    krippendorff_alpha,
    mean_opinion,
    ordinal,
    plackett_luce,
    preference_rate,
    wilson,
)

KINDS = ["ab", "abx", "mos", "cmos", "dmos", "mushra", "best_worst", "rank"]
RULES = ["traps", "repeats", "side", "triads", "null", "spread", "heard", "time"]


def scores(**changed):
    plain = {
        "rater": [1, 1, 2, 2, 3, 3],
        "item": [*"xyxyxy"],
        "system": [*"sttsst"],
        "score": [1.0, 2, 3, 4, 5, 2],
    }
    return pd.DataFrame(plain | changed)


def votes(**changed):
    outcome = ["a", "b", "a", "tie", "b", "a"]
    plain = scores(a="s", b="t", outcome=outcome).drop(columns=["system", "score"])
    return plain.assign(**changed)


def ranks(**changed):
    plain = {"rater": [1] * 3 + [2] * 3, "item": "x", "system": [*"stu"] * 2}
    return pd.DataFrame(plain | {"rank": [1, 2, 3, 2, 1, 3]} | changed)


GIVEN = {
    "none": None,
    "text": "ab",
    "a number": 3,
    "a list": [1, 2, 3],
    "an empty list": [],
    "an empty frame": pd.DataFrame(),
    "no rows": scores().iloc[:0],
    "no votes": votes().iloc[:0],
    "two columns of one name": pd.concat([scores(), scores()], axis=1),
    "one rater": scores(rater=1),
    "one item": scores(item=1),
    "one system": scores(system="s"),
    "one answer": scores().iloc[:1],
    "equal scores": scores(score=3.0),
    "no scores": scores(score=np.nan),
    "no raters": scores(rater=np.nan),
    "words": scores(score=[*"abcabc"]),
    "infinity": scores(score=[np.inf, 1, 2, 3, 4, 5]),
    "categories": scores(score=pd.Categorical([*"abcabc"])),
    "lists as raters": scores(rater=[[1]] * 6),
    "odd flags": scores(excluded="yes"),
    "all excluded": scores(excluded=True, reason=""),
    "no system": scores().drop(columns="system"),
    "no rater": scores().drop(columns="rater"),
    "one voting rater": votes(rater=1),
    "one voted item": votes(item=1),
    "ties only": votes(outcome="tie"),
    "no outcome": votes(outcome=None),
    "one side": votes(outcome="a"),
    "a system against itself": votes(b="s"),
    "an unknown outcome": votes(outcome="left"),
    "counts in words": votes(count="x"),
    "counts of nothing": votes(count=0),
    "one ranking": ranks().iloc[:3],
    "tied ranks": ranks(rank=1),
    "no ranks": ranks(rank=np.nan),
    "ranks in words": ranks(rank="x"),
}

ANALYSES = {
    **{
        name: getattr(listening, name)
        for name in (
            "analyse best_worst_scores consistency friedman icc mean_opinion "
            "mushra_screening ordinal plackett_luce votes"
        ).split()
    },
    **{f"analyse {kind}": lambda t, kind=kind: listening.analyse(t, kind=kind)
       for kind in KINDS},
    **{f"exclusions {rule}": lambda t, rule=rule: exclusions(t, {rule: 0.5}).sentence()
       for rule in RULES},
    "bradley_terry": bradley_terry,
    "davidson": lambda t: bradley_terry(t, "davidson", order=True).differences(),
    "compare_systems": lambda t: compare_systems(t, resamples=99),
    "krippendorff_alpha": lambda t: krippendorff_alpha(t, resamples=9),
    "nominal": lambda t: krippendorff_alpha(t, "nominal", resamples=9),
    "preference_rate": lambda t: preference_rate(t, "s"),
    "cluster": lambda t: mean_opinion(t, interval="cluster"),
}  # fmt: skip


@pytest.mark.parametrize("name", ANALYSES)
def test_wrong_input_is_told_in_words(name):
    """Every analysis answers, or says what is wrong: no raw error, no warning."""
    raw = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for what, given in GIVEN.items():
            try:
                ANALYSES[name](given)
            except VoicekitError as error:
                if "np." in str(error):
                    raw.append((what, str(error)))
            except Exception as error:  # noqa: BLE001 - whatever is raised is raw
                raw.append((what, repr(error)))
    assert raw == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (None, "a DataFrame, or rows that make one, not NoneType"),
        ([1, 2], "no column .*'rater'"),
        (scores(rater=[[1]] * 6), "'rater' must hold names or numbers"),
        (scores(score=[*"abcabc"]), "score is no number"),
        (scores(score=np.inf), "score is infinite"),
        (scores(excluded="yes"), "'excluded' is True or False"),
        (pd.concat([scores(), scores()], axis=1), "two columns 'rater'; drop one"),
    ],
)
def test_the_words_say_what_to_do(given, words):
    """What was given, what was expected."""
    with pytest.raises(InvalidAnswers, match=words):
        compare_systems(given)


@pytest.mark.parametrize("given", ["ab", ["ab"], [["a", "b"], "ba"], [{"a", "b"}], [3]])
def test_what_ranks_nothing_is_no_ranking(given):
    """Text is no ranking of its letters, and a set has no order."""
    with pytest.raises(InvalidAnswers, match="is no ranking: give a list of them"):
        plackett_luce(given)


def test_a_trial_that_is_there_twice_is_refused():
    """Answers that were put together twice would count twice."""
    rows = pd.DataFrame(
        {"rater": 1, "trial": 7, "item": "x", "position": [1, 2], "system": ["s", "t"]}
    ).assign(response="a")
    with pytest.raises(InvalidAnswers, match="Rater 1 has trial 7 twice"):
        listening.votes(pd.concat([rows, rows]))


def test_results_count_what_they_leave_out():
    """Every result of votes or scores knows how many answers it could not use."""
    voted = votes(outcome=["a", "b", "a", None, "b", "a"])
    assert bradley_terry(voted).left_out == 1
    assert "left out: 1" in repr(bradley_terry(voted))
    assert consistency(voted).left_out == preference_rate(voted, "s").left_out == 1
    scored = scores(score=[1.0, 2, np.nan, 4, 5, 2])
    assert mean_opinion(scored).left_out == 1
    assert "left out: 1" in repr(mean_opinion(scored))
    assert ordinal(scored, random=None).left_out == 1
    assert plackett_luce(ranks(rank=[1, 2, None, 2, 1, 3])).left_out == 1
    gap = pd.DataFrame({"rater": [1, 1, 2, 2, 3], "item": 1, "system": [*"ststs"]})
    found = compare_systems(gap.assign(score=[1, 2, 3, 4, 5]))
    assert found["left_out"].tolist() == [1]


@pytest.mark.parametrize("resamples", [0, -1, 1.5, None])
def test_resamples_are_counted_from_one(resamples):
    """A negative number of resamples would never end."""
    for resampled in (bradley_terry, mean_opinion):
        given = votes(outcome=[*"abaabb"]) if resampled is bradley_terry else scores()
        with pytest.raises(InvalidSetting, match="resamples is a whole number"):
            resampled(given, interval="bootstrap", resamples=resamples)


def test_counts_are_whole():
    """Half an answer, or a word, is none."""
    for k, n in ((1.5, 3), ("1", 3), (1, None)):
        with pytest.raises(InvalidAnswers, match="whole numbers"):
            wilson(k, n)
