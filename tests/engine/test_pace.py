"""When to come back."""

import time

import pytest

from voicekit.engine.pace import retry_after

NOW = 1_700_000_000.0


@pytest.fixture
def elsewhere(monkeypatch):
    """A machine whose own time is not UTC."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({}, None),
        ({"retry-after": "0"}, 1),
        ({"retry-after": "2"}, 3),
        ({"retry-after": " 2.5 "}, 3.5),
        ({"retry-after": "Tue, 14 Nov 2023 22:13:30 GMT"}, 11),
        ({"retry-after": "Tue, 14 Nov 2000 22:13:30 GMT"}, 1),
        ({"retry-after": "2023-11-14"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "1e999"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after-ms": "1500"}, 2.5),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 2.5),
        ({"retry-after-ms": "x", "retry-after": "9"}, 10),
        ({"x-ratelimit-reset": "1700000010"}, 11),
        ({"x-ratelimit-reset": "1700000010000"}, 11),
        ({"x-ratelimit-reset": "10"}, 11),
        ({"x-ratelimit-reset": "1600000000"}, 1),
        ({"x-ratelimit-reset": "NaN"}, None),
        ({"x-ratelimit-reset": "1700000010000000"}, 11),
        ({"retry-after": "1700000010"}, 11),
        ({"retry-after": "1700000010000"}, 11),
        ({"retry-after": "86400"}, 86401),
        ({"retry-after": "86401"}, None),
        ({"retry-after": "1800000000", "x-ratelimit-reset": "5"}, 6),
        ({"retry-after": "Tue, 14 Nov 2033 22:13:30 GMT"}, None),
        ({"retry-after": "Tue, 14 Nov 2023 22:13:30 -0000"}, 11),
        ({"retry-after": "Tue Nov 14 22:13:30 2023"}, 11),
        ({"retry-after": "4", "x-ratelimit-reset": "1700000010"}, 5),
    ],
)
def test_every_form_is_read_and_nonsense_ignored(headers, wait):
    """Milliseconds, seconds, dates, moments; Retry-After goes before the rest."""
    assert retry_after(headers, now=lambda: NOW) == wait
