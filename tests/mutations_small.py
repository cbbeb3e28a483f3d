"""Answers gone wrong. TO BE MERGED into tests/mutations.py, which replaces this."""

import copy
import dataclasses
import json
import math
import random
from collections.abc import Mapping

from voicekit.errors import VoicekitError
from voicekit.flow import Reply

STRANGE = (
    None,
    True,
    False,
    0,
    -1,
    7,
    10**400,
    1e308,
    -1e308,
    float("nan"),
    float("inf"),
    "",
    " ",
    "0",
    "1e99999999",
    "done",
    "\ud800",
    "../../x?y=z#",
    "<script>",
    "x" * 20_000,
    "9" * 5_000,
    [],
    [[]],
    [None, 3, "a", {}],
    {},
    {"id": {"id": []}},
    "2024-13-45T99:00:00Z",
    "0001-01-01T00:00:00+14:00",
)
BROKEN = (
    b"",
    b"null",
    b"[]",
    b"7",
    b"NaN",
    b"<html>502 Bad Gateway</html>",
    b"\xff\xfe{",
    b"[" * 50_000,
    b'{"a":' * 50_000,
    b"9" * 5_000,
)
STATUSES = (200, 201, 204, 302, 400, 401, 404, 409, 429, 500, 503)


def mutations(reply, count, seed):
    """Yield `count` answers made from this one, the same for the same seed."""
    dice = random.Random(seed)
    for _ in range(count):
        yield dice.choice(WAYS)(reply, dice)


def what_comes_of(vendor, flow, answer):
    """Answer a flow's first request; return its value, or voicekit's own error's text.

    Anything else that is raised comes through.
    """
    next(flow)
    try:
        if vendor.problem(answer) is None:
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


def _places(value, found=None):
    """Return every (container, key) in a parsed JSON value."""
    found = [] if found is None else found
    keys = value if isinstance(value, dict) else range(len(value))
    for key in keys:
        found.append((value, key))
        if isinstance(value[key], dict | list):
            _places(value[key], found)
    return found


def _changed(change):
    def way(reply, dice):
        parsed = copy.deepcopy(json.loads(reply.body))
        for _ in range(dice.randint(1, 3)):
            places = _places(parsed)
            if places:
                change(places, dice)
        return Reply(
            status=reply.status,
            headers=reply.headers,
            body=json.dumps(parsed).encode(),
        )

    return way


def _drop(places, dice):
    container, key = dice.choice(places)
    del container[key]


def _retype(places, dice):
    container, key = dice.choice(places)
    container[key] = copy.deepcopy(dice.choice(STRANGE))


def _swap(places, dice):
    (one, key), (other, name) = dice.choice(places), dice.choice(places)
    one[key], other[name] = copy.deepcopy(other[name]), copy.deepcopy(one[key])


def _deepen(places, dice):
    container, key = dice.choice(places)
    for _ in range(200):
        container[key] = [container[key]] if dice.random() < 0.5 else {key: None}


def _break(reply, dice):
    return Reply(status=dice.choice(STATUSES), body=dice.choice(BROKEN))


def _cut(reply, dice):
    end = dice.randrange(len(reply.body) + 1)
    return Reply(status=reply.status, headers=reply.headers, body=reply.body[:end])


def _encode(reply, dice):
    encoding = dice.choice(("utf-16", "utf-32-be", "utf-8-sig", "cp037"))
    body = reply.body.decode().encode(encoding)
    return Reply(status=reply.status, headers=reply.headers, body=body)


def _restate(reply, dice):
    headers = {name: str(dice.choice(STRANGE)) for name in reply.headers}
    return Reply(status=dice.choice(STATUSES), headers=headers, body=reply.body)


WAYS = (
    *map(_changed, (_drop, _retype, _retype, _swap, _deepen)),
    _break,
    _cut,
    _encode,
    _restate,
)
