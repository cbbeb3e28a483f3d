"""Reading fields out of anything."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicekit.errors import BadReply
from voicekit.flow import Reply
from voicekit.reading import Fields, receipt_of, state_of

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(ANYTHING)
def test_no_value_breaks_a_reader(value):
    """Whatever stands in a field, each reader returns its type or raises BadReply."""
    fields = Fields({"x": value})
    assert fields.maybe_text("x") is None or isinstance(fields.maybe_text("x"), str)
    number = fields.number("x")
    assert number is None or math.isfinite(number)
    assert fields.flag("x") in (True, False, None)
    assert fields.time("x") is None or isinstance(fields.time("x"), int)
    assert all(isinstance(text, str) for text in fields.texts("x"))
    assert all(isinstance(item, Fields) for item in fields.each("x"))
    assert fields.fields("x").maybe_text("y") is None or isinstance(value, dict)
    try:
        assert fields.text("x")
    except BadReply:
        assert not fields.maybe_text("x")


@pytest.mark.parametrize("body", [b"", b"[]", b"7", b"<html>", b"\xff", b"[" * 99_999])
def test_an_answer_that_is_no_object_is_a_bad_reply(body):
    """Only a JSON object has fields."""
    with pytest.raises(BadReply):
        Fields.of(Reply(status=200, body=body))


def test_times_and_numbers_come_in_several_forms():
    """ISO texts, milliseconds, numbers as text."""
    fields = Fields(
        {"iso": "2025-01-01T00:00:00.000Z", "ms": 1722769557708, "n": "0.05", "id": 7}
    )
    assert fields.time("iso") == 1_735_689_600_000_000
    assert fields.time("ms") == 1_722_769_557_708_000
    assert (fields.number("n"), fields.text("id")) == (0.05, "7")
    assert Fields.inside(json.dumps({"a": 1})).number("a") == 1
    assert Fields.inside("{broken").maybe_text("a") is None


def test_what_cannot_be_stored_is_not_read():
    """Half characters, endless costs and lengths, and times that run backwards."""
    fields = Fields(
        {"half": "a\ud800", "cost": "1e99999999", "debt": -1, "long": 1e300}
    )
    assert fields.text("half") == "a?"
    assert (fields.micros("cost"), fields.micros("debt")) == (None, None)
    assert (fields.seconds("long"), fields.count("long")) == (None, None)
    assert Fields({"a": 2_000, "b": 1_000}).span("a", "b") is None
    assert Fields({"a": 1_000, "b": 2_500}).span("a", "b") == 1.5


def test_an_answer_is_about_one_task():
    """It names the task asked for, or none where one was asked for."""
    assert receipt_of("a", None) == receipt_of(None, "a") == receipt_of("a", "a") == "a"
    for said, asked in ((None, None), ("b", "a"), ("", ""), ("x" * 201, None)):
        with pytest.raises(BadReply):
            receipt_of(said, asked)


def test_a_state_is_never_guessed():
    """An unknown word goes on with a warning; no word is a bad reply."""
    words = {"ok": "done", "no": "failed"}
    assert state_of("OK", words, has_result=True) == ("done", ())
    assert state_of("no", words, has_result=False) == ("failed", ())
    for word, has_result in (("OK", False), ("odd", True)):
        state, warnings = state_of(word, words, has_result=has_result)
        assert state == "running"
        assert warnings
    with pytest.raises(BadReply):
        state_of(None, words, has_result=True)


def test_an_error_page_has_no_fields():
    """An error may be no JSON; a success may not."""
    assert Fields.of_any(Reply(status=502, body=b"<html>")).maybe_text("code") is None
    with pytest.raises(BadReply):
        Fields.of_any(Reply(status=200, body=b"<html>"))


def test_the_first_text_is_one_that_says_something():
    """Blank ones, and what is no text, are passed over."""
    fields = Fields({"a": "  ", "b": [], "c": 7, "d": "x"})
    assert fields.first_text("none", "a", "b", "c", "d") == "7"
    assert fields.first_text("a", "b") is None
