"""Draws latency, cost and duration of the voices of a comparison."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from voicekit.drawing import LINE, MARK, new_figure, plain, undecorated

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw"]

ROW_IN = 0.34
"""Inches of height for each voice."""


def draw(frame: pd.DataFrame, units: Mapping[str, str]) -> Figure:
    """Return a figure with a dot for each clip and a line at each voice's median.

    Costs are in each provider's own unit, and cannot be compared between providers.
    """
    voices = list(pd.unique(frame["voice"]))
    figure = new_figure(figsize=(10, 1.3 + ROW_IN * len(voices)))
    parts = figure.subplots(1, 3, sharey=True)
    for ax, (column, label) in zip(parts, _PARTS.items(), strict=True):
        for place, voice in enumerate(voices):
            _dots(ax, frame[frame["voice"] == voice][column], place)
        ax.set_xlabel(label)
        ax.set_xlim(left=0)
        undecorated(ax)
    names = [_name(voice, frame, units) for voice in voices]
    parts[0].set_yticks(range(len(voices)), names)
    parts[0].set_ylim(len(voices) - 0.5, -0.5)
    return figure


_PARTS = {
    "latency_s": "latency in s",
    "credits": "cost per clip",
    "duration_s": "duration in s",
}


def _dots(ax: Axes, values: pd.Series[float], place: int) -> None:
    known = values.dropna().astype(float)
    if known.empty:
        ax.text(0, place, " unknown", fontsize=8, va="center", alpha=0.7)
        return
    ax.plot(known, [place] * len(known), "o", color=LINE, alpha=0.5, markersize=5)
    ax.plot([known.median()] * 2, [place - 0.3, place + 0.3], color=MARK, linewidth=2)


def _name(voice: str, frame: pd.DataFrame, units: Mapping[str, str]) -> str:
    provider = frame.loc[frame["voice"] == voice, "provider"].iloc[0]
    return plain(f"{voice} ({units[provider]})")
