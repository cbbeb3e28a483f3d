"""Schemathesis against each stand-in's own OpenAPI."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from sandbox.plain import http
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

VENDORS = ("kingcong", "voiceclone", "kling", "kie", "akool")
KEYS = {"authorization", "x-api-key", "xi-api-key"}
CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]
EXAMPLES = 15
"""For each operation; the suite's budget decides."""


@pytest.mark.parametrize("name", VENDORS)
def test_answers_match_the_schema(sandbox, client, name):
    """No server error, and every answer is one that the schema names."""
    asking = client(name)
    origin = str(asking.base_url.copy_with(path="/")).rstrip("/")
    keys = {key: value for key, value in asking.headers.items() if key in KEYS}
    sandbox.set_limit(name, None)
    document = http.get(f"{origin}/_sandbox/openapi.json").json()
    schema = schemathesis.openapi.from_dict(document)
    tested = []
    for found in schema.get_all_operations():
        operation = found.ok()
        _check(operation, origin, keys)
        tested.append(operation.label)
    assert len(tested) == sum(len(row) for row in document["paths"].values())


def _check(operation, origin, keys):
    @given(case=operation.as_strategy())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    def check(case):
        answer = case.call(base_url=origin, headers=keys)
        case.validate_response(answer, checks=CHECKS)

    check()
