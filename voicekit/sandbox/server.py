"""Serves the five stand-ins and their control, each on its own port."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import uvicorn

from voicekit.sandbox import control
from voicekit.sandbox.application import application
from voicekit.sandbox.callbacks import Post
from voicekit.sandbox.clock import Clock
from voicekit.sandbox.desk import Desk
from voicekit.sandbox.front import Front
from voicekit.sandbox.house import House
from voicekit.sandbox.proxy import ForwardProxy
from voicekit.sandbox.speech import Speaker
from voicekit.sandbox.vendors import SHEETS
from voicekit.sandbox.wire import Protocol

__all__ = ["HOST", "run"]

HOST = "127.0.0.1"
"""Never another: the keys are printed, and nothing here is made to be public."""

_STARTING_S = 0.01
_CLOSING_S = 1


class _Server(uvicorn.Server):
    """A server that leaves the signals to the process, which runs six of them."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


async def run(*, port: int, speed: float, until_eof: bool) -> None:
    """Serve until told to stop, and say on standard output when that begins.

    Parameters
    ----------
    port : int
        Of the start page; the vendors have the ports after it. 0 for any free ones.
    speed : float
        How many seconds of a vendor's work are done in a second.
    until_eof : bool
        Whether to end when standard input closes, as it does when a parent ends.
    """
    sockets = [_bind(port + number if port else 0) for number in range(len(SHEETS) + 1)]
    house = _house([_origin(bound) for bound in sockets], speed)
    await house.proxies.start(HOST)
    servers = [_server(control.application(house))]
    servers += [_server(Front(application(d), d)) for d in house.desks.values()]
    pairs = zip(servers, sockets, strict=True)
    running = [asyncio.create_task(server.serve([bound])) for server, bound in pairs]
    while not all(server.started for server in servers):  # noqa: ASYNC110 - its one sign
        await asyncio.sleep(_STARTING_S)
    print(json.dumps(house.addresses()), flush=True)  # noqa: T201 - for the parent
    await _told_to_stop(until_eof=until_eof)
    for server in servers:
        server.should_exit = server.force_exit = True
    await asyncio.gather(*running)
    house.proxies.close()
    house.speaker.close()
    await house.post.close()


def _bind(port: int) -> socket.socket:
    return socket.create_server((HOST, port), backlog=512)


def _origin(bound: socket.socket) -> str:
    return f"http://{HOST}:{bound.getsockname()[1]}"


def _house(origins: list[str], speed: float) -> House:
    clock, speaker, post = Clock(speed), Speaker(), Post()
    proxies = ForwardProxy(clock)
    desks: dict[str, Desk] = {}
    for sheet, origin in zip(SHEETS, origins[1:], strict=True):
        desk = Desk(
            sheet=sheet, clock=clock, speaker=speaker, post=post, proxies=proxies
        )
        desk.files.origin, desk.trap = origin, f"{origins[0]}/trap"
        desks[sheet.name] = desk
    return House(
        origin=origins[0],
        clock=clock,
        speaker=speaker,
        post=post,
        proxies=proxies,
        desks=desks,
    )


def _server(app: Any) -> _Server:
    config = uvicorn.Config(
        app,
        http=Protocol,
        ws="none",
        lifespan="off",
        loop="asyncio",
        access_log=False,
        log_level="error",
        date_header=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_CLOSING_S,
    )
    return _Server(config)


async def _told_to_stop(*, until_eof: bool) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()

    def tell(*_: object) -> None:
        loop.call_soon_threadsafe(stop.set)

    handlers: Mapping[int, Any] = {
        number: signal.signal(number, tell)
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    if until_eof:
        threading.Thread(target=_wait_for_eof, args=[tell], daemon=True).start()
    await stop.wait()
    for number, handler in handlers.items():
        signal.signal(number, handler)


def _wait_for_eof(tell: Any) -> None:
    while os.read(sys.stdin.fileno(), 1 << 10):
        pass
    with contextlib.suppress(RuntimeError):  # the loop may have ended by itself
        tell()
