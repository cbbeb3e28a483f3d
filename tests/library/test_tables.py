"""The tables: columns, dtypes, and what is not known."""

import pandas as pd
import pytest
from fakes import begin, job

from voicekit.errors import InvalidSetting
from voicekit.library.ledger import Change, advance
from voicekit.library.spending import attempts, spend_rows, task_rows
from voicekit.library.states import State
from voicekit.library.tables import COLUMNS, frame

TASKS = (
    "provider task_id kind state progress voice model text settings take estimated "
    "credits unit cost_source cached charged_to created_at finished_at expires_at "
    "latency_s latency_slack_s vendor_s duration_s polls error path key"
).split()
SPEND = (
    "provider unit tasks cached unknown characters seconds credits refunded held "
    "estimated"
).split()
DESIGNED = {
    "providers": "connected health balance unit kinds".split(),
    "voices": (
        "provider name language gender age accent use_case description tags category "
        "status owned preview_url"
    ).split(),
    "clones": (
        "provider name language gender age accent use_case description tags category "
        "status owned preview_url created_at"
    ).split(),
    "credits": "balance unit regular permanent resets_at seen_at error".split(),
    "evidence": "created_at credits certain".split(),
    "held": "provider kind text bound reason since options".split(),
    "models": "provider name kinds languages".split(),
    "parameters": "kind minimum maximum step default choices unit help".split(),
    "tasks": TASKS,
    "spend": SPEND,
}
DTYPES = {
    "credits": "Float64",
    "estimated": "Float64",
    "evidence": "created_at credits certain".split(),
    "held": "Float64",
    "refunded": "Float64",
    "balance": "Float64",
    "cached": "Int64",
    "polls": "Int64",
    "take": "Int64",
    "tasks": "Int64",
    "unknown": "Int64",
    "characters": "Int64",
    "connected": "boolean",
    "owned": "boolean",
    "created_at": "datetime64[us, UTC]",
    "finished_at": "datetime64[us, UTC]",
    "expires_at": "datetime64[us, UTC]",
    "text": "str",
    "voice": "str",
    "provider": "str",
    "error": "str",
    "unit": "str",
    "health": "str",
}


@pytest.mark.parametrize("table", COLUMNS)
def test_columns_and_dtypes_are_the_designed_ones_also_when_empty(table):
    """A table has its columns and dtypes whether or not there is a row."""
    for rows in ([], [{}]):
        made = frame(table, rows)
        assert list(made.columns) == DESIGNED[table]
        found = {name: str(made[name].dtype) for name in made if name in DTYPES}
        assert found == {name: DTYPES[name] for name in found}


def test_times_come_out_as_they_went_in():
    """Microseconds since 1970 become the same moment, and nothing becomes NaT."""
    made = frame("tasks", [{"created_at": 1_700_000_000_123_456}])
    assert made.created_at.iloc[0] == pd.Timestamp("2023-11-14T22:13:20.123456Z")
    assert pd.isna(made.expires_at.iloc[0])


def finish(library, text, *, credits_micros, provider="paid", state=State.FETCHED):
    kept = begin(library, job(text, provider=provider))
    library.post(advance, kept, Change(state=State.SENDING)).result()
    columns = {"credits_micros": credits_micros, "bound_micros": 7_000_000}
    library.post(advance, kept, Change(state=state, columns=columns)).result()


def spend(library, by="provider"):
    rows = library.post(attempts).result()
    return frame("spend", spend_rows(rows, by))


def test_unknown_costs_are_counted_and_never_zero(library):
    """A sum of unknowns is NA; beside a known cost they are counted."""
    finish(library, "a", credits_micros=None)
    row = spend(library).loc["paid"]
    assert pd.isna(row.credits)
    assert (row.tasks, row.unknown) == (1, 1)
    finish(library, "b", credits_micros=2_500_000)
    row = spend(library).loc["paid"]
    assert (row.credits, row.tasks, row.unknown) == (2.5, 2, 1)


def test_credits_of_different_vendors_are_never_added(library):
    """One kind, two vendors: two rows."""
    finish(library, "a", credits_micros=1_000_000)
    finish(library, "b", credits_micros=5_000_000, provider="free")
    table = spend(library, "kind")
    assert list(table.index) == ["speech", "speech"]
    assert dict(zip(table.provider, table.credits, strict=True)) == {
        "free": 5.0,
        "paid": 1.0,
    }


def test_what_cost_nothing_is_no_spending_and_what_is_held_is(library):
    """A refusal is in no group; a held job shows its bound."""
    finish(library, "a", credits_micros=None, state=State.REFUSED)
    assert len(spend(library)) == 0
    finish(library, "b", credits_micros=None, state=State.HELD)
    row = spend(library).loc["paid"]
    assert (row.held, row.tasks) == (7.0, 1)
    assert pd.isna(row.credits)


def test_an_unknown_grouping_names_the_known_ones(library):
    """spend(by="vendor") says what it can do."""
    with pytest.raises(InvalidSetting, match="provider, day, model, voice, kind"):
        spend(library, "vendor")


def test_tasks_show_states_in_the_users_words(library):
    """Every attempt is a row, with the word for its state."""
    finish(library, "a", credits_micros=None, state=State.HELD)
    begin(library, job("b"))
    rows = library.post(attempts).result()
    table = frame("tasks", task_rows(rows, library.files))
    assert list(table.state) == ["held", "queued"]
    assert list(table.voice) == ["paid:v", "paid:v"]
    assert table.index.is_unique
