"""The tables that the analysis reads: checked, with excluded rows left out.

One row per answer. ``votes`` have the columns ``a`` (heard first), ``b`` and
``outcome`` ("a", "b" or "tie"), and optionally ``count``, ``rater`` and ``item``.
Scores have ``rater``, ``item``, ``system`` and ``score``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from voicekit.errors import InvalidAnswers
from voicekit.listening.tables import (
    check_labels,
    finite,
    flags,
    has,
    said,
    table_of,
)

__all__ = ["PAIR_COLUMNS", "as_votes", "left_out", "pairs_of", "rater_by_item"]
__all__ += ["usable", "votes"]

OUTCOMES = ("a", "b", "tie")
PAIR_COLUMNS = ("a", "b", "outcome")
NUMERIC = {"score", "rank"}
LABELS = ("rater", "trial", "item", "system", "a", "b")


def usable(
    answers: pd.DataFrame, columns: Sequence[str], *, tests_only: bool = True
) -> pd.DataFrame:
    """Return the rows that count: not excluded, no repeat or trap, nothing missing.

    Parameters
    ----------
    answers : DataFrame
        Any answers. Rows whose ``excluded`` is true are left out; where there is a
        column ``purpose``, so is every trial that is not a "test".
    columns : sequence of str
        What must be there; a row that lacks one of these values is left out.
    tests_only : bool
        False keeps repeats, traps and null pairs.

    Returns
    -------
    DataFrame
        A new frame with a new index.

    Raises
    ------
    InvalidAnswers
        If a column is missing, a score or rank is no number, or no row is left.

    Examples
    --------
    >>> frame = pd.DataFrame({"score": [1, None, 3], "excluded": [False, False, True]})
    >>> usable(frame, ["score"])["score"].tolist()
    [1.0]
    """
    kept = _counting(answers, columns, tests_only=tests_only)
    kept = kept.dropna(subset=list(columns)).reset_index(drop=True)
    if kept.empty:
        raise InvalidAnswers(
            "No answer is left: every row is excluded or lacks a value in "
            f"{', '.join(map(repr, columns))}."
        )
    return kept


def left_out(answers: pd.DataFrame, columns: Sequence[str]) -> int:
    """Return how many rows would count, but lack a value that `usable` asks for.

    Examples
    --------
    >>> frame = pd.DataFrame({"score": [1, None, 3], "excluded": [False, False, True]})
    >>> left_out(frame, ["score"])
    1
    """
    kept = _counting(answers, columns, tests_only=True)
    return int(kept[list(columns)].isna().any(axis=1).sum())


def _counting(
    answers: pd.DataFrame, columns: Sequence[str], *, tests_only: bool
) -> pd.DataFrame:
    kept = table_of(answers)
    has(kept, columns)
    check_labels(kept, (name for name in LABELS if name in kept))
    if "excluded" in kept:
        kept = kept[~flags(kept["excluded"])]
    if tests_only and "purpose" in kept:
        kept = kept[kept["purpose"].fillna("test") == "test"]
    for name in NUMERIC.intersection(columns):
        kept = kept.assign(**{name: finite(kept[name])})
    return kept


def votes(answers: pd.DataFrame) -> pd.DataFrame:
    """Return one row per pair trial, made of answers with one row per stimulus.

    Parameters
    ----------
    answers : DataFrame
        The columns of a plan (``rater``, ``trial``, ``item``, ``position``, ``system``)
        and ``response``: "a" for position 1, "b" for position 2, or "tie".

    Returns
    -------
    DataFrame
        ``rater``, ``trial``, ``item``, ``a``, ``b``, ``outcome``, and where the answers
        have them ``purpose``, ``expected``, ``excluded``, ``order``. A trial without
        a response keeps a missing ``outcome``.

    Raises
    ------
    InvalidAnswers
        If a column is missing, or a trial is there twice.

    Examples
    --------
    >>> rows = pd.DataFrame({"rater": 1, "trial": 1, "item": "x", "position": [1, 2],
    ...                      "system": ["kie", "kling"], "response": "b"})
    >>> votes(rows)[["a", "b", "outcome"]].values.tolist()
    [['kie', 'kling', 'b']]
    """
    needed = ["rater", "trial", "item", "position", "system"]
    usable(answers, needed, tests_only=False)
    answers, keys = table_of(answers), ["rater", "trial"]
    twice = answers[answers.duplicated([*keys, "position"])]
    if len(twice):
        rater, trial = (said(twice[name].iloc[0]) for name in keys)
        raise InvalidAnswers(
            f"Rater {rater} has trial {trial} twice; keep one, as drop_duplicates does."
        )
    kept = [
        name
        for name in ("item", "purpose", "expected", "excluded", "order", "response")
        if name in answers
    ]
    first = answers[answers["position"] == 1].set_index(keys)
    second = answers[answers["position"] == 2].set_index(keys)  # noqa: PLR2004 - side b
    frame = first[kept].rename(columns={"response": "outcome"})
    frame.insert(1, "a", first["system"])
    frame.insert(2, "b", second["system"])
    return frame.reset_index()


def as_votes(answers: pd.DataFrame, *, tests_only: bool = True) -> pd.DataFrame:
    """Return the usable votes of either form of table, outcomes checked.

    Raises
    ------
    InvalidAnswers
        If an outcome is none of "a", "b", "tie", a system meets itself, or a count is
        negative.
    """
    frame = usable(pairs_of(answers), PAIR_COLUMNS, tests_only=tests_only)
    strange = sorted(set(map(str, frame["outcome"])) - set(OUTCOMES))
    if strange:
        raise InvalidAnswers(
            f"An outcome is 'a', 'b' or 'tie', not {', '.join(map(repr, strange))}."
        )
    if tests_only and (frame["a"] == frame["b"]).any():
        raise InvalidAnswers("A system meets itself; mark null pairs in 'purpose'.")
    if "count" in frame:
        frame = frame.assign(count=finite(frame["count"]))
        if not (frame["count"] >= 0).all():
            raise InvalidAnswers("Every 'count' must be a number of votes, 0 or more.")
    return frame


def pairs_of(answers: pd.DataFrame) -> pd.DataFrame:
    """Return votes as they are, and answers of one row per stimulus as votes."""
    table = table_of(answers)
    return table if "a" in table or "system" not in table else votes(table)


def rater_by_item(
    table: pd.DataFrame | ArrayLike, *, nominal: bool = False
) -> pd.DataFrame:
    """Return scores with raters in rows and items in columns.

    A table that has the columns ``rater``, ``item`` and ``score`` is turned; what is
    rated is then an item as spoken by a system. Several votes of one rater on the
    same are averaged first. Any other table is taken as it is, made numeric. Nominal
    scores are categories of any type: they get numbers, and are not averaged.

    Raises
    ------
    InvalidAnswers
        If a score is no number, or a rater gave two nominal ones to the same.

    Examples
    --------
    >>> long = pd.DataFrame({"rater": [1, 1, 2], "item": ["x", "y", "x"],
    ...                      "score": [4, 2, 5]})
    >>> rater_by_item(long).values.tolist()
    [[4.0, 2.0], [5.0, nan]]
    """
    table = table_of(table)
    long = {"rater", "item", "score"} <= set(table.columns)
    if not long and "score" in table:
        has(table, ["rater", "item"])
    if nominal:
        table = _categories(table, ["score"] if long else list(table.columns))
    if not long:
        return table.apply(finite)
    frame = usable(table, ["rater", "item", "score"])
    rated = [name for name in ("item", "system") if name in frame]
    twice = frame[frame.duplicated(["rater", *rated])]
    if nominal and len(twice):
        raise InvalidAnswers(
            f"{said(twice['rater'].iloc[0])} judged {said(twice['item'].iloc[0])} "
            "twice, and categories have no mean; keep one, as drop_duplicates does."
        )
    turned = frame.pivot_table(
        index="rater", columns=rated, values="score", aggfunc="mean"
    )
    return turned.astype(float)


def _categories(table: pd.DataFrame, columns: list[Any]) -> pd.DataFrame:
    """Return the table with each distinct value as a number; missing ones stay so."""
    values = table[columns].to_numpy(dtype=object)
    codes = pd.factorize(values.ravel())[0].astype(float).reshape(values.shape)
    numbered = table.copy()
    numbered[columns] = np.where(codes >= 0, codes, np.nan)
    return numbered
