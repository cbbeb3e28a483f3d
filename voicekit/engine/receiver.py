"""Receives what vendors send by themselves: on this machine alone, and little of it.

A tunnel or a reverse proxy of the user's leads here. Whoever knows a task's path can
make us ask its vendor how it is, and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any, TypeAlias

from voicekit.errors import InvalidSetting

__all__ = ["LARGEST_BYTES", "Deliver", "Receiver"]

HOST = "127.0.0.1"
LARGEST_BYTES = 64 << 10
PATIENCE_S = 5.0
"""For the head of a request, and for a whole body."""
MOST_CONNECTIONS = 256

Deliver: TypeAlias = Callable[[str, bytes, Mapping[str, str]], Awaitable[int]]
"""Given a reference, a body and headers in lower case, returns the HTTP status."""

_TOO_LARGE, _TOO_SLOW, _NO_JSON = 413, 408, 415


class Receiver:
    """A server for callbacks; made anywhere, served on the engine's loop.

    Parameters
    ----------
    port : int
        Of 127.0.0.1.
    deliver : callable
        What becomes of a letter.

    Raises
    ------
    InvalidSetting
        If the port is taken, or the server is not installed.
    """

    def __init__(self, port: int, deliver: Deliver) -> None:
        try:
            self._socket = socket.create_server((HOST, port), backlog=512)
        except OSError as error:
            raise InvalidSetting(
                f"webhook_port {port} of this machine cannot be used: "
                f"{error.strerror}. Name another, or close who has it."
            ) from None
        try:
            self._server = _server(deliver)
        except ModuleNotFoundError as missing:
            self._socket.close()
            raise InvalidSetting(
                f"webhooks= needs {missing.name}: pip install 'voicekit[webhooks]'."
            ) from None
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to serve."""
        self._serving = asyncio.create_task(self._server.serve([self._socket]))

    async def aclose(self) -> None:
        """Stop, and let go of the port."""
        if self._serving is not None:
            self._server.should_exit = self._server.force_exit = True
            await self._serving
        self._socket.close()


def _server(deliver: Deliver) -> Any:
    # Only here: a studio without webhooks needs neither of the two.
    import uvicorn  # noqa: PLC0415
    from uvicorn.protocols.http.h11_impl import H11Protocol  # noqa: PLC0415

    class Server(uvicorn.Server):
        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield  # they belong to the kernel

    class Protocol(H11Protocol):
        """Lets go of who is connected, and has not asked anything new in time."""

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._wait()

        def on_response_complete(self) -> None:
            self._wait()
            super().on_response_complete()

        def _wait(self) -> None:
            self.loop.call_later(PATIENCE_S, self._end_unless_asked, self.cycle)

        def _end_unless_asked(self, last: object) -> None:
            if self.cycle is last:
                self.transport.abort()

    config = uvicorn.Config(
        _application(deliver),
        http=Protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,  # paths are secret
        log_level="critical",
        date_header=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=int(PATIENCE_S),
        limit_concurrency=MOST_CONNECTIONS,
        timeout_graceful_shutdown=1,
    )
    return Server(config)


def _application(deliver: Deliver) -> Any:
    from fastapi import FastAPI, Request, Response  # noqa: PLC0415

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    async def receive(request: Request) -> Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        # What stands before it depends on the tunnel.
        reference = request.url.path.rpartition("/")[2]
        status, body = await _read(request)
        return Response(
            None, status if body is None else await deliver(reference, body, headers)
        )

    app.add_route("/{path:path}", receive, methods=["POST"])
    return app


async def _read(request: Any) -> tuple[int, bytes | None]:
    """Return the body, or None and why there is none."""
    kind = request.headers.get("content-type", "json").lower()
    if "json" not in kind:
        return _NO_JSON, None
    body = bytearray()
    try:
        async with asyncio.timeout(PATIENCE_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > LARGEST_BYTES:
                    return _TOO_LARGE, None
    except TimeoutError:
        return _TOO_SLOW, None
    return 200, bytes(body)
