"""Make every cell of a comparison, and put what came of it into one table."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from voicekit.comparison import Comparison
from voicekit.crossing import Cell, Crossing, cross
from voicekit.engine.calls import Calls
from voicekit.engine.forecasting import check_budget, forecast_of
from voicekit.engine.making import WAIT_S
from voicekit.engine.progress import Progress
from voicekit.forecast import CellPrice, Forecast, describe
from voicekit.job import Job
from voicekit.library.budget import reserved
from voicekit.library.ledger import Kept
from voicekit.library.states import State
from voicekit.offer import Offer
from voicekit.task import from_micros
from voicekit.voice import split_voice

__all__ = ["ComparedRow", "Comparing"]

_FREE = frozenset({State.RESERVED, State.REFUSED})
"""States in which nothing was sent, or nothing taken."""

ComparedRow = Mapping[str, Any]
"""What is known of one cell, by column."""

MOST_AT_ONCE = 16
"""Cells of one provider that are asked for at the same time."""

_NOT_MADE = "Not made: it was stopped before. Compare again to complete it."


class Comparing(Calls):
    """The calls that make many speeches, and keep the rest when one fails."""

    async def compare(
        self,
        /,
        texts: object,
        voices: object,
        *,
        settings: Mapping[str, Mapping[str, Any]] | None = None,
        **axes: Any,
    ) -> Comparison:
        """Let voices speak the same texts, with settings varied.

        Everything is checked before the first request, and the expected cost is shown
        and held against the budget. A clip that fails is a row with its error. An
        interrupt keeps what is done; the same call again makes what is missing, and
        pays for nothing twice.

        Parameters
        ----------
        texts : str, sequence of str, or mapping of id to str
            What is said.
        voices : str, Voice, or sequence of these
            Who says it.
        settings : mapping, optional
            Settings of a voice, or of all voices of a provider:
            ``{"kie:Rachel": {"stability": 0.3}, "kling": {"voice_speed": 1.2}}``.
        **axes
            A scalar is set for all voices; a list is varied. ``model``, ``format`` and
            ``take`` may be varied, too. A voice that has no such setting speaks once,
            and a warning says so.

        Returns
        -------
        Comparison
            ``frame`` has one row for each clip; shown, it is a table of players.

        Raises
        ------
        InvalidText, InvalidSetting, UnknownVoice, Unsupported
            Before anything is sent.
        BudgetExceeded
            If all of it could cost more than the budget leaves. Nothing was sent.

        Examples
        --------
        >>> import voicekit as vk
        >>> with vk.Studio(providers=["offline"]) as studio:
        ...     made = studio.compare(["Hello."], "offline:en-us", rate=[120, 240])
        >>> made.frame[["voice", "rate", "ok"]].values.tolist()
        [['offline:en-us', 120, True], ['offline:en-us', 240, True]]
        """
        crossing = self.crossing(texts, voices, settings, axes)
        for warning in crossing.warnings:
            warnings.warn_explicit(warning, UserWarning, "voicekit", 0)
        forecasts = await self.forecast(await self.prices(crossing))
        check_budget(forecasts)
        progress = Progress(len(crossing.cells), describe(forecasts))
        try:
            await asyncio.to_thread(progress.open)
            rows = await self.make_cells(crossing, lambda *_: progress.advance())
        finally:
            progress.close()
        return await self.comparison(crossing, rows)

    def crossing(
        self,
        texts: object,
        voices: object,
        settings: Mapping[str, Mapping[str, Any]] | None,
        axes: Mapping[str, Any],
    ) -> Crossing:
        """Return the cells that a comparison asks for, checked, for panels."""
        return cross(
            texts,
            voices,
            settings=settings,
            varied=axes,
            offer_of=self._offer_of,
            shown=self.shown_voice,
        )

    async def prices(self, crossing: Crossing) -> list[CellPrice]:
        """Say what each cell will cost, for panels."""
        jobs = await self._jobs(crossing)
        return await asyncio.gather(*map(self._price, jobs))

    async def forecast(self, prices: Sequence[CellPrice]) -> list[Forecast]:
        """Return the sums of prices, one for each provider, for panels."""
        names = dict.fromkeys(price.provider for price in prices)
        return [
            forecast_of(
                [price for price in prices if price.provider == name],
                await self._left(name),
            )
            for name in names
        ]

    async def make_cells(
        self, crossing: Crossing, watch: Callable[[int, ComparedRow], object]
    ) -> list[ComparedRow]:
        """Ask for every cell, and call ``watch(number, row)`` at each that is done."""
        jobs = await self._jobs(crossing)
        gates = {job.provider: asyncio.Semaphore(MOST_AT_ONCE) for job in jobs}

        async def make(number: int, job: Job) -> ComparedRow:
            async with gates[job.provider]:
                row = await self._row(job)
            watch(number, row)
            return row

        return await asyncio.gather(*(make(*one) for one in enumerate(jobs)))

    async def comparison(
        self, crossing: Crossing, rows: Sequence[ComparedRow | None]
    ) -> Comparison:
        """Return what came of the cells; None stands for one that was not made."""
        units = {name: self.provider_of(name).unit for name in _providers(crossing)}
        lines = [
            {**self._asked(cell), **(row or await self._not_made(cell))}
            for cell, row in zip(crossing.cells, rows, strict=True)
        ]
        make = partial(_framed, lines, crossing.axes)
        return Comparison(
            frame=await asyncio.to_thread(make), crossing=crossing, units=units
        )

    def _offer_of(self, voice: str, model: str | None) -> Offer:
        name, voice_id = split_voice(voice)
        provider = self.provider_of(name)
        provider.voice(voice_id)  # raises where a list proves that there is none
        return provider.offer("speech", model=model, voice=voice_id)

    def shown_voice(self, voice: str) -> str:
        """Return the name of a voice as it may be shown, for panels."""
        name, voice_id = split_voice(voice)
        return f"{name}:{self.provider_of(name).shown_voice(voice_id)}"

    async def _jobs(self, crossing: Crossing) -> list[Job]:
        return [await self._job_of(cell) for cell in crossing.cells]

    async def _job_of(self, cell: Cell) -> Job:
        name, voice_id = split_voice(cell.voice)
        return await self._job(
            "speech",
            self.provider_of(name),
            text=cell.text,
            voice=voice_id,
            model=cell.model,
            format=cell.format,
            take=cell.take,
            settings=cell.settings,
        )

    async def _left(self, name: str) -> float | None:
        budget = self.engine.budgets.get(name)
        if budget is None:
            return None
        library = self.engine.library
        issuer = f"{self.engine.connector.realm(self.provider_of(name))} {name}"
        used = await library.transact(reserved, library.owner.name, issuer)
        return from_micros(max(0, budget - used))

    def _asked(self, cell: Cell) -> dict[str, Any]:
        return {
            **cell.axes,
            "text_id": cell.text_id,
            "text": cell.text,
            "voice": self.shown_voice(cell.voice),
            "provider": split_voice(cell.voice)[0],
            "model": cell.model,
        }

    async def _not_made(self, cell: Cell) -> ComparedRow:
        return await self._failed(await self._job_of(cell), _NOT_MADE)

    async def _failed(self, job: Job, error: str) -> ComparedRow:
        """Return the row of a cell without a clip; it may have cost all the same."""
        kept = await self._kept(job)
        free = self.provider_of(job.provider).repeatable
        name = None if kept is None else kept.job["id"]
        cost = 0.0 if free else _cost(kept)
        return {"job": name, "ok": False, "error": error, "credits": cost}

    async def _row(self, job: Job) -> ComparedRow:
        try:
            done = await self.engine.perform(job, WAIT_S)
        except Exception as error:  # noqa: BLE001 - it is told in the row, whatever it is
            told = str(error) or type(error).__name__
            return await self._failed(job, f"{type(error).__name__}: {told}")
        clip = self._clip(done)
        return {
            "job": clip.job,
            "ok": True,
            "latency_s": clip.latency_s,
            "latency_slack_s": clip.latency_slack_s,
            "vendor_s": clip.vendor_s,
            "duration_s": clip.duration_s,
            "credits": clip.credits,
            "cached": clip.cached,
            "clip": clip,
        }


def _cost(kept: Kept | None) -> float | None:
    """Return what is on record; 0 where nothing was sent, or nothing was charged."""
    if kept is None or kept.state in _FREE or kept.attempt["billed"] == "no":
        return 0.0
    return from_micros(kept.attempt["credits_micros"])


def _providers(crossing: Crossing) -> set[str]:
    return {split_voice(cell.voice)[0] for cell in crossing.cells}


def _framed(rows: Sequence[ComparedRow], axes: Sequence[str]) -> Any:
    from voicekit.library.tables import comparison_frame  # noqa: PLC0415 - no pandas

    return comparison_frame(rows, axes)
