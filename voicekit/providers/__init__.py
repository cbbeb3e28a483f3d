"""The providers by name: voicekit's own, and those that others add."""

from __future__ import annotations

import importlib
from functools import cache
from importlib.metadata import entry_points

from voicekit.errors import UnknownProvider, nearest
from voicekit.providers.base import Provider

__all__ = ["ENTRY_POINT_GROUP", "Provider", "find", "names", "register"]

ENTRY_POINT_GROUP = "voicekit.providers"

_BUILT_IN = {
    "offline": "voicekit.providers.offline:Offline",
    "kingcong": "voicekit.providers.kingcong:Kingcong",
    "voiceclone": "voicekit.providers.voiceclone:Voiceclone",
    "kling": "voicekit.providers.kling:Kling",
    "kie": "voicekit.providers.kie:Kie",
    "akool": "voicekit.providers.akool:Akool",
}
_registered: dict[str, type[Provider]] = {}


def names() -> tuple[str, ...]:
    """Return every provider's name, voicekit's own first."""
    return tuple(dict.fromkeys((*_BUILT_IN, *_entry_points(), *_registered)))


def find(name: str) -> Provider:
    """Return the provider of this name.

    Raises
    ------
    UnknownProvider
        If there is none; the message names the nearest.
    """
    if name in _registered:
        return _registered[name]()
    target = {**_entry_points(), **_BUILT_IN}.get(name)
    if target is None:
        known = names()
        raise UnknownProvider(
            f"There is no provider {name!r}.{nearest(name, known)} "
            f"Known are: {', '.join(known)}."
        )
    return _load(target)


def register(provider: type[Provider]) -> type[Provider]:
    """Add a provider until the process ends; usable as a class decorator.

    A package that should be found without being imported declares an entry point in
    the group ``voicekit.providers`` instead.
    """
    _registered[provider.name] = provider
    return provider


@cache
def _entry_points() -> dict[str, str]:
    return {point.name: point.value for point in entry_points(group=ENTRY_POINT_GROUP)}


@cache
def _load(target: str) -> Provider:
    module, _, attribute = target.partition(":")
    provider: Provider = getattr(importlib.import_module(module), attribute)()
    return provider
