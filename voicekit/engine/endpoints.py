"""A vendor's own endpoints, by the names that its provider gives them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from voicekit.engine.bridge import Bridge
from voicekit.engine.calls import Calls
from voicekit.errors import Unsupported, nearest
from voicekit.flow import Flow

__all__ = ["Endpoints"]


class Endpoints:
    """Every endpoint of one vendor that costs nothing, as blocking calls.

    ``dir()`` lists them; what they take and return stands in their help.

    Parameters
    ----------
    calls, bridge
        Of the studio.
    name : str
        The provider.
    """

    def __init__(self, calls: Calls, bridge: Bridge, name: str) -> None:
        self._calls = calls
        self._bridge = bridge
        self._provider = calls.provider_of(name)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):  # what IPython and copy look for
            raise AttributeError(name)
        flow = self._provider.endpoints.get(name)
        if flow is None:
            known = list(self._provider.endpoints)
            raise Unsupported(
                f"{self._provider.name} has no endpoint {name!r}."
                f"{nearest(name, known)} It has: {', '.join(known) or 'none'}."
            )
        return self._blocking(getattr(self._provider, flow))

    def purchase_proxies(
        self, ttl: int, quantity: int, *, take: int = 1, timeout: float | None = None
    ) -> list[Any]:
        """Buy proxies; see `Calls.purchase_proxies`. Each take is paid for once."""
        name = self._provider.name
        bought = self._calls.purchase_proxies(
            name, ttl, quantity, take=take, timeout=timeout
        )
        return self._bridge.run(bought)

    def __dir__(self) -> list[str]:
        paid = ["purchase_proxies"] if "proxies" in self._provider.kinds else []
        return sorted([*self._provider.endpoints, *paid])

    def __repr__(self) -> str:
        return f"<{self._provider.name}: {', '.join(dir(self))}>"

    def _blocking(self, flow: Callable[..., Flow[Any]]) -> Callable[..., Any]:
        @functools.wraps(flow)
        def blocking(*args: Any, **kwargs: Any) -> Any:
            asked = self._calls.engine.ask(self._provider, flow(*args, **kwargs))
            return self._bridge.run(asked)

        return blocking
