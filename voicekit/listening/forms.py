"""How a trial of each kind is answered: what is offered, what counts as an answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from voicekit.errors import InvalidAnswers

__all__ = ["CHOICE", "FORMS", "Form", "Given"]

Given: TypeAlias = list[Any]
"""The response to each stimulus that is rated, in the order of their positions."""

FULL_SCALE = 100


@dataclass(frozen=True, slots=True)
class Form:
    """One way to answer."""

    control: Literal["choice", "sliders", "best_worst", "rank"]
    read: Callable[[Any, int, Sequence[Any]], Given]
    """From what was answered, the number of stimuli and the answers on offer."""
    names: tuple[str, ...] = ()
    """What stimuli are called on the page; letters without it."""


def _choice(answer: Any, count: int, offered: Sequence[Any]) -> Given:
    if isinstance(answer, bool) or answer not in offered:
        raise InvalidAnswers(
            f"{answer!r} is no answer here; it can be "
            f"{', '.join(repr(one) for one in offered)}."
        )
    return [answer] * count


def _sliders(answer: Any, count: int, offered: Sequence[Any]) -> Given:
    del offered
    scores = _whole_numbers(answer, count)
    if not all(0 <= score <= FULL_SCALE for score in scores):
        raise InvalidAnswers(f"Scores lie between 0 and 100: {scores}.")
    return scores


def _best_worst(answer: Any, count: int, offered: Sequence[Any]) -> Given:
    del offered
    chosen = dict(answer) if isinstance(answer, Mapping) else {}
    best, worst = _whole_numbers([chosen.get("best"), chosen.get("worst")], 2)
    if best == worst or not {best, worst} <= set(range(count)):
        raise InvalidAnswers(
            f"Best and worst are two different ones of {count}, counted from 0, as in "
            f"{{'best': 0, 'worst': 1}}; not {answer!r}."
        )
    words = {best: "best", worst: "worst"}
    return [words.get(place) for place in range(count)]


def _rank(answer: Any, count: int, offered: Sequence[Any]) -> Given:
    del offered
    ranks = _whole_numbers(answer, count)
    if sorted(ranks) != list(range(1, count + 1)):
        raise InvalidAnswers(f"Each rank from 1 to {count} is given once, not {ranks}.")
    return ranks


def _whole_numbers(answer: Any, count: int) -> list[int]:
    numbers = list(answer) if isinstance(answer, list | tuple) else []
    whole = [
        one for one in numbers if isinstance(one, int) and not isinstance(one, bool)
    ]
    if len(whole) != count or len(numbers) != count:
        raise InvalidAnswers(
            f"{count} whole numbers are an answer here, not {answer!r}."
        )
    return whole


CHOICE = Form("choice", _choice)
_FIRST_SECOND = Form("choice", _choice, ("First", "Second"))

FORMS: Mapping[str, Form] = {
    "ab": CHOICE,
    "abx": CHOICE,
    "mos": CHOICE,
    "cmos": _FIRST_SECOND,
    "dmos": _FIRST_SECOND,
    "mushra": Form("sliders", _sliders),
    "best_worst": Form("best_worst", _best_worst),
    "rank": Form("rank", _rank),
}
