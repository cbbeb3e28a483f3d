"""Tables as users give them: read, or refused in words that help."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from voicekit.errors import InvalidAnswers

__all__ = ["check_labels", "finite", "flags", "has", "in_order", "said", "table_of"]


def table_of(given: Any) -> pd.DataFrame:
    """Return what was given as a table: a DataFrame, or what makes one.

    Raises
    ------
    InvalidAnswers
        If it makes none, or two of its columns have one name.

    Examples
    --------
    >>> table_of([[1, 2], [3, 4]]).shape
    (2, 2)
    """
    if isinstance(given, pd.DataFrame):
        table = given
    else:
        try:
            if given is None or isinstance(given, str | bytes):
                raise TypeError  # noqa: TRY301 - pandas would make an empty table
            table = pd.DataFrame(given)
        except (TypeError, ValueError) as error:
            raise InvalidAnswers(
                "The answers are a DataFrame, or rows that make one, not "
                f"{type(given).__name__}."
            ) from error
    if not table.columns.is_unique:
        twice = said(table.columns[table.columns.duplicated()][0])
        raise InvalidAnswers(f"The answers have two columns {twice}; drop one.")
    return table


def has(table: pd.DataFrame, columns: Iterable[str]) -> None:
    """Check that columns are there.

    Raises
    ------
    InvalidAnswers
        If one is not; the message names those that are.
    """
    lacking = [name for name in columns if name not in table.columns]
    if lacking:
        there = ", ".join(map(said, table.columns)) or "none"
        raise InvalidAnswers(
            f"The answers have no column {', '.join(map(said, lacking))}; "
            f"they have {there}. Rename yours."
        )


def check_labels(table: pd.DataFrame, columns: Iterable[str]) -> None:
    """Check that columns hold names or numbers, by which rows can be grouped.

    Raises
    ------
    InvalidAnswers
        If one holds lists, dicts or the like.
    """
    for name in columns:
        try:
            table[name].nunique()
        except TypeError as error:
            raise InvalidAnswers(
                f"The column {name!r} must hold names or numbers, not lists or dicts."
            ) from error


def finite(column: pd.Series[Any]) -> pd.Series[float]:
    """Return a column as numbers; what is missing stays so.

    Raises
    ------
    InvalidAnswers
        If a value is no number, or infinite.
    """
    try:
        numbers = pd.to_numeric(column).astype(float)
    except (TypeError, ValueError) as error:
        raise InvalidAnswers(
            f"A {column.name} is no number: {error}. Turn words into numbers first, or "
            "leave what is missing empty."
        ) from error
    if np.isinf(numbers).any():
        raise InvalidAnswers(f"A {column.name} is infinite; leave it empty instead.")
    return numbers


def in_order(
    answers: pd.DataFrame, score: str
) -> tuple[pd.DataFrame, dict[float, str]]:
    """Return the answers with numbers as scores, and the words of ordered ones."""
    if score not in answers:
        return answers, {}
    column = answers[score]
    if isinstance(column.dtype, pd.CategoricalDtype) and column.cat.ordered:
        words = {float(n): str(word) for n, word in enumerate(column.cat.categories)}
        codes = column.cat.codes.astype(float)
        return answers.assign(**{score: codes.where(codes >= 0)}), words
    try:
        numbers = pd.to_numeric(column.astype(object))
    except (TypeError, ValueError) as error:
        raise InvalidAnswers(
            f"The scores in {score!r} are words without an order; give them theirs, "
            "worst first: pd.Categorical(words, categories=[...], ordered=True)."
        ) from error
    return answers.assign(**{score: numbers}), {}


def flags(column: pd.Series[Any]) -> pd.Series[bool]:
    """Return a column of flags, a missing one being False.

    Raises
    ------
    InvalidAnswers
        If it holds anything but True, False and what is missing.
    """
    try:
        return column.astype("boolean").fillna(value=False).astype(bool)
    except (TypeError, ValueError) as error:
        raise InvalidAnswers(f"The column {column.name!r} is True or False.") from error


def said(value: object) -> str:
    """Return a value as it is written, without the type that NumPy would name.

    Examples
    --------
    >>> said(np.int64(3)), said("ann")
    ('3', "'ann'")
    """
    return repr(value.item() if isinstance(value, np.generic) else value)
