"""Reads the cells of a comparison as the stimuli of a listening test."""

from __future__ import annotations

from typing import Any

import pandas as pd

from voicekit.errors import InvalidSetting

__all__ = ["as_stimuli", "axes_of"]

_BEFORE, _AFTER = "model", "ok"
"""The columns of a comparison between which its axes stand."""


def as_stimuli(table: object) -> pd.DataFrame:
    """Return a table with ``system`` and ``item``, one row per clip.

    Parameters
    ----------
    table : Comparison or DataFrame
        Of a `Comparison`, or its ``frame``: a system is a voice with its axes, an item
        a text. Any other table is returned as it is.

    Returns
    -------
    DataFrame
        With the labels of the rows that it is made of.

    Raises
    ------
    InvalidSetting
        If it is no table, or a clip failed: a system must not vanish from a test
        unseen.
    """
    frame = getattr(table, "frame", table)
    if not isinstance(frame, pd.DataFrame):
        raise InvalidSetting(
            "stimuli is a Comparison, or a DataFrame with 'system' and 'item', not "
            f"{type(table).__name__}."
        )
    if "system" in frame or not {"text_id", "voice", "ok"} <= set(frame.columns):
        return frame
    failed = frame[~frame["ok"].astype(bool)]
    if len(failed):
        row = failed.iloc[0]
        raise InvalidSetting(
            f"{row['voice']} has no clip of {row['text_id']}: {row['error']} Compare "
            "again to complete it, or choose among frame[frame.ok] what to play."
        )
    return frame.assign(item=frame["text_id"], system=_systems(frame))


def axes_of(frame: pd.DataFrame) -> list[str]:
    """Return the axes of a comparison's frame, ``model`` where it is one of them."""
    names = list(frame.columns)
    between = names[names.index(_BEFORE) + 1 : names.index(_AFTER)]
    varied = frame.groupby("voice")["model"].nunique().max() > 1
    return [*(["model"] if varied else []), *between]


def _systems(frame: pd.DataFrame) -> pd.Series[str]:
    axes = axes_of(frame)

    def name(row: pd.Series[Any]) -> str:
        set_so = [f"{axis}={row[axis]}" for axis in axes if pd.notna(row[axis])]
        return " ".join([row["voice"], *set_so])

    return frame.apply(name, axis=1)
