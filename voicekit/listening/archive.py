"""Where the answers to one test are kept: a library, under the test's fingerprint."""

from __future__ import annotations

import os
import weakref
from collections.abc import Hashable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pandas as pd

from voicekit.errors import InvalidSetting
from voicekit.library.answers import (
    KeptAnswer,
    Rows,
    answers_to,
    keep_answer,
    take_seat,
)
from voicekit.library.library import Library, default_folder
from voicekit.listening.record import fingerprint, long_table, planned
from voicekit.listening.sounds import Sounds

if TYPE_CHECKING:
    from voicekit.studio import Studio

__all__ = ["Archive", "addressed", "collect"]

SEAT = "seat 0"


class Archive:
    """The answers to one test.

    Parameters
    ----------
    plan : DataFrame
        Of the test.
    library : str or Path, optional
        The library's folder; as for ``Studio``.
    studio : Studio, optional
        Whose library it is instead.
    """

    def __init__(
        self, plan: pd.DataFrame, library: str | Path | None, studio: Studio | None
    ) -> None:
        self._plan = plan
        self._test = fingerprint(plan)
        self._raters = {str(one): one for one in plan["rater"].unique()}
        if studio is not None:
            self._library = studio.calls.engine.library
            self._close = weakref.finalize(self, lambda: None)
            return
        folder = Path(library).expanduser() if library else default_folder()
        self._library = Library(folder)
        # Also when a notebook's cell is run again and the old one is dropped.
        self._close = weakref.finalize(self, self._library.close)

    @property
    def test(self) -> str:
        """The fingerprint of the test."""
        return self._test

    def keep(self, rater: Hashable, screen: str, rows: Rows) -> None:
        """Keep an answer; when it returns, it is on disk."""
        who = (self._test, str(rater), screen)
        self._library.post(keep_answer, *who, rows).result()

    def answers(self, rater: Hashable = None) -> list[KeptAnswer]:
        """Return all answers, or one rater's."""
        name = None if rater is None else str(rater)
        return self._library.post(answers_to, self._test, name).result()

    def table(
        self, rater: Hashable = None, sounds: Sounds | None = None
    ) -> pd.DataFrame:
        """Return the long table of all answers, or of one rater's.

        ``sounds`` of the plan, where they are decoded already, save doing it again.
        """
        kept = self.answers(rater)
        levels = _levels(self._plan, kept, sounds)
        return long_table(self._plan, kept, self._test, levels)

    def rater(self, name: Hashable = None) -> Hashable:
        """Return who answers: as named, else as the page's address says, else a seat.

        Voilà gives its kernels the query of the address, and each reload a new kernel:
        without a name every reload would be a new rater.
        """
        named = addressed(os.environ.get("QUERY_STRING", "")) if name is None else name
        return self.seat() if named is None else self._raters.get(str(named), named)

    def seat(self) -> Hashable:
        """Take the place of the first rater whom nobody has been yet.

        Raises
        ------
        InvalidSetting
            If there is none left.
        """
        taken: str | None = self._library.post(
            take_seat, self._test, list(self._raters), SEAT
        ).result()
        if taken is None:
            raise InvalidSetting(
                f"All {len(self._raters)} raters of the plan have begun; name the one "
                "who goes on, or plan for more."
            )
        found: Hashable = self._raters[taken]
        return found

    def close(self) -> None:
        """Let go of the library. Closing twice does nothing."""
        self._close()


def collect(
    plan: pd.DataFrame,
    *,
    library: str | Path | None = None,
    studio: Studio | None = None,
) -> pd.DataFrame:
    """Return the answers of all raters so far, and with them the key.

    For whoever runs the test. Trials without an answer are not in it.

    Parameters
    ----------
    plan : DataFrame
        The one that the sessions were made of.
    library, studio
        As for the sessions.

    Returns
    -------
    DataFrame
        The long table; see `Session.answers`.
    """
    archive = Archive(planned(plan), library, studio)
    try:
        return archive.table()
    finally:
        archive.close()


def addressed(query: str) -> str | None:
    """Return the rater whom the query of a page's address names, if it names one.

    Examples
    --------
    >>> addressed("rater=Ann%20Lee&lang=en"), addressed("lang=en")
    ('Ann Lee', None)
    """
    return parse_qs(query).get("rater", [None])[-1]


def _levels(
    plan: pd.DataFrame, kept: Iterable[KeptAnswer], known: Sounds | None
) -> str | None:
    """Return how levels were matched for these answers, in words."""
    targets = dict.fromkeys(
        row.get("target")
        for one in kept
        for row in one.rows
        if one.screen.startswith("trial ")
    )
    said = []
    for target in targets or [None]:
        same = known is not None and known.target == target
        sounds = known if same else Sounds.of(plan, target)
        said += [sounds.describe()] if sounds else []
    several = f"{len(said)} targets in one test: " if len(said) > 1 else ""
    return several + "; and ".join(said) if said else None
