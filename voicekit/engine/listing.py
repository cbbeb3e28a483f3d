"""What a studio can ask its providers for: voices, models, settings, balances."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from voicekit import providers
from voicekit.engine.catalogue import VoiceCache, from_all, or_error
from voicekit.engine.engine import Engine
from voicekit.engine.records import Records
from voicekit.engine.rows import (
    credits_row,
    make_frame,
    model_row,
    parameter_row,
    provider_row,
    voice_row,
)
from voicekit.errors import (
    InvalidSetting,
    UnknownProvider,
    UnknownVoice,
)
from voicekit.job import Kind
from voicekit.offer import Offer
from voicekit.providers import Provider
from voicekit.task import Credits
from voicekit.voice import Voice, VoiceQuery, check_filters, split_voice

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Listing"]


class Listing(Records):
    """The calls that ask providers, change nothing and cost nothing.

    Parameters
    ----------
    engine : Engine
        Performs the jobs.
    names : sequence of str
        The providers in use.
    """

    def __init__(self, engine: Engine, names: Sequence[str]) -> None:
        super().__init__(engine)
        self.names = tuple(names)
        self.remembered = VoiceCache()

    async def providers(self) -> pd.DataFrame:
        """Return the providers in use: whether they answer, and what they can do.

        Returns
        -------
        DataFrame
            Index ``provider``; connected, health, balance, unit, kinds.
        """
        rows = await asyncio.gather(*map(self._provider_row, self._chosen(None)))
        return await make_frame("providers", rows)

    async def credits(self) -> pd.DataFrame:
        """Return every vendor's balance, each in its own unit.

        Returns
        -------
        DataFrame
            Index ``provider``; balance, unit, regular, permanent, resets_at, seen_at,
            error.
        """
        vendors = [one for one in self._chosen(None) if not one.repeatable]
        rows = await asyncio.gather(*map(self._credits_row, vendors))
        return await make_frame("credits", rows)

    async def clones(self, provider: str | None = None) -> pd.DataFrame:
        """Return your own cloned voices.

        Returns
        -------
        DataFrame
            As `voices`, and created_at.
        """
        found = await from_all(
            self._chosen(provider), lambda one: self.engine.ask(one, one.clones())
        )
        return await make_frame("clones", map(voice_row, found))

    async def models(self, provider: str | None = None) -> pd.DataFrame:
        """Return the models of one provider, or of all in use.

        Returns
        -------
        DataFrame
            Index ``model``; provider, name, kinds, languages.
        """
        rows = await from_all(self._chosen(provider), self._model_rows)
        return await make_frame("models", rows)

    async def voices(  # noqa: PLR0913 - each narrows the list in its own way
        self,
        search: str | None = None,
        *,
        provider: str | None = None,
        language: str | None = None,
        gender: str | None = None,
        shared: bool = False,
        limit: int | None = 200,
        refresh: bool = False,
    ) -> pd.DataFrame:
        """Return voices to choose from; each list is remembered for a day.

        Parameters
        ----------
        search : str, optional
            Words that must all occur in the voice's id, name, description or tags.
        provider : str, optional
            Only its voices.
        gender : {"female", "male", "neutral", "non-binary"}, optional
            Only these.
        language : str, optional
            BCP-47; ``"en"`` finds ``"en-GB"``, too.
        shared : bool
            Also list what the vendors' users share.
        limit : int or None
            How many at most, for each provider.
        refresh : bool
            Ask the providers anew.

        Returns
        -------
        DataFrame
            Index ``voice``, as `speak` takes it.

        Raises
        ------
        InvalidSetting
            If the language is no code, or there is no such gender.

        Examples
        --------
        >>> import voicekit as vk
        >>> with vk.Studio(providers=["offline"]) as studio:
        ...     studio.voices("welsh", limit=1).name.to_dict()
        {'offline:cy': 'Welsh'}
        """
        if limit is not None and (not isinstance(limit, int) or limit < 0):
            raise InvalidSetting(f"limit is a number of voices or None, not {limit!r}.")
        check_filters(language, gender)
        query = VoiceQuery(
            search=search, language=language, gender=gender, shared=shared, limit=limit
        )
        for one in self._chosen(provider) if refresh else ():
            self.remembered.forget(one.name)
        found = await self.list_voices(query, provider)
        return await make_frame("voices", map(voice_row, found))

    async def list_voices(
        self, query: VoiceQuery, provider: str | None = None
    ) -> list[Voice]:
        """Return voices as values, for panels."""

        def ask(one: Provider) -> Coroutine[Any, Any, list[Voice]]:
            return self.remembered.get(
                one, query, lambda: self.engine.ask(one, one.voices(query))
            )

        return await from_all(self._chosen(provider), ask)

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
        return self.provider_of(name).voice(voice_id)

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
        return await make_frame("parameters", map(parameter_row, rows))

    async def offer(
        self, target: str | Voice, *, kind: Kind = "speech", model: str | None = None
    ) -> Offer:
        """Return the declaration of what is accepted, for panels."""
        if isinstance(target, str) and ":" not in target:
            return self.provider_of(target).offer(kind, model=model)
        voice = await self.voice(target)
        provider = self.provider_of(voice.provider)
        return provider.offer(kind, model=model, voice=voice.id)

    async def offers(
        self, voice: str | Voice, *, kind: Kind = "speech"
    ) -> Mapping[str | None, Offer]:
        """Return what each model of a voice accepts, the usual one first, for panels.

        Raises
        ------
        Unsupported
            If the voice cannot do this.
        """
        chosen = await self.voice(voice)
        provider = self.provider_of(chosen.provider)
        usual = provider.offer(kind, voice=chosen.id)
        others = provider.offers_for(kind, chosen.id)
        return {offer.model: offer for offer in (usual, *others)}

    async def _provider_row(self, provider: Provider) -> Mapping[str, Any]:
        if provider.repeatable:
            return provider_row(provider, "good")
        health, found = await asyncio.gather(
            or_error(lambda: self.engine.ask(provider, provider.health())),
            or_error(lambda: self._credits(provider)),
        )
        return provider_row(provider, health, found)

    async def _credits_row(self, provider: Provider) -> Mapping[str, Any]:
        return credits_row(provider, await or_error(lambda: self._credits(provider)))

    async def _credits(self, provider: Provider) -> Credits:
        return await self.engine.ask(provider, provider.credits())

    def provider_of(self, name: str) -> Provider:
        """Return a provider that this studio uses.

        Raises
        ------
        UnknownProvider
            If there is none of that name, or it is not in use.
        """
        provider = providers.find(name)
        if name not in self.names:
            has_key = self.engine.connector.is_connected(provider)
            login = "" if has_key else f" after voicekit.login({name!r}): it has no key"
            raise UnknownProvider(
                f"This studio does not use {name}; it uses {', '.join(self.names)}. "
                f"Open one with Studio(providers=[{name!r}, ...]){login}."
            )
        return provider

    def use(self, name: str) -> None:
        """Use one more provider from now on, for panels.

        Raises
        ------
        UnknownProvider
            If there is none of that name.
        """
        providers.find(name)
        self.names = tuple(dict.fromkeys((*self.names, name)))

    def _chosen(self, name: str | None) -> Sequence[Provider]:
        names = self.names if name is None else (name,)
        return [self.provider_of(one) for one in names]

    async def _model_rows(self, provider: Provider) -> list[Mapping[str, Any]]:
        models = await self.engine.ask(provider, provider.models())
        return [model_row(provider, model) for model in models]
