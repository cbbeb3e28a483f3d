"""What came of a comparison: a table, players, measures, a plan, a report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from voicekit.clip import Clip
from voicekit.crossing import Crossing
from voicekit.errors import Unsupported
from voicekit.grid import Grid
from voicekit.report_file import write_report
from voicekit.tile import tile_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from voicekit.transcript import Transcript

__all__ = ["Comparison"]

Per = Literal["clip", "voice"]


@dataclass(frozen=True, repr=False, eq=False)
class Comparison:
    """Clips of the same texts by several voices; shown, it is a table of players.

    Attributes
    ----------
    frame : DataFrame
        One row for each clip: job, text_id, text, voice, provider, model, each axis,
        ok, error, latency_s, latency_slack_s, vendor_s, duration_s, credits, cached,
        clip. A clip that failed has its ``error``; a cost that is not known is NA.
    """

    frame: pd.DataFrame
    crossing: Crossing
    """What was asked for, row by row."""
    units: Mapping[str, str]
    """What each provider counts costs in."""
    made_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def axes(self) -> tuple[str, ...]:
        """The settings that were varied."""
        return self.crossing.axes

    @property
    def warnings(self) -> tuple[str, ...]:
        """Which voice spoke without which axis."""
        return self.crossing.warnings

    @property
    def clips(self) -> dict[int, Clip]:
        """The clips that were made, by the number of their row."""
        return {
            number: clip
            for number, clip in enumerate(self.frame["clip"])
            if isinstance(clip, Clip)
        }

    @property
    def spent(self) -> pd.DataFrame:
        """What this comparison cost; credits of two providers are never added.

        Returns
        -------
        DataFrame
            Index ``provider``; unit, clips, failed, cached, unknown (clips whose cost
            nobody told), credits (what this call cost; NA if nothing is known),
            earlier (what the clips from the library had cost when they were made).
        """
        from voicekit.tally import tally  # noqa: PLC0415 - needs pandas

        return tally(self.frame, self.units)

    def levels(self, target: float | None = None, *, per: Per = "clip") -> pd.DataFrame:
        """Return the gains that make the clips equally loud, by row.

        Parameters and columns are those of ``voicekit.listening.match_levels``.
        """
        from voicekit.listening import match_levels  # noqa: PLC0415 - an upward call

        return match_levels(self.clips, target, per=per)

    def grid(
        self, *, equal: bool = True, target: float | None = None, per: Per = "clip"
    ) -> Grid:
        """Return players in tables, one for each text, at equal loudness.

        Parameters
        ----------
        equal : bool
            False plays the vendors' own files. Else copies are played, in FLAC, whose
            gain makes them equally loud; the clips of `frame` stay as they are.
        target, per
            As for ``voicekit.listening.match_levels``.

        Raises
        ------
        Unsupported
            If what measures loudness is not installed.
        """
        sounds: dict[int, bytes | str] = {}
        notes = self.warnings
        if equal:
            from voicekit.listening import levelled  # noqa: PLC0415 - an upward call

            found = levelled(self.clips, target, per=per)
            notes = (*notes, found.summary)
            sounds = {
                number: found.sounds.get(number, "not at equal loudness")
                for number in self.clips
            }
        clips, problems = self.clips, self.frame["error"]
        tiles = (
            tile_of(cell, voice, clips.get(number) or problem, sounds.get(number))
            for number, (cell, voice, problem) in enumerate(
                zip(self.crossing.cells, self.frame["voice"], problems, strict=True)
            )
        )
        return Grid(tuple(tiles), notes)

    def measure(
        self, transcripts: Mapping[str, str | Transcript] | None = None
    ) -> pd.DataFrame:
        """Return what can be measured of the clips.

        Parameters
        ----------
        transcripts : mapping, optional
            What somebody, or `Studio.transcribe`, heard in a clip, by its job; for the
            word error rate, which the package jiwer computes.

        Returns
        -------
        DataFrame
            The rows of `frame`; text_id, voice, each axis, and what
            ``voicekit.listening.measure`` says of a clip. What cannot be measured is
            NA, and ``missing`` says why.
        """
        from voicekit.listening import measure  # noqa: PLC0415 - an upward call

        heard = {
            number: str(text)
            for number, clip in self.clips.items()
            if (text := (transcripts or {}).get(clip.job or "")) is not None
        }
        told = measure(self.clips, heard).reindex(range(len(self.frame)))
        told.index = self.frame.index
        told["missing"] = told["missing"].where(self.frame["ok"], "there is no clip")
        return self.frame[["text_id", "voice", *self.axes]].join(told)

    def plot(self) -> Figure:
        """Draw latency, cost and duration of each voice.

        Raises
        ------
        Unsupported
            If matplotlib is not installed.
        """
        from voicekit.comparison_plot import draw  # noqa: PLC0415 - an extra

        return draw(self.frame, self.units)

    def test(self, kind: str, **options: Any) -> pd.DataFrame:
        """Plan a listening test with these clips.

        Parameters
        ----------
        kind : str
            ``"ab"``, ``"mos"``, ``"mushra"``, …
        **options
            As for ``voicekit.listening.plan``: ``raters`` and ``seed`` are needed.

        Returns
        -------
        DataFrame
            A system is a voice with its axes, an item a text, and ``stimulus`` the
            label of a row of `frame`.

        Raises
        ------
        InvalidSetting
            If a voice lacks a text, because its clip failed.
        """
        from voicekit.listening import plan  # noqa: PLC0415 - an upward call

        return plan(self, kind, **options)

    def report(self, path: str | Path) -> Path:
        """Write all of it into one HTML file that needs nothing else.

        It holds the players, the tables, the settings and a paragraph on methods; it
        runs no script. In a folder it is called ``report.html``.
        """
        from voicekit.comparison_page import page  # noqa: PLC0415 - needs pandas

        return write_report(path, page(self))

    @property
    def caption(self) -> str:
        """What it is in one line of plain text."""
        cells = self.crossing.cells
        texts = len({cell.text_id for cell in cells})
        voices = len({cell.voice for cell in cells})
        failed = int((~self.frame["ok"]).sum())
        varied = f", {', '.join(self.axes)} varied" if self.axes else ""
        lost = f", {failed} failed" if failed else ""
        return (
            f"{_count(texts, 'text')} by {_count(voices, 'voice')}{varied}: "
            f"{_count(len(cells), 'clip')}{lost}"
        )

    def __repr__(self) -> str:
        return f"<Comparison of {self.caption}>"

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> dict[str, str]:
        del include, exclude
        return {"text/plain": repr(self), "text/html": self.to_html()}

    def to_html(self) -> str:
        """Return `grid` as HTML; as the vendors made it where nothing can level it."""
        return self.best_grid()[0].html

    def best_grid(self) -> tuple[Grid, bool]:
        """Return `grid`, and whether it is at equal loudness: if that can be made."""
        try:
            return self.grid(), True
        except Unsupported as error:
            grid = self.grid(equal=False)
            told = f"Not at equal loudness. {error}"
            return Grid(grid.tiles, (*grid.notes, told)), False


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' if number != 1 else ''}"
