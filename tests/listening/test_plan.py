"""Plans: balance, orders, repeats, traps, and the same plan for the same arguments."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import pytest

from voicekit.errors import InvalidSetting
from voicekit.listening import plan, protocol, williams
from voicekit.listening.sequences import deal, spaced

SEEDS = range(1000)
COLUMNS = [
    "rater", "trial", "order", "item", "position", "system", "role", "stimulus",
    "purpose", "expected", "kind", "seed",
]  # fmt: skip


def sides(frame):
    """Return one row per trial with the systems on both sides."""
    wide = frame[frame["position"] < 3].pivot(  # noqa: PD010 - every cell is there once
        index=["rater", "order", "item", "purpose"], columns="position", values="system"
    )
    return wide.rename(columns={1: "a", 2: "b"}).reset_index()


def uneven(trials):
    """Return how often each system is first minus how often it is second."""
    return trials["a"].value_counts().sub(trials["b"].value_counts(), fill_value=0)


def has_neighbours(frame):
    line = dict(
        zip(
            frame["trial"],
            zip(frame["rater"], frame["item"], strict=True),
            strict=False,
        )
    )
    return any(one == two for one, two in pairwise(line.values()))


@pytest.mark.parametrize("n", range(1, 13))
def test_williams(n):
    """Every position and every ordered pair of neighbours: once (even), twice (odd)."""
    rows = williams(n).tolist()
    each = 1 if n % 2 == 0 or n == 1 else 2
    assert {each} == set(
        Counter((p, c) for r in rows for p, c in enumerate(r)).values()
    )
    following = Counter(pair for row in rows for pair in pairwise(row))
    assert n * (n - 1) == len(following)
    assert set(following.values()) <= {each}


def test_williams_of_four():
    """The square that R's crossdes prints: 1243, 2314, 3421, 4132."""
    rows = {"".join(str(one + 1) for one in row) for row in williams(4)}
    assert rows == {"1243", "2314", "3421", "4132"}


def test_sides_over_1000_seeds(stimuli):
    """Within a rater sides differ by at most one, and are equal where even."""
    table = stimuli(3, 5)
    for seed in SEEDS:
        frame = plan(table, "ab", raters=2, seed=seed, trials=7 + seed % 9)
        for rater in (1, 2):
            systems = frame["system"][frame["rater"] == rater].tolist()
            first, second = systems[::2], systems[1::2]
            heard = Counter(systems)
            for system, number in heard.items():
                gap = first.count(system) - second.count(system)
                assert abs(gap) == number % 2
            turned = Counter(zip(first, second, strict=True))
            for (one, other), number in turned.items():
                assert abs(number - turned[other, one]) <= 1


def test_sides_over_many_seeds_are_random(stimuli):
    """Over 1,000 seeds each system is on side a half of the time, +- 3 sigma."""
    table = stimuli(2, 1)
    first = [plan(table, "ab", raters=1, seed=seed)["system"].iloc[0] for seed in SEEDS]
    assert abs(first.count("s0") - 500) < 3 * np.sqrt(250)


def test_no_item_follows_itself_over_1000_seeds(stimuli):
    """No item is heard twice in a row, repeats and traps among them."""
    table = stimuli(3, 6, trap="trap")
    for seed in SEEDS:
        kind = ("ab", "mos", "cmos", "abx")[seed % 4]
        frame = plan(table, kind, raters=2, seed=seed, repeats=2, traps=2)
        assert not has_neighbours(frame)


def test_raters_mirror_each_other(stimuli):
    """Two raters hear the same pairs with the sides exchanged."""
    trials = sides(plan(stimuli(4, 6), "ab", raters=2, seed=8))
    one, two = (
        {tuple(row) for row in part[names].itertuples(index=False)}
        for (_, part), names in zip(
            trials.groupby("rater"),
            (["item", "a", "b"], ["item", "b", "a"]),
            strict=True,
        )
    )
    assert one == two


def test_repeats_come_back_the_other_way_round(stimuli):
    """Each repeat is one of the rater's trials, later and with the sides exchanged."""
    for seed in range(100):
        trials = sides(plan(stimuli(3, 5), "ab", raters=3, seed=seed, repeats=3))
        for _, one in trials.groupby("rater"):
            again = one[one["purpose"] == "repeat"]
            assert len(again) == 3
            for row in again.itertuples():
                first = one[
                    (one["item"] == row.item)
                    & (one["a"] == row.b)
                    & (one["b"] == row.a)
                ]
                assert first["order"].iloc[0] < row.order - 1
            assert (uneven(one).abs() <= 1).all()


def test_abx_x_is_either_as_often(stimuli):
    """X is A as often as B, and the mirrored rater's X is the other system."""
    for seed in range(50):
        frame = plan(stimuli(2, 7), "abx", raters=2, seed=seed)
        x = frame[frame["position"] == 3]
        shares = x.groupby("rater")["expected"].agg(lambda line: (line == "a").sum())
        assert set(shares) <= {3, 4}
        assert set(x["role"]) == {"x"}
        heard = x.groupby("item")["system"].nunique()
        assert (heard == 2).all()
        wide = frame.pivot(index="trial", columns="position", values="system")  # noqa: PD010
        key = x.set_index("trial")["expected"]
        assert (wide[3] == wide[1].where(key == "a", wide[2])).all()


def test_williams_in_blocks_over_1000_seeds(stimuli):
    """In MOS plans every position and neighbour pair of a block is as frequent."""
    table = stimuli(4, 4)
    for seed in SEEDS:
        frame = plan(table, "mos", raters=2, seed=seed)
        line = frame["system"].tolist()
        blocks = [line[start : start + 4] for start in range(0, 32, 4)]
        places = Counter((p, s) for row in blocks for p, s in enumerate(row))
        follows = Counter(pair for row in blocks for pair in pairwise(row))
        assert set(places.values()) == {2}
        assert (12, {2}) == (len(follows), set(follows.values()))
        heard = frame["stimulus"].tolist()
        assert len(set(heard[:16])) == len(set(heard[16:])) == 16


def test_fewer_items_than_systems(stimuli):
    """With two items and five systems nobody hears an item twice in a row either."""
    for seed in range(200):
        frame = plan(stimuli(5, 2), "mos", raters=2, seed=seed)
        assert not has_neighbours(frame)
        assert len(frame) == 20


@pytest.mark.parametrize("kind", ["ab", "mos", "mushra"])
def test_part_of_the_trials_is_dealt_evenly(stimuli, kind):
    """With fewer trials per rater all cells are heard as often, give or take one."""
    table = stimuli(3, 8, ref="reference")
    frame = plan(table, kind, raters=10, seed=3, trials=8)
    assert (frame.groupby("rater")["order"].max() == 8).all()
    cells = frame[frame["role"] != "reference"]
    if kind == "ab":
        cells = sides(frame)
        cells["system"] = cells[["a", "b"]].min(axis=1) + cells[["a", "b"]].max(axis=1)
        cells = cells[cells["rater"] % 2 == 1]
    heard = cells.groupby(["item", "system"]).size()
    assert heard.max() - heard.min() <= 1
    assert len(heard) == (24 if kind == "ab" else 32)


def test_blocks_are_not_broken(stimuli):
    """A number of MOS trials that would favour some systems is refused."""
    with pytest.raises(InvalidSetting, match="a multiple of 3"):
        plan(stimuli(3, 8), "mos", raters=1, seed=0, trials=7)


@pytest.mark.parametrize(("systems", "degree"), [(8, 2), (8, 3), (9, 4), (12, 5)])
def test_many_systems_stay_connected(stimuli, systems, degree):
    """A part of all pairs is connected, and each system has as many."""
    for seed in range(50):
        trials = sides(
            plan(stimuli(systems, 2), "ab", raters=1, seed=seed, degree=degree)
        )
        pairs = {frozenset(two) for two in zip(trials["a"], trials["b"], strict=True)}
        assert len(pairs) == systems * degree / 2
        assert set(Counter(one for pair in pairs for one in pair).values()) == {degree}
        reached = {"s0"}
        for _ in range(systems):
            reached |= {one for pair in pairs if pair & reached for one in pair}
        assert len(reached) == systems


def test_mushra_screens(stimuli):
    """A screen holds the open reference, and among the signals the hidden one."""
    table = stimuli(3, 6, ref="reference", lp35="anchor")
    frame = plan(table, "mushra", raters=10, seed=0)
    one = frame[frame["trial"] == 1]
    assert list(one["position"]) == [0, 1, 2, 3, 4, 5]
    assert tuple(one.iloc[0][["role", "system"]]) == ("reference", "ref")
    signals = frame[frame["position"] > 0]
    assert {"system", "hidden_reference", "anchor"} == set(signals["role"])
    places = signals.groupby(["position", "system"]).size()
    assert set(places) == {12}


def test_mushra_without_reference(stimuli):
    """The variant without a reference needs none, and shows none as such."""
    frame = plan(stimuli(3, 2), "mushra", raters=1, seed=0, reference=False)
    assert set(frame["role"]) == {"system"}
    with pytest.raises(InvalidSetting, match="reference=False"):
        plan(stimuli(3, 2), "mushra", raters=1, seed=0)
    with pytest.raises(InvalidSetting, match="at most 12"):
        plan(stimuli(13, 1), "mushra", raters=1, seed=0, reference=False)


def test_mushra_has_its_own_labels(stimuli):
    """MUSHRA's bands are Bad to Excellent, not the words of impairment."""
    assert set(protocol("mushra").labels.values()) == {
        "Bad", "Poor", "Fair", "Good", "Excellent",
    }  # fmt: skip
    frame = plan(stimuli(2, 2), "mushra", raters=1, seed=0, reference=False)
    assert frame.attrs["labels"]["(80, 100)"] == "Excellent"
    assert "audible" in protocol("dmos").labels[4]


def test_dmos_hears_the_reference_first(stimuli):
    """DMOS pairs begin with the reference; null pairs are the reference twice."""
    frame = plan(stimuli(2, 4, ref="reference"), "dmos", raters=2, seed=0, nulls=1)
    assert set(frame.loc[frame["position"] == 1, "role"]) == {"reference"}
    null = frame[frame["purpose"] == "null"]
    assert set(null["system"]) == {"ref"}
    assert len(null) == 4


def test_traps(stimuli):
    """A trap pair expects the side that is no trap; a MOS trap what the table says."""
    table = stimuli(2, 4, bad="trap").assign(expected=1)
    pair = plan(table, "ab", raters=2, seed=0, traps=2)
    for _, trial in pair[pair["purpose"] == "trap"].groupby("trial"):
        right = {"a": 1, "b": 2}[trial["expected"].iloc[0]]
        assert trial.loc[trial["position"] == right, "system"].iloc[0] != "bad"
    single = plan(table, "mos", raters=1, seed=0, traps=1)
    assert list(single.loc[single["purpose"] == "trap", "expected"]) == [1]
    with pytest.raises(InvalidSetting, match="role is 'trap'"):
        plan(stimuli(2, 4), "ab", raters=2, seed=0, traps=2)


def test_a_dmos_trap_follows_the_reference(stimuli):
    """A trap is heard as all else is: behind the reference of its item."""
    table = stimuli(2, 4, ref="reference", bad="trap").assign(expected=1)
    frame = plan(table, "dmos", raters=1, seed=0, traps=2)
    trap = frame[frame["purpose"] == "trap"]
    assert trap["role"].tolist() == ["reference", "trap"] * 2
    assert trap["position"].tolist() == [1, 2] * 2


@pytest.mark.parametrize(("kind", "word"), [("ab", "worse than"), ("dmos", "behind")])
def test_a_trap_with_an_item_of_its_own(stimuli, kind, word):
    """In pairs a trap needs something to be compared with; alone it does not."""
    table = stimuli(2, 4, ref="reference")
    trap = pd.DataFrame(
        {"system": ["bad"], "item": ["own"], "role": ["trap"], "expected": [1]}
    )
    table = pd.concat([table, trap], ignore_index=True)
    with pytest.raises(InvalidSetting, match=f"The trap of item 'own'.*{word}"):
        plan(table, kind, raters=2, seed=0, traps=1)
    assert "own" in set(plan(table, "mos", raters=2, seed=0, traps=1)["item"])


@pytest.mark.parametrize(
    ("kind", "checks"),
    [
        ("mos", "nulls"),
        ("abx", "nulls"),
        *((kind, "nulls") for kind in ("mushra", "rank")),
        *((kind, "traps") for kind in ("mushra", "best_worst")),
    ],
)
def test_checks_that_a_kind_does_not_have(stimuli, kind, checks):
    """Traps and null pairs are refused where there are none, and not left out."""
    table = stimuli(3, 4, ref="reference", bad="trap")
    with pytest.raises(InvalidSetting, match=f"{kind!r} has no {checks}"):
        plan(table, kind, raters=2, seed=0, **{checks: 1})


def test_best_worst_tuples(stimuli):
    """Every system stands in as many tuples, in tuples of different systems."""
    frame = plan(stimuli(7, 2), "best_worst", raters=2, seed=0, size=4)
    tuples = frame.groupby("trial")["system"].agg(list)
    assert all(len(set(one)) == 4 for one in tuples)
    assert len(set(frame["system"].value_counts())) == 1
    met = Counter(frozenset(pair) for one in tuples for pair in combinations(one, 2))
    assert len(met) == 21


def test_rank_shows_all(stimuli):
    """A ranking shows every system of an item once."""
    frame = plan(stimuli(4, 3), "rank", raters=2, seed=0, repeats=1)
    assert set(frame.groupby("trial")["system"].nunique()) == {4}
    assert (frame["purpose"] == "repeat").sum() == 8


def test_same_arguments_same_plan(stimuli):
    """A plan is a function of its arguments: another seed, another plan."""
    table = stimuli(3, 4)
    one, same, other = (plan(table, "ab", raters=3, seed=seed) for seed in (5, 5, 6))
    pd.testing.assert_frame_equal(one, same)
    assert not one.equals(other)
    assert list(one.columns) == COLUMNS
    assert set(one["seed"]) == {5}


def test_every_row_can_be_analysed(stimuli):
    """Each row names its position, order, seed and the stimulus it stands for."""
    table = stimuli(2, 3)
    frame = plan(table, "ab", raters=["ann", "bob"], seed=1, ties=False)
    heard = table.loc[frame["stimulus"]]
    assert list(heard["system"]) == list(frame["system"])
    assert {"ann", "bob"} == set(frame["rater"])
    assert "tie" not in frame.attrs["labels"]
    assert not frame.isna()[["rater", "order", "position", "seed"]].any(axis=None)


def test_trial_numbers_say_nothing(stimuli):
    """What goes to the page, a trial's number and positions, names no system."""
    one, other = (plan(stimuli(3, 4), "ab", raters=2, seed=seed) for seed in (1, 2))
    shown = ["trial", "position"]
    assert one[shown].equals(other[shown])


def test_spacing_when_it_cannot_be():
    """An item with more than half of the places follows itself as seldom as it must."""
    items = ["x"] * 5 + ["y"] * 2
    for seed in range(100):
        order = spaced(items, np.random.default_rng(seed))
        assert sorted(order) == list(range(7))
        line = [items[place] for place in order]
        assert sum(one == two for one, two in pairwise(line)) == 2


def test_dealing():
    """Hands hold no card twice, and all cards are dealt equally often."""
    hands = deal("abcde", 3, np.random.default_rng(0))
    dealt = [next(hands) for _ in range(10)]
    assert all(len(set(hand)) == 3 for hand in dealt)
    assert set(Counter(card for hand in dealt for card in hand).values()) == {6}


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"kind": "abba"}, "Did you mean 'ab'"),
        ({"raters": 0}, "at least one rater"),
        ({"raters": ["ann", "ann"]}, "same name"),
        ({"raters": [1, "1"]}, "same name"),
        ({"repeats": -1}, "repeats"),
        ({"seed": None}, "seed is an int"),
        ({"repeats": 99}, "cannot hold 99 repeats"),
        ({"degree": 9}, "cannot each meet"),
        ({"kind": "dmos"}, "role is 'reference'"),
    ],
)
def test_what_is_refused(stimuli, change, word):
    """Impossible plans are refused with what to do."""
    asked = {"kind": "ab", "raters": 2, "seed": 0} | change
    with pytest.raises(InvalidSetting, match=word):
        plan(stimuli(3, 4), **asked)


def test_stimuli_are_checked(stimuli):
    """A missing clip, a double one, an unknown role, a missing column."""
    table = stimuli(2, 3)
    with pytest.raises(InvalidSetting, match="has no clip of item"):
        plan(table[1:], "ab", raters=1, seed=0)
    with pytest.raises(InvalidSetting, match="stands twice"):
        plan(pd.concat([table, table[:1]]), "ab", raters=1, seed=0)
    with pytest.raises(InvalidSetting, match="role='hidden'"):
        plan(table.assign(role="hidden"), "ab", raters=1, seed=0)
    with pytest.raises(InvalidSetting, match="'system' and 'item'"):
        plan(table.drop(columns="item"), "ab", raters=1, seed=0)
