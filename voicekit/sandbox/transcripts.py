"""Words with their times, written as the files that vendors hand out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

__all__ = ["Heard", "plausible", "to_json", "to_srt"]

WORDS_PER_CUE = 8
_SECONDS_PER_WORD = 0.4
_FILLER = "The sandbox did not make this recording, so these words stand in for it."


class Heard(NamedTuple):
    """One word, and when it is spoken."""

    text: str
    start_s: float
    end_s: float


def plausible(duration_s: float) -> list[Heard]:
    """Return words that fit into a recording which nobody here can understand."""
    count = max(1, int(duration_s / _SECONDS_PER_WORD))
    step, filler = duration_s / count, _FILLER.split()
    return [
        Heard(filler[index % len(filler)], index * step, (index + 0.9) * step)
        for index in range(count)
    ]


def to_srt(words: Sequence[Heard]) -> bytes:
    """Write subtitles of a few words each.

    Examples
    --------
    >>> print(to_srt([Heard("Hello", 0.0, 0.25), Heard("there", 0.25, 1.5)]).decode())
    1
    00:00:00,000 --> 00:00:01,500
    Hello there
    <BLANKLINE>
    """
    cues = [
        f"{number}\n{_srt_time(cue[0].start_s)} --> {_srt_time(cue[-1].end_s)}\n"
        f"{' '.join(word.text for word in cue)}\n"
        for number, cue in enumerate(_cues(words), start=1)
    ]
    return "\n".join(cues).encode()


def to_json(words: Sequence[Heard], language: str) -> bytes:
    """Write words as ElevenLabs' speech to text does; the pages show no example."""
    rows = [
        {
            "text": word.text,
            "start": round(word.start_s, 3),
            "end": round(word.end_s, 3),
            "type": "word",
        }
        for word in words
    ]
    text = " ".join(word.text for word in words)
    answer = {"language_code": language, "text": text, "words": rows}
    return json.dumps(answer, ensure_ascii=False).encode()


def _cues(words: Sequence[Heard]) -> Iterator[Sequence[Heard]]:
    for start in range(0, len(words), WORDS_PER_CUE):
        yield words[start : start + WORDS_PER_CUE]


def _srt_time(seconds: float) -> str:
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    minutes, second = divmod(whole, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02}:{minute:02}:{second:02},{milliseconds:03}"
