"""Exclusion rules: declared before, applied to all, reported."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from voicekit.errors import InvalidAnswers, InvalidSetting
from voicekit.listening import bradley_terry, exclusions, mushra_screening, plan


def votes(rater, outcomes, **columns):
    frame = pd.DataFrame(
        {"rater": rater, "a": "x", "b": "y", "outcome": list(outcomes)}
    )
    return frame.assign(item=range(len(frame)), **columns)


def mushra(rater, reference, anchor=()):
    rows = [(rater, item, "ref", score) for item, score in enumerate(reference)]
    rows += [(rater, item, "lp70", score) for item, score in enumerate(anchor)]
    return pd.DataFrame(rows, columns=["rater", "item", "system", "score"])


def test_one_low_reference_is_no_reason():
    """One hidden reference of ten below 90 keeps the rater; two do not."""
    both = pd.concat(
        [mushra("ann", [100] * 9 + [20]), mushra("bob", [100] * 8 + [20] * 2)]
    )
    found = mushra_screening(both, reference="ref")
    assert found.raters["excluded"].to_dict() == {"ann": False, "bob": True}
    assert tuple(found.raters["reference"]) == (0.1, 0.2)


def test_ninety_is_good_enough():
    """A score of exactly 90 is not below 90."""
    found = mushra_screening(mushra("ann", [90] * 10), reference="ref")
    assert not found.raters.loc["ann", "excluded"]


def test_anchor_above_ninety():
    """A rater who takes the mid anchor for good goes."""
    good = [mushra(name, [100] * 8, [40] * 8) for name in ("ann", "bob", "cat", "dan")]
    bad = mushra("eve", [100] * 8, [95, 95] + [40] * 6)
    found = mushra_screening(pd.concat([*good, bad]), reference="ref", anchor="lp70")
    assert list(found.raters.index[found.raters["excluded"]]) == ["eve"]
    assert found.raters.loc["eve", "reason"] == "anchor"


def test_an_item_that_fools_many_is_blamed():
    """Where over a quarter of the raters fall for an anchor, the item is to blame."""
    scores = [95, 95] + [40] * 6
    frames = [mushra(name, [100] * 8, scores) for name in ("ann", "bob", "cat")]
    found = mushra_screening(pd.concat(frames), reference="ref", anchor="lp70")
    assert not found.raters["excluded"].any()
    assert "2 items blamed" in found.table.loc["anchor", "meaning"]


def test_unknown_reference():
    """A reference that nobody scored is an error, not a pass."""
    with pytest.raises(InvalidAnswers, match="Did you mean 'ref'"):
        mushra_screening(mushra("ann", [100]), reference="reff")


def test_always_the_same_side():
    """A rater who always says A goes, one who varies stays."""
    both = pd.concat([votes(1, "a" * 14), votes(2, "ab" * 7)], ignore_index=True)
    found = exclusions(both, {"side": 0.001})
    assert found.raters["excluded"].to_dict() == {1: True, 2: False}
    assert found.raters.loc[1, "side"] == pytest.approx(2 * 0.5**14)


def test_traps():
    """Failed traps exclude; a number within 1 of the expected one is right."""
    ann = votes("ann", "abab", purpose="trap", expected=["a", "b", "a", "a"])
    bob = votes("bob", "aaaa", purpose="trap", expected="b")
    found = exclusions(pd.concat([ann, bob], ignore_index=True), {"traps": 0.7})
    assert found.raters["excluded"].to_dict() == {"ann": False, "bob": True}
    gold = pd.DataFrame(
        {"rater": 1, "score": [4, 2], "expected": [5, 5], "purpose": "trap"}
    )
    assert exclusions(gold, {"traps": 0.6}).raters.loc[1, "traps"] == 0.5


def test_comparison_scores_are_trapped_by_their_sign(stimuli):
    """CMOS traps: whoever hears the good one as better passes, on either side."""
    table = stimuli(2, 6, bad="trap")
    frame = plan(table, "cmos", raters=["ann", "bob", "cat"], seed=1, traps=4)
    second = frame.groupby("trial")["system"].transform("last") != "bad"
    score = second.map({True: 2, False: -1})
    score = score.where(frame["rater"] != "bob", -score)
    answers = frame.assign(response=score.where(frame["rater"] != "cat", 0))
    found = exclusions(answers, {"traps": 0.7}).raters
    assert found["traps"].to_dict() == {"ann": 1.0, "bob": 0.0, "cat": 0.0}


def test_dmos_nulls_are_inaudible(stimuli):
    """A reference against itself gets 5, not 0: the good rater stays."""
    frame = plan(
        stimuli(2, 4, ref="reference"), "dmos", raters=["ann", "bob"], seed=1, nulls=2
    )
    heard = frame["role"] != "reference"
    score = frame["rater"].map({"ann": 5.0, "bob": 2.0}).where(heard)
    found = exclusions(frame.assign(response=score, score=score), {"null": 1}).raters
    assert found["null"].to_dict() == {"ann": 0.0, "bob": 3.0}
    assert found["excluded"].to_dict() == {"ann": False, "bob": True}


@pytest.mark.parametrize(("kind", "apart"), [("mos", 1), ("mushra", 20)])
def test_repeated_scores_may_be_near(stimuli, kind, apart):
    """Scores repeat within a point, and MUSHRA's within a band of the scale."""
    frame = plan(
        stimuli(2, 4),
        kind,
        raters=["ann", "bob"],
        seed=1,
        repeats=4,
        reference=False,
    )
    again = frame["purpose"] == "repeat"
    moved = frame["rater"].map({"ann": apart, "bob": apart + 1})
    answers = frame.assign(score=(2.0 + moved).where(again, 2.0))
    found = exclusions(answers, {"repeats": 0.5}).raters["repeats"]
    assert found.to_dict() == {"ann": 1.0, "bob": 0.0}


@pytest.mark.parametrize("kind", ["cmos", "abx", "rank"])
def test_repeats_that_no_rule_reads(stimuli, kind):
    """Where repeats are neither preferences nor scores the rule says so."""
    frame = plan(stimuli(3, 4), kind, raters=2, seed=1, repeats=1)
    with pytest.raises(InvalidAnswers, match=f"not for '{kind}'"):
        exclusions(frame.assign(response="a", score=np.nan), {"repeats": 0.5})


def test_tones_that_were_not_heard():
    """Fewer than five of six tones: Woods and others' limit, declared as a rule."""
    frame = pd.DataFrame({"rater": [1, 1, 2, 2, 3], "headphones": [5, 5, 4, 4, None]})
    found = exclusions(frame, {"headphones": 5})
    assert found.raters["excluded"].to_dict() == {1: False, 2: True, 3: False}
    assert "fewer than 5 of six tones" in found.sentence()


def test_repeats_and_triads():
    """Raters who contradict themselves, or go in circles, go."""
    again = pd.DataFrame(
        [
            (1, "x", "y", "a"),
            (1, "y", "x", "a"),
            (2, "x", "y", "a"),
            (2, "y", "x", "b"),
        ],
        columns=["rater", "a", "b", "outcome"],
    ).assign(item="p")
    found = exclusions(again, {"repeats": 0.51})
    assert found.raters["excluded"].to_dict() == {1: True, 2: False}
    names = "uvwxyz"
    line = [(i, j) for i in range(6) for j in range(i + 1, 6)]
    steady = [("ann", names[i], names[j], "a") for i, j in line]
    circling = [
        ("bob", names[i], names[j], "a" if (j - i) % 6 < 3 else "b") for i, j in line
    ]
    frame = pd.DataFrame(steady + circling, columns=["rater", "a", "b", "outcome"])
    found = exclusions(frame, {"triads": 0.05})
    assert found.raters["excluded"].to_dict() == {"ann": False, "bob": True}


def test_scores_that_never_vary():
    """P.808 drops a rater whose scores have a variance below 0.1."""
    frame = pd.DataFrame(
        {"rater": [1] * 4 + [2] * 4, "score": [3, 3, 3, 3, 1, 5, 3, 4]}
    )
    found = exclusions(frame, {"spread": 0.1})
    assert found.raters["excluded"].to_dict() == {1: True, 2: False}


def test_looping_is_not_listening():
    """The heard share counts, not the seconds: a looped second is one second."""
    frame = pd.DataFrame(
        {
            "rater": [1, 2],
            "heard": [0.2, 1.0],
            "listened_s": [60.0, 5.0],
            "score": [3, 4],
        }
    )
    found = exclusions(frame, {"heard": 0.95})
    assert found.raters["excluded"].to_dict() == {1: True, 2: False}


def test_null_pairs_and_haste():
    """Null pairs far from zero, and answers faster than a clip."""
    frame = pd.DataFrame(
        {
            "rater": [1, 1, 2, 2],
            "purpose": ["null", "test"] * 2,
            "score": [2.0, 0, 0, 1],
            "response_time": [9.0, 9.0, 0.3, 0.4],
        }
    )
    found = exclusions(frame, {"null": 1, "time": 1})
    assert found.raters["reason"].to_dict() == {1: "null", 2: "time"}


def test_report():
    """How many in, how many out, and why: in a table and in a sentence."""
    both = pd.concat([votes(1, "a" * 14), votes(2, "ab" * 7)], ignore_index=True)
    found = exclusions(both, {"side": 0.001, "repeats": 0.5})
    assert list(found.table["excluded"]) == [1, 0]
    assert list(found.table["raters"]) == [2, 0]
    said = found.sentence()
    assert "Of 2 raters, 1 was excluded" in said
    assert "binomial p < 0.001" in said
    assert "leaving 1." in said


def test_answers_stay_and_are_marked():
    """No row is dropped, the analysis leaves the marked ones out, the input is kept."""
    both = pd.concat([votes(1, "a" * 14), votes(2, "ab" * 7)], ignore_index=True)
    before = both.copy(deep=True)
    found = exclusions(both, {"side": 0.001})
    pd.testing.assert_frame_equal(before, both)
    assert len(found.answers) == len(both)
    assert set(found.answers.loc[found.answers["excluded"], "reason"]) == {"side"}
    lead = bradley_terry(found.answers).difference("x", "y")
    assert lead == pytest.approx(0, abs=1e-9)


def test_earlier_exclusions_stay():
    """Who was excluded before is not measured again and keeps the reason."""
    frame = votes(1, "ab" * 5).assign(excluded=True, reason="headphones")
    both = pd.concat([frame, votes(2, "ab" * 5)], ignore_index=True)
    found = exclusions(both, {"side": 0.001})
    assert found.answers["excluded"].sum() == 10
    assert set(found.answers["reason"].replace("", np.nan).dropna()) == {"headphones"}
    assert list(found.raters.index) == [2]


def test_what_is_refused():
    """An unknown rule, and a rule whose column lacks."""
    with pytest.raises(InvalidSetting, match="Did you mean 'repeats'"):
        exclusions(votes(1, "ab"), {"repeat": 0.5})
    with pytest.raises(InvalidAnswers, match="column 'heard'"):
        exclusions(votes(1, "ab"), {"heard": 0.5})
