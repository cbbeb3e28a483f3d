"""KingCong: what its refusals mean, whatever shape they come in."""

import pytest
from flows import ask, reply
from kingcong_says import (
    KINGCONG,
    NO_CLONES,
    RECEIPT,
    SOLD,
    SPEECH,
    TASK_ID,
    elevenlabs,
    minimax,
    purchases,
    told,
)

from voicekit import errors
from voicekit.engine.outcome import Outcome, error_class, judge
from voicekit.errors import BadReply
from voicekit.flow import Reply


@pytest.mark.parametrize(
    ("body", "status", "kind", "message"),
    [
        ({"success": False, "message": "Nope"}, 401, errors.Unauthorized, "Nope"),
        ({"error": "Top up"}, 402, errors.InsufficientCredits, "Top up"),
        ({"errors": [{"message": "Bad"}]}, 400, errors.InvalidRequest, "Bad"),
        (
            {"detail": [{"loc": ["body", "text"], "msg": "missing"}]},
            422,
            errors.InvalidRequest,
            "missing",
        ),
        (
            {"detail": {"status": "quota_exceeded", "message": "Out"}},
            401,
            errors.InsufficientCredits,
            "Out",
        ),
        (
            {"detail": {"code": "voice_not_found", "message": "Who?"}},
            400,
            errors.NotFound,
            "Who?",
        ),
        ({"success": False, "error_message": "Slow"}, 429, errors.RateLimited, "Slow"),
        (
            {"base_resp": {"status_code": 1008, "status_msg": "no balance"}},
            200,
            errors.InsufficientCredits,
            "no balance",
        ),
        (
            {"success": False, "message": "Not enough credits left"},
            200,
            errors.InsufficientCredits,
            "Not enough credits left",
        ),
        (
            {"success": False, "message": "idea must be at least 20 characters"},
            200,
            errors.InvalidRequest,
            "idea must be at least 20 characters",
        ),
        (
            {"success": False, "message": "Invalid API key"},
            200,
            errors.Unauthorized,
            "Invalid API key",
        ),
    ],
)
def test_a_refusal_is_read_in_every_shape(body, status, kind, message):
    """The page shows none; the vendor's code goes before the HTTP status."""
    one = reply(body, status=status)
    problem = KINGCONG.problem(one)
    assert error_class(one, problem, KINGCONG.errors) is kind
    assert problem.message == message
    assert judge(one, problem=problem, table=KINGCONG.errors) is Outcome.REFUSED


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"success": False, "message": "Something broke"}, 200),
        ({"success": False}, 200),
        ({"message": "Not enough credits"}, 500),
        ({"base_resp": {"status_code": 1027, "status_msg": "output"}}, 200),
        ({"statusInfo": {"code": 5, "message": "?"}}, 200),
        ({"detail": {"status": "internal_error"}}, 500),
    ],
)
def test_a_fault_that_proves_no_refusal_is_held(body, status):
    """Something may have been accepted, and paid for."""
    one = reply(body, status=status)
    problem = KINGCONG.problem(one)
    outcome = judge(one, problem=problem, table=KINGCONG.errors)
    assert outcome is Outcome.AMBIGUOUS


@pytest.mark.parametrize("code", sorted(KINGCONG.errors))
def test_every_code_means_what_the_table_says(code):
    """Under whatever status it comes."""
    one = reply({"detail": {"status": code, "message": "m"}}, status=500)
    problem = KINGCONG.problem(one)
    assert problem.code == code
    assert error_class(one, problem, KINGCONG.errors) is KINGCONG.errors[code]


def test_an_error_page_is_known_by_its_status():
    """HTML with an error is that error; HTML with a success is a bad reply."""
    assert KINGCONG.problem(Reply(status=502, body=b"<html>")).code == "502"
    assert KINGCONG.problem(Reply(status=302, body=b"")).code == "302"
    with pytest.raises(BadReply):
        KINGCONG.problem(Reply(status=200, body=b"<html>"))


def test_a_task_id_goes_before_every_complaint():
    """What has an id was accepted: it is asked for, never sent again."""
    odd = reply(success=False, message="Not enough credits", task_id=TASK_ID)
    assert KINGCONG.problem(odd) is None
    assert KINGCONG.problem(told("error", error_message="tts_chunk_error")) is None
    assert ask(KINGCONG.submit(SPEECH), odd).receipt == TASK_ID


@pytest.mark.parametrize(
    "one", [RECEIPT, told(), elevenlabs("a"), minimax("1"), purchases(SOLD), NO_CLONES]
)
def test_a_good_answer_is_no_problem(one):
    """Nothing in the page's own answers reads as a refusal."""
    assert KINGCONG.problem(one) is None


@pytest.mark.parametrize(
    "flow",
    [
        KINGCONG.credits,
        KINGCONG.health,
        KINGCONG.clones,
        KINGCONG.models,
        KINGCONG.proxies,
        KINGCONG.tasks,
        KINGCONG.minimax_config,
    ],
)
def test_a_free_call_never_takes_a_refusal_for_an_answer(flow):
    """A wrong key is not an empty list."""
    with pytest.raises(BadReply, match="Invalid API key"):
        ask(flow(), reply(success=False, message="Invalid API key", status=401))
