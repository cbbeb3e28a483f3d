"""When to come back."""

import pytest

from voicekit.engine.pace import retry_after

NOW = 1_700_000_000.0


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
        ({"retry-after": "4", "x-ratelimit-reset": "1700000010"}, 5),
    ],
)
def test_every_form_is_read_and_nonsense_ignored(headers, wait):
    """Milliseconds, seconds, dates, moments; Retry-After goes before the rest."""
    assert retry_after(headers, now=lambda: NOW) == wait
