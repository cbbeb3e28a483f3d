"""The spoiler of answers itself."""

from mutations import mutations

from voicekit.flow import Reply

REPLY = Reply(status=200, body=b'{"success": true, "data": [{"id": "a", "n": 1}]}')


def test_the_same_seed_spoils_in_the_same_way():
    """A failure can be seen again from its seed."""
    assert list(mutations(REPLY, 50, seed=3)) == list(mutations(REPLY, 50, seed=3))
    assert list(mutations(REPLY, 50, seed=3)) != list(mutations(REPLY, 50, seed=4))


def test_nearly_every_copy_is_spoiled_and_there_are_as_many_as_asked_for():
    """It does what it is for."""
    spoiled = list(mutations(REPLY, 500, seed=1))
    assert len(spoiled) == 500
    assert sum(one != REPLY for one in spoiled) > 450
