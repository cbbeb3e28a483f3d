"""The ledger against a model vendor, in any order of events."""

import pytest
from hypothesis.stateful import run_state_machine_as_test
from paid.machine import Lives, sized
from paid.shop import Priced

from voicekit import providers


@pytest.mark.parametrize(
    "examples",
    [
        pytest.param(300, id="300"),
        pytest.param(2_000, id="2000", marks=pytest.mark.soak),
    ],
)
def test_no_life_breaks_a_promise(examples, monkeypatch, figure):
    """Kills, cancels, faults, doubts settled by users: every invariant holds."""
    monkeypatch.setitem(providers._registered, "priced", Priced)
    run_state_machine_as_test(Lives, settings=sized(examples))
    figure("state machine", f"{examples} lives of 50 steps, 0 violations")
