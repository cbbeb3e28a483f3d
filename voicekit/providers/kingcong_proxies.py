"""Proxies that KingCong sells; their credentials are shown to nobody."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import groupby
from urllib.parse import quote

from voicekit.errors import BadReply
from voicekit.reading import Fields
from voicekit.task import Receipt, Task, from_micros, to_micros

__all__ = ["Proxy", "kept", "listed", "owned", "purchased", "purchases"]

_LONGEST_LIFE = 366 * 24 * 60
_ID = re.compile(r"[\w-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """One purchased proxy. Its addresses hold credentials, so a repr leaves them out.

    Examples
    --------
    >>> proxy = Proxy(id="1", url="http://user:pass@host:8000")
    >>> proxy
    Proxy(id='1', ttl_minutes=None, credits=None, expires_at=None)

    ``httpx.Client(proxy=proxy.url)`` goes through it.
    """

    id: str
    url: str = field(repr=False)
    """With user and password, as httpx takes it."""
    socks5_url: str = field(default="", repr=False)
    """The same as SOCKS5; empty where it does not speak it."""
    ttl_minutes: float | None = None
    credits: float | None = None
    expires_at: int | None = None
    """Microseconds since 1970, UTC."""


def purchased(body: Fields) -> Task:
    """Read the answer to a purchase.

    Raises
    ------
    BadReply
        If no proxy is in it.
    """
    data = body.fields("data")
    missing = data.number("unavailable_proxies") or 0
    refund = data.number("refunded_credits") or 0
    warning = f"{missing:g} were not available; {refund:g} credits came back."
    return _purchase(
        _proxies(data, "purchased_proxies"),
        total=data.micros("total_cost"),
        warnings=(warning,) if missing else (),
    )


def listed(body: Fields) -> list[Proxy]:
    """Return every proxy in the list of purchases."""
    return _proxies(body.fields("data"), "purchases")


def owned(proxies: list[Proxy], receipt: str) -> list[Proxy]:
    """Return those of one purchase."""
    ids = receipt.split(",")
    return [proxy for proxy in proxies if proxy.id in ids]


def kept(body: Fields, receipt: str) -> Task:
    """Read how a purchase is, from the list of them all.

    Raises
    ------
    BadReply
        If none of it is there.
    """
    task = _purchase(owned(listed(body), receipt))
    return replace(task, receipt=receipt)


def purchases(proxies: list[Proxy]) -> list[Receipt]:
    """Return what was bought together as one purchase each."""
    groups = groupby(sorted(proxies, key=_bought_at), key=_second)
    return [
        Receipt(
            id=_receipt(group),
            created_at=_bought_at(group[0]) or None,
            credits_micros=_cost(group),
        )
        for group in (list(members) for _, members in groups)
    ]


def _proxies(data: Fields, name: str) -> list[Proxy]:
    named = ((item.first_text("id") or "", item) for item in data.each(name))
    return [_proxy(given, item) for given, item in named if _ID.fullmatch(given)]


def _proxy(given: str, item: Fields) -> Proxy:
    socks5 = _socks5(item.fields("socks5"))
    url = item.first_text("proxy") or socks5
    return Proxy(
        id=given,
        url=url if "://" in url or not url else f"http://{url}",
        socks5_url=socks5,
        ttl_minutes=_life(item.number("ttl_minutes")),
        credits=from_micros(item.micros("credit_cost")),
        expires_at=item.time("expires_at"),
    )


def _life(minutes: float | None) -> float | None:
    return minutes if minutes is not None and 0 <= minutes <= _LONGEST_LIFE else None


def _socks5(socks: Fields) -> str:
    host, port = socks.first_text("host"), socks.first_text("port")
    if not host or not port:
        return ""
    user, password = socks.first_text("username"), socks.first_text("password")
    who = f"{quote(user, safe='')}:{quote(password or '', safe='')}@" if user else ""
    return f"socks5://{who}{host}:{port}"


def _purchase(
    proxies: list[Proxy], *, total: int | None = None, warnings: tuple[str, ...] = ()
) -> Task:
    if not proxies:
        raise BadReply("The answer names no proxy.")
    cost = _cost(proxies)
    return Task(
        state="done",
        receipt=_receipt(proxies),
        # What each cost is plain; whether the total is before a refund is not said.
        credits_micros=total if cost is None else cost,
        warnings=warnings,
        # A purchase is no longer what was bought as soon as one of them has ended.
        expires_at=min(
            filter(None, (proxy.expires_at for proxy in proxies)), default=None
        ),
        details={"proxies": [_shown(proxy) for proxy in proxies]},
    )


def _receipt(proxies: list[Proxy]) -> str:
    return ",".join(proxy.id for proxy in proxies)


def _shown(proxy: Proxy) -> dict[str, object]:
    shown = ("id", "ttl_minutes", "credits", "expires_at")
    return {name: getattr(proxy, name) for name in shown}


def _cost(proxies: list[Proxy]) -> int | None:
    costs = [proxy.credits for proxy in proxies]
    known = [cost for cost in costs if cost is not None]
    return to_micros(sum(known)) if len(known) == len(costs) else None


def _bought_at(proxy: Proxy) -> int:
    """Return when it was bought, which the list says as its end less its life."""
    if proxy.expires_at is None or proxy.ttl_minutes is None:
        return 0
    return round(proxy.expires_at - proxy.ttl_minutes * 60e6)


def _second(proxy: Proxy) -> int:
    return _bought_at(proxy) // 1_000_000
