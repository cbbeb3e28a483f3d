"""Every call of `Studio`, written once, as a coroutine on the bridge's loop."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from voicekit import providers
from voicekit.clip import Clip
from voicekit.engine.clips import clip_of
from voicekit.engine.engine import Done, Engine
from voicekit.errors import InvalidSetting, UnknownProvider, UnknownVoice
from voicekit.job import Job, Kind
from voicekit.library.spending import SpendBy, attempts, spend_rows, task_rows
from voicekit.offer import Offer
from voicekit.providers import Provider
from voicekit.task import Estimate
from voicekit.voice import Voice, VoiceQuery, split_voice

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["WAIT_S", "Calls"]

WAIT_S = 600.0
"""How long a call waits for a job before it says that it still runs."""


class Calls:
    """What a studio can do. `Studio` blocks on these, ``studio.aio`` awaits them.

    Parameters
    ----------
    engine : Engine
        Performs the jobs.
    names : sequence of str
        The providers in use.
    """

    def __init__(self, engine: Engine, names: Sequence[str]) -> None:
        self._engine = engine
        self.names = tuple(names)

    async def providers(self) -> pd.DataFrame:
        """Return the providers in use: whether they answer, and what they can do.

        Returns
        -------
        DataFrame
            Index ``provider``; connected, health, balance, unit, kinds.
        """
        rows = [
            {
                "provider": provider.name,
                "connected": True,
                "health": "good",
                "unit": provider.unit,
                "kinds": ", ".join(provider.kinds),
            }
            for provider in map(providers.find, self.names)
        ]
        return await _frame("providers", rows)

    async def models(self, provider: str | None = None) -> pd.DataFrame:
        """Return the models of one provider, or of all in use.

        Returns
        -------
        DataFrame
            Index ``model``; provider, name, kinds, languages.
        """
        rows: list[dict[str, Any]] = []
        for one in self._chosen(provider):
            rows += [
                {
                    "model": model.id,
                    "provider": one.name,
                    "name": model.name,
                    "kinds": ", ".join(model.kinds),
                    "languages": ", ".join(model.languages),
                }
                for model in await self._engine.ask(one, one.models())
            ]
        return await _frame("models", rows)

    async def voices(  # noqa: PLR0913 - each narrows the list in its own way
        self,
        search: str | None = None,
        *,
        provider: str | None = None,
        language: str | None = None,
        gender: str | None = None,
        shared: bool = False,
        limit: int | None = 200,
    ) -> pd.DataFrame:
        """Return voices to choose from.

        Parameters
        ----------
        search : str, optional
            Words that must all occur in the voice's id, name, description or tags.
        provider, gender : str, optional
            Only these.
        language : str, optional
            BCP-47; ``"en"`` finds ``"en-GB"``, too.
        shared : bool
            Also list what the vendors' users share.
        limit : int or None
            How many at most, for each provider.

        Returns
        -------
        DataFrame
            Index ``voice``, as `speak` takes it.

        Examples
        --------
        >>> import voicekit as vk
        >>> with vk.Studio(providers=["offline"]) as studio:
        ...     studio.voices("welsh", limit=1).name.to_dict()
        {'offline:cy': 'Welsh'}
        """
        query = VoiceQuery(
            search=search, language=language, gender=gender, shared=shared, limit=limit
        )
        found = await self.list_voices(query, provider)
        return await _frame("voices", map(_voice_row, found))

    async def list_voices(
        self, query: VoiceQuery, provider: str | None = None
    ) -> list[Voice]:
        """Return voices as values, for panels."""
        found: list[Voice] = []
        for one in self._chosen(provider):
            found += await self._engine.ask(one, one.voices(query))
        return found

    async def voice(self, voice: str | Voice) -> Voice:
        """Return a voice by its name, ``"provider:id"``.

        Raises
        ------
        UnknownVoice, UnknownProvider
            If there is none of that name; the message says which is nearest.
        """
        if isinstance(voice, Voice):
            return voice
        if not isinstance(voice, str):
            raise UnknownVoice(
                f"A voice is written 'provider:id', such as 'offline:en-us'; this is "
                f"{type(voice).__name__}."
            )
        name, voice_id = split_voice(voice)
        return self._provider(name).voice(voice_id)

    async def parameters(
        self, target: str | Voice, *, kind: Kind = "speech", model: str | None = None
    ) -> pd.DataFrame:
        """Return every setting that a voice or a provider accepts.

        Parameters
        ----------
        target : str or Voice
            A voice, or a provider's name.
        kind : str
            The kind of job, ``"speech"`` unless said otherwise.

        Returns
        -------
        DataFrame
            Index ``name``; kind, minimum, maximum, step, default, choices, unit, help.

        Examples
        --------
        >>> import voicekit as vk
        >>> with vk.Studio(providers=["offline"]) as studio:
        ...     int(studio.parameters("offline").loc["rate", "maximum"])
        450
        """
        offer = await self.offer(target, kind=kind, model=model)
        rows = (setting.model_dump() for setting in offer.declared)
        return await _frame("parameters", [_parameter_row(row) for row in rows])

    async def offer(
        self, target: str | Voice, *, kind: Kind = "speech", model: str | None = None
    ) -> Offer:
        """Return the declaration of what is accepted, for panels."""
        if isinstance(target, str) and ":" not in target:
            return self._provider(target).offer(kind, model=model)
        voice = await self.voice(target)
        provider = self._provider(voice.provider)
        return provider.offer(kind, model=model, voice=voice.id)

    async def estimate(
        self,
        /,
        text: str,
        voice: str | Voice,
        *,
        kind: Kind = "speech",
        model: str | None = None,
        **settings: Any,
    ) -> Estimate:
        """Say what a call will cost, without making it.

        Examples
        --------
        >>> import voicekit as vk
        >>> with vk.Studio(providers=["offline"]) as studio:
        ...     studio.estimate("Hello!", "offline:en-us").evidence
        'free'
        """
        job = await self._job(kind, text, voice, model=model, settings=settings)
        return self._provider(job.provider).estimate(job)

    async def speak(  # noqa: PLR0913 - the names that DESIGN fixes
        self,
        /,  # so that a setting may even be called "self"
        text: str,
        voice: str | Voice,
        *,
        model: str | None = None,
        format: str | None = None,  # noqa: A002 - DESIGN's name
        take: int = 1,
        timeout: float | None = None,
        **settings: Any,
    ) -> Clip:
        """Make speech, or return what the same call made before, at no cost.

        Parameters
        ----------
        text : str
            Sent exactly as it is.
        voice : str or Voice
            ``"provider:id"``.
        model, format : str, optional
            The provider's own names; its default where left out.
        take : int
            Ask for another take of the same thing; each is paid for.
        timeout : float, optional
            Seconds to wait, ten minutes unless said otherwise. The job goes on.
        **settings
            Whatever `parameters` lists for this voice.

        Raises
        ------
        InvalidText, InvalidSetting, UnknownVoice
            Before anything is sent.
        StillRunning
            If the wait ends first; ``studio.clip(error.job)`` waits on.
        ProviderError
            If the provider refused or failed.

        Examples
        --------
        >>> import voicekit as vk
        >>> with vk.Studio(providers=["offline"]) as studio:
        ...     clip = studio.speak("Hello, world!", "offline:en-us", rate=160)
        >>> clip.words[0].text, clip.sample_rate, clip.credits
        ('Hello', 22050, 0.0)
        """
        job = await self._job(
            "speech",
            text,
            voice,
            model=model,
            format=format,
            take=take,
            settings=settings,
        )
        done = await self._engine.perform(job, WAIT_S if timeout is None else timeout)
        return self._clip(done)

    async def clip(self, job: str, *, timeout: float | None = None) -> Clip:
        """Return the clip of a job in `tasks`; waits if it is still running."""
        wait_s = WAIT_S if timeout is None else timeout
        return self._clip(await self._engine.await_job(job, wait_s))

    async def tasks(self) -> pd.DataFrame:
        """Return everything that was asked: one row for each attempt, oldest first.

        Returns
        -------
        DataFrame
            Index ``job``. What is not known is NA, never 0; ``cached`` counts the later
            calls that a row answered at no cost.
        """
        rows = await self._engine.library.transact(attempts)
        return await _frame("tasks", task_rows(rows, self._engine.library.files))

    async def spend(self, by: SpendBy = "provider") -> pd.DataFrame:
        """Return what was spent, grouped.

        Parameters
        ----------
        by : {"provider", "day", "model", "voice", "kind"}
            One row for each group and provider: the credits of different vendors are
            never added together.
        """
        rows = await self._engine.library.transact(attempts)
        table = await _frame("spend", spend_rows(rows, by))
        return table.rename_axis(index=by)

    async def forget(self, job: str) -> None:
        """Delete the audio and the text of a job here. What it cost stays on record."""
        await self._engine.forget(job)

    def _clip(self, done: Done) -> Clip:
        return clip_of(done.kept, self._engine.library.files, cached=done.cached)

    async def _job(  # noqa: PLR0913 - what makes a job
        self,
        kind: Kind,
        text: str,
        voice: str | Voice,
        *,
        model: str | None = None,
        format: str | None = None,  # noqa: A002
        take: int = 1,
        settings: Mapping[str, Any],
    ) -> Job:
        chosen = await self.voice(voice)
        provider = self._provider(chosen.provider)
        offer = provider.offer(kind, model=model, voice=chosen.id)
        who = chosen.voice
        return Job(
            provider=chosen.provider,
            kind=kind,
            text=offer.check_text(text, who),
            voice=chosen.id,
            model=offer.model,
            settings=offer.check_settings(settings, who),
            format=offer.check_format(format, who),
            take=_checked_take(take),
        )

    def _provider(self, name: str) -> Provider:
        provider = providers.find(name)
        if name not in self.names:
            raise UnknownProvider(
                f"This studio does not use {name}; it uses {', '.join(self.names)}. "
                f"Open one with Studio(providers=[{name!r}, ...])."
            )
        return provider

    def _chosen(self, name: str | None) -> Iterable[Provider]:
        return map(self._provider, self.names if name is None else (name,))


async def _frame(table: str, rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Make a table in a thread: importing pandas takes longer than a loop may stand."""
    return await asyncio.to_thread(_make_frame, table, rows)


def _make_frame(table: str, rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    from voicekit.library.tables import frame  # noqa: PLC0415 - no table, no pandas

    return frame(table, rows)


def _voice_row(voice: Voice) -> Mapping[str, Any]:
    row = {name: getattr(voice, name) for name in Voice.__dataclass_fields__}
    return {**row, "provider": voice.provider, "tags": ", ".join(voice.tags) or None}


def _parameter_row(declared: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a declaration's row; its decimals become the numbers of pandas."""
    return {
        name: float(value) if isinstance(value, Decimal) else value
        for name, value in declared.items()
    }


def _checked_take(take: int) -> int:
    if isinstance(take, bool) or not isinstance(take, int) or take < 1:
        raise InvalidSetting(f"take counts takes from 1, so it cannot be {take!r}.")
    return take
