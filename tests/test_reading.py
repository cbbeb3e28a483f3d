"""Reading fields out of anything."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicekit.errors import BadReply
from voicekit.flow import Reply
from voicekit.reading import Fields

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
