"""Which state may follow which."""

from itertools import product

from voicekit.library.states import LIVE, SHOWN, State, may_follow


def test_every_state_has_a_word_for_users():
    """The eight words of the tables cover every state."""
    assert set(SHOWN) == set(State)
    assert set(SHOWN.values()) == {
        "queued",
        "sending",
        "running",
        "done",
        "failed",
        "refused",
        "held",
        "at_risk",
    }


def test_nothing_goes_back():
    """No chain of steps leads from a later live state to an earlier one."""
    line = [
        "RESERVED",
        "SENDING",
        "AMBIGUOUS",
        "ACCEPTED",
        "RUNNING",
        "SUCCEEDED",
        "FETCHED",
    ]
    for (i, now), (j, then) in product(enumerate(line), repeat=2):
        assert may_follow(State(now), State(then)) is (j >= i)
    assert set(LIVE) == {State(name) for name in line}


def test_what_ended_stays_ended():
    """A failure and a refusal are final; doubt and risk wait for the user."""
    for state in State:
        assert not may_follow(State.FAILED, state)
        assert not may_follow(State.REFUSED, state)
        assert not may_follow(State.FETCHED, state) or state is State.FETCHED
    assert not may_follow(State.RESERVED, State.HELD)
    assert may_follow(State.HELD, State.ACCEPTED)
    assert not may_follow(State.HELD, State.SENDING)
