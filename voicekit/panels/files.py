"""Clone, dub, transcribe, make sound effects and music: one form for all of them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from voicekit.errors import Unsupported, VoicekitError
from voicekit.job import Kind
from voicekit.offer import Offer
from voicekit.panels.forms import (
    FORMS,
    Filled,
    Form,
    Made,
    as_accepted,
    made_of_wav,
    rule_text,
)
from voicekit.panels.frame import framed, offer_choices
from voicekit.panels.intake import Intake
from voicekit.panels.notice import Notice
from voicekit.panels.panel import Panel
from voicekit.panels.result import result_html
from voicekit.panels.submit import CHANGED, Shown, Submit
from voicekit.panels.tuning import Tuning
from voicekit.studio import Studio
from voicekit.task import Estimate
from voicekit.voice import Voice

__all__ = ["Files"]

_NOBODY = "No provider of this studio makes anything of files."


class Files(Panel):
    """Have something made of a file or an idea.

    Which kinds there are, what they take and which settings they have comes from what
    the studio's providers declare. A file is checked in the browser, before it travels.
    Results are kept as an ordinary output below the panel.

    Parameters
    ----------
    studio : Studio
        Who makes it.
    """

    parts = ("results",)

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self._results: list[str] = []
        self._offer: Offer | None = None
        self._is_offering = False
        self.kind = widgets.Dropdown(description="What to do")
        self.provider = widgets.Dropdown(description="Provider")
        self.texts = {kind: _text_field(form) for kind, form in FORMS.items()}
        self.intake, self.path = (
            Intake(),
            widgets.Text(
                description="… or a file on the kernel's machine",
                layout={"width": "auto"},
            ),
        )
        self.rule, self.cost = Notice(), Notice()
        self.parameters = Tuning()
        self.button = Submit(description="Make", icon="magic")
        self.stop_button = widgets.Button(
            description="Stop", tooltip="Stop waiting; what was sent is kept"
        )
        self._widget = self._arranged()
        self.refresh()
        self._listen()

    @property
    def widget(self) -> widgets.Widget:
        """The panel as one widget, without the results."""
        return self._widget

    @property
    def text(self) -> widgets.Text | widgets.Textarea:
        """The text of the kind that is chosen; each kind keeps its own."""
        return self.texts[self.kind.value]

    def make(self) -> None:
        """Have made what the form says."""
        offer, filled = self._filled()
        self.start(self._make(offer, filled), self._keep)
        self.notice.tell(f"{FORMS[offer.kind].title} …")

    def stop_making(self) -> None:
        """Wait no longer; what was sent is kept, and `Tasks` shows it."""
        self.stop_waiting()

    def refresh(self) -> None:
        """Offer what the studio's providers can make by now; what is chosen stays."""
        self._is_offering = True
        offers = [
            offer
            for name in self.studio.calls.names
            for offer in self.studio.calls.provider_of(name).offers
        ]
        offered = {offer.kind for offer in offers}
        kinds = [(form.title, kind) for kind, form in FORMS.items() if kind in offered]
        offer_choices(self.kind, kinds)
        able = (offer.provider for offer in offers if offer.kind == self.kind.value)
        offer_choices(self.provider, dict.fromkeys(able))
        self._is_offering = False
        self._prepare()

    def _choose(self) -> None:
        if not self._is_offering:
            self.refresh()

    def _prepare(self) -> None:
        if self.provider.value is None:
            self.rule.note(_NOBODY)
            return
        kind: Kind = self.kind.value
        offer = self.studio.calls.provider_of(self.provider.value).offer(kind)
        if offer is self._offer:
            return  # new controls would take the focus, and the values, from a user
        self._offer = offer
        for one, text in self.texts.items():
            _show_if(text, one == kind and offer.takes_text)
        for part in (self.intake, self.path):
            _show_if(part, offer.file is not None)
        self.rule.note("" if offer.file is None else rule_text(offer.file))
        if offer.file is not None:
            converts = made_of_wav(offer.file) is not None
            records = FORMS[kind].records
            self.intake.accept(offer.file, records=records, converts=converts)
        self.parameters.show(offer)
        self.button.controls = [
            *(self.kind, self.provider, self.text, self.path),
            *self.parameters.controls,
        ]
        self._price()

    def _filled(self) -> tuple[Offer, Filled]:
        offer = self._offer
        if offer is None:
            raise Unsupported(_NOBODY)
        typed = self.path.value.strip()
        return offer, Filled(
            provider=offer.provider,
            text=self.text.value if offer.takes_text else "",
            path=Path(typed).expanduser() if typed else self.intake.path,
            refused=self.intake.name,
            settings=self.parameters.values(),
        )

    def _submit(self, shown: Shown | None) -> None:
        offer = self._offer
        self.button.take_over(shown)
        if self._offer is not offer:
            raise VoicekitError(CHANGED)  # another form, which nobody has seen yet
        self.make()

    async def _make(self, offer: Offer, filled: Filled) -> tuple[str, Made]:
        source = None
        if offer.file is not None:
            # Reads and writes files: neither the kernel nor the loop waits for a disk.
            source = await asyncio.to_thread(
                as_accepted, filled.file, offer.file, self.intake.folder
            )
        ready = replace(filled, path=source)
        form, calls = FORMS[offer.kind], self.studio.calls
        progress = calls.progress(
            ready.text, offer.provider, kind=offer.kind, file=source, **ready.settings
        )
        made = await self.told_of(form.title, form.call(calls, ready), progress)
        return await asyncio.to_thread(result_html, made, source, offer), made

    def _keep(self, told: tuple[str, Made]) -> None:
        result, made = told
        # The same again is found, and takes the place of the first.
        self._results = [result, *(one for one in self._results if one != result)]
        self.sheet.put("results", "".join(self._results))
        self.notice.tell(f"Done: {len(self._results)} below.")
        if isinstance(made, Voice):
            self.tell_others()

    def _price(self) -> None:
        if self.notice.kind == "error":
            self.notice.clear()  # it was about another text or file
        offer, filled = self._filled()
        call = self._estimate(offer, filled)
        self.restart(call, partial(self._show_price, offer, filled.text), self.cost)

    async def _estimate(self, offer: Offer, filled: Filled) -> Estimate | None:
        settings: dict[str, Any] = dict(filled.settings)
        file = None if offer.file is None else filled.path
        try:
            return await self.studio.calls.estimate(
                filled.text, offer.provider, kind=offer.kind, file=file, **settings
            )
        except VoicekitError:
            return (
                None  # the form is not filled in yet; the button says what is missing
            )

    def _show_price(self, offer: Offer, text: str, estimate: Estimate | None) -> None:
        parts = []
        if (limit := offer.text_limit) is not None:
            least = f"{limit.minimum:,} to " if limit.minimum else "of "
            parts.append(
                f"{limit.length(text):,} {limit.unit}, {least}{limit.maximum:,}"
            )
        if estimate is not None:
            parts.append(str(estimate))
        self.cost.note(" · ".join(parts))

    def _listen(self) -> None:
        for menu in (self.kind, self.provider):
            menu.observe(lambda _: self.attempt(self._choose), "value")
        for field in (*self.texts.values(), self.path):
            field.observe(lambda _: self.attempt(self._price), "value")
        self.parameters.on_change(lambda: self.attempt(self._price))
        self.intake.on_file(lambda: self.attempt(self._price))
        self.button.on_submit(lambda shown: self.attempt(partial(self._submit, shown)))
        self.stop_button.on_click(lambda _: self.attempt(self.stop_making))

    def _arranged(self) -> widgets.Widget:
        what = widgets.HBox([self.kind, self.provider])
        what.add_class("voicekit-line")
        actions = widgets.HBox([self.button, self.stop_button, self.cost])
        actions.add_class("voicekit-actions")
        left = widgets.VBox(
            [
                *(what, *self.texts.values(), self.intake, self.rule, self.path),
                *(actions, self.notice),
            ]
        )
        columns = widgets.Box([left, self.parameters.widget])
        columns.add_class("voicekit-columns")
        return framed([columns], "files")


def _text_field(form: Form) -> widgets.Text | widgets.Textarea:
    layout = {"width": "auto"}
    if form.is_name:
        return widgets.Text(description=form.text, layout=layout)
    return widgets.Textarea(description=form.text, rows=3, layout=layout)


def _show_if(widget: widgets.Widget, condition: bool) -> None:  # noqa: FBT001
    widget.layout.display = None if condition else "none"
