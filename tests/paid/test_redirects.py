"""Redirects: no key and no body goes anywhere but to the vendor that was asked."""

import asyncio
import itertools

import pytest
from paid.servers import RawServer, answers

from voicekit.address import Address
from voicekit.engine.clients import Clients
from voicekit.engine.http import HttpTransport
from voicekit.flow import Request
from voicekit.keys import Secret
from voicekit.providers.auth import Bearer, Header

KEY = "canary-key-that-is-as-long-as-a-real-one"
CODES = (301, 302, 303, 307, 308)
TARGETS = {
    "same origin": "{vendor}/elsewhere",
    "other host": "http://localhost:{port}/x",
    "other port": "http://127.0.0.1:{port}/x",
    "less safe scheme": "http://127.0.0.1:{port}/from-https",
    "subdomain": "http://cdn.localhost:{port}/x",
    "user info": "http://127.0.0.1@127.0.0.1:{port}/x",
    "chain": "{vendor}/chain",
}
METHODS = {
    "GET": Request(method="GET", path="/x", query=(("page", "2"),)),
    "POST": Request(method="POST", path="/x", json={"text": "private words"}),
}


def redirect(status, location):
    return answers(f"{status} Moved", f"location: {location}", body=b"")


@pytest.mark.parametrize("auth", [Bearer(), Header("xi-api-key"), Header("x-api-key")])
def test_nothing_follows_a_redirect(auth, figure):
    """Five codes, seven targets, two methods: one request, none elsewhere."""
    tried = 0
    for status, name, method in itertools.product(CODES, TARGETS, METHODS):
        with RawServer(answers("200 OK")) as other:
            heard, reply = _ask(
                auth, status, TARGETS[name], METHODS[method], other.port
            )
        assert reply.status == status
        assert len(heard) == 1, (status, name, method)
        assert other.heard == [], (status, name, method)
        tried += 1
    assert tried == 70
    header = getattr(auth, "name", "Authorization")
    figure("redirects", f"{header}: {tried} redirects, 0 keys, 0 bodies elsewhere")


def _ask(auth, status, target, request, port):
    def answer(connection, heard):
        redirect(status, target.format(vendor=vendor.url, port=port))(connection, heard)

    with RawServer(answer) as vendor:
        address = Address.parse(vendor.url)
        secrets = {"KEY": Secret(KEY, address)}

        async def send():
            clients = Clients()
            carrier = HttpTransport(auth, address, lambda: secrets, clients)
            try:
                return await carrier.send(request, may_cost=request.method == "POST")
            finally:
                await clients.aclose()

        reply = asyncio.run(send())
    assert KEY.encode() in vendor.heard[0]
    return vendor.heard, reply
