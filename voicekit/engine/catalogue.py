"""What several providers list: asked at the same time, voices remembered for a day."""

from __future__ import annotations

import asyncio
import time
import warnings
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import partial
from typing import Any, TypeVar

from voicekit.errors import VoicekitError
from voicekit.providers import Provider
from voicekit.voice import Voice, VoiceQuery

__all__ = ["VoiceCache", "from_all", "or_error"]

T = TypeVar("T")

REMEMBERED_S = 24 * 3600.0


class VoiceCache:
    """The lists of voices that were asked for in this kernel, each for a day."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lists: dict[tuple[str, VoiceQuery], tuple[float, list[Voice]]] = {}

    async def get(
        self,
        provider: Provider,
        query: VoiceQuery,
        ask: Callable[[], Awaitable[list[Voice]]],
    ) -> list[Voice]:
        """Return a list as it was remembered, else as `ask` brings it."""
        place = (provider.name, query)
        then, voices = self._lists.get(place, (float("-inf"), []))
        if self._now() - then > REMEMBERED_S:
            voices = await ask()
            self._lists[place] = self._now(), voices
        return voices

    def forget(self, provider: str) -> None:
        """Ask this provider anew: its voices have changed."""
        self._lists = {
            place: kept for place, kept in self._lists.items() if place[0] != provider
        }


async def from_all(
    providers: Sequence[Provider],
    ask: Callable[[Provider], Coroutine[Any, Any, Sequence[T]]],
) -> list[T]:
    """Return what all providers list, in their order.

    One that cannot be asked does not hide the others: a warning says that its part is
    missing, and why. Only where none can be asked is the first one's error raised.
    """
    answers = await asyncio.gather(*(or_error(partial(ask, one)) for one in providers))
    errors = [answer for answer in answers if isinstance(answer, VoicekitError)]
    if errors and len(errors) == len(answers):
        raise errors[0]
    found: list[T] = []
    for provider, answer in zip(providers, answers, strict=True):
        if isinstance(answer, VoicekitError):
            warnings.warn(f"{provider.name} is missing: {answer}", stacklevel=2)
        else:
            found += answer
    return found


async def or_error(ask: Callable[[], Awaitable[T]]) -> T | VoicekitError:
    """Return what is asked for, or why it is not to be had: for one row of many."""
    try:
        return await ask()  # made here: what is called off before leaves nothing
    except VoicekitError as error:
        return error
