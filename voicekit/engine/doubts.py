"""What a user can do about a job that is held, at risk, or was left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from voicekit.clip import Clip
from voicekit.engine.calls import WAIT_S
from voicekit.engine.comparing import Comparing
from voicekit.engine.listing import make_frame
from voicekit.errors import InvalidSetting
from voicekit.library.ledger import Change, now_us
from voicekit.library.spending import attempts, held_rows, task_rows
from voicekit.library.states import State
from voicekit.task import from_micros

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Doubts"]


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
        """
        found = await self.engine.evidence(job)
        certain = [receipt for receipt in found if receipt.is_certain]
        if len(certain) == 1:
            await self.adopt(job, certain[0].id)
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

    async def adopt(self, job: str, task_id: str) -> Clip:
        """Take a task of the provider for this held job, and wait for its result.

        Raises
        ------
        LibraryError
            If the task belongs to another job, or the job is not held.
        """
        await self.engine.adopt(job, task_id)
        return await self.clip(job)

    async def submit_again(self, job: str, *, timeout: float | None = None) -> Clip:
        """Send a held, failed or at-risk job once more. It may be billed twice."""
        wait_s = WAIT_S if timeout is None else timeout
        return self._clip(await self.engine.begin_again(job, wait_s))

    async def write_off(
        self, job: str, *, billed: Literal["yes", "no", "unknown"]
    ) -> None:
        """Close a held job: nothing will come of it.

        Parameters
        ----------
        billed : {"yes", "no", "unknown"}
            Whether the provider charged for it, as its own pages show. After ``"no"``
            the same call may be made again.
        """
        if billed not in ("yes", "no", "unknown"):
            raise InvalidSetting(
                f"billed is 'yes', 'no' or 'unknown', not {billed!r}: look at the "
                "provider's own list of what it charged."
            )
        columns = {"billed": billed, "finished_at": now_us()}
        await self.engine.resolve(job, Change(state=State.FAILED, columns=columns))

    async def resume(self) -> pd.DataFrame:
        """Finish everything that an earlier kernel left behind.

        Returns
        -------
        DataFrame
            The rows of `tasks` for what was unfinished, as they are now.
        """
        names = set(await self.engine.resume())
        rows = await self.engine.library.transact(attempts)
        left = [row for row in rows if row["job"] in names]
        return await make_frame("tasks", task_rows(left, self.engine.library.files))
