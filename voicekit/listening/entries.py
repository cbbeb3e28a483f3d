"""What is kept of the answer to one screen: a row per stimulus."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from voicekit.listening.forms import CHOICE, FORMS
from voicekit.listening.headphones import TONES
from voicekit.listening.hearing import Hearing
from voicekit.listening.screens import Screen

__all__ = ["entries"]


def entries(
    screen: Screen,
    answer: Any,
    offered: Sequence[Any],
    hearing: Sequence[Hearing],
    common: Mapping[str, Any],
) -> list[dict[str, Any]]:
    """Return the rows of an answer, each with what is common to all of them.

    Raises
    ------
    InvalidAnswers
        If it is no answer to this screen.
    """
    if screen.step == "instructions":
        return []
    if screen.step == "headphones":
        [chosen] = CHOICE.read(answer, 1, range(TONES))
        return [{"response": chosen, **common}]
    rated = [one for one in screen.shown if one.is_rated]
    read = FORMS[str(screen.shown[0].row["kind"])].read
    given = iter(read(answer, len(rated), offered))
    return [
        {
            "order": int(one.row["order"]),
            "position": int(one.row["position"]),
            "item": str(one.row["item"]),
            "system": str(one.row["system"]),
            "response": next(given) if one.is_rated else None,
            "plays": heard.plays,
            "listened_ms": round(1000 * heard.listened_s),
            "heard_permille": round(1000 * heard.share),
            **common,
        }
        for one, heard in zip(screen.shown, hearing, strict=True)
    ]
