"""What became of a submission: the complete decision table."""

import pytest

from voicekit import errors
from voicekit.engine.outcome import Outcome, judge
from voicekit.flow import NoReply, Reply
from voicekit.task import Problem, Result, Task

REFUSED_STATUSES = {400, 401, 402, 403, 404, 405, 413, 415, 422, 429}
VENDOR = {
    "money": errors.InsufficientCredits,
    "busy": errors.RateLimited,
    "broken": errors.Unavailable,
    "made_nothing": errors.GenerationFailed,
    "500": errors.InvalidRequest,
}
TASK = Task(state="queued", receipt="id")


@pytest.mark.parametrize("status", range(100, 600))
def test_every_status_that_reports_a_problem(status):
    """Ten statuses say refused; every other one leaves it open."""
    if 200 <= status < 300:
        return
    found = judge(Reply(status=status), problem=Problem(code=str(status)), table={})
    refused = status in REFUSED_STATUSES
    assert found is (Outcome.REFUSED if refused else Outcome.AMBIGUOUS)


@pytest.mark.parametrize("status", range(200, 300))
def test_success_is_success_only_with_something_in_hand(status):
    """A 2xx counts with a receipt or a result, and is open with neither."""
    reply = Reply(status=status)
    inline = Task(state="done", results=(Result(media_type="audio/wav", data=b"x"),))
    linked = Task(state="done", results=(Result(media_type="audio/wav", url="u"),))
    empty = Task(state="done", results=(Result(media_type="audio/wav"),))
    for task in (TASK, inline, linked):
        assert judge(reply, task=task, table={}) is Outcome.ACCEPTED
    for task in (None, Task(state="queued"), empty):
        assert judge(reply, task=task, table={}) is Outcome.AMBIGUOUS


@pytest.mark.parametrize("status", [100, 199, 300, 301, 307, 404, 500])
def test_a_receipt_under_a_strange_status_proves_nothing(status):
    """Only a success status makes a task id a receipt."""
    assert judge(Reply(status=status), task=TASK, table={}) is Outcome.AMBIGUOUS


@pytest.mark.parametrize("status", [200, 400, 409, 418, 500, 503])
@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("money", Outcome.REFUSED),
        ("busy", Outcome.REFUSED),
        ("broken", Outcome.AMBIGUOUS),
        ("made_nothing", Outcome.AMBIGUOUS),
    ],
)
def test_the_vendors_code_goes_before_the_status(status, code, outcome):
    """A mapped code decides under any status, also under 200."""
    problem = Problem(code=code)
    assert judge(Reply(status=status), problem=problem, table=VENDOR) is outcome


def test_an_unmapped_code_leaves_it_to_the_status():
    """Under 200 an unknown code is open, under 422 the status has refused."""
    problem = Problem(code="new in May")
    assert judge(Reply(status=200), problem=problem, table=VENDOR) is Outcome.AMBIGUOUS
    assert judge(Reply(status=422), problem=problem, table=VENDOR) is Outcome.REFUSED


def test_a_proven_server_error_is_a_refusal():
    """A 5xx is REFUSED only where the vendor's table has proof for that code."""
    problem = Problem(code="500")
    assert judge(Reply(status=500), problem=problem, table=VENDOR) is Outcome.REFUSED
    assert judge(Reply(status=500), problem=problem, table={}) is Outcome.AMBIGUOUS


@pytest.mark.parametrize(
    ("may_have_arrived", "outcome"),
    [(False, Outcome.NOT_SENT), (True, Outcome.AMBIGUOUS)],
)
def test_no_reply(may_have_arrived, outcome):
    """Without an answer, only certainty that no byte arrived makes it NOT_SENT."""
    lost = NoReply("gone", may_have_arrived=may_have_arrived)
    assert judge(lost, table={}) is outcome


def test_a_problem_outweighs_a_task():
    """An answer that reports a fault is no success, whatever else is in it."""
    found = judge(Reply(status=200), problem=Problem(code="x"), task=TASK, table={})
    assert found is Outcome.AMBIGUOUS
