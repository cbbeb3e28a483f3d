"""Drives a provider's flows by hand: what it asks, and what it makes of an answer."""

import json

from voicekit.flow import Reply, finish


def reply(body=None, status=200, headers=None, **fields):
    said = fields if body is None else body
    return Reply(status=status, headers=headers or {}, body=json.dumps(said).encode())


def asked(flow):
    request = next(flow)
    flow.close()
    return request


def answer(flow, *replies):
    """Drive a flow through its answers; return its requests and its value."""
    requests = [next(flow)]
    requests += [flow.send(one) for one in replies[:-1]]
    return requests, finish(flow, replies[-1])


def ask(flow, one):
    next(flow)
    return finish(flow, one)
