"""The vendors' balances as witnesses: who asks for them, and of whom it is any use."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from voicekit.engine.witness import Witness
from voicekit.errors import VoicekitError
from voicekit.providers import Provider
from voicekit.task import to_micros

if TYPE_CHECKING:
    from voicekit.engine.engine import Engine

__all__ = ["witness_of"]


def witness_of(provider: Provider, engine: Engine) -> Witness | None:
    """Return a provider's witness; None where its balance can prove nothing."""
    if provider.repeatable or not provider.balance_is_prompt:
        return None
    is_alone = partial(engine.library.run, engine.library.owner.is_alone)
    return Witness(partial(_balance, provider, engine), is_alone)


async def _balance(provider: Provider, engine: Engine) -> int | None:
    try:
        found = await engine.ask(provider, provider.credits())
    except VoicekitError:
        return None  # a look that failed shows nothing
    return to_micros(found.balance)
