"""Answers of listening tests: each kept once, durably."""

import pytest

from voicekit.library.answers import answers_to, keep_answer, take_seat
from voicekit.library.library import Library


def kept(library, *place):
    return library.post(answers_to, *place).result()


def test_an_answer_is_kept_once(library):
    """A second answer to the same screen changes nothing."""
    first = library.post(keep_answer, "t", "ann", "trial 1", [{"response": "a"}])
    again = library.post(keep_answer, "t", "ann", "trial 1", [{"response": "b"}])
    assert (first.result(), again.result()) == (True, False)
    assert [one.rows for one in kept(library, "t")] == [[{"response": "a"}]]


def test_answers_outlive_the_library_that_took_them(library, tmp_path):
    """What was answered is there for the next kernel, even if this one never closes."""
    library.post(keep_answer, "t", "ann", "trial 1", [{"response": 3}]).result()
    other = Library(tmp_path / "library")
    (found,) = other.post(answers_to, "t", "ann").result()
    other.close()
    assert (found.screen, found.rows) == ("trial 1", [{"response": 3}])
    assert kept(library, "t", "bob") == []
    assert kept(library, "other") == []


def test_every_seat_is_given_once(library):
    """Colleagues who come one after the other get the plan's raters in turn."""
    seats = [
        library.post(take_seat, "t", ["1", "2"], "seat").result() for _ in range(3)
    ]
    assert seats == ["1", "2", None]


@pytest.mark.parametrize("place", ["test", "rater", "screen"])
def test_answers_of_others_do_not_mix(library, place):
    """Test, rater and screen together are what an answer belongs to."""
    one = {"test": "t", "rater": "r", "screen": "s"}
    for where in (one, one | {place: "other"}):
        library.post(keep_answer, *where.values(), []).result()
    assert len(kept(library, "t")) == (1 if place == "test" else 2)
