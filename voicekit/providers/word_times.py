"""Reads when each word sounds, in whichever form a vendor writes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from voicekit.reading import Fields
from voicekit.task import Word

__all__ = ["read_words"]

_HOLDERS = (
    "words",
    "timestamps",
    "word_timestamps",
    "wordTimestamps",
    "alignment",
    "normalized_alignment",
    "segments",
)
_CHARACTERS = ("characters", "chars")
_STARTS: Mapping[str, float] = {
    "start": 1,
    "start_s": 1,
    "start_time": 1,
    "startTime": 1,
    "start_ms": 1000,
    "startMs": 1000,
    "character_start_times_seconds": 1,
    "characterStartTimesSeconds": 1,
    "charStartTimesMs": 1000,
}
"""The names of a start, and how many of its units are a second."""
_ENDS = {
    name.replace("start", "end").replace("Start", "End"): parts
    for name, parts in _STARTS.items()
}
_LONGEST_S = 3600.0
_DEEPEST = 8


def read_words(value: object) -> tuple[Word, ...]:
    """Return the words of parsed JSON; none where they cannot be read for certain.

    Examples
    --------
    >>> read_words({"words": [{"word": "Hi", "start": 0, "end": 0.25}]})
    (Word(text='Hi', start_s=0.0, end_s=0.25),)
    """
    pieces = list(_pieces(value, _DEEPEST))
    letters = [piece for piece, is_letter in pieces if is_letter]
    words = [piece for piece, is_letter in pieces if not is_letter] or _joined(letters)
    spoken = tuple(word for word in words if word.text.strip())
    return spoken if _is_sane(spoken) else ()


def _pieces(value: object, depth: int) -> Iterator[tuple[Word, bool]]:
    """Yield each word and each letter with its times, and whether it is a letter."""
    if depth == 0:
        return
    if isinstance(value, list):
        for item in value:
            yield from _pieces(item, depth - 1)
    elif isinstance(value, dict):
        fields = Fields(value)
        held = next((value[name] for name in _HOLDERS if value.get(name)), None)
        if held is not None:
            yield from _pieces(held, depth - 1)
        elif letters := _letters(value):
            yield from ((letter, True) for letter in letters)
        elif word := _word(fields):
            yield word, False


def _word(fields: Fields) -> Word | None:
    text = fields.first_text("word", "text")
    start, end = _time(fields, _STARTS), _time(fields, _ENDS)
    if text is None or start is None or end is None:
        return None
    return Word(text.strip(), start, end)


def _time(fields: Fields, names: Mapping[str, float]) -> float | None:
    found = ((fields.number(name), parts) for name, parts in names.items())
    return next((time / parts for time, parts in found if time is not None), None)


def _letters(value: Mapping[str, Any]) -> list[Word]:
    """Return the letters of an alignment; none where one of them has no time."""
    texts = next((value[name] for name in _CHARACTERS if name in value), None)
    starts, ends = _row(value, _STARTS), _row(value, _ENDS)
    if not isinstance(texts, list) or not len(texts) == len(starts) == len(ends):
        return []
    letters = [
        Word(text, start, end)
        for text, start, end in zip(texts, starts, ends, strict=True)
        if isinstance(text, str) and start is not None and end is not None
    ]
    return letters if len(letters) == len(texts) else []


def _row(value: Mapping[str, Any], names: Mapping[str, float]) -> list[float | None]:
    """Return a row of times in seconds, under whichever of its names it stands."""
    for name, parts in names.items():
        if isinstance(value.get(name), list):
            times = [Fields({"t": time}).number("t") for time in value[name]]
            return [None if time is None else time / parts for time in times]
    return []


def _joined(letters: list[Word]) -> list[Word]:
    words: list[Word] = []
    is_new = True
    for letter in letters:
        if not letter.text.strip():
            is_new = True
        elif is_new:
            words.append(letter)
            is_new = False
        else:
            last = words[-1]
            words[-1] = Word(last.text + letter.text, last.start_s, letter.end_s)
    return words


def _is_sane(words: tuple[Word, ...]) -> bool:
    """Tell whether each is one word, and time neither goes back nor on for ever."""
    return all(
        len(word.text.split()) == 1 and 0 <= word.start_s <= word.end_s <= _LONGEST_S
        for word in words
    ) and all(one.start_s <= other.start_s for one, other in pairwise(words))
