"""What was asked, how far it is, what it cost, and what has to be decided."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, get_args

import ipywidgets as widgets

from voicekit.engine.following import follow
from voicekit.errors import Unsupported
from voicekit.library.spending import Row as Attempt
from voicekit.library.spending import SpendBy, spend_rows
from voicekit.library.states import SHOWN
from voicekit.panels.frame import framed, offer_choices
from voicekit.panels.frozen import LEFT_OUT
from voicekit.panels.markup import Markup
from voicekit.panels.notice import Notice
from voicekit.panels.panel import Panel
from voicekit.panels.spend_plot import spend_plot
from voicekit.panels.submit import Shown, Submit
from voicekit.panels.table import Column, Table, row
from voicekit.panels.take import Take
from voicekit.panels.task_actions import ACTIONS, Action, Given
from voicekit.panels.task_rows import (
    SPEND_COLUMNS,
    TASK_COLUMNS,
    Wanted,
    attention,
    spend_table,
    task_table,
    urgencies,
)
from voicekit.studio import Studio

__all__ = ["Tasks"]

MOST_SHOWN = 100
"""Rows of tasks at a time; filters find the others."""

NAMED = 40
"""Characters of a text that name its task."""

_BALANCES = ("Provider", "Balance", "Health", "Kinds")
_BILLED = (("not known", "unknown"), ("billed", "yes"), ("not billed", "no"))


class Tasks(Panel):
    """Live tables of tasks, of what was spent, and of what each vendor has left.

    What is held, at risk or about to expire stands first, and is said above.

    Parameters
    ----------
    studio : Studio
        Whose library is shown, also what other kernels do with it.
    follows : bool
        Whether to watch the library; False where another panel does, and calls `show`.
    """

    parts = ("heard",)

    def __init__(self, studio: Studio, *, follows: bool = True) -> None:
        super().__init__(studio)
        self._attempts: Sequence[Attempt] = ()
        self._to_confirm: tuple[Action, Given] | None = None
        self.urgent, self.balance_line, self._live = Notice(), Notice(), Notice()
        self.state = widgets.Dropdown(
            options=_any_of(dict.fromkeys(SHOWN.values())), description="State"
        )
        self.provider = widgets.Dropdown(
            options=_providers(studio), description="Provider"
        )
        self.search = widgets.Text(
            description="Search", placeholder="text, voice, id …"
        )
        self.task_id = widgets.Text(description="Task id", placeholder="to adopt")
        self.billed = widgets.Dropdown(options=_BILLED, description="Write off as")
        self.by = widgets.Dropdown(options=get_args(SpendBy), description="Spend by")
        self.table = Table(TASK_COLUMNS, selectable=True)
        self.spend, self.plot = Table(SPEND_COLUMNS), Markup()
        self.balances = Table([Column(label=one, kind="text") for one in _BALANCES])
        self.buttons = {action.label: self._button(action) for action in ACTIONS}
        self._widget = self._arranged()
        for control in (self.state, self.provider, self.search):
            control.observe(lambda _: self.attempt(self._list), "value")
        self.by.observe(lambda _: self.attempt(self._sum), "value")
        if follows:
            self.follow(follow(studio.calls.engine.library), self.show, self._live)
        self.ask_balances()

    @property
    def widget(self) -> widgets.Widget:
        """The panel as one widget."""
        return self._widget

    @property
    def chosen(self) -> tuple[str, ...]:
        """The jobs whose rows are chosen."""
        # An earlier attempt stands for its job.
        return tuple(dict.fromkeys(key.split("/")[0] for key in self.table.chosen))

    def refresh(self) -> None:
        """Ask what is left at every vendor that the studio uses by now."""
        offer_choices(self.provider, _providers(self.studio))
        self.ask_balances()

    def ask_balances(self) -> None:
        """Ask every vendor, at no cost, what is left and whether it works."""
        calls = self.studio.calls
        self.restart(calls.providers(), self._show_balances, self.balance_line)

    def act(self, action: Action) -> None:
        """Do what a button says with what is chosen; at once, or once confirmed."""
        confirmed, self._to_confirm = self._to_confirm, None
        given = self._given()
        if action.needs_choice and not given.jobs:
            raise Unsupported(f"Choose tasks in the list, then press “{action.label}”.")
        if action.warning and confirmed != (action, given):
            self._to_confirm = (action, given)
            self.notice.tell(
                f"{action.warning} To go on with {self._named(given.jobs)}, press "
                f"“{action.label}” once more."
            )
            return
        done = partial(self._tell_done, action)
        self.start(action.run(self.studio.calls, given), done)
        self.notice.tell(f"{action.label} …")

    def hear(self) -> None:
        """Show players of the chosen tasks below the panel."""
        if not self.chosen:
            raise Unsupported("Choose tasks in the list, then press “Hear”.")
        self.start(self._players(self.chosen), self._show_heard)
        self.notice.tell("Hear …")

    async def _players(self, jobs: Iterable[str]) -> str:
        clips = [await self.studio.calls.clip(job) for job in jobs]
        # Reads the files: neither the kernel nor the loop waits for a disk.
        takes = [await asyncio.to_thread(Take.of, clip, None) for clip in clips]
        return "".join(take.to_html() for take in takes)

    def _show_heard(self, players: str) -> None:
        self.sheet.put("heard", players)
        self.notice.tell("They play below.")

    def _tell_done(self, action: Action, told: str) -> None:
        self.notice.tell(told)
        if not action.keeps_choice:
            self.table.chosen = []
        self.ask_balances()

    def _named(self, jobs: Iterable[str]) -> str:
        texts = {one["job"]: one["text"] or "" for one in self._attempts}
        return ", ".join(f"{job} “{texts.get(job, '')[:NAMED]}”" for job in jobs)

    def _given(self) -> Given:
        jobs = self.chosen
        receipts = (
            attempt["receipt"]
            for attempt in self._attempts
            if attempt["job"] in jobs and attempt["provider"] == "kingcong"
        )
        return Given(
            jobs=jobs,
            task_id=self.task_id.value.strip(),
            billed=self.billed.value,
            receipts=tuple(filter(None, receipts)),
        )

    def show(self, attempts: Sequence[Attempt]) -> None:
        """Show what the library holds by now."""
        self._attempts = attempts
        messages = attention(urgencies(attempts, datetime.now(UTC)))
        (self.urgent.warn if messages else self.urgent.note)("\n".join(messages))
        self._list()
        self._sum()

    def _list(self) -> None:
        wanted = Wanted(
            state=self.state.value,
            provider=self.provider.value,
            search=self.search.value,
        )
        now = datetime.now(UTC)
        rows, found = task_table(self._attempts, wanted, now, MOST_SHOWN)
        count = f"{found:,} of {len(self._attempts):,} tasks"
        if found > len(rows):
            count = f"{count}; the first {len(rows)} are shown, filters find others"
        self.table.show(rows, count)

    def _sum(self) -> None:
        spent = spend_rows(self._attempts, self.by.value)
        title = f"By {self.by.value}" if spent else "Nothing spent yet."
        self.spend.show(spend_table(spent), title)
        self.plot.value = spend_plot(spent, self.by.value)

    def _show_balances(self, table: Any) -> None:
        self.balance_line.clear()
        known = table.astype(object).where(table.notna(), None)
        self.balances.show(
            [
                row(
                    one.Index,
                    one.Index,
                    f"{one.balance:,.6g} {one.unit}" if one.balance is not None else "",
                    "rehearsal" if self.studio.sandbox else one.health or "",
                    one.kinds or "",
                )
                for one in known.itertuples()
            ]
        )

    def _button(self, action: Action) -> Submit:
        return self._submit(action.label, action.help, partial(self.act, action))

    def _submit(self, label: str, tip: str, act: Callable[[], None]) -> Submit:
        # A click must not overtake the choice that it is about.
        button = Submit(description=label, icon="", tooltip=tip)
        button.controls = [self.table, self.task_id, self.billed]
        press = partial(self._press, button, act)
        button.on_submit(lambda shown: self.attempt(partial(press, shown)))
        return button

    def _press(
        self, button: Submit, act: Callable[[], None], shown: Shown | None
    ) -> None:
        button.take_over(shown)
        act()

    def _arranged(self) -> widgets.Widget:
        ask = widgets.Button(description="Ask again", tooltip="Free of charge")
        ask.on_click(lambda _: self.attempt(self.ask_balances))
        filters = widgets.HBox([self.search, self.state, self.provider])
        settling = widgets.HBox([self.task_id, self.billed])
        by = widgets.HBox([self.by])
        for line in (filters, settling, by):
            line.add_class("voicekit-filters")
            line.add_class(LEFT_OUT)
        hear = self._submit("Hear", "Show players of the chosen tasks below", self.hear)
        actions = widgets.HBox([hear, *self.buttons.values()])
        actions.add_class("voicekit-actions")
        return framed(
            [
                self.urgent,
                *(_heading("Tasks"), actions, settling, self.notice, self._live),
                *(filters, self.table),
                *(_heading("Spend"), by, self.spend, self.plot),
                *(_heading("Balances", ask), self.balances, self.balance_line),
            ],
            "tasks",
        )


def _any_of(values: Iterable[str]) -> list[tuple[str, str]]:
    return [("any", ""), *((value, value) for value in values)]


def _providers(studio: Studio) -> list[tuple[str, str]]:
    return _any_of(studio.calls.names)


def _heading(title: str, *beside: widgets.Widget) -> widgets.Widget:
    heading = widgets.HBox([widgets.Label(title), *beside])
    heading.add_class("voicekit-heading")
    return heading
