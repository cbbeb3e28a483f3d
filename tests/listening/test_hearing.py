"""Must-listen rules: by what was really heard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicekit.errors import InvalidAnswers
from voicekit.listening.hearing import Hearing, checked_stretches


def test_a_loop_does_not_pass_for_the_whole_clip():
    """The same half second a hundred times is half a second of ten."""
    looped = Hearing(10.0).begun().plus([(2.0, 2.5)] * 100)
    assert looped.share == pytest.approx(0.05)
    assert looped.listened_s == pytest.approx(50)
    assert looped.plays == 1


def test_plays_add_up_to_the_whole():
    """Heard in pieces, in any order and overlapping, all of it is all of it."""
    heard = Hearing(3.0).plus([(1.0, 2.5)]).plus([(2.0, 3.0)]).plus([(0.0, 1.001)])
    assert heard.share == 1
    assert heard.listened_s == pytest.approx(3.501)


@given(st.lists(st.tuples(st.floats(0, 5), st.floats(0, 5)), max_size=20))
def test_the_share_is_what_the_union_covers(pairs):
    """Against counting on a fine grid; order and grouping make no difference."""
    stretches = [tuple(sorted(pair)) for pair in pairs]
    together = Hearing(5.0).plus(stretches)
    apart = Hearing(5.0)
    for one in reversed(stretches):
        apart = apart.plus([one])
    assert apart.share == pytest.approx(together.share)
    grid = [(step + 0.5) / 400 for step in range(2000)]
    covered = sum(any(a <= t <= b for a, b in stretches) for t in grid) / len(grid)
    assert together.share == pytest.approx(covered, abs=0.025)


@pytest.mark.parametrize(
    "told",
    [None, [[1]], [[-1, 0.5]], [[0.5, 0.2]], [[0, 99]], [[0, float("nan")]], ["ab"]],
)
def test_what_cannot_have_been_heard_is_refused(told):
    """A page that tells nonsense has no part of the clip counted."""
    with pytest.raises(InvalidAnswers):
        checked_stretches(told, 2.0)


def test_the_clips_very_end_may_round_over_it():
    """A clock that rounds to samples may end a hair behind the clip."""
    assert checked_stretches([[0, 2.0005]], 2.0) == [(0.0, 2.0005)]
