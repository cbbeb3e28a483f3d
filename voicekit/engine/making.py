"""Turns what a user asks for into a job, and has it performed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from functools import partial
from numbers import Real
from pathlib import Path
from typing import Any

from voicekit.audio.file import duration_us
from voicekit.clip import Clip
from voicekit.engine.clips import clip_of
from voicekit.engine.flights import Done
from voicekit.engine.listing import Listing
from voicekit.errors import InvalidSetting
from voicekit.forecast import CellPrice
from voicekit.job import InputFile, Job, Kind, check_take
from voicekit.library.files import FileStore
from voicekit.library.forgetting import forget
from voicekit.library.ledger import Kept, find
from voicekit.library.states import LIVE
from voicekit.offer import FileRule, Offer
from voicekit.providers import Provider
from voicekit.task import Estimate
from voicekit.voice import Voice

__all__ = ["WAIT_S", "Making", "checked_timeout"]

WAIT_S = 600.0
"""How long a call waits for a job before it says that it still runs."""

LOOK_S = 0.5
"""How often the ledger is asked how far a job is."""

_NAMED = ("file", "model", "format", "take")
"""What a call is given beside its settings."""


class Making(Listing):
    """What all calls that make something share."""

    async def estimate(  # noqa: PLR0913 - whatever a call can be told
        self,
        /,
        text: str,
        voice: str | Voice,
        *,
        kind: Kind = "speech",
        file: str | Path | None = None,
        model: str | None = None,
        format: str | None = None,  # noqa: A002 - DESIGN's name
        **settings: Any,
    ) -> Estimate:
        """Say what a call will cost, without making it.

        Parameters
        ----------
        text : str
            The text, prompt, idea or name; empty where the kind takes none.
        voice : str or Voice
            The voice; a provider's name for a kind that needs none, such as music.
        file : str or Path, optional
            The file, for a kind that is paid by its length; it is only measured.

        Examples
        --------
        >>> import voicekit as vk
        >>> with vk.Studio(providers=["offline"]) as studio:
        ...     studio.estimate("Hello!", "offline:en-us").evidence
        'free'
        """
        job = await self._job_for(
            kind, voice, text=text, model=model, format=format, settings=settings
        )
        if file is not None:
            measured = await self.engine.library.run(partial(_measured, Path(file)))
            job = replace(job, files={"file": measured})
        return await self.engine.estimate(job, self.provider_of(job.provider))

    async def price(self, /, text: str, voice: str | Voice, **given: Any) -> CellPrice:
        """Say what a call will cost, and whether the library answers it, for panels.

        Parameters are as in `estimate`.
        """
        return await self._price(await self._called(text, voice, **given))

    async def _price(self, job: Job) -> CellPrice:
        kept = await self._kept(job)
        return CellPrice(
            provider=job.provider,
            is_stored=kept is not None and kept.state in LIVE,
            estimate=await self.engine.estimate(job, self.provider_of(job.provider)),
        )

    async def progress(
        self, /, text: str, voice: str | Voice, **given: Any
    ) -> AsyncIterator[int]:
        """Yield how far a call is, in percent, whenever its vendor says something new.

        Parameters are as in `estimate`. It ends only when it is no longer awaited.
        """
        job = await self._called(text, voice, **given)
        told = None
        while True:
            kept = await self._kept(job)
            percent = None if kept is None else kept.attempt["progress"]
            if percent not in (None, told):
                told = percent
                yield percent
            await asyncio.sleep(LOOK_S)

    async def clip(self, job: str, *, timeout: float | None = None) -> Clip:
        """Return the clip of a job in `tasks`; waits if it is still running."""
        wait_s = checked_timeout(timeout)
        return self._clip(await self.engine.await_job(job, wait_s))

    async def forget(self, job: str) -> None:
        """Delete the audio and the text of a job here. What it cost stays on record.

        Raises
        ------
        LibraryError
            If it still runs, for what it brings would come back; or if it is held, for
            the same call would then be sent again.
        """
        library = self.engine.library
        await self.engine.find(job)
        for sha256, size, media_type in await library.transact(forget, job):
            path = library.files.find(sha256, size, media_type).path
            await library.run(partial(path.unlink, missing_ok=True))

    async def make(
        self, kind: Kind, provider: str, *, timeout: float | None = None, **parts: Any
    ) -> Done:
        """Have a job made of `parts` performed, or find what it made before."""
        wait_s = checked_timeout(timeout)
        if not isinstance(parts.get("file", ""), str | Path):
            given = type(parts["file"]).__name__
            raise InvalidSetting(f"{provider} needs the path of a file, not {given}.")
        job = await self._job(kind, self.provider_of(provider), **parts)
        return await self.engine.perform(job, wait_s)

    async def _called(
        self, /, text: str, voice: str | Voice, *, kind: Kind = "speech", **given: Any
    ) -> Job:
        """Return the job of a call whose settings stand among what else it is given."""
        named = {part: given.pop(part) for part in _NAMED if part in given}
        return await self._job_for(kind, voice, text=text, **named, settings=given)

    async def _job_for(self, kind: Kind, voice: str | Voice, **parts: Any) -> Job:
        """Return a job for a voice, or for a provider where the kind needs no voice."""
        if isinstance(voice, str) and ":" not in voice:
            name, voice_id = voice, None
        else:
            chosen = await self.voice(voice)
            name, voice_id = chosen.provider, chosen.id
        return await self._job(kind, self.provider_of(name), voice=voice_id, **parts)

    async def _kept(self, job: Job) -> Kept | None:
        return await self.engine.library.transact(find, key=job.key, take=job.take)

    def _clip(self, done: Done) -> Clip:
        return clip_of(done.kept, self.engine.library.files, cached=done.cached)

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
            text=offer.check_text(text, who, settings),
            voice=voice,
            shown_voice=shown,
            model=offer.model,
            settings=offer.check_settings(settings, who),
            format=offer.check_format(format, who),
            take=check_take(take),
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
    file = InputFile(
        path=str(kept.path),
        sha256=kept.sha256,
        size=kept.size,
        duration_us=duration_us(kept.path),
    )
    return {"file": file}


def _measured(path: Path) -> InputFile:
    """Return what an estimate needs of a file, which is neither read nor kept."""
    length_us = duration_us(path.expanduser())
    return InputFile(path=str(path), sha256="", size=0, duration_us=length_us)


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


def checked_timeout(timeout: float | None) -> float:
    """Return how many seconds to wait."""
    if timeout is None:
        return WAIT_S
    if isinstance(timeout, bool) or not isinstance(timeout, Real) or not timeout >= 0:
        raise InvalidSetting(f"timeout is a number of seconds, not {timeout!r}.")
    return float(timeout)
