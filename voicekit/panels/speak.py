"""Type a text, pick a voice, move its sliders, hear it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any

import ipywidgets as widgets

from voicekit.clip import Clip
from voicekit.offer import Offer
from voicekit.panels.frame import framed
from voicekit.panels.notice import Notice
from voicekit.panels.panel import Panel
from voicekit.panels.parameters import Parameters
from voicekit.panels.submit import Shown, Submit
from voicekit.panels.take import take_html
from voicekit.panels.voice_picker import VoicePicker
from voicekit.studio import Studio
from voicekit.task import Estimate

__all__ = ["Speak"]

_NO_TAKES = '<p style="opacity:0.75">No takes yet: press Speak.</p>'


class Speak(Panel):
    """Make speech, and keep every take to hear again.

    The takes are an ordinary output below the panel, so that a saved notebook plays
    them with no kernel, also untrusted; each stands in it once.

    Parameters
    ----------
    studio : Studio
        Who speaks.
    """

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self._takes: dict[str | None, tuple[Clip, str]] = {}
        self._offer: Offer | None = None
        self.text = widgets.Textarea(
            value="The quick brown fox jumps over the lazy dog.",
            placeholder="What shall the voice say?",
            description="Text",
            rows=4,
            layout={"width": "auto"},
        )
        self.picker = VoicePicker(studio)
        self.parameters = Parameters()
        self.button = Submit(
            description="Speak", controls=[self.text, self.picker.list]
        )
        # Neither is ever disabled: that would take the focus from whoever has no mouse.
        self.stop_button = widgets.Button(
            description="Stop", tooltip="Stop waiting; what was sent is kept"
        )
        self.cost, self.trouble = Notice(), Notice()
        self._widget = self._arranged()
        self.sheet.put("takes", _NO_TAKES)
        self.button.on_submit(lambda shown: self.attempt(partial(self._submit, shown)))
        self.stop_button.on_click(lambda _: self.attempt(self.stop_speaking))
        self.picker.on_choice(self._prepare)
        self.text.observe(lambda _: self.attempt(self._note_text), "value")
        self._prepare(str(self.picker.value))

    @property
    def takes(self) -> list[Clip]:
        """What was made, oldest first."""
        return [clip for clip, _ in self._takes.values()]

    @property
    def widget(self) -> widgets.Widget:
        """The panel as one widget, without the takes."""
        return self._widget

    def speak(self) -> None:
        """Ask for the text with the chosen voice and settings.

        Asking for the same again while it is being made joins the first call.
        """
        settings: dict[str, Any] = dict(self.parameters.values())
        call = self._make(self.text.value, str(self.picker.value), settings)
        self.start(call, self._keep)
        self.notice.tell("Speaking …")

    def _submit(self, shown: Shown | None) -> None:
        self.button.take_over(shown)
        self.speak()

    async def _make(
        self, text: str, voice: str, settings: Mapping[str, Any]
    ) -> tuple[Clip, str]:
        clip = await self.studio.calls.speak(text, voice, **settings)
        offer = await self.studio.calls.offer(voice)
        # Reads the file: neither the kernel nor the loop waits for a disk.
        return clip, await asyncio.to_thread(take_html, clip, offer)

    def stop_speaking(self) -> None:
        """Wait no longer for what was asked."""
        waited = self.is_waiting(self.notice)
        self.stop(self.notice)
        self.notice.tell("Stopped." if waited else "Nothing is being made.")

    def close(self) -> None:
        """Cancel every wait and take the panel off the screen."""
        self.picker.close()
        super().close()

    def _prepare(self, voice: str) -> None:
        self.restart(self.studio.calls.offer(voice), self._show_offer, self.trouble)

    def _show_offer(self, offer: Offer) -> None:
        self.trouble.clear()
        self._offer = offer
        self.parameters.show(offer)
        self.button.controls = [
            *(self.text, self.picker.list),
            *self.parameters.controls,
        ]
        self._price()

    def _note_text(self) -> None:
        if self.notice.kind == "error":
            self.notice.clear()  # it was about another text
        self._price()

    def _price(self) -> None:
        text = self.text.value
        if not text.strip() or not self.picker.value:
            self.stop(self.cost)
            self.cost.clear()
            return
        call = self.studio.calls.estimate(text, self.picker.value)
        self.restart(call, partial(self._show_price, text), self.cost)

    def _show_price(self, text: str, estimate: Estimate) -> None:
        limit = None if self._offer is None else self._offer.text_limit
        length = f"{len(text):,} characters"
        if limit is not None:
            length = f"{limit.length(text):,} of {limit.maximum:,} {limit.unit}"
        self.cost.note(f"{length} · {_price_of(estimate)}")

    def _keep(self, made: tuple[Clip, str]) -> None:
        clip, _ = made
        made_before = clip.job in self._takes
        self._takes.pop(clip.job, None)
        self._takes[clip.job] = made
        newest_first = [markup for _, markup in reversed(self._takes.values())]
        self.sheet.put("takes", "".join(newest_first))
        if self.is_waiting(self.notice):
            return
        count = f"{len(self._takes)} take{'s' if len(self._takes) > 1 else ''}"
        again = "Found again, at no cost" if made_before else "Done"
        self.notice.tell(f"{again}: {count} below.")

    def _arranged(self) -> widgets.Widget:
        actions = widgets.HBox([self.button, self.stop_button, self.cost])
        actions.add_class("voicekit-actions")
        left = widgets.VBox([self.text, actions, self.notice, self.picker.widget])
        right = widgets.VBox([self.parameters.widget, self.trouble])
        columns = widgets.Box([left, right])
        columns.add_class("voicekit-columns")
        return framed([columns], "speak")


def _price_of(estimate: Estimate) -> str:
    if estimate.credits is None:
        return "price unknown"
    if estimate.credits == 0:
        return "free"
    about = "" if estimate.exact else "about "
    return f"{about}{estimate.credits:g} {estimate.unit}"
