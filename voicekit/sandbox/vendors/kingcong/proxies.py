"""Kingcong's proxies: bought for minutes, and truly usable while they last."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter
from pydantic import Field

from voicekit.sandbox.account import number
from voicekit.sandbox.asked import Asked
from voicekit.sandbox.clock import iso
from voicekit.sandbox.desk import At, Desk
from voicekit.sandbox.faults import current
from voicekit.sandbox.ids import new_number
from voicekit.sandbox.vendors.kingcong import answers as says

__all__ = [
    "purchase",
    "purchases",
    "router",
]

PRICES = {5: 1250, 10: 2500}
"""Credits for one, by minutes."""

_PURCHASES = "purchases"
router = APIRouter(prefix="/v1p/proxy")


class _Purchase(Asked):
    ttl: Literal[5, 10]
    quantity: Annotated[int, Field(ge=1, le=100)]


@dataclass(frozen=True, slots=True)
class _Bought:
    row: says.Proxy
    made: float


@router.post("/purchase", tags=["submit"])
async def purchase(asked: _Purchase, desk: At) -> says.Purchase:
    """Sell proxies at once."""
    price = PRICES[asked.ttl]
    cost = price * asked.quantity
    desk.account.require(cost)
    armed = current.get()
    bought = _sell(desk, asked, price)
    if armed and armed.name == "accepted_twice":
        _sell(desk, asked, price)
    data: says.PurchaseData = {
        "purchased_proxies": [row.row for row in bought],
        "total_cost": cost,
        "total_purchased": asked.quantity,
        "requested_quantity": asked.quantity,
        "refunded_credits": 0,
        "unavailable_proxies": 0,
    }
    return {"success": True, "data": data}


@router.get("/purchases", tags=["list"])
async def purchases(desk: At) -> says.Purchases:
    """List all purchases, the newest first."""
    rows = [(bought.made, dict(bought.row)) for bought in reversed(_bought(desk))]
    listed: Any = desk.listed(rows)
    return {"success": True, "data": {"purchases": listed, "total": len(listed)}}


def _bought(desk: Desk) -> list[_Bought]:
    found: list[_Bought] = desk.shelf.setdefault(_PURCHASES, [])
    return found


def _sell(desk: Desk, asked: _Purchase, price: int) -> list[_Bought]:
    now = desk.clock.now()
    expires = now + asked.ttl * 60
    rows = [_proxy(desk, asked.ttl, price, expires) for _ in range(asked.quantity)]
    bought = [_Bought(row, now) for row in rows]
    _bought(desk).extend(bought)
    desk.charge(price * asked.quantity, str(rows[0]["id"]), "proxies")
    return bought


def _proxy(desk: Desk, minutes: int, price: int, expires: float) -> says.Proxy:
    user, password = f"user{secrets.token_hex(4)}", secrets.token_urlsafe(12)
    place = urlsplit(desk.proxies.open(user, password, expires))
    assert place.hostname is not None
    assert place.port is not None
    return {
        "id": new_number(),
        "proxy": f"http://{user}:{password}@{place.hostname}:{place.port}",
        "socks5": {
            "host": place.hostname,
            "port": place.port,
            "username": user,
            "password": password,
        },
        "ttl_minutes": minutes,
        "credit_cost": number(price),
        "expires_at": iso(expires),
    }
