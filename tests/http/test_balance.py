"""A balance as proof: what it can have sent again, and what it cannot."""

import pytest

import voicekit as vk
from voicekit.engine import witness
from voicekit.errors import SubmissionUnknown

RACHEL = "kingcong:elevenlabs/21m00Tcm4TlvDq8ikWAM"


@pytest.fixture
def trusting(at_the_sandbox, monkeypatch):
    monkeypatch.setattr(witness, "SETTLE_S", 0.2)
    # A charge counts as seen at once only while its task still runs.
    at_the_sandbox.set_speed(4)
    with vk.Studio(balance_proves=True) as studio:
        yield studio


def test_a_request_that_cost_nothing_is_sent_again(trusting, sandbox, submissions):
    """The balance is prompt, and did not move: it was not accepted."""
    trusting.speak("One.", RACHEL)
    sandbox.fail("kingcong", on="submit", kind="close_before")
    assert trusting.speak("Two.", RACHEL).audio
    assert submissions("kingcong") == (3, 2)
    assert trusting.held().empty


def test_a_request_that_was_charged_is_held(trusting, sandbox, submissions):
    """The balance fell: it is held, and known to have cost."""
    trusting.speak("One.", RACHEL)
    sandbox.fail("kingcong", on="submit", kind="close_after")
    with pytest.raises(SubmissionUnknown) as unknown:
        trusting.speak("Two.", RACHEL)
    kept = trusting.bridge.run(trusting.calls.engine.find(unknown.value.job))
    assert kept.attempt["billed"] == "yes"
    assert submissions("kingcong") == (2, 2)


@pytest.mark.parametrize("lag_s", [1, 3600, 43_200])
def test_a_balance_that_lags_proves_nothing(trusting, sandbox, submissions, lag_s):
    """Its silence is no evidence: held, accepted or not, and never sent again."""
    sandbox.fail("kingcong", on="credits", kind=f"balance_lag:{lag_s}", times=None)
    trusting.speak("One.", RACHEL)
    for text, fault in (("Two.", "close_after"), ("Three.", "close_before")):
        sandbox.fail("kingcong", on="submit", kind=fault)
        with pytest.raises(SubmissionUnknown):
            trusting.speak(text, RACHEL)
    assert submissions("kingcong") == (3, 2)
    assert len(trusting.held()) == 2


def test_a_balance_nobody_trusts_proves_nothing(studio, sandbox, submissions):
    """Without the option nothing is sent again, whatever the balance says."""
    studio.speak("One.", RACHEL)
    sandbox.fail("kingcong", on="submit", kind="close_before")
    with pytest.raises(SubmissionUnknown):
        studio.speak("Two.", RACHEL)
    assert submissions("kingcong") == (2, 1)


def test_a_first_submission_has_no_witness(trusting, sandbox, submissions):
    """No charge was seen yet, so its absence says nothing."""
    sandbox.fail("kingcong", on="submit", kind="close_before")
    with pytest.raises(SubmissionUnknown):
        trusting.speak("One.", RACHEL)
    assert submissions("kingcong") == (1, 0)
