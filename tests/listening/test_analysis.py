"""Whole tests: from a plan's answers to the table and the methods paragraph."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import voicekit.listening
from voicekit.errors import InvalidAnswers, InvalidSetting
from voicekit.listening import Estimate, analyse, bradley_terry, exclusions, plan
from voicekit.listening.page import page

BETTER = {"s0": 2.0, "s1": 1.0, "s2": 0.0, "ref": 3.0, "lp35": -2.0, "bad": -5.0}


def pair_responses(frame, rng, choose):
    """Return the plan with one response per trial, made from the two qualities."""
    heard = frame[frame["position"] < 3].pivot(  # noqa: PD010 - one cell each
        index="trial", columns="position", values="system"
    )
    quality = heard.apply(lambda column: column.map(BETTER))
    lead = quality[1] - quality[2] + rng.logistic(size=len(heard))
    return frame.assign(response=frame["trial"].map(lead.map(choose)))


def rated(frame, rng, low, high):
    score = (low + high) / 2 + (high - low) / 8 * frame["system"].map(BETTER)
    score = (score + rng.normal(0, (high - low) / 8, len(frame))).clip(low, high)
    open_reference = frame["role"] == "reference"
    return frame.assign(response=score.round().where(~open_reference))


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def test_ab_with_ties(stimuli, rng):
    """An A/B test with ties: Davidson's model, order effect, design in words."""
    frame = plan(stimuli(3, 8), "ab", raters=8, seed=1)
    answers = pair_responses(
        frame, rng, lambda lead: "tie" if abs(lead) < 0.5 else "a" if lead > 0 else "b"
    )
    found = analyse(answers)
    assert list(found.table.index) == ["s0", "s1", "s2"]
    said = found.methods()
    for words in (
        "A/B preference test",
        "8 raters",
        "8 items",
        "“Which one sounds more natural?”",
        "“No preference”",
        "Davidson (1970)",
        "heard first",
        "sides balanced",
        "Levels: not recorded",
        "Exclusions: none recorded",
        "95%",
        "scipy",
    ):
        assert words in said


def test_an_order_effect_that_cannot_be_known_is_not_told(stimuli):
    """Votes that need a penalty say nothing of order, and the paragraph admits it."""
    frame = plan(stimuli(2, 4), "ab", raters=2, seed=1)
    said = analyse(frame.assign(response="a")).methods()
    assert "heard first could not be estimated" in said
    assert "likelihood ratio" not in said


def test_abx(stimuli, rng):
    """An ABX test: right answers per pair against guessing."""
    frame = plan(stimuli(2, 16), "abx", raters=1, seed=1)
    right = frame.assign(response=frame["expected"])
    row = analyse(right).table.loc["s0 - s1"]
    assert (row["right"], row["trials"], row["threshold"]) == (16, 16, 12)
    assert row["p"] == pytest.approx(0.5**16)
    wrong = frame.assign(response=frame["expected"].map({"a": "b", "b": "a"}))
    assert analyse(wrong).table.loc["s0 - s1", "p"] == 1
    assert "does not show that two systems sound the same" in analyse(right).methods()


def test_abx_intervals_know_raters(stimuli):
    """Two raters who always hear it and two who never do: not 64 answers, but four."""
    frame = plan(stimuli(2, 16), "abx", raters=4, seed=1)
    wrong = frame["expected"].map({"a": "b", "b": "a"})
    found = analyse(
        frame.assign(response=wrong.where(frame["rater"] > 2, frame["expected"]))
    )
    row = found.table.loc["s0 - s1"]
    assert row["share"] == 0.5
    assert row["low"] < 0.1
    assert row["high"] > 0.9
    assert "raters and items" in found.methods()


def test_mushra_without_reference_is_named_so(stimuli, rng):
    """What the plan says is told; answers without roles are analysed too."""
    for reference in (True, False):
        table = stimuli(2, 3, ref="reference")
        frame = plan(table, "mushra", raters=2, seed=1, reference=reference)
        answers = rated(frame, rng, 0, 100)
        assert ("no reference" in analyse(answers).methods()) is not reference
    bare = answers.drop(columns="role")
    assert len(analyse(bare).table) == 3


def test_cmos_turns_the_order_back(stimuli):
    """CMOS scores are turned to one system, so that a pure side bias averages to 0."""
    frame = plan(stimuli(2, 6), "cmos", raters=4, seed=1)
    biased = analyse(frame.assign(response=1))
    assert biased.table.loc["s0 - s1", "mean"] == pytest.approx(0)
    assert "heard second was +1.00" in biased.methods()
    first = frame[frame["position"] == 1].set_index("trial")["system"]
    told = frame["trial"].map(first).map({"s0": -2, "s1": 2})
    assert analyse(frame.assign(response=told)).table.loc["s0 - s1", "mean"] == 2


@pytest.mark.parametrize(
    ("kind", "ends"), [("mos", (1, 5)), ("dmos", (1, 5)), ("mushra", (0, 100))]
)
def test_scores(stimuli, rng, kind, ends):
    """Rated tests: means by system, the open reference left out."""
    frame = plan(stimuli(3, 6, ref="reference"), kind, raters=6, seed=2)
    found = analyse(rated(frame, rng, *ends))
    systems = [name for name in found.table.index if name != "ref"]
    assert systems == ["s0", "s1", "s2"]
    assert ("ref" in found.table.index) == (kind != "dmos")
    assert (found.table["votes"] == 36).all()
    assert "two-way random effects" in found.methods()


def test_best_worst_and_rank(stimuli, rng):
    """Best-worst and ranking tests put the systems in their order."""
    frame = plan(stimuli(3, 6), "best_worst", raters=6, seed=2, size=3)
    noisy = frame["system"].map(BETTER) + rng.logistic(size=len(frame)) / 2
    rank = noisy.groupby(frame["trial"]).rank(ascending=False)
    best_worst = analyse(frame.assign(response=rank.map({1: "best", 3: "worst"})))
    assert list(best_worst.table.index) == ["s0", "s1", "s2"]
    ranked = plan(stimuli(3, 6), "rank", raters=6, seed=2)
    noisy = ranked["system"].map(BETTER) + rng.logistic(size=len(ranked)) / 2
    places = noisy.groupby(ranked["trial"]).rank(ascending=False)
    found = analyse(ranked.assign(response=places))
    assert list(found.table.index) == ["s0", "s1", "s2"]
    assert "Plackett and Luce" in found.methods()


def test_repeats_and_traps_are_not_analysed(stimuli, rng):
    """Only test trials count; repeats and traps are for the screening."""
    table = stimuli(2, 8, bad="trap").assign(expected="a")
    frame = plan(table, "ab", raters=4, seed=1, repeats=2, traps=2)
    answers = pair_responses(frame, rng, lambda lead: "a" if lead > 0 else "b")
    assert {"s0", "s1"} == set(analyse(answers).table.index)


def test_methods_tell_exclusions(stimuli, rng):
    """The paragraph holds the exclusions, the levels and a question of one's own."""
    frame = plan(stimuli(2, 12), "ab", raters=3, seed=1)
    answers = pair_responses(frame, rng, lambda lead: "a" if lead > 0 else "b")
    answers.loc[answers["rater"] == 3, "response"] = "a"
    found = exclusions(voicekit.listening.votes(answers), {"side": 0.001})
    said = analyse(
        found.answers,
        kind="ab",
        exclusions=found,
        levels="-23 LUFS, at most -1 dBTP",
        question="Which one is friendlier?",
        confidence=0.9,
    ).methods()
    assert "Of 3 raters, 1 was excluded" in said
    assert "with 2 raters" in said
    assert "-23 LUFS" in said
    assert "friendlier" in said
    assert "All intervals are 90%" in said


def test_marked_rows_are_told_too():
    """Rows that came in excluded are counted with their reasons."""
    frame = pd.DataFrame(
        {"rater": [1, 2, 3], "item": 1, "system": "x", "score": [3, 4, 5]}
    ).assign(excluded=[False, False, True], reason=["", "", "headphones"])
    found = analyse(frame)
    assert found.table.loc["x", "mean"] == 3.5
    assert "1 answer was excluded (headphones)" in found.methods()


def test_what_nobody_recorded_is_not_made_up(stimuli):
    """A table of one's own knows no question, scale or standard; a plan's does."""
    scores = pd.DataFrame({"rater": [1, 1], "item": [1, 2], "score": [1, 4]})
    said = analyse(scores.assign(order=[1, 2])).methods()
    for words in (
        "Kind of test: not recorded, analysed as absolute category rating (MOS)",
        "with 1 rater and 2 items.",
        "The question was not recorded, and the words of the answers were not rec",
        "Order of trials: not recorded.",
    ):
        assert words in said
    for word in ("P.800", "Excellent", "quality", "Williams", "1 raters"):
        assert word not in said
    assert "ITU-T P.800 annex B" in analyse(scores, kind="mos").methods()
    told = analyse(scores, question="How clear?", labels={1: "Bad"}).methods()
    assert "The question was “How clear?”, with the answers “Bad”." in told
    frame = plan(stimuli(2, 4), "mos", raters=2, seed=1)
    said = analyse(frame.assign(response=3)).methods()
    assert "overall quality" in said
    assert "“Excellent”" in said


def test_missing_answers_are_counted_and_told(stimuli):
    """What an analysis drops is in the paragraph and in the result, for every kind."""
    responses = {
        "ab": ("a", 2),
        "abx": ("b", 2),
        "cmos": (1, 2),
        "mos": (3, 2),
        "dmos": (3, 2),
        "mushra": (50, 6),
        "rank": (None, 4),
    }
    for kind, (response, lost) in responses.items():
        roles = {"ref": "reference"} if kind in ("dmos", "mushra") else {}
        frame = plan(stimuli(2, 6, **roles), kind, raters=4, seed=1)
        given = frame["position"] if response is None else response
        answers = frame.assign(response=given).astype({"response": object})
        assert "No answer was missing." in analyse(answers).methods()
        gone = answers["trial"].isin([2, 3])
        answers["response"] = answers["response"].where(~gone)
        said = analyse(answers).methods()
        assert f"{lost} answers were missing and left out." in said, (kind, said)


def test_an_incomplete_best_worst_trial_is_counted(stimuli):
    """A trial without its worst is left out whole, and told."""
    frame = plan(stimuli(3, 4), "best_worst", raters=2, seed=1, size=3)
    answers = frame.assign(response=frame["position"].map({1: "best", 2: "worst"}))
    assert "No answer was missing." in analyse(answers).methods()
    gone = (answers["trial"] == 2) & (answers["position"] == 2)
    answers["response"] = answers["response"].where(~gone)
    assert "1 answer was missing and left out." in analyse(answers).methods()


def test_no_noise_of_zero_is_printed(stimuli):
    """Equal systems differ by 0, not by -1e-16, in tables, words and pages."""
    votes = pd.DataFrame({"a": ["x", "y", "z"] * 2, "b": ["y", "z", "x"] * 2})
    votes = votes.assign(outcome=["a"] * 3 + ["b"] * 3)
    fit = bradley_terry(votes, order=True)
    found = analyse(votes)
    shown = [repr(fit), str(found.table), found.methods()]
    frame = plan(stimuli(2, 6), "cmos", raters=4, seed=1)
    cmos = analyse(frame.assign(response=[0.1, -0.1] * (len(frame) // 2)))
    shown += [str(cmos.table), cmos.methods(), repr(Estimate(-1e-16, 1, -1, 1e-17))]
    for text in shown:
        assert "e-1" not in text, text
        assert not re.search(r"-0\.?0*(?![0-9.])", text), text
    table = pd.DataFrame({"p": [1e-20], "x": [-1e-16]})
    assert "<td>1e-20</td><td>0</td>" in page("T", "", {"t": table}, None)


def test_kind_is_told_by_the_columns():
    """Votes, scores, ranks are recognised; anything else must be named."""
    votes = pd.DataFrame({"a": "x", "b": "y", "outcome": ["a", "b"]})
    assert analyse(votes).kind == "ab"
    assert analyse(pd.DataFrame({"score": [1, 2]})).kind == "mos"
    with pytest.raises(InvalidAnswers, match="name it"):
        analyse(pd.DataFrame({"response": [1]}))
    with pytest.raises(InvalidSetting, match="Did you mean 'mos'"):
        analyse(votes, kind="moss")


def test_public_names():
    """Every public name is there, sorted, documented, and nothing else is listed."""
    names = voicekit.listening.__all__
    assert sorted(names) == list(names)
    assert all(getattr(voicekit.listening, name).__doc__ for name in names)


ON_ANSWERS = (
    "analyse best_worst_scores bradley_terry compare_systems consistency exclusions "
    "friedman icc krippendorff_alpha mean_opinion mushra_screening ordinal "
    "plackett_luce preference preference_rate"
).split()


@pytest.mark.parametrize("name", ON_ANSWERS)
def test_every_analysis_says_what_it_does_with_odd_answers(name):
    """Ties, missing values, several votes of one rater; seeds beside resamples."""
    function = getattr(voicekit.listening, name)
    said = function.__doc__.lower()
    assert re.search(r"\bties?\b|equal|exactly", said)
    assert re.search(r"missing|left out|lack", said)
    assert "rater" in said
    given = inspect.signature(function).parameters
    assert ("resamples" in given) == ("seed" in given)


def test_statistics_need_no_kernel():
    """The room imports no widget, no notebook, no engine."""
    code = (
        "import sys, voicekit.listening; "
        "print([m for m in ('ipywidgets', 'IPython', 'httpx', 'voicekit.engine') "
        "if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_paragraph_tells_the_plain_result():
    """Votes before models: how many for whom, how many ties, and the better's share."""
    votes = pd.DataFrame(
        {
            "a": ["kie", "kling"] * 8,
            "b": ["kling", "kie"] * 8,
            "outcome": ["a", "b", "a", "tie"] * 4,
            "rater": [1, 2, 3, 4] * 4,
            "item": [n // 4 for n in range(16)],
        }
    )
    told = analyse(votes).methods()
    assert "Votes that were no ties: kie 12 of 12; kling 0 of 12; ties: 4." in told
    assert "Of these 100% were for kie (interval 76% to 100%" in told
    counted = votes.assign(count=2)
    assert "kie 24 of 24; kling 0 of 24; ties: 8." in analyse(counted).methods()
    assert "Every vote was a tie." in analyse(votes.assign(outcome="tie")).methods()


def test_a_rater_who_left_early_is_told():
    """Unequal numbers of answers are in the paragraph."""
    scores = pd.DataFrame(
        {
            "rater": ["ann", "ann", "bob"],
            "trial": [1, 2, 1],
            "item": ["x", "y", "x"],
            "system": "kie",
            "score": [4, 5, 3],
        }
    )
    assert "between 1 and 2 trials each" in analyse(scores).methods()
    assert "trials each" not in analyse(scores[scores["trial"] == 1]).methods()


def test_a_result_shows_its_table_and_its_methods():
    """Names are text: no markup of a voice's name reaches the page."""
    scores = pd.DataFrame(
        {"rater": [1, 2], "item": "x", "system": "<b>kie</b>", "score": [4, 5]}
    )
    found = analyse(scores)
    assert "<b>kie</b>" in repr(found)
    assert found.methods() in repr(found)
    html = found._repr_html_()
    assert "&lt;b&gt;kie" in html
    assert "<b>" not in html
