"""Type a text, pick a voice, move its sliders, hear it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any, TypeAlias

import ipywidgets as widgets

from voicekit.clip import Clip
from voicekit.errors import UnknownVoice, VoicekitError
from voicekit.offer import Offer
from voicekit.panels.frame import framed
from voicekit.panels.notice import Notice
from voicekit.panels.panel import Panel
from voicekit.panels.player_bar import PlayerBar
from voicekit.panels.price import never_charge
from voicekit.panels.submit import CHANGED, Shown, Submit
from voicekit.panels.take import Take
from voicekit.panels.takes import Takes
from voicekit.panels.tuning import Tuning
from voicekit.panels.voice_picker import VoicePicker
from voicekit.studio import Studio
from voicekit.task import Estimate

__all__ = ["Speak"]

_Asked: TypeAlias = tuple[str, str | None, Mapping[str, Any]]
"""A text, a voice, and the settings that were set."""

LOOK_AGAIN_S = 0.5
"""How often the progress of a take is looked up while it is made."""


class Speak(Panel):
    """Make speech, and keep every take to hear again.

    The takes are an ordinary output below the panel, so that a saved notebook plays
    them with no kernel, also untrusted; each stands in it once.

    Parameters
    ----------
    studio : Studio
        Who speaks.
    """

    parts = ("takes",)

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self._priced: _Asked | None = None
        self.text = widgets.Textarea(
            value="The quick brown fox jumps over the lazy dog.",
            placeholder="What shall the voice say?",
            description="Text",
            rows=4,
            layout={"width": "auto"},
        )
        self.player = PlayerBar()
        self.picker = VoicePicker(studio, player=self.player)
        self.parameters = Tuning()
        self.made = Takes(
            studio, lambda takes: self.sheet.put("takes", takes), self.player
        )
        self.button = Submit(
            description="Speak",
            controls=[self.text, self.picker.list, *self.parameters.controls],
        )
        # Neither is ever disabled: that would take the focus from whoever has no mouse.
        self.stop_button = widgets.Button(
            description="Stop", tooltip="Stop waiting; what was sent is kept"
        )
        self.length, self.cost, self.trouble = Notice(), Notice(), Notice()
        self._widget = self._arranged()
        self._listen()
        if self.picker.value:
            self._prepare(self.picker.value)

    @property
    def takes(self) -> list[Clip]:
        """What was made, oldest first."""
        return self.made.clips

    @property
    def widget(self) -> widgets.Widget:
        """The panel as one widget, without the takes."""
        return self._widget

    def speak(self) -> None:
        """Ask for the text with the chosen voice and settings.

        Asking for the same again while it is being made joins the first call.

        Raises
        ------
        UnknownVoice
            If no voice is chosen.
        """
        text, voice, settings = self._asked()
        if not voice:
            raise UnknownVoice("No voice is chosen; choose one in the list.")
        call = self._make(text, voice, settings)
        self.start(call, self._keep)
        self.notice.tell("Speaking …")

    def stop_speaking(self) -> None:
        """Wait no longer for what was asked."""
        waited = self.is_waiting(self.notice)
        self.stop(self.notice)
        self.notice.tell("Stopped." if waited else "Nothing is being made.")

    def close(self) -> None:
        """Cancel every wait and take the panel off the screen."""
        self.picker.close()
        self.made.close()
        super().close()

    def refresh(self) -> None:
        """List the voices of every provider that the studio uses by now."""
        self.picker.refresh()

    def _submit(self, shown: Shown | None) -> None:
        self.button.take_over(shown)
        # Nobody pays a price that was not on the button.
        asked = self._asked()
        is_free = not asked[1] or never_charge(self.studio, [asked[1]])
        if asked != self._priced and not is_free:
            raise VoicekitError(CHANGED)
        self.speak()

    def _asked(self) -> _Asked:
        return self.text.value, self.picker.value, self.parameters.values()

    async def _make(self, text: str, voice: str, settings: Mapping[str, Any]) -> Take:
        calls = self.studio.calls
        speaking = asyncio.ensure_future(calls.speak(text, voice, **settings))
        try:
            while not (await asyncio.wait([speaking], timeout=LOOK_AGAIN_S))[0]:
                percent = await calls.progress(text, voice, **settings)
                self.post(partial(self._report, percent))
            clip = await speaking
        finally:
            speaking.cancel()
        offer = await calls.offer(voice, model=clip.model)
        # Reads the file: neither the kernel nor the loop waits for a disk.
        return await asyncio.to_thread(Take.of, clip, offer)

    def _report(self, percent: int | None) -> None:
        if percent is not None and self.is_waiting(self.notice):
            self.notice.tell(f"Speaking … {percent} %")

    def _keep(self, take: Take) -> None:
        was_here = self.made.keep(take)
        self._price()  # what a first one cost tells what the next will
        if self.is_waiting(self.notice):
            return
        count = len(self.takes)
        again = "Found again, at no cost" if was_here else "Done"
        self.notice.tell(f"{again}: {count} take{'s' if count > 1 else ''} below.")

    def _prepare(self, voice: str) -> None:
        self.button.note = "…"  # the price of another voice is none of this one's
        self.restart(self.studio.calls.offers(voice), self._show_offers, self.trouble)

    def _show_offers(self, offers: Mapping[str | None, Offer]) -> None:
        self.trouble.clear()
        self.parameters.show(*offers.values())
        self._price()

    def _note_text(self) -> None:
        if self.notice.kind == "error":
            self.notice.clear()  # it was about another text
        self._price()

    def _price(self) -> None:
        """Say how long the text is, and on the button what it will cost."""
        asked = self._asked()
        self.length.note(_length_of(asked[0], self.parameters.offer))
        shown = partial(self._show_price, asked)
        self.restart(self._estimate(*asked), shown, self.cost)

    async def _estimate(
        self, text: str, voice: str | None, settings: Mapping[str, Any]
    ) -> Estimate | None:
        if voice is None:
            return None
        try:
            return await self.studio.calls.estimate(text, voice, **settings)
        except VoicekitError:
            return None  # what is wrong is said once, when it is asked for

    def _show_price(self, asked: _Asked, estimate: Estimate | None) -> None:
        self._priced = asked
        self.button.note = "" if estimate is None else str(estimate)

    def _listen(self) -> None:
        self.button.on_submit(lambda shown: self.attempt(partial(self._submit, shown)))
        self.stop_button.on_click(lambda _: self.attempt(self.stop_speaking))
        self.picker.on_choice(self._prepare)
        self.parameters.on_change(lambda: self.attempt(self._price))
        self.text.observe(lambda _: self.attempt(self._note_text), "value")

    def _arranged(self) -> widgets.Widget:
        actions = widgets.HBox([self.button, self.stop_button, self.length])
        actions.add_class("voicekit-actions")
        left = widgets.VBox(
            [
                *(self.text, actions, self.cost, self.notice),
                *(self.made.widget, self.player, self.picker.widget),
            ]
        )
        right = widgets.VBox([self.parameters.widget, self.trouble])
        columns = widgets.Box([left, right])
        columns.add_class("voicekit-columns")
        return framed([columns], "speak")


def _length_of(text: str, offer: Offer | None) -> str:
    limit = None if offer is None else offer.text_limit
    if limit is None:
        return f"{len(text):,} characters"
    length = limit.length(text)
    too_long = ": too long" if length > limit.maximum else ""
    return f"{length:,} of {limit.maximum:,} {limit.unit}{too_long}"
