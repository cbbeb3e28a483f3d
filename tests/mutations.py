"""Spoils a vendor's answer in every way that a vendor, or a host between, might."""

import copy
import dataclasses
import json
import math
import random
from collections.abc import Iterator, Mapping

import pytest

from voicekit.errors import VoicekitError
from voicekit.flow import Reply

amounts = pytest.mark.parametrize(
    "total",
    [
        pytest.param(500, id="some"),
        pytest.param(5_000, id="all", marks=pytest.mark.soak),
    ],
)
"""How many answers of one vendor are spoiled in a test."""

ODD = (
    None,
    True,
    False,
    0,
    -1,
    7,
    0.5,
    1e308,
    -1e308,
    -(10**30),
    10**400,
    float("nan"),
    float("inf"),
    "",
    " ",
    "0",
    "NaN",
    "1e999",
    "1e99999999",
    "{",
    "[]",
    "done",
    "../../etc",
    "../../x?y=z#",
    "2024-13-45T99:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "javascript:alert(1)",
    "<script>",
    "\ud800",
    "\x00",
    "\u202e<script>",
    "x" * 20_000,
    "é" * 300,
    "9" * 5_000,
    [],
    [[]],
    [[[]]],
    ["x", None, 3],
    [None, 3, "a", {}],
    {},
    {"id": {}},
    {"id": {"id": []}},
    {"a": {"b": {}}},
    {"url": ["https://x.example/a.mp3"]},
)
STATUSES = (200, 200, 200, 201, 204, 302, 400, 401, 404, 408, 409, 429, 500, 503, 599)


def share(total, flows):
    """Return how many answers each of several flows is given."""
    return -(-total // len(flows))


def what_comes_of(vendor, flow, answer):
    """Answer a flow's first request; return its value, or voicekit's own error's text.

    Anything else that is raised comes through.
    """
    next(flow)
    try:
        problem = vendor.problem(answer)
        assert problem is None or problem.code
        if problem is None:
            flow.send(answer)
    except StopIteration as stop:
        return stop.value
    except VoicekitError as error:
        return str(error)
    return None


def is_storable(value):
    """Tell whether a flow's value fits into the ledger: whole text, 64-bit numbers."""
    if dataclasses.is_dataclass(value):
        names = [field.name for field in dataclasses.fields(value)]
        return all(is_storable(getattr(value, name)) for name in names)
    if isinstance(value, Mapping):
        return is_storable([*value.keys(), *value.values()])
    if isinstance(value, list | tuple):
        return all(map(is_storable, value))
    if isinstance(value, str):
        return value == value.encode("utf-8", "replace").decode()
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or abs(value) < 1 << 63


def mutations(reply: Reply, count: int, seed: int | str) -> Iterator[Reply]:
    """Yield `count` spoiled copies of an answer, the same ones for the same seed."""
    chance = random.Random(seed)
    for _ in range(count):
        body = _spoiled(reply.body, chance)
        for spoil in chance.choices((_whole, *BYTES), weights=(40, *WEIGHTS)):
            body = spoil(body, chance)
        status = chance.choice(STATUSES) if chance.random() < 0.2 else reply.status
        headers = dict(reply.headers)
        if chance.random() < 0.1:
            headers = {name: str(chance.choice(ODD)) for name in headers}
        yield Reply(status=status, headers=headers, body=body)


def _spoiled(body: bytes, chance: random.Random) -> bytes:
    """Change what the JSON says, one to three times; other bodies stay as they are."""
    try:
        value = json.loads(body)
    except ValueError:
        return body
    for _ in range(chance.randint(1, 3)):
        value = chance.choice(CHANGES)(value, chance)
    return json.dumps(value).encode()


def _places(value):
    """Return every (container, key) in a JSON value."""
    inner = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    found = [(value, key) for key, _ in inner]
    for _, child in inner:
        found += _places(child)
    return found


def _changed(value, chance, change):
    value = copy.deepcopy(value)
    places = _places(value)
    if places:
        change(*chance.choice(places), chance)
    return value


def _drop(value, chance):
    return _changed(value, chance, lambda at, key, _: at.pop(key))


def _retype(value, chance):
    def change(at, key, chance):
        at[key] = copy.deepcopy(chance.choice(ODD))

    return _changed(value, chance, change)


def _wrap(value, chance):
    def change(at, key, chance):
        at[key] = chance.choice(([at[key]], {"data": at[key]}, json.dumps(at[key])))

    return _changed(value, chance, change)


def _swap(value, chance):
    value = copy.deepcopy(value)
    places = _places(value)
    if len(places) > 1:
        (one, a), (other, b) = chance.sample(places, 2)
        if not _holds(one[a], other) and not _holds(other[b], one):
            one[a], other[b] = other[b], one[a]
    return value


def _holds(value, wanted):
    """Tell whether a container is, or is within, a value: swapping would knot them."""
    if value is wanted:
        return True
    children = value.values() if isinstance(value, dict) else value
    nested = isinstance(value, dict | list)
    return nested and any(_holds(child, wanted) for child in children)


def _repeat(value, chance):
    def change(at, key, chance):
        at[key] = [copy.deepcopy(at[key]) for _ in range(chance.randint(2, 30))]

    return _changed(value, chance, change)


def _deepen(value, chance):
    def change(at, key, chance):
        for _ in range(chance.choice((3, 50, 100))):
            at[key] = [at[key]] if chance.random() < 0.5 else {key: at[key]}

    return _changed(value, chance, change)


def _inner(value, chance):
    """Spoil JSON that is written as text inside a field; cut other texts."""

    def change(at, key, chance):
        text = at[key]
        try:
            inner = json.loads(text)
        except (ValueError, TypeError):
            at[key] = text[: len(text) // 2] if isinstance(text, str) else text
        else:
            at[key] = json.dumps(chance.choice(CHANGES)(inner, chance))

    return _changed(value, chance, change)


def _add(value, chance):
    extra = {
        "success": False,
        "detail": [{"msg": 5}],
        "error": {"code": []},
        "code": 10**40,
        "base_resp": {"status_code": "1008"},
        "next_page_token": "again",
        "has_more": True,
    }
    if not isinstance(value, dict):
        return value
    name = chance.choice([*extra])
    return {**value, name: extra[name]}


CHANGES = (
    *(_drop, _drop, _retype, _retype, _retype),
    *(_wrap, _swap, _repeat, _deepen, _inner, _inner, _add),
)


ENCODINGS = ("utf-16", "utf-32", "utf-32-be", "utf-8-sig", "utf-7", "cp037")


def _whole(body, chance):
    return body


def _cut(body, chance):
    return body[: chance.randrange(len(body) + 1)]


def _flip(body, chance):
    spoiled = bytearray(body or b"x")
    for _ in range(chance.randint(1, 4)):
        spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
    return bytes(spoiled)


def _recode(body, chance):
    text = body.decode("utf-8", "replace")
    return text.encode(chance.choice(ENCODINGS), "replace")


def _replace(body, chance):
    return chance.choice(
        (
            b"",
            b"null",
            b"[]",
            b"{}",
            b"7",
            b'"ok"',
            b"NaN",
            b"[NaN]",
            b"[" + body + b"]",
            b"\xff\xfe" + body,
            b'{"data": ' + b"[" * 900 + b"]" * 900 + b"}",
            b'{"data": ' + b'{"state":' * 900 + b"7" + b"}" * 901,
            b"9" * 5_000,
            b"<!doctype html><title>502</title>",
            b"\xff\xfe\x00",
            b"[" * 100_000,
            b'{"data":' * 50_000,
            b'{"id": ' + b"9" * 10_000 + b"}",
        )
    )


def _swell(body, chance):
    blanks = b" " * (1 << 20)
    return chance.choice((body + blanks, blanks + body))


BYTES = (_cut, _flip, _recode, _replace, _swell)
WEIGHTS = (4, 4, 4, 6, 1)
