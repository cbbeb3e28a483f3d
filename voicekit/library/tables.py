"""The pandas tables: their columns, their dtypes, and how rows become them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

__all__ = ["COLUMNS", "comparison_frame", "frame"]

TEXT, MONEY, NUMBER, COUNT, FLAG = "str", "Float64", "Float64", "Int64", "boolean"
TIME = "datetime64[us, UTC]"

COLUMNS: dict[str, Mapping[str, str]] = {
    "providers": {
        "provider": TEXT,
        "connected": FLAG,
        "health": TEXT,
        "balance": MONEY,
        "unit": TEXT,
        "kinds": TEXT,
    },
    "voices": {
        "voice": TEXT,
        "provider": TEXT,
        "name": TEXT,
        "language": TEXT,
        "gender": TEXT,
        "age": TEXT,
        "accent": TEXT,
        "use_case": TEXT,
        "description": TEXT,
        "tags": TEXT,
        "category": TEXT,
        "status": TEXT,
        "owned": FLAG,
        "preview_url": TEXT,
    },
    "credits": {
        "provider": TEXT,
        "balance": MONEY,
        "unit": TEXT,
        "regular": MONEY,
        "permanent": MONEY,
        "resets_at": TIME,
        "seen_at": TIME,
        "error": TEXT,
    },
    "models": {
        "model": TEXT,
        "provider": TEXT,
        "name": TEXT,
        "kinds": TEXT,
        "languages": TEXT,
    },
    "parameters": {
        "name": TEXT,
        "kind": TEXT,
        "minimum": NUMBER,
        "maximum": NUMBER,
        "step": NUMBER,
        "default": "object",
        "choices": "object",
        "unit": TEXT,
        "help": TEXT,
    },
    "tasks": {
        "job": TEXT,
        "provider": TEXT,
        "task_id": TEXT,
        "kind": TEXT,
        "state": TEXT,
        "progress": NUMBER,
        "voice": TEXT,
        "model": TEXT,
        "text": TEXT,
        "settings": TEXT,
        "take": COUNT,
        "estimated": MONEY,
        "credits": MONEY,
        "unit": TEXT,
        "cost_source": TEXT,
        "cached": COUNT,
        "charged_to": TEXT,
        "created_at": TIME,
        "finished_at": TIME,
        "expires_at": TIME,
        "latency_s": NUMBER,
        "latency_slack_s": NUMBER,
        "vendor_s": NUMBER,
        "duration_s": NUMBER,
        "polls": COUNT,
        "error": TEXT,
        "path": TEXT,
        "key": TEXT,
    },
    "evidence": {
        "task_id": TEXT,
        "created_at": TIME,
        "credits": MONEY,
        "certain": FLAG,
    },
    "held": {
        "job": TEXT,
        "provider": TEXT,
        "kind": TEXT,
        "text": TEXT,
        "bound": MONEY,
        "reason": TEXT,
        "since": TIME,
        "options": TEXT,
    },
    "spend": {
        "group": TEXT,
        "provider": TEXT,
        "unit": TEXT,
        "tasks": COUNT,
        "cached": COUNT,
        "unknown": COUNT,
        "characters": COUNT,
        "seconds": NUMBER,
        "credits": MONEY,
        "refunded": MONEY,
        "held": MONEY,
        "estimated": MONEY,
    },
}
"""Every table by name; the first column is the index."""

COLUMNS["clones"] = {**COLUMNS["voices"], "created_at": TIME}


def frame(table: str, rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return rows as the table of this name, with its columns and dtypes.

    What a row does not say is NA. Nothing is ever 0 because it is unknown.
    """
    columns = COLUMNS[table]
    listed = list(rows)
    data = {
        name: _series([row.get(name) for row in listed], dtype)
        for name, dtype in columns.items()
    }
    return pd.DataFrame(data).set_index(next(iter(columns)))


_CELL: Mapping[str, str] = {
    "job": TEXT,
    "text_id": "axis",
    "text": TEXT,
    "voice": TEXT,
    "provider": TEXT,
    "model": TEXT,
}
_OUTCOME: Mapping[str, str] = {
    "ok": FLAG,
    "error": TEXT,
    "latency_s": NUMBER,
    "latency_slack_s": NUMBER,
    "vendor_s": NUMBER,
    "duration_s": NUMBER,
    "credits": MONEY,
    "cached": FLAG,
    "clip": "object",
}


def comparison_frame(
    rows: Sequence[Mapping[str, Any]], axes: Iterable[str]
) -> pd.DataFrame:
    """Return the cells of a comparison as a table, its axes in the middle."""
    between = dict.fromkeys((name for name in axes if name not in _CELL), "axis")
    columns = {**_CELL, **between, **_OUTCOME}
    return pd.DataFrame(
        {
            name: _column([row.get(name) for row in rows], dtype)
            for name, dtype in columns.items()
        }
    )


def _column(values: list[Any], dtype: str) -> pd.Series[Any]:
    if dtype != "axis":
        return _series(values, dtype)
    kinds = {type(value) for value in values if value is not None}
    return _series(values, next((d for k, d in _AXES if kinds <= k), "object"))


_AXES: tuple[tuple[set[type], str], ...] = (
    ({bool}, FLAG),
    ({int}, COUNT),
    ({int, float}, NUMBER),
    ({str}, TEXT),
)
"""The dtype of an axis by the kinds of its values, the narrowest first."""


def _series(values: list[Any], dtype: str) -> pd.Series[Any]:
    if dtype == TIME:
        # Microseconds since 1970; by way of Int64, which has an NA.
        return pd.to_datetime(pd.Series(values, dtype="Int64"), unit="us", utc=True)
    return pd.Series(values, dtype=dtype)
