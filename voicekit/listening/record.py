"""The long table of answers: the plan, what was answered, where each clip is from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from voicekit.clip import Clip
from voicekit.errors import InvalidSetting
from voicekit.library.answers import KeptAnswer
from voicekit.listening.headphones import right_answer

__all__ = ["fingerprint", "long_table", "planned"]

_NAMED = ("rater", "trial", "order", "item", "position", "system", "role")
_PLAIN = (*_NAMED, "kind", "purpose", "expected", "seed")
SCORED = {"mos", "dmos", "mushra"}
"""Kinds whose response is a score of one stimulus."""
PLAYBACK = ("must_listen", "switching", "target", "show_text")
"""What a session was set to, which each of its answers keeps."""
DTYPES = {
    "score": "Float64",
    "response_time": "Float64",
    "plays": "Int64",
    "listened_s": "Float64",
    "heard": "Float64",
    "excluded": "boolean",
    "headphones": "Int64",
    "must_listen": "Float64",
    "switching": "str",
    "target": "Float64",
    "show_text": "boolean",
    "credits": "Float64",
    "latency_s": "Float64",
}


def planned(plan: pd.DataFrame) -> pd.DataFrame:
    """Return a plan, checked to be one.

    Raises
    ------
    InvalidSetting
        If it is no table, or lacks a column of every plan.
    """
    columns = set(plan.columns) if isinstance(plan, pd.DataFrame) else set()
    lacking = [name for name in (*_PLAIN, "stimulus") if name not in columns]
    if lacking:
        raise InvalidSetting(
            f"This is no plan: it lacks {', '.join(map(repr, lacking))}. Make one with "
            "plan(clips, 'ab', raters=2, seed=1)."
        )
    return plan


def fingerprint(plan: pd.DataFrame) -> str:
    """Return what tells a test from every other: its plan, question and audio.

    The same plan with the same clips is the same test, also in another kernel.
    """
    rows = [[str(value) for value in row] for row in plan[list(_PLAIN)].to_numpy()]
    asked = [str(plan.attrs.get(name)) for name in ("question", "labels")]
    audio: dict[str, str] = {}
    if "clip" in plan:
        for label, clip in zip(plan["stimulus"], plan["clip"], strict=True):
            if str(label) not in audio and isinstance(clip, Clip):
                audio[str(label)] = hashlib.sha256(clip.audio).hexdigest()
    content = json.dumps([rows, asked, audio], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def long_table(
    plan: pd.DataFrame, kept: Iterable[KeptAnswer], test: str, levels: str | None = None
) -> pd.DataFrame:
    """Return one row per stimulus of every trial that was answered.

    Parameters
    ----------
    plan : DataFrame
        As :func:`plan` made it.
    kept : iterable of KeptAnswer
        From the library.
    test : str
        The fingerprint of the plan.
    levels : str, optional
        How levels were matched; kept in ``attrs`` for the methods paragraph.

    Returns
    -------
    DataFrame
        The plan's columns with ``response``, ``score`` (the response as a number, for
        "mos", "dmos" and "mushra"), ``response_time`` (s), ``plays``, ``listened_s``,
        ``heard`` (share of the clip, 0 to 1), ``excluded``, ``reason``, ``entered``
        ("booth", "code" or "simulated"), ``answered_at``, ``headphones`` (right answers
        of six), the session's ``must_listen``, ``switching``, ``target`` (LUFS, where
        one was asked for) and ``show_text``, and of each clip ``provider``, ``voice``,
        ``model``, ``settings``, ``credits``, ``unit``, ``latency_s``.
    """
    answers = list(kept)
    given = {
        (one.rater, row["order"], row["position"]): (one, row)
        for one in answers
        if one.screen.startswith("trial ")
        for row in one.rows
    }
    checks = _headphones(answers, test)
    rows = []
    for planned in plan.to_dict("records"):
        rater = str(planned["rater"])
        found = given.get((rater, planned["order"], planned["position"]))
        if found is not None:
            rows.append(_row(planned, *found, checks.get(rater)))
    columns = [*plan.columns, *_row(dict.fromkeys(_PLAIN), _NOBODY, {}, None)]
    table = pd.DataFrame(rows, columns=list(dict.fromkeys(columns))).drop(
        columns="clip", errors="ignore"
    )
    table = table.astype(DTYPES)
    table["answered_at"] = pd.to_datetime(table["answered_at"], unit="us", utc=True)
    table.attrs = {**plan.attrs, "levels": levels}
    return table


_NOBODY = KeptAnswer(rater="", screen="", at=0, rows=())


def _row(
    planned: Mapping[Any, Any],
    kept: KeptAnswer,
    row: Mapping[str, Any],
    headphones: int | None,
) -> dict[str, Any]:
    return {
        **planned,
        "response": row.get("response"),
        "score": row.get("response") if planned["kind"] in SCORED else None,
        "response_time": _seconds(row.get("response_ms")),
        "plays": row.get("plays"),
        "listened_s": _seconds(row.get("listened_ms")),
        "heard": _seconds(row.get("heard_permille")),
        "excluded": False,
        "reason": "",
        "entered": row.get("entered"),
        "answered_at": kept.at,
        "headphones": headphones,
        **{name: row.get(name) for name in PLAYBACK},
        **_origin(planned.get("clip")),
    }


def _origin(clip: Any) -> dict[str, Any]:
    """Return where a clip is from; nothing where the plan knows no clips."""
    known = isinstance(clip, Clip)
    settings = json.dumps(dict(clip.settings), default=str) if known else None
    plain = ("provider", "voice", "model", "credits", "unit", "latency_s")
    return {
        **{name: getattr(clip, name) if known else None for name in plain},
        "settings": settings,
    }


def _headphones(answers: Iterable[KeptAnswer], test: str) -> dict[str, int]:
    """Return how many of the tones each rater who was checked got right."""
    right: dict[str, int] = {}
    for one in answers:
        step, number = one.screen.split()
        if step == "headphones":
            hit = one.rows[0]["response"] == right_answer(test, int(number))
            right[one.rater] = right.get(one.rater, 0) + hit
    return right


def _seconds(thousandths: Any) -> float | None:
    return None if thousandths is None else thousandths / 1000
