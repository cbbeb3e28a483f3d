"""Every call of `Studio` that makes something, written once, as a coroutine."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from numbers import Integral, Real
from pathlib import Path
from typing import Any

from voicekit.clip import Clip
from voicekit.engine.clips import clip_of, clips_of, transcript_of
from voicekit.engine.engine import Done
from voicekit.engine.listing import Listing
from voicekit.errors import InvalidSetting
from voicekit.job import InputFile, Job, Kind
from voicekit.library.files import FileStore
from voicekit.library.ledger import find, retire
from voicekit.offer import FileRule, Offer
from voicekit.providers import Provider
from voicekit.task import Estimate
from voicekit.transcript import Transcript
from voicekit.voice import Voice, VoiceQuery

__all__ = ["WAIT_S", "Calls"]

MOST_TAKES = 1_000_000

WAIT_S = 600.0
"""How long a call waits for a job before it says that it still runs."""


class Calls(Listing):
    """What a studio can do. `Studio` blocks on these, ``studio.aio`` awaits them."""

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

        Parameters
        ----------
        text : str
            The text, prompt, idea or name; empty where the kind takes none.
        voice : str or Voice
            The voice; a provider's name for a kind that needs none, such as music.

        Examples
        --------
        >>> import voicekit as vk
        >>> with vk.Studio(providers=["offline"]) as studio:
        ...     studio.estimate("Hello!", "offline:en-us").evidence
        'free'
        """
        if isinstance(voice, str) and ":" not in voice:
            name, voice_id = voice, None
        else:
            chosen = await self.voice(voice)
            name, voice_id = chosen.provider, chosen.id
        provider = self.provider_of(name)
        job = await self._job(
            kind, provider, text=text, voice=voice_id, model=model, settings=settings
        )
        return await self.engine.estimate(job, provider)

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
        chosen = await self.voice(voice)
        done = await self._make(
            "speech",
            chosen.provider,
            text=text,
            voice=chosen.id,
            model=model,
            format=format,
            take=take,
            timeout=timeout,
            settings=settings,
        )
        return self._clip(done)

    async def progress(
        self,
        /,
        text: str,
        voice: str | Voice,
        *,
        model: str | None = None,
        format: str | None = None,  # noqa: A002
        **settings: Any,
    ) -> int | None:
        """Return how far speech is that was asked for, in percent, for panels.

        None where the vendor does not say, or was not asked yet.
        """
        chosen = await self.voice(voice)
        job = await self._job(
            "speech",
            self.provider_of(chosen.provider),
            text=text,
            voice=chosen.id,
            model=model,
            format=format,
            settings=settings,
        )
        kept = await self.engine.library.transact(find, key=job.key, take=job.take)
        percent: int | None = None if kept is None else kept.attempt["progress"]
        return percent

    async def sound_effect(  # noqa: PLR0913 - the names that DESIGN fixes
        self,
        /,
        prompt: str,
        *,
        provider: str = "kie",
        model: str | None = None,
        format: str | None = None,  # noqa: A002
        take: int = 1,
        timeout: float | None = None,
        **settings: Any,
    ) -> Clip:
        """Make a sound effect from a description.

        Parameters, errors and cost are as in `speak`; ``parameters(provider,
        kind="sound_effect")`` lists the settings.
        """
        done = await self._make(
            "sound_effect",
            provider,
            text=prompt,
            model=model,
            format=format,
            take=take,
            timeout=timeout,
            settings=settings,
        )
        return self._clip(done)

    async def music(
        self,
        /,
        idea: str,
        *,
        provider: str = "kingcong",
        model: str | None = None,
        take: int = 1,
        timeout: float | None = None,
        **settings: Any,
    ) -> list[Clip]:
        """Make music from an idea: one clip for each track, with its cover.

        ``parameters(provider, kind="music")`` lists the settings.
        """
        done = await self._make(
            "music",
            provider,
            text=idea,
            model=model,
            take=take,
            timeout=timeout,
            settings=settings,
        )
        return clips_of(done.kept, self.engine.library.files, cached=done.cached)

    async def dub(
        self,
        /,
        file: str | Path,
        target_language: str,
        *,
        provider: str = "kingcong",
        take: int = 1,
        timeout: float | None = None,
        **settings: Any,
    ) -> Clip:
        """Have a recording speak another language; the clip has a ``transcript``.

        Parameters
        ----------
        file : str or Path
            Kept in the library, so that the job can be finished later.
        target_language : str
            As the provider writes it; ``parameters(provider, kind="dubbing")`` lists
            them.
        """
        done = await self._make(
            "dubbing",
            provider,
            file=file,
            take=take,
            timeout=timeout,
            settings={**settings, "target_lang": target_language},
        )
        return self._clip(done)

    async def transcribe(
        self,
        /,
        file: str | Path,
        *,
        provider: str = "kingcong",
        take: int = 1,
        timeout: float | None = None,
        **settings: Any,
    ) -> Transcript:
        """Write down what is said in a recording, with the time of each word."""
        done = await self._make(
            "transcription",
            provider,
            file=file,
            take=take,
            timeout=timeout,
            settings=settings,
        )
        store = self.engine.library.files
        return await self.engine.library.run(
            partial(transcript_of, done.kept, store, cached=done.cached)
        )

    async def clone(
        self,
        /,
        file: str | Path,
        name: str,
        *,
        provider: str,
        take: int = 1,
        timeout: float | None = None,
        **settings: Any,
    ) -> Voice:
        """Make a voice from a recording, and return it once it can speak.

        Parameters
        ----------
        file : str or Path
            A sample of the voice; ``parameters(provider, kind="clone")`` has the rest.
        name : str
            What the voice is called at the provider.
        """
        done = await self._make(
            "clone",
            provider,
            text=name,
            file=file,
            take=take,
            timeout=timeout,
            settings=settings,
        )
        return Voice(voice=done.kept.attempt["details"]["voice"], name=name, owned=True)

    async def delete_clone(self, voice: str | Voice) -> None:
        """Delete one of your own voices at its provider."""
        chosen = await self.voice(voice)
        provider = self.provider_of(chosen.provider)
        await self.engine.ask(provider, provider.delete_clone(chosen.id))
        await self.engine.library.transact(retire, "clone", chosen.voice)

    async def purchase_proxies(
        self,
        provider: str,
        ttl: int,
        quantity: int,
        *,
        take: int = 1,
        timeout: float | None = None,
    ) -> list[Any]:
        """Buy proxies, or return those that the same call bought and that still live.

        Parameters
        ----------
        ttl : int
            How many minutes they live.
        take : int
            Ask for another purchase of the same.
        """
        done = await self._make(
            "proxies",
            provider,
            take=take,
            timeout=timeout,
            settings={"ttl": ttl, "quantity": quantity},
        )
        receipt = str(done.kept.attempt["receipt"]).split(",")
        vendor: Any = self.provider_of(provider)
        listed = await self.engine.ask(vendor, vendor.proxies())
        return [proxy for proxy in listed if proxy.id in receipt]

    async def preview(self, voice: str | Voice) -> Clip:
        """Return what the vendor plays for a voice: free, and fetched once.

        Raises
        ------
        Unsupported
            If the vendor has none for this voice.
        """
        chosen = await self.voice(voice)
        provider = self.provider_of(chosen.provider)
        return await self.engine.preview(provider, await self._described(chosen))

    async def _described(self, voice: Voice) -> Voice:
        """Return a voice as its vendor's list has it, if it is there."""
        if voice.preview_url is not None:
            return voice
        query = VoiceQuery(search=voice.id.rpartition("/")[2], shared=True)
        listed = await self.list_voices(query, voice.provider)
        return next((one for one in listed if one.voice == voice.voice), voice)

    async def clip(self, job: str, *, timeout: float | None = None) -> Clip:
        """Return the clip of a job in `tasks`; waits if it is still running."""
        wait_s = _checked_timeout(timeout)
        return self._clip(await self.engine.await_job(job, wait_s))

    async def forget(self, job: str) -> None:
        """Delete the audio and the text of a job here. What it cost stays on record."""
        await self.engine.forget(job)

    def _clip(self, done: Done) -> Clip:
        return clip_of(done.kept, self.engine.library.files, cached=done.cached)

    async def _make(  # noqa: PLR0913 - what makes a job
        self,
        kind: Kind,
        provider: str,
        *,
        text: str = "",
        voice: str | None = None,
        file: str | Path | None = None,
        model: str | None = None,
        format: str | None = None,  # noqa: A002
        take: int = 1,
        timeout: float | None = None,
        settings: Mapping[str, Any],
    ) -> Done:
        job = await self._job(
            kind,
            self.provider_of(provider),
            text=text,
            voice=voice,
            file=file,
            model=model,
            format=format,
            take=take,
            settings=settings,
        )
        return await self.engine.perform(job, _checked_timeout(timeout))

    async def _job(  # noqa: PLR0913 - what makes a job
        self,
        kind: Kind,
        provider: Provider,
        *,
        text: str = "",
        voice: str | None = None,
        file: str | Path | None = None,
        model: str | None = None,
        format: str | None = None,  # noqa: A002
        take: int = 1,
        settings: Mapping[str, Any],
    ) -> Job:
        offer = provider.offer(kind, model=model, voice=voice)
        shown = None if voice is None else provider.shown_voice(voice)
        who = provider.name if shown is None else f"{provider.name}:{shown}"
        return Job(
            realm=self.engine.connector.realm(provider),
            provider=provider.name,
            kind=kind,
            text=offer.check_text(text, who),
            voice=voice,
            shown_voice=shown,
            model=offer.model,
            settings=offer.check_settings(settings, who),
            format=offer.check_format(format, who),
            take=_checked_take(take),
            files=await self._files(offer, file, who),
        )

    async def _files(
        self, offer: Offer, file: str | Path | None, who: str
    ) -> Mapping[str, InputFile]:
        if offer.file is None or file is None:
            return {}
        library = self.engine.library
        return await library.run(
            partial(_taken_in, Path(file), offer.file, who, library.files)
        )


def _taken_in(
    path: Path, rule: FileRule, who: str, store: FileStore
) -> Mapping[str, InputFile]:
    """Copy a file into the library, so that the job can be finished later."""
    path = path.expanduser()
    _check_file(path, rule, who)
    kept = store.adopt(path)
    return {"file": InputFile(path=str(kept.path), sha256=kept.sha256, size=kept.size)}


def _check_file(path: Path, rule: FileRule, who: str) -> None:
    if path.suffix.lower().lstrip(".") not in rule.extensions:
        kinds = ", ".join(rule.extensions)
        raise InvalidSetting(f"{who} takes {kinds} files, and {path.name} is none.")
    try:
        size = path.stat().st_size
    except OSError as error:
        raise InvalidSetting(f"{path} cannot be read: {error.strerror}.") from None
    if not 0 < size <= rule.maximum_bytes:
        raise InvalidSetting(
            f"{path.name} has {size:,} bytes; {who} takes files of 1 to "
            f"{rule.maximum_bytes:,} bytes."
        )


def _checked_take(take: int) -> int:
    if isinstance(take, bool) or not isinstance(take, Integral):
        raise InvalidSetting(f"take is a whole number from 1, not {take!r}.")
    if not 1 <= take <= MOST_TAKES:
        raise InvalidSetting(f"take counts takes from 1 to {MOST_TAKES}.")
    return int(take)


def _checked_timeout(timeout: float | None) -> float:
    if timeout is None:
        return WAIT_S
    if isinstance(timeout, bool) or not isinstance(timeout, Real) or not timeout >= 0:
        raise InvalidSetting(f"timeout is a number of seconds, not {timeout!r}.")
    return float(timeout)
