"""Let several voices say the same texts, with settings varied, side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial

import ipywidgets as widgets

from voicekit.comparison import Comparison
from voicekit.crossing import Crossing
from voicekit.engine.comparing import ComparedRow
from voicekit.engine.forecasting import check_budget
from voicekit.errors import InvalidSetting, VoicekitError
from voicekit.forecast import CellPrice, Forecast
from voicekit.grid import Grid
from voicekit.panels.axis import Axis
from voicekit.panels.frame import framed
from voicekit.panels.markup import Markup
from voicekit.panels.notice import Notice
from voicekit.panels.panel import NOT_WAITING, STOPPED, Panel
from voicekit.panels.price import bill, never_charge
from voicekit.panels.submit import Shown, Submit
from voicekit.panels.voice_picker import VoicePicker
from voicekit.parameters import Setting
from voicekit.studio import Studio
from voicekit.tile import planned_tile

__all__ = ["Compare"]

MOST_CLIPS = 200
"""In one table; `Studio.compare` has no such limit."""

_NO_VOICES = "Choose a voice in the list, and press Add voices."
_TEXTS = "The quick brown fox jumps over the lazy dog.\nMind the gap, please."


class Compare(Panel):
    """Texts by voices by one or two settings: what it costs, then how it sounds.

    The table is an ordinary output below the panel, so that a saved notebook plays it
    with no kernel, also untrusted; each clip stands in it once.

    Parameters
    ----------
    studio : Studio
        Who speaks.

    Attributes
    ----------
    comparison : Comparison or None
        What was made last.
    """

    parts = ("grid",)

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.comparison: Comparison | None = None
        self._priced: Crossing | None = None
        self._running: tuple[Crossing, list[ComparedRow | None]] | None = None
        self.texts = _lines("Texts, one in a line", _TEXTS)
        self.picker = VoicePicker(studio)
        self.picker.stand_within()
        self._first = self.picker.value or ""
        self.voices = _lines("Voices, one in a line", self._first)
        self.add_button = widgets.Button(
            description="Add voices",
            tooltip="Compare the marked voices, else the chosen one",
        )
        self.axes = (Axis("Vary"), Axis("Vary also"))
        self.button = Submit(description="Compare", controls=self._controls())
        self.stop_button = widgets.Button(
            description="Stop", tooltip="Stop waiting; what was made is kept"
        )
        self.cost, self.trouble = Notice(), Notice()
        self.plan = Markup()
        self._widget = self._arranged()
        self._listen()
        self._prepare()

    @property
    def widget(self) -> widgets.Widget:
        """The panel as one widget, without the table."""
        return self._widget

    def compare(self) -> None:
        """Make what is asked for.

        What has to be paid for is made only after its price was shown.
        """
        asked = self._asked()
        voices = {cell.voice for cell in asked.cells}
        if asked != self._priced and not never_charge(self.studio, voices):
            self._price()
            self.notice.tell("This is what it will cost; press again to pay for it.")
            return
        rows: list[ComparedRow | None] = [None] * len(asked.cells)
        self._running = asked, rows
        self.restart(self._make(asked, rows), self._show_made, self.notice)
        self._count(rows)

    def stop_comparing(self) -> None:
        """Wait no longer, and show what was made so far."""
        if self._running is None or not self.is_waiting(self.notice):
            self.notice.tell(NOT_WAITING)
            return
        asked, rows = self._running
        self.restart(self._finished(asked, [*rows]), self._show_made, self.notice)
        self.notice.tell(STOPPED)

    def refresh(self) -> None:
        """List the voices of every provider that the studio uses by now."""
        self.picker.refresh()

    def close(self) -> None:
        """Cancel every wait and take the panel off the screen."""
        self.picker.close()
        super().close()

    def add(self, voices: Sequence[str]) -> None:
        """Compare these, too; instead of what stands there until somebody chose."""
        before = [] if self.voices.value == self._first else self.chosen_voices()
        self._list([*before, *voices])

    def _list(self, voices: Sequence[str]) -> None:
        self.voices.value = "\n".join(dict.fromkeys(voices))

    def chosen_voices(self) -> list[str]:
        """Return the voices to compare."""
        return _read(self.voices)

    def _asked(self) -> Crossing:
        varied = {**self.axes[0].read(), **self.axes[1].read()}
        asked = self.studio.calls.crossing(
            _read(self.texts), self.chosen_voices(), None, varied
        )
        if len(asked.cells) > MOST_CLIPS:
            raise InvalidSetting(
                f"These are {len(asked.cells)} clips; a panel compares {MOST_CLIPS} at "
                "most. studio.compare(...) takes more."
            )
        return asked

    def _submit(self, shown: Shown | None) -> None:
        self.button.take_over(shown)
        self.compare()

    async def _make(
        self, asked: Crossing, rows: list[ComparedRow | None]
    ) -> tuple[Comparison, str]:
        def note(number: int, row: ComparedRow) -> None:
            rows[number] = row
            self.post(partial(self._count, rows))

        _, forecasts = await self._prices(asked)
        check_budget(forecasts)
        await self.studio.calls.make_cells(asked, note)
        return await self._finished(asked, rows)

    async def _finished(
        self, asked: Crossing, rows: Sequence[ComparedRow | None]
    ) -> tuple[Comparison, str]:
        made = await self.studio.calls.comparison(asked, rows)
        # Reads and levels sound: neither the kernel nor the loop waits for it.
        return made, await asyncio.to_thread(made.to_html)

    def _count(self, rows: Sequence[ComparedRow | None]) -> None:
        done = sum(row is not None for row in rows)
        if self._running is not None and self._running[1] is rows:
            self.notice.tell(f"Comparing … {done} of {len(rows)}")

    def _show_made(self, made: tuple[Comparison, str]) -> None:
        self.comparison, markup = made
        self._running = None
        self.plan.value = ""
        self.sheet.put("grid", markup)
        self.notice.tell(f"{self.comparison.caption}. {bill(self.comparison)}")
        self._price()

    def _add(self) -> None:
        chosen = [self.picker.value] if self.picker.value else []
        added = self.picker.values or chosen
        self._list([*self.chosen_voices(), *added])

    def _prepare(self) -> None:
        """Offer for variation whatever one of the voices accepts."""
        call = self._declared(self.chosen_voices())
        self.restart(call, self._show_settings, self.trouble)

    async def _declared(self, voices: Sequence[str]) -> Mapping[str, Setting | None]:
        found: dict[str, Setting | None] = {}
        for voice in voices:
            offer = await self.studio.calls.offer(voice)
            found |= {one.name: one for one in offer.declared if one.name not in found}
        return {**found, "take": None}

    def _show_settings(self, declared: Mapping[str, Setting | None]) -> None:
        self.trouble.clear()
        for axis in self.axes:
            axis.show(declared)
        self._price()

    def _price(self) -> None:
        """Show what is asked for and what it will cost, or what is wrong with it."""
        missing = [axis.missing for axis in self.axes if axis.missing]
        if not self.chosen_voices():
            missing = [_NO_VOICES]
        if missing:
            self._unprice()
            self.cost.note(missing[0])
            return
        try:
            asked = self._asked()
        except VoicekitError as error:
            self._unprice()
            self.cost.warn(str(error))
            return
        self.restart(self._prices(asked), partial(self._show_price, asked), self.cost)

    def _unprice(self) -> None:
        self.stop(self.cost)
        self._priced = None
        self.plan.value = ""

    async def _prices(
        self, asked: Crossing
    ) -> tuple[Sequence[CellPrice], Sequence[Forecast]]:
        prices = await self.studio.calls.prices(asked)
        return prices, await self.studio.calls.forecast(prices)

    def _show_price(
        self,
        asked: Crossing,
        told: tuple[Sequence[CellPrice], Sequence[Forecast]],
    ) -> None:
        prices, forecasts = told
        self._priced = asked
        self.cost.note("\n".join([*map(str, forecasts), *asked.warnings]))
        if self.comparison is None or self.comparison.crossing != asked:
            self.plan.value = self._planned(asked, prices)
        check_budget(forecasts)

    def _planned(self, asked: Crossing, prices: Sequence[CellPrice]) -> str:
        tiles = (
            planned_tile(
                cell,
                self.studio.calls.shown_voice(cell.voice),
                str(price),
            )
            for cell, price in zip(asked.cells, prices, strict=True)
        )
        return Grid(tuple(tiles)).html

    def _controls(self) -> list[widgets.Widget]:
        varied = (control for axis in self.axes for control in axis.controls)
        return [self.texts, self.voices, *varied]

    def _listen(self) -> None:
        self.button.on_submit(lambda shown: self.attempt(partial(self._submit, shown)))
        self.stop_button.on_click(lambda _: self.attempt(self.stop_comparing))
        self.add_button.on_click(lambda _: self.attempt(self._add))
        self.voices.observe(lambda _: self.attempt(self._prepare), "value")
        for control in self._controls():
            if control is self.voices:
                continue  # other voices have other settings: see _prepare
            control.observe(lambda _: self.attempt(self._price), "value")

    def _arranged(self) -> widgets.Widget:
        actions = widgets.HBox([self.button, self.stop_button])
        actions.add_class("voicekit-actions")
        varied = widgets.HBox([axis.widget for axis in self.axes])
        varied.add_class("voicekit-varied")
        left = widgets.VBox(
            [
                *(self.texts, self.voices, varied, self.trouble, self.cost),
                *(actions, self.notice, self.plan),
            ]
        )
        right = widgets.VBox([self.picker.widget, self.add_button])
        columns = widgets.Box([left, right])
        columns.add_class("voicekit-columns")
        return framed([columns], "compare")


def _lines(title: str, value: str) -> widgets.Textarea:
    return widgets.Textarea(
        value=value,
        description=title,
        rows=3,
        continuous_update=False,
        layout={"width": "auto"},
    )


def _read(lines: widgets.Textarea) -> list[str]:
    return [line.strip() for line in lines.value.splitlines() if line.strip()]
