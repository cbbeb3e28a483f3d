"""Carries a vendor's requests over HTTP, and shows the key to that vendor alone."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from voicekit.address import Address
from voicekit.engine.clients import Clients
from voicekit.engine.multipart import Multipart
from voicekit.errors import BadReply, KeyMissing
from voicekit.flow import NoReply, Reply, Request
from voicekit.keys import Secrets
from voicekit.providers.auth import Auth, Bearer, Header, Jwt, TokenExchange
from voicekit.reading import Fields

__all__ = ["HttpTransport"]

LONGEST_REPLY = 8 << 20
"""Bytes; what is longer is no answer of an API."""

DEADLINE_S = {True: 240.0, False: 60.0}
"""For a whole request that may cost, and for one that is free: an answer that drips in
byte by byte never runs into a read time-out."""

_NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


class HttpTransport:
    """One vendor's transport.

    Parameters
    ----------
    auth : Auth
        How the vendor wants to see the key.
    address : Address
        Where it is; the key is bound to it.
    find_secrets : callable
        Looks the key up, at each request: one that is set later in a notebook counts.
    clients : Clients
        Shared by all vendors.
    """

    def __init__(
        self,
        auth: Auth,
        address: Address,
        find_secrets: Callable[[], Secrets],
        clients: Clients,
    ) -> None:
        self._auth = auth
        self._address = address
        self._find_secrets = find_secrets
        self._clients = clients
        self._token: tuple[Mapping[str, str], str, float] = ({}, "", 0.0)

    async def send(self, request: Request, *, may_cost: bool = False) -> Reply:
        """Send one request with the key, and return the answer.

        Raises
        ------
        KeyMissing
            If there is no key; nothing was sent.
        NoReply
            If no whole answer came.
        """
        try:
            return await self._exchange(request, await self._authorization(), may_cost)
        except (KeyMissing, NoReply) as error:
            # The frames that it came through, and those of what caused it, hold the
            # key; and a traceback may show what frames hold.
            error.__context__ = None
            raise error.with_traceback(None) from None

    async def aclose(self) -> None:
        """Do nothing: the clients are shared."""

    async def _exchange(
        self,
        request: Request,
        headers: Mapping[str, str],
        may_cost: bool,  # noqa: FBT001
    ) -> Reply:
        client = self._clients.paid if may_cost else self._clients.free
        try:
            built = await self._built(client, request, headers)
        except (httpx.InvalidURL, ValueError, OSError):
            # `from None`: a header that cannot be encoded stands in the error, key and
            # all. ValueError is also UnicodeError.
            raise NoReply(
                "the request cannot be built", may_have_arrived=False
            ) from None
        try:
            # The deadline starts when there is a place: nothing is sent before.
            async with self._clients.places, asyncio.timeout(DEADLINE_S[may_cost]):
                return await _answer(client, built)
        except TimeoutError:
            raise NoReply(
                "the answer did not come in time", may_have_arrived=True
            ) from None
        except httpx.TransportError as error:
            # `from None`: the error holds the request, and the request the key.
            raise NoReply(
                f"the connection failed ({type(error).__name__})",
                may_have_arrived=not isinstance(error, _NEVER_SENT),
            ) from None

    async def _built(
        self, client: httpx.AsyncClient, request: Request, headers: Mapping[str, str]
    ) -> httpx.Request:
        content: bytes | Multipart | None = None
        if request.uploads or request.form:
            content = await asyncio.to_thread(Multipart, request)
            headers = {**headers, **content.headers}
        elif request.json is not None:
            content = json.dumps(request.json, ensure_ascii=False).encode()
            headers = {**headers, "Content-Type": "application/json"}
        return client.build_request(
            request.method,
            f"{self._address}{request.path}",
            params=httpx.QueryParams(request.query) if request.query else None,
            content=content,
            headers=headers,
        )

    async def _authorization(self) -> Mapping[str, str]:
        # A keyring may ask the desktop, and the desktop its user.
        secrets = await asyncio.to_thread(self._find_secrets)
        parts = {
            name: secret.reveal_for(self._address) for name, secret in secrets.items()
        }
        if isinstance(self._auth, Header):
            return {self._auth.name: parts["KEY"]}
        if isinstance(self._auth, TokenExchange) and "KEY" in parts:
            return {self._auth.header: parts["KEY"]}
        if isinstance(self._auth, Bearer) or "KEY" in parts:
            return {"Authorization": f"Bearer {parts['KEY']}"}
        return {"Authorization": f"Bearer {await self._made_token(self._auth, parts)}"}

    async def _made_token(
        self, auth: Jwt | TokenExchange, parts: Mapping[str, str]
    ) -> str:
        now = time.time()
        known, token, until = self._token
        if known != parts or until <= now:
            token, until = (
                _signed(auth, parts, now)
                if isinstance(auth, Jwt)
                else await self._exchanged(auth, parts, now)
            )
            self._token = (parts, token, until)
        return token

    async def _exchanged(
        self, auth: TokenExchange, parts: Mapping[str, str], now: float
    ) -> tuple[str, float]:
        body = {"clientId": parts["CLIENT_ID"], "clientSecret": parts["CLIENT_SECRET"]}
        asked = Request(method="POST", path=auth.path, json=body)
        try:
            reply = await self._exchange(asked, {}, may_cost=False)
        except NoReply as lost:
            # This was free: the request that needs the token was not sent.
            raise NoReply(lost.reason, may_have_arrived=False) from None
        if reply.status >= 500:  # noqa: PLR2004 - the vendor's fault, not the key's
            raise NoReply("it gives out no tokens now", may_have_arrived=False)
        try:
            # It lives for a year; an hour keeps a wrong one from living as long.
            return Fields.of(reply).text("token"), now + 3600
        except BadReply:
            raise KeyMissing(
                f"{self._address} did not accept the client id and the secret."
            ) from None


async def _answer(client: httpx.AsyncClient, request: httpx.Request) -> Reply:
    response = await client.send(request, stream=True)
    try:
        body = bytearray()
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > LONGEST_REPLY:
                raise NoReply("the answer has no end", may_have_arrived=True)
    finally:
        await response.aclose()
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Reply(status=response.status_code, headers=headers, body=bytes(body))


def _signed(auth: Jwt, parts: Mapping[str, str], now: float) -> tuple[str, float]:
    import jwt  # noqa: PLC0415 - one vendor's, and only with a secret key

    claims: dict[str, Any] = {
        "iss": parts["ACCESS_KEY"],
        "exp": int(now) + auth.life_s,
        "nbf": int(now) - auth.back_dated_s,
    }
    token = jwt.encode(claims, parts["SECRET_KEY"], algorithm="HS256")
    return token, now + auth.life_s - auth.renew_before_s
