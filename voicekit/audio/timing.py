"""When words sound: read from the transcripts that vendors give beside their audio."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from voicekit.reading import Fields
from voicekit.task import Word

__all__ = ["srt_text", "text_from_json", "words_from_json", "words_from_srt"]

_SRT_TIME = re.compile(
    r"(\d+):(\d\d):(\d\d)[,.](\d{1,3})\s*-->\s*(\d+):(\d\d):(\d\d)[,.](\d{1,3})"
)


def words_from_srt(content: bytes) -> tuple[Word, ...]:
    r"""Return the words of an SRT file.

    A caption with several words shares its time among them by their length: SRT says no
    more.

    Examples
    --------
    >>> words_from_srt(b"1\n00:00:01,000 --> 00:00:02,000\nHi you\n")
    (Word(text='Hi', start_s=1.0, end_s=1.4), Word(text='you', start_s=1.4, end_s=2.0))
    """
    words: list[Word] = []
    for start_s, end_s, caption in _captions(content):
        words += _shared(caption.split(), start_s, end_s)
    return tuple(words)


def srt_text(content: bytes) -> str:
    """Return what is said in an SRT file, without its times."""
    return " ".join(caption for _, _, caption in _captions(content))


def words_from_json(content: bytes) -> tuple[Word, ...]:
    """Return the words of a transcript in JSON; none where it holds no times.

    No page describes these files. Known from the engines behind the vendors: a list of
    words with ``text`` or ``word``, ``start`` and ``end`` (also ``start_time``,
    ``end_time``), alone or in an object, and ElevenLabs' characters with their times.
    """
    try:
        parsed = json.loads(content)
    except (ValueError, RecursionError):
        return ()
    fields = Fields({"words": parsed} if isinstance(parsed, list) else parsed)
    for name in ("alignment", "normalized_alignment"):
        if name in fields and (words := _from_characters(fields.fields(name))):
            return words
    return (
        _from_characters(fields)
        or tuple(_timed(fields.each("words")))
        or tuple(_timed(fields.each("segments")))
    )


def text_from_json(content: bytes) -> str | None:
    """Return the whole text of a transcript in JSON; None where it has none."""
    try:
        return Fields(json.loads(content)).maybe_text("text")
    except (ValueError, RecursionError):
        return None


def _captions(content: bytes) -> Iterator[tuple[float, float, str]]:
    text = content.decode("utf-8-sig", "replace").replace("\r\n", "\n")
    for block in re.split(r"\n\s*\n", text):
        if found := _SRT_TIME.search(block):
            caption = " ".join(block[found.end() :].split())
            numbers = [int(group) for group in found.groups()]
            yield _seconds(numbers[:4]), _seconds(numbers[4:]), caption


def _seconds(parts: list[int]) -> float:
    hours, minutes, seconds, milliseconds = parts
    return hours * 3600 + minutes * 60 + seconds + milliseconds / 1000


def _shared(words: list[str], start_s: float, end_s: float) -> Iterator[Word]:
    total = sum(map(len, words))
    position = 0
    for word in words:
        first = start_s + (end_s - start_s) * position / total
        position += len(word)
        last = start_s + (end_s - start_s) * position / total
        yield Word(word, round(first, 3), round(last, 3))


def _timed(items: Iterable[Fields]) -> Iterator[Word]:
    for item in items:
        text = item.maybe_text("text") or item.maybe_text("word") or ""
        start_s = _first_number(item, "start", "start_time", "start_s")
        end_s = _first_number(item, "end", "end_time", "end_s")
        if text.strip() and start_s is not None and end_s is not None:
            yield Word(text.strip(), start_s, end_s)


def _first_number(item: Fields, *names: str) -> float | None:
    return next((n for name in names if (n := item.number(name)) is not None), None)


def _from_characters(fields: Fields) -> tuple[Word, ...]:
    characters = fields.texts("characters")
    starts = fields.numbers("character_start_times_seconds")
    ends = fields.numbers("character_end_times_seconds")
    if not characters or not len(characters) == len(starts) == len(ends):
        return ()
    words: list[Word] = []
    begun: int | None = None
    for index, character in enumerate((*characters, " ")):
        if not character.isspace():
            begun = index if begun is None else begun
        elif begun is not None:
            text = "".join(characters[begun:index])
            words.append(Word(text, starts[begun], ends[index - 1]))
            begun = None
    return tuple(words)
