"""Spoils a vendor's answer in every way that a vendor, or a host between, might."""

import copy
import json
import random
from collections.abc import Iterator

from voicekit.flow import Reply

ODD = (
    None,
    True,
    False,
    0,
    -1,
    7,
    0.5,
    1e308,
    -(10**30),
    float("nan"),
    float("inf"),
    "",
    " ",
    "0",
    "NaN",
    "1e999",
    "done",
    "../../etc",
    "javascript:alert(1)",
    "<script>",
    "\ud800",
    "\x00",
    "é" * 300,
    "9" * 5_000,
    [],
    [[]],
    ["x", None, 3],
    {},
    {"id": {}},
    {"url": ["https://x.example/a.mp3"]},
)
STATUSES = (200, 200, 200, 201, 204, 302, 400, 401, 404, 408, 429, 500, 503, 599)


def mutations(reply: Reply, count: int, seed: int) -> Iterator[Reply]:
    """Yield `count` spoiled copies of an answer, the same ones for the same seed."""
    chance = random.Random(seed)
    for _ in range(count):
        body = _spoiled(reply.body, chance)
        for spoil in chance.choices((_whole, *BYTES), weights=(40, *WEIGHTS)):
            body = spoil(body, chance)
        status = chance.choice(STATUSES) if chance.random() < 0.2 else reply.status
        yield Reply(status=status, headers=dict(reply.headers), body=body)


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


CHANGES = (_drop, _drop, _retype, _retype, _retype, _wrap, _swap, _repeat, _add)


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
    return text.encode(chance.choice(("utf-16", "utf-32", "utf-8-sig", "utf-7")))


def _replace(body, chance):
    return chance.choice(
        (
            b"",
            b"null",
            b"[]",
            b"{}",
            b"7",
            b'"ok"',
            b"[NaN]",
            b"<!doctype html><title>502</title>",
            b"\xff\xfe\x00",
            b"[" * 100_000,
            b'{"data":' * 50_000,
            b'{"id": ' + b"9" * 10_000 + b"}",
        )
    )


def _swell(body, chance):
    return body + b" " * (1 << 20)


BYTES = (_cut, _flip, _recode, _replace, _swell)
WEIGHTS = (4, 4, 4, 6, 1)
