"""What a user can do about a job that is held, at risk, or was left behind."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Literal

from voicekit import providers
from voicekit.clip import Clip
from voicekit.engine import refusal
from voicekit.engine.comparing import Comparing
from voicekit.engine.making import WAIT_S, checked_timeout
from voicekit.engine.rows import make_frame
from voicekit.errors import InvalidSetting, LibraryError
from voicekit.job import Job
from voicekit.library.claiming import NOBODY, begin_again
from voicekit.library.ledger import (
    Change,
    Kept,
    adopt,
    job_of,
    now_us,
    settle,
    unfinished,
)
from voicekit.library.spending import attempts, held_rows, task_rows
from voicekit.library.states import SHOWN, State
from voicekit.task import from_micros

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Doubts"]

AUDIBLE = frozenset(("speech", "sound_effect", "dubbing", "music"))
"""The kinds whose result is a clip; the first one where they are several."""

_CHECKED = (State.AMBIGUOUS, State.HELD, State.AT_RISK, State.FAILED)
"""The states of a job of which a vendor may know more than its ledger."""


class Doubts(Comparing):
    """The calls that settle what is not known.

    A paid request whose answer was lost is held: it counts as spent, and voicekit never
    sends it again by itself. These calls are how its user decides.
    """

    async def held(self) -> pd.DataFrame:
        """Return what may have cost, and of which nobody knows what became.

        Returns
        -------
        DataFrame
            Index ``job``; provider, kind, text, bound, reason, since, options.
        """
        rows = await self.engine.library.transact(attempts)
        return await make_frame("held", held_rows(rows))

    async def check(self, job: str) -> pd.DataFrame:
        """Look at the provider for what a held job may have started.

        What carries a mark that only this job sent is adopted at once. Anything else is
        returned, for you to compare and to `adopt`.

        Returns
        -------
        DataFrame
            Index ``task_id``; created_at, credits, certain.

        Raises
        ------
        Unsupported
            If the provider lists no such thing.
        LibraryError
            If there is nothing to look for: the job is done, or still under way.
        """
        kept = await self._in_doubt(job, *_CHECKED)
        callbacks = self.engine.callbacks
        if callbacks is not None and (told := await callbacks.confirmed(kept)):
            await self._adopt(kept, told)
            row = {"task_id": told, "created_at": None, "credits": None}
            return await make_frame("evidence", [{**row, "certain": True}])
        wanted = job_of(kept)
        provider = providers.find(wanted.provider)
        found = await self.engine.ask(provider, provider.find(wanted))
        certain = [receipt for receipt in found if receipt.is_certain]
        if len(certain) == 1:
            await self._adopt(kept, certain[0].id)
        return await make_frame(
            "evidence",
            [
                {
                    "task_id": receipt.id,
                    "created_at": receipt.created_at,
                    "credits": from_micros(receipt.credits_micros),
                    "certain": receipt.is_certain,
                }
                for receipt in found
            ],
        )

    async def adopt(self, job: str, task_id: str) -> Clip | None:
        """Take a task of the provider for a held or at-risk job, and wait for it.

        The provider is asked for the task first: one that it does not know is refused,
        and the job stays as it is.

        Returns
        -------
        Clip or None
            None where the job makes no sound, such as a clone.

        Raises
        ------
        LibraryError
            If the task belongs to another job, or the job is not in doubt.
        NotFound
            If the provider knows no such task.
        """
        kept = await self._in_doubt(job, State.HELD, State.AT_RISK)
        wanted = job_of(kept)
        provider = self.provider_of(wanted.provider)
        await self.engine.ask(provider, provider.task(wanted, task_id))
        return await self._adopt(kept, task_id)

    async def _adopt(self, kept: Kept, task_id: str) -> Clip | None:
        if await self.engine.library.transact(adopt, kept, task_id) is None:
            raise LibraryError(f"The task {task_id} belongs to another job.")
        done = await self.engine.perform(job_of(kept), WAIT_S)
        return self._clip(done) if kept.job["kind"] in AUDIBLE else None

    async def _in_doubt(self, name: str, *states: State) -> Kept:
        """Return a job that is in one of these states, and refuse any other.

        What a dead kernel left in doubt, and nobody has judged, is as good as held.
        """
        kept = await self.engine.find(name)
        is_left = kept.state is State.AMBIGUOUS and kept.attempt["owner"] == NOBODY
        if kept.state not in states and not is_left:
            raise LibraryError(
                f"Job {name} is {SHOWN[kept.state]}, not "
                f"{' or '.join(SHOWN[state] for state in states)}: nothing was changed."
            )
        return kept

    async def submit_again(
        self, job: str, *, timeout: float | None = None
    ) -> Clip | None:
        """Send a held, failed or at-risk job once more. It may be billed twice.

        Returns
        -------
        Clip or None
            None where the job makes no sound, such as a clone.
        """
        wait_s = checked_timeout(timeout)
        kept = await self.engine.find(job)
        again = job_of(kept)
        terms = await self.engine.terms(again, providers.find(again.provider))
        await self.engine.library.transact(begin_again, kept, terms)
        done = await self.engine.perform(again, wait_s)
        return self._clip(done) if again.kind in AUDIBLE else None

    async def write_off(
        self, job: str, *, billed: Literal["yes", "no", "unknown"]
    ) -> None:
        """Close a held job: nothing will come of it.

        Parameters
        ----------
        billed : {"yes", "no", "unknown"}
            Whether the provider charged for it, as its own pages show. After ``"no"``
            the same call may be made again.

        Raises
        ------
        LibraryError
            If the job is not held.
        """
        if billed not in ("yes", "no", "unknown"):
            raise InvalidSetting(
                f"billed is 'yes', 'no' or 'unknown', not {billed!r}: look at the "
                "provider's own list of what it charged."
            )
        kept = await self._in_doubt(job, State.HELD)
        columns = {
            "billed": billed,
            "finished_at": now_us(),
            "error": refusal.to_store(refusal.written_off(kept, billed)),
        }
        change = Change(state=State.FAILED, columns=columns)
        await self.engine.library.transact(settle, kept, change)

    async def resume(self) -> pd.DataFrame:
        """Finish everything that an earlier kernel left behind.

        Returns
        -------
        DataFrame
            The newest row of `tasks` for each job that was unfinished, as it is now.
        """
        library = self.engine.library
        names = await library.transact(unfinished)
        jobs = [job_of(await self.engine.find(name)) for name in names]
        mine = [job for job in jobs if self._is_here(job)]
        await asyncio.gather(
            *(self.engine.perform(job, None) for job in mine), return_exceptions=True
        )
        rows = await library.transact(attempts)
        newest = {row["job"]: row for row in rows}
        left = [newest[name] for name in names]
        return await make_frame("tasks", task_rows(left, self.engine.library.files))

    def _is_here(self, job: Job) -> bool:
        """Tell whether a job belongs to the world that this studio works in."""
        provider = providers.find(job.provider)
        return job.realm == self.engine.connector.realm(provider)
