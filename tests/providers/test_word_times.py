"""When each word sounds, in many forms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicekit.providers.word_times import read_words
from voicekit.task import Word

BOTH = (Word("Hi", 0, 0.2), Word("all", 0.3, 0.6))
ROWS = {
    "character_start_times_seconds": [0, 0.1, 0.2, 0.3, 0.4, 0.5],
    "character_end_times_seconds": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
}
LETTERS = {"characters": list("Hi all"), **ROWS}
MILLISECONDS = {
    "chars": list("Hi all"),
    "charStartTimesMs": [0, 100, 200, 300, 400, 500],
    "charEndTimesMs": [100, 200, 300, 400, 500, 600],
}


def cut(first, last):
    return {name: row[first:last] for name, row in LETTERS.items()}


@pytest.mark.parametrize(
    "value",
    [
        LETTERS,
        MILLISECONDS,
        [LETTERS],
        [cut(0, 4), cut(4, 6)],
        {"alignment": None, "normalized_alignment": LETTERS},
        [
            {"word": "Hi", "start": 0, "end": 0.2},
            {"text": "all", "start": 0.3, "end": 0.6},
        ],
        {
            "words": [
                {"text": "Hi", "start_ms": 0, "end_ms": 200},
                {"text": " ", "start_ms": 200, "end_ms": 300, "type": "spacing"},
                {"text": "all", "startMs": "300", "endMs": "600"},
            ]
        },
        {
            "segments": [
                {
                    "text": "Hi all",
                    "start": 0,
                    "end": 1,
                    "words": [
                        {"word": " Hi", "startTime": 0, "endTime": 0.2},
                        {"word": "all ", "start_time": 0.3, "end_time": 0.6},
                    ],
                }
            ]
        },
    ],
)
def test_words_are_read(value):
    """Letters or words, seconds or milliseconds, whole or in pieces."""
    assert read_words(value) == BOTH


@pytest.mark.parametrize(
    "value",
    [
        None,
        7,
        "Hi",
        {},
        {"words": "Hi"},
        {**LETTERS, "characters": list("Hi al")},
        {**LETTERS, "characters": [*"Hi al", None]},
        {**LETTERS, "character_start_times_seconds": [0, 0.1, 0.2, 0.3, "x", 0.5]},
        [LETTERS, LETTERS],
        [{"text": "Hi all", "start": 0, "end": 1}],
        [{"text": "Hi", "start": 1, "end": 0}],
        [{"text": "Hi", "start": -1, "end": 0}],
        [{"text": "Hi", "start": 0, "end": 5000}],
        [{"text": "a", "start": 1, "end": 2}, {"text": "b", "start": 0, "end": 2}],
    ],
)
def test_what_is_not_certain_is_not_read(value):
    """Sentences, times that go back, letters without a time: no words at all."""
    assert read_words(value) == ()


NAMES = st.sampled_from(
    ["words", "word", "text", "start", "end", "characters", *ROWS, "segments", "x"]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner),
)


@given(ANYTHING)
def test_nothing_breaks_the_reader(value):
    """Whatever stands there, only sane words come out."""
    for word in read_words(value):
        assert word.text.strip()
        assert 0 <= word.start_s <= word.end_s
