"""Every call of `Studio` that makes sound or text, written once, as a coroutine."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from voicekit.clip import Clip
from voicekit.engine.clips import clips_of, transcript_of
from voicekit.engine.owned import Owned
from voicekit.engine.previews import preview
from voicekit.transcript import Transcript
from voicekit.voice import Voice, VoiceQuery

__all__ = ["Calls"]


class Calls(Owned):
    """What a studio can do. `Studio` blocks on these, ``studio.aio`` awaits them."""

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
        done = await self.make(
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
        done = await self.make(
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

        The idea may be empty where ``lyrics`` are given.
        ``parameters(provider, kind="music")`` lists the settings.
        """
        done = await self.make(
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
        done = await self.make(
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
        done = await self.make(
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

    async def preview(self, voice: str | Voice) -> Clip:
        """Return what the vendor plays for a voice: free, and fetched once.

        Raises
        ------
        Unsupported
            If the vendor has none for this voice.
        """
        chosen = await self.voice(voice)
        provider = self.provider_of(chosen.provider)
        return await preview(self.engine, provider, await self._described(chosen))

    async def _described(self, voice: Voice) -> Voice:
        """Return a voice as its vendor's list has it, if it is there."""
        if voice.preview_url is not None:
            return voice
        query = VoiceQuery(search=voice.id.rpartition("/")[2], shared=True)
        listed = await self.list_voices(query, voice.provider)
        return next((one for one in listed if one.voice == voice.voice), voice)
