"""Sums up what the cells of a comparison cost."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

__all__ = ["tally"]


def tally(frame: pd.DataFrame, units: Mapping[str, str]) -> pd.DataFrame:
    """Return one row for each provider, as `Comparison.spent` describes it."""
    rows = frame.assign(
        paid_now=~frame["cached"].fillna(value=False), failed=~frame["ok"]
    )
    made = {name: _sums(part) for name, part in rows.groupby("provider", sort=False)}
    table = pd.DataFrame.from_dict(made, orient="index").rename_axis("provider")
    table.insert(0, "unit", table.index.map(units).astype("str"))
    return table.astype(
        dict.fromkeys(("clips", "failed", "cached", "unknown"), "Int64")
        | {"credits": "Float64", "earlier": "Float64"}
    )


def _sums(rows: pd.DataFrame) -> dict[str, object]:
    now, earlier = rows[rows["paid_now"]], rows[~rows["paid_now"]]
    return {
        "clips": len(rows) - rows["failed"].sum(),
        "failed": rows["failed"].sum(),
        "cached": len(earlier),
        "unknown": rows["credits"].isna().sum(),
        "credits": _total(now),
        "earlier": _total(earlier),
    }


def _total(rows: pd.DataFrame) -> object:
    """Return the sum of what is known; NA where rows are, and nothing is known."""
    return rows["credits"].sum(min_count=1) if len(rows) else 0.0
