"""The result of a listening test as a picture: estimates with their intervals."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pandas as pd

from voicekit.drawing import LINE, new_figure, plain, undecorated

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["chart", "picture"]

AXES = {
    "log_worth": "log-worth",
    "share": "share of right answers",
    "score": "share of best minus share of worst",
    "mean": "mean score",
}
"""What a table may estimate, and how the axis says so."""
NOTHING = {"log_worth": 0.0, "share": 0.5, "score": 0.0}
"""What no difference would be."""


def chart(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw each row's estimate and interval, the first row on top.

    Raises
    ------
    Unsupported
        If matplotlib is not installed.
    """
    name = next(one for one in AXES if one in table)
    ax = ax or new_figure(figsize=_size(table)).subplots()
    rows = table[[name, "low", "high"]].astype(float)
    places = range(len(rows))
    ax.hlines(places, rows["low"], rows["high"], color=LINE, linewidth=2)
    ax.plot(rows[name], places, "o", color=LINE)
    if name in NOTHING:
        ax.axvline(NOTHING[name], color="#999999", linewidth=0.8, linestyle=":")
    ax.set_yticks(places, [plain(str(label)) for label in rows.index])
    ax.invert_yaxis()
    ax.margins(y=0.2)
    ax.set_xlabel(AXES[name])
    undecorated(ax)
    return ax


def picture(table: pd.DataFrame) -> bytes:
    """Return the chart as a PNG file, without showing it.

    Raises
    ------
    Unsupported
        If matplotlib is not installed.
    """
    figure = new_figure(figsize=_size(table), shown=False)
    chart(table, figure.subplots())
    target = io.BytesIO()
    figure.savefig(target, format="png", dpi=150)
    return target.getvalue()


def _size(table: pd.DataFrame) -> tuple[float, float]:
    return 7, 1.1 + 0.4 * len(table)
