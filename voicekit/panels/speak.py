"""Type a text, pick a voice, move its sliders, hear it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeAlias

import ipywidgets as widgets

from voicekit.clip import Clip
from voicekit.errors import UnknownVoice, VoicekitError
from voicekit.forecast import CellPrice
from voicekit.offer import Offer
from voicekit.panels.frame import framed
from voicekit.panels.notice import Notice
from voicekit.panels.panel import Panel
from voicekit.panels.player_bar import PlayerBar
from voicekit.panels.price import never_charge
from voicekit.panels.submit import CHANGED, Shown, Submit
from voicekit.panels.take import Take
from voicekit.panels.takes import PAGES, Takes
from voicekit.panels.tuning import Tuning
from voicekit.panels.voice_picker import VoicePicker
from voicekit.studio import Studio

__all__ = ["Speak"]

_Asked: TypeAlias = tuple[str, str | None, Mapping[str, Any]]
"""A text, a voice, and the settings that were set."""


class Speak(Panel):
    """Make speech, and keep every take to hear again.

    The takes are an ordinary output below the panel, so that a saved notebook plays
    them with no kernel, also untrusted; each stands in it once.

    Parameters
    ----------
    studio : Studio
        Who speaks.
    """

    parts = PAGES

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self._priced: _Asked | None = None
        self._newest: dict[str, int] = {}
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
        self.made = Takes(studio, self._put, self.player)
        controls = [self.text, self.picker.list, *self.parameters.controls]
        self.button = Submit(description="Speak", controls=controls)
        self.again_button = Submit(
            description="Another take",
            icon="",
            tooltip="Have the same made once more; each take has its price",
            controls=controls,
        )
        # Neither is ever disabled: that would take the focus from whoever has no mouse.
        self.stop_button = widgets.Button(
            description="Stop", tooltip="Stop waiting; what was sent is kept"
        )
        self.length, self.cost, self.trouble = Notice(), Notice(), Notice()
        self.picker.stand_within()
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

    def speak(self, take: int = 1) -> None:
        """Ask for the text with the chosen voice and settings.

        Asking for the same again while it is being made joins the first call.

        Parameters
        ----------
        take : int
            Each is made, and paid for, once.

        Raises
        ------
        UnknownVoice
            If no voice is chosen.
        """
        text, voice, settings = self._asked()
        if not voice:
            raise UnknownVoice("No voice is chosen; choose one in the list.")
        asked = _call(text, voice, settings)
        self._newest[asked] = max(take, self._newest.get(asked, 0))
        call = self._make(text, voice, {**settings, "take": take})
        self.start(call, self._keep)
        self.notice.tell("Speaking …")

    def stop_speaking(self) -> None:
        """Wait no longer for what was asked."""
        self.stop_waiting()

    def close(self) -> None:
        """Cancel every wait and take the panel off the screen."""
        self.picker.close()
        self.made.close()
        super().close()

    def refresh(self) -> None:
        """List the voices of every provider that the studio uses by now."""
        self.picker.refresh()

    def speak_again(self) -> None:
        """Ask for one take more of what is asked for."""
        self.speak(self._newest.get(_call(*self._asked()), 0) + 1)

    def _obey(self, button: Submit, speak: Callable[[], None]) -> None:
        submit = partial(self._submit, button, speak)
        button.on_submit(lambda shown: self.attempt(partial(submit, shown)))

    def _submit(
        self, button: Submit, speak: Callable[[], None], shown: Shown | None
    ) -> None:
        button.take_over(shown)
        # Nobody pays a price that was not on the button.
        asked = self._asked()
        is_free = not asked[1] or never_charge(self.studio, [asked[1]])
        if asked != self._priced and not is_free:
            raise VoicekitError(CHANGED)
        speak()

    def _asked(self) -> _Asked:
        return self.text.value, self.picker.value, self.parameters.values()

    async def _make(self, text: str, voice: str, settings: Mapping[str, Any]) -> Take:
        calls = self.studio.calls
        making = calls.speak(text, voice, **settings)
        progress = calls.progress(text, voice, **settings)
        clip = await self.told_of("Speaking", making, progress)
        offer = await calls.offer(voice, model=clip.model)
        # Reads the file: neither the kernel nor the loop waits for a disk.
        return await asyncio.to_thread(Take.of, clip, offer, self.picker.name_of(voice))

    def _put(self, page: str, takes: str) -> None:
        self.sheet.put(page, takes)  # whichever sheet it stands on by now

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
        self.again_button.note = ""
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
    ) -> CellPrice | None:
        if voice is None:
            return None
        try:
            return await self.studio.calls.price(text, voice, **settings)
        except VoicekitError:
            return None  # what is wrong is said once, when it is asked for

    def _show_price(self, asked: _Asked, price: CellPrice | None) -> None:
        self._priced = asked
        self.button.note = "" if price is None else str(price)
        is_stored = price is not None and price.is_stored
        self.again_button.note = str(price.estimate) if price and is_stored else ""

    def _listen(self) -> None:
        self._obey(self.button, self.speak)
        self._obey(self.again_button, self.speak_again)
        self.stop_button.on_click(lambda _: self.attempt(self.stop_speaking))
        self.picker.on_choice(self._prepare)
        self.parameters.on_change(lambda: self.attempt(self._price))
        self.text.observe(lambda _: self.attempt(self._note_text), "value")

    def _arranged(self) -> widgets.Widget:
        actions = widgets.HBox(
            [self.button, self.again_button, self.stop_button, self.length]
        )
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


def _call(text: str, voice: str | None, settings: Mapping[str, Any]) -> str:
    """Return what tells one call from another, whichever take of it."""
    return repr((text, voice, sorted(settings.items())))


def _length_of(text: str, offer: Offer | None) -> str:
    limit = None if offer is None else offer.text_limit
    if limit is None:
        return f"{len(text):,} characters"
    length = limit.length(text)
    too_long = ": too long" if length > limit.maximum else ""
    return f"{length:,} of {limit.maximum:,} {limit.unit}{too_long}"
