"""Krippendorff's alpha and the intraclass correlations."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from voicekit.errors import InvalidAnswers, InvalidSetting
from voicekit.listening import icc, krippendorff_alpha


@pytest.mark.parametrize(
    ("level", "alpha"),
    [
        ("nominal", 0.743421),
        ("ordinal", 0.815388),
        ("interval", 0.849107),
        ("ratio", 0.797403),
    ],
)
def test_krippendorff(krippendorff, level, alpha):
    """The canonical table of four raters, on all four levels."""
    found = krippendorff_alpha(krippendorff, level, resamples=50)
    assert alpha == pytest.approx(found, abs=5e-7)
    assert found.low < found < found.high


def test_alpha_of_shrout_fleiss(shrout_fleiss):
    """The same table as for the intraclass correlations: .147308."""
    found = krippendorff_alpha(shrout_fleiss, "interval", resamples=50)
    assert found == pytest.approx(0.147308, abs=5e-7)


def test_long_answers_are_the_same_table(krippendorff):
    """Answers with one row each give the same alpha, whatever the names."""
    long = (
        krippendorff.rename_axis("rater")
        .reset_index()
        .melt("rater", var_name="item", value_name="score")
    )
    wide = krippendorff_alpha(krippendorff, "ordinal", resamples=50)
    assert wide == pytest.approx(krippendorff_alpha(long, "ordinal", resamples=50))


def test_items_of_systems_are_rated_apart():
    """An item spoken by two systems is two things to agree on."""
    rows = [(r, i, s, v) for r in (1, 2) for i, s, v in [(1, "x", 1), (1, "y", 5)]]
    long = pd.DataFrame(rows, columns=["rater", "item", "system", "score"])
    assert krippendorff_alpha(long, resamples=20) == 1


def test_alpha_resamples(krippendorff):
    """The interval depends on its seed only, and widens with confidence."""
    one, same = (krippendorff_alpha(krippendorff, seed=4) for _ in range(2))
    wide = krippendorff_alpha(krippendorff, seed=4, confidence=0.99)
    assert (one.low, one.high) == (same.low, same.high)
    assert wide.low <= one.low


def test_categories_may_be_words(krippendorff):
    """At the nominal level words do as well as numbers, in both forms of table."""
    said = krippendorff.apply(lambda column: column.map("word {:.0f}".format, "ignore"))
    long = said.rename_axis("rater").reset_index()
    long = long.melt("rater", var_name="item", value_name="score")
    for table in (said, long):
        found = krippendorff_alpha(table, "nominal", resamples=20)
        assert found == pytest.approx(0.743421, abs=5e-7)
    again = pd.concat([long, long[:1]])
    with pytest.raises(InvalidAnswers, match="judged 0 twice"):
        krippendorff_alpha(again, "nominal")


def test_alpha_is_undefined():
    """No variation, or no item with two raters, is no agreement to speak of."""
    with pytest.raises(InvalidAnswers, match="All values are equal"):
        krippendorff_alpha(pd.DataFrame([[3, 3], [3, 3]]))
    with pytest.raises(InvalidAnswers, match="judged by two raters"):
        krippendorff_alpha(pd.DataFrame([[1, np.nan], [np.nan, 2]]))
    with pytest.raises(InvalidSetting, match="'nominal', 'ordinal'"):
        krippendorff_alpha(pd.DataFrame([[1, 2], [1, 2]]), "Nominal")


def test_shrout_fleiss(shrout_fleiss):
    """All six forms, their F tests and their intervals (1979)."""
    table = icc(shrout_fleiss)
    forms = [f"ICC({form})" for form in ("1,1", "2,1", "3,1", "1,k", "2,k", "3,k")]
    values = [0.1657, 0.2898, 0.7148, 0.4428, 0.6201, 0.9093]
    ends = [(-0.13, 0.72), (0.02, 0.76), (0.34, 0.95)]
    ends += [(-0.88, 0.91), (0.07, 0.93), (0.68, 0.99)]
    assert forms == list(table.index)
    assert values == pytest.approx(list(table["icc"]), abs=5e-5)
    for form, (low, high) in zip(forms, ends, strict=True):
        found = table.loc[form]
        assert (low, high) == pytest.approx((found["low"], found["high"]), abs=5.1e-3)
    one_way, two_way = table.loc["ICC(1,1)"], table.loc["ICC(2,1)"]
    assert pytest.approx(tuple(one_way[["f", "df1", "df2"]]), abs=5e-5) == (
        1.7947,
        5,
        18,
    )
    assert one_way["p"] == pytest.approx(0.1648, abs=5e-5)
    assert two_way["f"] == pytest.approx(11.0272, abs=5e-5)
    assert two_way["p"] == pytest.approx(0.000135, abs=5e-7)


def test_icc_leaves_out_incomplete_items(shrout_fleiss):
    """An item that lacks a rater does not count."""
    wider = shrout_fleiss.assign(gap=[1, 2, np.nan, 4])
    found = icc(wider)
    assert found["left_out"].unique().tolist() == [1]
    known = icc(shrout_fleiss).drop(columns="left_out")
    pd.testing.assert_frame_equal(known, found.drop(columns="left_out"))


def test_tables_need_not_be_frames(shrout_fleiss):
    """Lists and arrays are tables, too."""
    rows = shrout_fleiss.to_numpy().tolist()
    pd.testing.assert_frame_equal(icc(rows), icc(shrout_fleiss))
    for given in (rows, shrout_fleiss.to_numpy()):
        alpha = krippendorff_alpha(given, resamples=9)
        assert alpha == krippendorff_alpha(shrout_fleiss, resamples=9)


def test_icc_of_judges_who_agree():
    """Judges who say the same have correlations of 1."""
    table = icc(pd.DataFrame([[1, 2, 4, 5], [1, 2, 4, 5]]))
    for column in ("icc", "low", "high"):
        assert list(table[column]) == pytest.approx([1] * 6)


def test_icc_needs_raters():
    """One rater agrees with nobody."""
    with pytest.raises(InvalidAnswers, match="two raters"):
        icc(pd.DataFrame([[1, 2, 3]]))
