"""Published data that the statistics are checked against."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

TEAMS = ["Bal", "Bos", "Cle", "Det", "Mil", "NY", "Tor"]
# Agresti, Categorical Data Analysis (2nd ed.), table 10.11: home wins-away wins.
HOME_AWAY = """
-   1-6 3-4 1-5 2-5 2-4 1-6
6-0 -   5-2 2-5 5-1 4-2 3-3
2-4 4-2 -   3-3 2-5 4-3 3-4
4-3 6-0 6-1 -   3-3 4-3 4-2
6-0 6-1 4-2 4-3 -   4-3 4-2
6-1 4-3 4-2 5-1 3-3 -   2-5
6-0 4-3 4-2 4-3 2-5 2-4 -
"""
# Kousgaard 1984, flutes: wins, ties and losses of the first field of each pair.
FIELDS = [f"{number:03b}" for number in range(8)]
FLUTE_WINS = "1002355312243323331154241542"
FLUTE_TIES = "1112100021111000210100012012"
FLUTE_LOSSES = "3441100222201232014301302001"
# Randall 1989: bitterness of eight bottles by nine judges.
WINE = ["212323121", "323232122", "313343223", "432232232"]
WINE += ["425332233", "435234332", "554535234", "544334344"]
# Kendall & Babington Smith 1940, p. 326.
FOODS = ["meat", "biscuit", "chocolate", "apple", "pear", "cheese"]
DOG = ["011011", "000110", "010111", "100000", "000101", "010100"]


def pytest_collection_modifyitems(config, items):
    """Leave the long forms out unless they are asked for by their mark."""
    if "soak" in config.option.markexpr:
        return
    long = [item for item in items if item.get_closest_marker("soak")]
    items[:] = [item for item in items if item not in long]
    config.hook.pytest_deselected(items=long)


def matrix_votes(names, wins):
    rows = [
        (names[i], names[j], "a", wins[i][j])
        for i in range(len(names))
        for j in range(len(names))
        if wins[i][j]
    ]
    return pd.DataFrame(rows, columns=["a", "b", "outcome", "count"])


@pytest.fixture
def home_away():
    """273 games of 1987, the home team as ``a``."""
    rows = []
    for home, line in zip(TEAMS, HOME_AWAY.strip().splitlines(), strict=True):
        for away, cell in zip(TEAMS, line.split(), strict=True):
            if cell != "-":
                won, lost = map(int, cell.split("-"))
                rows += [(home, away, "a", won), (home, away, "b", lost)]
    return pd.DataFrame(rows, columns=["a", "b", "outcome", "count"])


@pytest.fixture
def baseball(home_away):
    """The same games as wins, whoever was at home."""
    first = home_away["a"].where(home_away["outcome"] == "a", home_away["b"])
    second = home_away["b"].where(home_away["outcome"] == "a", home_away["a"])
    won = home_away["count"].groupby([first, second]).sum().rename("count")
    return won.rename_axis(["a", "b"]).reset_index().assign(outcome="a")


@pytest.fixture
def flutes():
    pairs = [(FIELDS[i], FIELDS[j]) for i in range(7, 0, -1) for j in range(i)[::-1]]
    results = zip(FLUTE_WINS, FLUTE_TIES, FLUTE_LOSSES, strict=True)
    rows = [
        (*pair, outcome, int(number))
        for pair, result in zip(pairs, results, strict=True)
        for outcome, number in zip(("a", "tie", "b"), result, strict=True)
    ]
    return pd.DataFrame(rows, columns=["a", "b", "outcome", "count"])


@pytest.fixture
def wine():
    rows = [
        (judge, bottle, "wine", int(score), *conditions)
        for bottle, (line, conditions) in enumerate(
            zip(
                WINE,
                [(t, c) for t in ("cold", "warm") for c in ("no", "no", "yes", "yes")],
                strict=True,
            )
        )
        for judge, score in enumerate(line)
    ]
    names = ["rater", "item", "system", "score", "temp", "contact"]
    return pd.DataFrame(rows, columns=names)


@pytest.fixture
def dog():
    return matrix_votes(FOODS, [[int(won) for won in line] for line in DOG])


@pytest.fixture
def crowdmos():
    """Four raters, the last of whom said nothing, and six sentences."""
    gap = np.nan
    table = [
        [4, 5, gap, 4, gap, 3],
        [4, 4, 4, 5, gap, 4],
        [gap, 3, 5, 4, gap, 1],
        [gap] * 6,
    ]
    rows = [
        (rater, item, "kie", table[rater][item])
        for rater in range(4)
        for item in range(6)
    ]
    return pd.DataFrame(rows, columns=["rater", "item", "system", "score"])


@pytest.fixture
def krippendorff():
    """Four raters, twelve items, nine gaps (Krippendorff 2011)."""
    gap = np.nan
    return pd.DataFrame(
        [
            [1, 2, 3, 3, 2, 1, 4, 1, 2, gap, gap, gap],
            [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, gap, 3],
            [gap, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, gap],
            [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, gap],
        ]
    )


@pytest.fixture
def shrout_fleiss():
    """Four judges in rows, six targets in columns (1979)."""
    return pd.DataFrame(
        [
            [9, 6, 8, 7, 10, 6],
            [2, 1, 4, 1, 5, 2],
            [5, 3, 6, 2, 6, 4],
            [8, 2, 8, 6, 9, 7],
        ]
    )


@pytest.fixture
def stimuli():
    """Make a table of clips: so many systems, so many items, further roles."""

    def make(systems, items, **roles):
        names = {f"s{number}": "system" for number in range(systems)}
        names |= roles
        rows = [
            (name, f"i{item}", role)
            for name, role in names.items()
            for item in range(items)
        ]
        return pd.DataFrame(rows, columns=["system", "item", "role"])

    return make
