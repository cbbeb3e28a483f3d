"""The control of a running sandbox: faults, counts, money, time; and the start page."""

from __future__ import annotations

from dataclasses import asdict
from html import escape
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from voicekit.sandbox.desk import Desk
from voicekit.sandbox.fault_table import FAULTS
from voicekit.sandbox.faults import OPERATIONS, UnknownFault
from voicekit.sandbox.house import House
from voicekit.sandbox.limits import Limit

__all__ = [
    "addresses",
    "application",
    "armed",
    "callbacks",
    "clear",
    "clock",
    "counters",
    "fail",
    "faults",
    "ledger",
    "requests",
    "reset",
    "reset_all",
    "set_balance",
    "set_clock",
    "set_limit",
    "set_links",
    "start_page",
    "tasks",
    "trapped",
]

router = APIRouter()
of_vendor = APIRouter(prefix="/vendors/{vendor}")
_METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Fail(_Body):
    on: str
    """An operation, or the beginning of a path."""
    kind: str
    """A fault's name, or name:value."""
    times: int | None = Field(default=1, ge=1)


class _Balance(_Body):
    amount: float


class _Limit(_Body):
    most: int = Field(ge=0)
    window_s: float = Field(gt=0)
    operations: list[str] = []


class _Links(_Body):
    life_s: float = Field(gt=0)


class _Time(_Body):
    speed: float | None = Field(default=None, gt=0)
    advance_s: float = 0.0


async def _house(request: Request) -> House:
    house: House = request.app.state.house
    return house


TheHouse = Annotated[House, Depends(_house)]


async def _desk(vendor: str, house: TheHouse) -> Desk:
    try:
        return house.desks[vendor]
    except KeyError:
        known = ", ".join(house.desks)
        raise HTTPException(404, f"No vendor {vendor!r}. Known are: {known}.") from None


TheDesk = Annotated[Desk, Depends(_desk)]


def application(house: House) -> FastAPI:
    """Return the control's application."""
    app = FastAPI(title="voicekit sandbox", docs_url=None, redoc_url=None)
    app.state.house = house
    app.include_router(router)
    app.include_router(of_vendor)
    app.add_api_route("/trap", _trap, methods=_METHODS, include_in_schema=False)
    return app


@router.get("/", response_class=HTMLResponse)
async def start_page(house: TheHouse) -> str:
    """Say which address and key stand for which vendor."""
    rows = "".join(
        f"<tr><td>{escape(desk.sheet.title)}</td>"
        f"<td><code>{desk.files.origin}{desk.sheet.base_path}</code></td>"
        f"<td>{_credentials(desk)}</td></tr>\n"
        for desk in house.desks.values()
    )
    return _PAGE.format(rows=rows)


@router.get("/addresses")
async def addresses(house: TheHouse) -> dict[str, Any]:
    """Answer what the start page says."""
    return house.addresses()


@router.get("/faults")
async def faults() -> dict[str, Any]:
    """Answer the table of faults."""
    table = {name: fault._asdict() for name, fault in FAULTS.items()}
    return {"faults": table, "operations": OPERATIONS}


@of_vendor.post("/faults")
async def fail(asked: _Fail, desk: TheDesk) -> dict[str, Any]:
    """Arm a fault."""
    try:
        desk.arm(on=asked.on, kind=asked.kind, times=asked.times)
    except UnknownFault as error:
        raise HTTPException(422, str(error)) from None
    return await armed(desk)


@of_vendor.get("/faults")
async def armed(desk: TheDesk) -> dict[str, Any]:
    """Answer the faults that wait, and those that happened."""
    waiting = [asdict(row) for row in desk.faults.armed]
    return {"armed": waiting, "happened": desk.faults.happened}


@of_vendor.delete("/faults")
async def clear(desk: TheDesk) -> dict[str, Any]:
    """Forget the faults that wait."""
    desk.faults.clear()
    return await armed(desk)


@of_vendor.get("/counters")
async def counters(desk: TheDesk) -> dict[str, Any]:
    """Answer how much arrived, and what was accepted."""
    return desk.journal.counters()


@of_vendor.get("/requests")
async def requests(desk: TheDesk) -> list[dict[str, Any]]:
    """Answer every request that arrived."""
    return list(desk.journal.log)


@of_vendor.get("/ledger")
async def ledger(desk: TheDesk) -> dict[str, Any]:
    """Answer the balance, and every charge and refund."""
    entries = [asdict(entry) for entry in desk.account.entries]
    return {"balance": desk.account.balance, "entries": entries}


@of_vendor.put("/balance")
async def set_balance(asked: _Balance, desk: TheDesk) -> dict[str, Any]:
    """Change the balance."""
    desk.account.set_balance(asked.amount)
    return {"balance": desk.account.balance}


@of_vendor.put("/limit")
async def set_limit(asked: _Limit | None, desk: TheDesk) -> dict[str, Any]:
    """Change the rate limit; null for none."""
    desk.limit = Limit(**asked.model_dump()) if asked else None
    return {"limit": asked}


@of_vendor.put("/links")
async def set_links(asked: _Links, desk: TheDesk) -> dict[str, Any]:
    """Change how long a link to a result works; then the vendor gives another."""
    desk.files.link_life_s = asked.life_s
    return {"life_s": desk.files.link_life_s}


@of_vendor.get("/tasks")
async def tasks(desk: TheDesk) -> list[dict[str, Any]]:
    """Answer the tasks as they really stand."""
    return [
        {
            "id": task.id,
            "kind": task.kind,
            "asked": task.asked,
            "cost": task.cost,
            "state": task.state(desk.clock),
            "created": task.created,
            "ended": task.ended,
        }
        for task in desk.tasks.values()
    ]


@of_vendor.post("/reset")
async def reset(desk: TheDesk) -> dict[str, Any]:
    """Begin anew: balance, tasks, clones, faults, counts."""
    desk.reset()
    return {"balance": desk.account.balance}


@router.post("/reset")
async def reset_all(house: TheHouse) -> dict[str, Any]:
    """Let all vendors begin anew; the clock stays where it is."""
    for desk in house.desks.values():
        desk.reset()
    house.post.delivered.clear()
    house.trapped.clear()
    return house.addresses()


@router.get("/clock")
async def clock(house: TheHouse) -> dict[str, float]:
    """Answer what time it is for the vendors, and how fast they work."""
    return {"now": house.clock.now(), "speed": house.clock.speed}


@router.post("/clock")
async def set_clock(asked: _Time, house: TheHouse) -> dict[str, float]:
    """Change the vendors' speed, or move their clock forward."""
    if asked.speed is not None:
        house.clock.speed = asked.speed
    house.clock.advance(asked.advance_s)
    return await clock(house)


@router.get("/callbacks")
async def callbacks(house: TheHouse) -> list[dict[str, Any]]:
    """Answer every callback that was sent, and how it was answered."""
    return house.post.delivered


@router.get("/trapped")
async def trapped(house: TheHouse) -> list[dict[str, Any]]:
    """Answer who came to the trap, and what they brought."""
    return house.trapped


async def _trap(request: Request, house: TheHouse) -> dict[Literal["trapped"], bool]:
    body = await request.body()
    row = {
        "method": request.method,
        "headers": sorted(request.headers.keys()),
        "bytes": len(body),
    }
    house.trapped.append(row)
    return {"trapped": True}


def _credentials(desk: Desk) -> str:
    return "<br>".join(
        f"{escape(name)}: <code>{escape(secret)}</code>"
        for name, secret in desk.sheet.credentials.items()
    )


_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>voicekit sandbox</title></head>
<body><h1>voicekit sandbox</h1>
<p>Local stand-ins of five vendors. They speak with eSpeak NG, cost nothing, keep
everything in memory, and answer the commands of the vendors' own pages when host and
key are replaced by these:</p>
<table border="1" cellpadding="6">
<tr><th>Vendor</th><th>Address</th><th>Keys</th></tr>
{rows}</table>
<p>Their control: <a href="/addresses">addresses</a>, <a href="/faults">the table of
faults</a>, <a href="/clock">clock</a>, <a href="/callbacks">callbacks</a>,
<a href="/openapi.json">all of it</a>.</p>
</body></html>
"""
