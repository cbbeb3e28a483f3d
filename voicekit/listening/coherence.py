"""How far raters agree with themselves and with each other in pair votes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from math import comb, nan

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from voicekit.errors import InvalidAnswers
from voicekit.listening.answers import PAIR_COLUMNS, as_votes, left_out, pairs_of
from voicekit.listening.triads import chance_of_triads, circular_triads, most_triads

__all__ = ["Consistency", "consistency"]

Array = NDArray[np.float64]
ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consistency:
    """Self-consistency of each rater, and agreement among them."""

    table: pd.DataFrame
    """Index ``rater``; ``pairs`` (decided), ``triads`` (circular), ``most`` (that could
    be), ``zeta`` (1 - triads / most), ``p`` (chance of so few by guessing), ``repeats``
    and ``agreement`` (share of repeated trials answered as the first time)."""
    kendall_u: float
    """From about 0, no agreement, to 1; NaN where raters did not judge all pairs."""
    chi_square: float
    df: float
    p: float
    """That of Kendall's u, with continuity correction."""
    transitivity: pd.DataFrame
    """Index "weak", "moderate", "strong"; ``violations`` and ``tests``."""
    left_out: int
    """Test votes that lack a system or an outcome."""


def consistency(answers: pd.DataFrame) -> Consistency:
    """Report circular triads, zeta, repeats and agreement in pair votes.

    Parameters
    ----------
    answers : DataFrame
        ``a``, ``b``, ``outcome``, and optionally ``rater``, ``item``, ``count``; or
        one row per stimulus. Repeats are the trials of purpose "repeat", and without
        that column every further vote of a rater on the same item and pair. Without
        ``rater`` the votes are one rater's in the table, and ``count`` judges' in
        Kendall's u.

    Returns
    -------
    Consistency

    Raises
    ------
    InvalidAnswers
        If a column lacks, or nothing is left.

    Notes
    -----
    Kendall & Babington Smith 1940. Several votes of one rater on a pair (several
    items, both orders) are one judgement, for whichever has more; where they are
    equal, and where a pair was only tied or not heard, the pair is undecided. Triples
    with an undecided pair are not counted, and zeta and p are then NaN. Rows with
    missing values are left out. Transitivity: over ordered triples with P(a > b) and
    P(b > c) of at least 1/2, whether P(a > c) is at least 1/2 (weak), the smaller
    (moderate) or the larger (strong) of the two.

    Examples
    --------
    >>> circle = pd.DataFrame({"a": ["x", "y", "z"], "b": ["y", "z", "x"],
    ...                        "outcome": "a", "rater": 1})
    >>> consistency(circle).table.loc[1, ["triads", "zeta"]].tolist()
    [1.0, 0.0]
    """
    everything = as_votes(answers, tests_only=False)
    everything = everything[everything["a"] != everything["b"]]
    if everything.empty:
        raise InvalidAnswers("Every vote is between a system and itself.")
    judged = everything
    if "purpose" in everything:
        judged = everything[everything["purpose"].fillna("test") == "test"]
    systems = list(pd.unique(pd.concat([judged["a"], judged["b"]])))
    raters = judged["rater"] if "rater" in judged else pd.Series(ALL, judged.index)
    wins = {
        rater: _wins(group, systems)
        for rater, group in judged.groupby(raters, sort=False)
    }
    table = pd.DataFrame.from_dict(
        {rater: _row(matrix) for rater, matrix in wins.items()}, orient="index"
    ).rename_axis("rater")
    table = table.join(_repeats(everything))
    table["repeats"] = table["repeats"].fillna(0).astype(int)
    judges = sum((_majority(matrix) for matrix in wins.values()), np.zeros(()))
    counts = judges if "rater" in judged else wins[ALL]
    u, chi_square, df, p = _kendall_u(counts)
    return Consistency(
        table=table,
        kendall_u=u,
        chi_square=chi_square,
        df=df,
        p=p,
        transitivity=_transitivity(sum(wins.values(), np.zeros(()))),
        left_out=left_out(pairs_of(answers), PAIR_COLUMNS),
    )


def _wins(votes: pd.DataFrame, systems: list[object]) -> Array:
    """Return votes for the row over the column; a tie is half for each."""
    place = {system: number for number, system in enumerate(systems)}
    first = votes["a"].map(place).to_numpy(int)
    second = votes["b"].map(place).to_numpy(int)
    count = votes["count"].to_numpy(float) if "count" in votes else np.ones(len(votes))
    share = votes["outcome"].map({"a": 1.0, "b": 0.0, "tie": 0.5}).to_numpy(float)
    wins = np.zeros((len(systems), len(systems)))
    np.add.at(wins, (first, second), share * count)
    np.add.at(wins, (second, first), (1 - share) * count)
    return wins


def _majority(wins: Array) -> Array:
    return (wins > wins.T).astype(float)


def _row(wins: Array) -> dict[str, float]:
    systems = len(wins)
    decided = int(_majority(wins).sum())
    triads, most = circular_triads(wins), most_triads(systems)
    whole = decided == comb(systems, 2) and most > 0
    return {
        "pairs": decided,
        "triads": triads,
        "most": most,
        "zeta": 1 - triads / most if whole else nan,
        "p": chance_of_triads(systems, triads) if whole else nan,
    }


def _repeats(votes: pd.DataFrame) -> pd.DataFrame:
    """Return, per rater, how many trials were repeats and how many of them agree."""
    if "rater" not in votes:
        return pd.DataFrame({"repeats": [0], "agreement": [nan]}, index=[ALL])
    frame = votes.assign(
        low=votes[["a", "b"]].astype(str).min(axis=1),
        high=votes[["a", "b"]].astype(str).max(axis=1),
        chosen=votes["a"].where(votes["outcome"] == "a", votes["b"]),
        item=votes.get("item", 0),
    )
    frame["chosen"] = frame["chosen"].where(frame["outcome"] != "tie", "tie")
    if "purpose" in frame:
        frame = frame[frame["purpose"].isin(["test", "repeat"])]
        frame = frame.sort_values("purpose", ascending=False, kind="stable")
    cells = frame.groupby(["rater", "item", "low", "high"], sort=False)["chosen"]
    again = cells.cumcount() > 0
    agrees = (frame["chosen"] == cells.transform("first"))[again]
    grouped = agrees.groupby(frame["rater"][again])
    return pd.DataFrame({"repeats": grouped.size(), "agreement": grouped.mean()})


def _kendall_u(counts: Array) -> tuple[float, float, float, float]:
    """Return Kendall's u with its chi-square, degrees of freedom and p."""
    systems = len(counts)
    met = (counts + counts.T)[np.triu_indices(systems, 1)]
    judges = float(met[0])
    if not np.all(met == judges) or judges < 2:  # noqa: PLR2004 - agreement needs two
        return nan, nan, nan, nan
    pairs, couples = comb(systems, 2), judges * (judges - 1) / 2
    agreeing = float((counts * (counts - 1) / 2).sum())
    u = 2 * agreeing / (couples * pairs) - 1
    if judges < 3:  # noqa: PLR2004 - the approximation divides by judges - 2
        return u, nan, nan, nan
    expected = pairs * couples * (judges - 3) / (judges - 2) / 2
    chi_square = 4 / (judges - 2) * (agreeing - 1 - expected)
    df = pairs * judges * (judges - 1) / (judges - 2) ** 2
    return u, chi_square, df, float(stats.chi2.sf(chi_square, df))


def _transitivity(wins: Array) -> pd.DataFrame:
    met = wins + wins.T
    share = np.divide(wins, met, out=np.full_like(wins, nan), where=met > 0)
    violations = {"weak": 0, "moderate": 0, "strong": 0}
    tests = 0
    for i, j, k in permutations(range(len(wins)), 3):
        if share[i, j] >= 0.5 and share[j, k] >= 0.5 and met[i, k]:  # noqa: PLR2004
            tests += 1
            low, high = sorted((share[i, j], share[j, k]))
            for name, bound in (("weak", 0.5), ("moderate", low), ("strong", high)):
                violations[name] += int(share[i, k] < bound)
    return pd.DataFrame({"violations": violations, "tests": tests})
