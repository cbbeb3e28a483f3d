"""The result of a listening test as a picture: estimates with their intervals."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pandas as pd

from voicekit.errors import Unsupported

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
MISSING = "Drawing needs matplotlib: pip install 'voicekit[plots]'."


def chart(table: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw each row's estimate and interval, the first row on top.

    Raises
    ------
    Unsupported
        If matplotlib is not installed.
    """
    name = next(one for one in AXES if one in table)
    ax = ax or _new_axes(table)
    rows = table[[name, "low", "high"]].astype(float)
    places = range(len(rows))
    ax.hlines(places, rows["low"], rows["high"], color="#4c72b0", linewidth=2)
    ax.plot(rows[name], places, "o", color="#4c72b0")
    if name in NOTHING:
        ax.axvline(NOTHING[name], color="#999999", linewidth=0.8, linestyle=":")
    # A dollar sign in a voice's name is no formula.
    ax.set_yticks(places, [str(label).replace("$", r"\$") for label in rows.index])
    ax.invert_yaxis()
    ax.margins(y=0.2)
    ax.set_xlabel(AXES[name])
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    return ax


def picture(table: pd.DataFrame) -> bytes:
    """Return the chart as a PNG file, without showing it.

    Raises
    ------
    Unsupported
        If matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415 - an extra
    except ImportError:
        raise Unsupported(MISSING) from None
    figure = Figure(figsize=_size(table), layout="constrained")
    chart(table, figure.subplots())
    target = io.BytesIO()
    figure.savefig(target, format="png", dpi=150)
    return target.getvalue()


def _new_axes(table: pd.DataFrame) -> Axes:
    try:
        from matplotlib import pyplot as plt  # noqa: PLC0415 - an extra
    except ImportError:
        raise Unsupported(MISSING) from None
    return plt.subplots(figsize=_size(table), layout="constrained")[1]


def _size(table: pd.DataFrame) -> tuple[float, float]:
    return 7, 1.1 + 0.4 * len(table)
