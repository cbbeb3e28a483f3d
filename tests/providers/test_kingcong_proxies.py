"""KingCong: proxies, and that nobody sees their credentials."""

import json

import httpx
import pytest
from flows import answer, ask
from kingcong_says import CREATED_AT, KINGCONG, PROXIES, SOLD, bought, purchases

from voicekit.errors import BadReply
from voicekit.flow import Request


def test_a_purchase_is_known_by_its_proxies_and_holds_no_secret():
    """The receipt is their ids; what they cost is added up."""
    task = ask(KINGCONG.submit(PROXIES), bought(SOLD, {**SOLD, "id": 2}))
    assert (task.state, task.receipt) == ("done", "1,2")
    assert task.credits_micros == 2_500_000_000
    assert task.expires_at == CREATED_AT + 600_000_000
    assert "pass" not in repr(task)
    json.dumps(dict(task.details))


def test_proxies_that_were_not_to_be_had_are_said():
    """And so is what came back for them."""
    short = bought(SOLD, unavailable_proxies=4, refunded_credits=5000)
    task = ask(KINGCONG.submit(PROXIES), short)
    assert task.warnings == ("4 were not available; 5000 credits came back.",)
    assert task.credits_micros == 1_250_000_000
    with pytest.raises(BadReply):
        ask(KINGCONG.submit(PROXIES), bought())


def test_a_proxy_never_shows_its_credentials_and_httpx_takes_it():
    """Neither repr nor str; the address is asked for by name."""
    request, found = answer(KINGCONG.proxies(), purchases(SOLD))
    assert request == [Request(method="GET", path="/v1p/proxy/purchases")]
    (proxy,) = found
    assert "pass" not in f"{proxy!r} {proxy} {found}"
    assert "us er" not in repr(proxy)
    assert httpx.Proxy(proxy.url).raw_auth == (b"user", b"pass")
    assert proxy.socks5_url == "socks5://us%20er:pass@host:1080"
    assert (proxy.ttl_minutes, proxy.credits) == (10, 1250)
    assert proxy.expires_at == CREATED_AT + 600_000_000


def test_a_proxy_without_its_address_has_that_of_socks5():
    """And one without a scheme has http."""
    listed = purchases({**SOLD, "proxy": None}, {**SOLD, "id": 2, "proxy": "u:p@h:1"})
    socks, plain = ask(KINGCONG.proxies(), listed)
    assert socks.url == "socks5://us%20er:pass@host:1080"
    assert plain.url == "http://u:p@h:1"


def test_a_purchase_is_polled_and_listed_by_its_ids():
    """Only its own proxies are in it."""
    listed = purchases(SOLD, {**SOLD, "id": 2}, {**SOLD, "id": 3})
    task = ask(KINGCONG.task(PROXIES, "1,3"), listed)
    assert (task.state, task.receipt, task.credits_micros) == (
        "done",
        "1,3",
        2_500_000_000,
    )
    assert [p.id for p in ask(KINGCONG.proxies("1,3"), listed)] == ["1", "3"]
    with pytest.raises(BadReply):
        ask(KINGCONG.task(PROXIES, "9"), listed)
