"""What a studio's library tells: tasks, what was spent, favourites."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voicekit.engine.engine import Engine
from voicekit.engine.rows import make_frame
from voicekit.library.favourites import favour, favourites
from voicekit.library.ledger import now_us
from voicekit.library.remains import unsaved
from voicekit.library.spending import SpendBy, attempts, spend_rows, task_rows

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Records"]


class Records:
    """The calls that ask nobody but the library.

    Parameters
    ----------
    engine : Engine
        Whose library it is.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    async def tasks(self) -> pd.DataFrame:
        """Return everything that was asked: one row for each attempt, oldest first.

        Returns
        -------
        DataFrame
            Index ``job``. What is not known is NA, never 0; ``cached`` counts the later
            calls that a row answered at no cost.
        """
        rows = await self.engine.library.transact(attempts)
        return await make_frame("tasks", task_rows(rows, self.engine.library.files))

    async def unsaved(self) -> pd.DataFrame:
        """Return the rows of `tasks` whose result will end and is not here, for panels.

        The soonest first. `resume` saves what can be saved.
        """
        rows = unsaved(await self.engine.library.transact(attempts), now_us())
        return await make_frame("tasks", task_rows(rows, self.engine.library.files))

    async def spend(self, by: SpendBy = "provider") -> pd.DataFrame:
        """Return what was spent, grouped.

        Parameters
        ----------
        by : {"provider", "day", "model", "voice", "kind"}
            One row for each group and provider: the credits of different vendors are
            never added together.
        """
        rows = await self.engine.library.transact(attempts)
        table = await make_frame("spend", spend_rows(rows, by))
        return table.rename_axis(index=by)

    async def favourites(self) -> frozenset[str]:
        """Return the voices that the user marked, for panels."""
        return await self.engine.library.transact(favourites)

    async def favour(self, voice: str, *, is_favourite: bool) -> None:
        """Mark a voice as a favourite, or no longer, for panels."""
        await self.engine.library.transact(favour, voice, is_favourite=is_favourite)
