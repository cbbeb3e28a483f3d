"""Spoils answers. To be merged into `mutations` where that exists: the same call."""

import json
import random
from copy import deepcopy

from voicekit.flow import Reply

ODD = (
    None,
    True,
    0,
    -1,
    7.5,
    float("nan"),
    float("inf"),
    1e300,
    10**400,
    "",
    " ",
    "x" * 5_000,
    "\ud800",
    "\u202e<script>",
    "NaN",
    "{",
    "[]",
    [],
    {},
    [[[]]],
    {"a": {"b": {}}},
)


def mutations(reply, count, seed):
    """Yield spoiled copies of an answer, always the same ones for a seed."""
    chance = random.Random(seed)
    for _ in range(count):
        yield chance.choice((_structure, _structure, _structure, _bytes))(reply, chance)


def _structure(reply, chance):
    value = json.loads(reply.body)
    for _ in range(chance.randint(1, 3)):
        value = _spoiled(value, chance)
    status = chance.choice((reply.status, reply.status, 302, 404, 500))
    return Reply(status=status, headers=reply.headers, body=json.dumps(value).encode())


def _spoiled(value, chance):
    value = deepcopy(value)
    places = list(_places(value))
    if not places:
        return chance.choice(ODD)
    holder, name = chance.choice(places)
    match chance.choice(("drop", "retype", "swap", "deep", "inner")):
        case "drop":
            del holder[name]
        case "retype":
            holder[name] = deepcopy(chance.choice(ODD))
        case "swap":
            other, there = chance.choice(places)
            holder[name], other[there] = deepcopy((other[there], holder[name]))
        case "deep":
            for _ in range(chance.choice((3, 50))):
                holder[name] = [holder[name]]
        case "inner" if isinstance(holder[name], str):
            holder[name] = _inner(holder[name], chance)
    return value


def _inner(text, chance):
    """Spoil JSON that is written as text inside a field."""
    try:
        return json.dumps(_spoiled(json.loads(text), chance))
    except ValueError:
        return text[: len(text) // 2]


def _places(value):
    pairs = ()
    if isinstance(value, dict):
        pairs = value.items()
    elif isinstance(value, list):
        pairs = enumerate(value)
    for name, inner in pairs:
        yield value, name
        yield from _places(inner)


def _bytes(reply, chance):
    body = reply.body
    spoiled = chance.choice(
        (
            b"",
            b"<html>busy</html>",
            body[: chance.randint(0, len(body))],
            body.decode().encode("utf-16"),
            b"\xff\xfe" + body,
            b"[" * 100_000,
            b"[" + body + b"]",
            b'{"data": ' + b"[" * 900 + b"]" * 900 + b"}",
            b'{"data": ' + b'{"state":' * 900 + b"7" + b"}" * 901,
            b" " * (1 << 20) + body,
        )
    )
    return Reply(status=reply.status, headers=reply.headers, body=spoiled)
