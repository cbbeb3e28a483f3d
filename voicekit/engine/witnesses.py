"""The witness of each vendor whose balance may prove something."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from voicekit.engine.witness import Witness
from voicekit.errors import VoicekitError
from voicekit.providers import Provider
from voicekit.task import to_micros

if TYPE_CHECKING:
    from voicekit.engine.engine import Engine

__all__ = ["Witnesses"]


class Witnesses:
    """One witness for each provider, made when it is first asked for.

    Parameters
    ----------
    engine : Engine
        Asks the vendors for their balances.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._found: dict[str, Witness] = {}

    def find(self, provider: Provider) -> Witness | None:
        """Return a provider's witness; None where its balance can prove nothing."""
        if provider.repeatable or not provider.balance_is_prompt:
            return None
        if provider.name not in self._found:
            library = self._engine.library
            is_alone = partial(library.run, library.owner.is_alone)
            read = partial(self._balance, provider)
            self._found[provider.name] = Witness(read, is_alone)
        return self._found[provider.name]

    async def _balance(self, provider: Provider) -> int | None:
        try:
            found = await self._engine.ask(provider, provider.credits())
        except VoicekitError:
            return None  # a look that failed shows nothing
        return to_micros(found.balance)
