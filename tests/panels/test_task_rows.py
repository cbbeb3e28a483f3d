"""What the panel of tasks makes of the ledger: no browser, no clock."""

import re
from datetime import UTC, datetime

import pytest

from voicekit.library.spending import Row, spend_rows
from voicekit.panels import task_rows
from voicekit.panels.spend_plot import spend_plot
from voicekit.panels.task_rows import (
    Wanted,
    attention,
    spend_table,
    task_table,
    urgencies,
)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def us(hours):
    return int((NOW.timestamp() + hours * 3600) * 1e6)


def attempt(number=1, job=None, **fields) -> Row:
    plain = {
        "id": number,
        "job": job or f"job{number}",
        "state": "FETCHED",
        "owner": "",
        "provider": "kie",
        "kind": "speech",
        "voice": "kie:Rachel",
        "model": "turbo",
        "text": "Hello",
        "receipt": f"t{number}",
        "progress": None,
        "unit": "credits",
        "credits_micros": 2_000_000,
        "estimated_micros": None,
        "bound_micros": 3_000_000,
        "refunded_micros": None,
        "billed": None,
        "created_at": us(-1),
        "expires_at": None,
        "error": None,
        "answered": 0,
        "characters": 5,
        "duration_us": 1_000_000,
    }
    return {**plain, **fields}


def shown(row):
    return [cell["text"] for cell in row["cells"]]


def test_what_needs_its_user_stands_first_and_is_said():
    """Held, at risk and about to expire: marked, on top, each with what to do."""
    rows = [
        attempt(1, state="HELD", credits_micros=None),
        attempt(2, state="RUNNING", expires_at=us(2)),
        attempt(3, state="AT_RISK"),
        attempt(4),
        attempt(5, state="RUNNING", expires_at=us(48)),
        attempt(6, expires_at=us(1)),  # saved: let it expire
        attempt(7, state="RUNNING", expires_at=us(2), owner="k1"),  # being fetched
    ]
    table, _ = task_table(rows, Wanted(), NOW)
    assert [row["key"] for row in table] == [f"job{n}" for n in (3, 1, 2, 7, 6, 5, 4)]
    assert [row["mark"] for row in table[:4]] == ["urgent", "urgent", "soon", ""]
    counted = urgencies(rows, NOW)
    assert counted.total() == 3
    said = attention(counted)
    assert [line[:9] for line in said] == ["1 task HE", "1 task at", "1 task wi"]


def test_a_doubt_that_was_settled_is_no_longer_urgent():
    """After another attempt the held one is history: shown, and not said."""
    rows = [attempt(1, "a", state="HELD"), attempt(2, "a")]
    assert not urgencies(rows, NOW).total()
    assert [
        (row["key"], row["mark"]) for row in task_table(rows, Wanted(), NOW)[0]
    ] == [
        ("a", ""),
        ("a/1", ""),
    ]


def test_only_what_is_shown_is_made_into_rows(monkeypatch):
    """Of thousands of attempts a hundred rows are made, the urgent ones among them."""
    made = []
    monkeypatch.setattr(task_rows, "_task_row", lambda one, *_, **__: made.append(one))
    rows = [attempt(n) for n in range(1, 3_001)]
    rows[5] = attempt(6, state="HELD")
    table, found = task_table(rows, Wanted(provider="kie"), NOW, 100)
    assert (len(table), found) == (100, 3_000)
    assert [one["id"] for one in made] == [6, *range(3_000, 2_901, -1)]


@pytest.mark.parametrize(
    ("fields", "cost"),
    [
        ({}, "2 credits"),
        ({"credits_micros": None}, "unknown"),
        ({"credits_micros": None, "estimated_micros": 500_000}, "about 0.5 credits"),
        ({"credits_micros": 0}, "free"),
        ({"state": "REFUSED", "credits_micros": None}, "nothing"),
        ({"refunded_micros": 1_000_000}, "2 credits\n1 credits refunded"),
    ],
)
def test_an_unknown_cost_is_never_nothing(fields, cost):
    """What was paid, guessed, refunded or is not known can be told apart."""
    ((row,), _) = task_table([attempt(**fields)], Wanted(), NOW)
    assert shown(row)[3] == cost


def test_filters_narrow_by_state_provider_and_words():
    """Words are looked for in text, voice, model, job and the vendor's task id."""
    rows = [
        attempt(1),
        attempt(2, state="HELD"),
        attempt(3, provider="kling", voice="kling:x", text="Good bye"),
    ]

    def keys(**wanted):
        return {row["key"] for row in task_table(rows, Wanted(**wanted), NOW)[0]}

    assert keys(state="held") == {"job2"}
    assert keys(provider="kling") == {"job3"}
    assert keys(search="BYE kling") == {"job3"}
    assert keys(search="t2") == {"job2"}


def bars(html):
    """Return each picture's title, with the width of each of its bars."""
    return [
        (title, re.findall(r"width:([0-9.]+)%\"></div>", part))
        for title, part in re.findall(r"<caption.*?>(.*?)</caption>(.*?)</table>", html)
    ]


def test_bars_compare_within_one_vendor_only():
    """Credits of different vendors are never measured by one another."""
    rows = [
        attempt(1, credits_micros=1_000_000, voice="kie:A"),
        attempt(2, credits_micros=4_000_000, voice="kie:B"),
        attempt(3, provider="kling", credits_micros=900_000_000, voice="kling:C"),
    ]
    assert bars(spend_plot(spend_rows(rows, "voice"), "voice")) == [
        ("kie, credits", ["100.0", "25.0"]),
        ("kling, credits", ["100.0"]),
    ]


def test_every_day_stands_in_the_plot_and_a_name_is_only_text():
    """Days without a task are empty lines; what is held is drawn beside the cost."""
    rows = [
        attempt(1, created_at=us(-72), voice="<b>kie</b>"),
        attempt(2, state="HELD", credits_micros=None, voice="<b>kie</b>"),
    ]
    by_day = spend_plot(spend_rows(rows, "day"), "day")
    days = re.findall(r"2026-11-\d\d", by_day)
    assert days == ["2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21"]
    assert bars(by_day) == [("kie, credits", ["66.7", "100.0"])]
    assert "3 credits held" in by_day
    by_voice = spend_plot(spend_rows(rows, "voice"), "voice")
    assert "&lt;b&gt;kie&lt;/b&gt;" in by_voice
    assert "2 credits + 3 credits held" in by_voice
    assert spend_plot(spend_rows([attempt(credits_micros=0)], "day"), "day") == ""


def test_what_is_held_is_marked_in_what_was_spent():
    """A bound that may have been charged stands beside what was."""
    (row,) = spend_table(
        spend_rows([attempt(state="HELD", credits_micros=None)], "day")
    )
    assert row["mark"] == "urgent"
    assert shown(row)[3:5] == ["unknown", "3 credits"]
