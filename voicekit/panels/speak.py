"""Type a text, pick a voice, move its sliders, hear it."""

from __future__ import annotations

import html
import secrets
from typing import Any

import ipywidgets as widgets
from IPython.display import HTML, display, update_display

from voicekit.clip import Clip, show_text
from voicekit.offer import Offer
from voicekit.panels.notice import Notice
from voicekit.panels.panel import Panel
from voicekit.panels.parameters import Parameters
from voicekit.panels.voice_picker import VoicePicker
from voicekit.studio import Studio
from voicekit.task import Estimate

__all__ = ["Speak"]

LONGEST_TITLE = 80

_NO_TAKES = "<p>No takes yet: press Speak.</p>"


class Speak(Panel):
    """Make speech, and keep every take to hear again.

    The takes are an ordinary output below the panel, so that a saved notebook plays
    them with no kernel, also untrusted; each stands in it once.

    Parameters
    ----------
    studio : Studio
        Who speaks.

    Attributes
    ----------
    takes : list of Clip
        What was made, oldest first.
    """

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.takes: list[Clip] = []
        self._display_id = f"voicekit-{secrets.token_hex(8)}"
        self._offer: Offer | None = None
        self.text = widgets.Textarea(
            value="The quick brown fox jumps over the lazy dog.",
            placeholder="What shall the voice say?",
            rows=4,
            layout={"width": "auto"},
        )
        self.picker = VoicePicker(studio)
        self.parameters = Parameters()
        self.button = widgets.Button(
            description="Speak", icon="volume-up", button_style="primary"
        )
        self.stop_button = widgets.Button(
            description="Stop", tooltip="Stop waiting", disabled=True
        )
        self.cost = Notice()
        self._widget = self._arranged()
        self.button.on_click(lambda _: self.speak())
        self.stop_button.on_click(lambda _: self.stop())
        self.picker.on_choice(self._prepare)
        self.text.observe(lambda _: self._price(), "value")
        self._prepare(str(self.picker.value))

    @property
    def widget(self) -> widgets.Widget:
        """The panel as one widget, without the takes."""
        return self._widget

    def speak(self) -> None:
        """Ask for the text with the chosen voice and settings."""
        settings: dict[str, Any] = dict(self.parameters.values())
        self.button.disabled, self.stop_button.disabled = True, False
        self.notice.tell("Speaking …")
        call = self.studio.calls.speak(
            self.text.value, str(self.picker.value), **settings
        )
        self.start(call, self._keep)

    def on_end(self) -> None:
        """Let the next take be asked for."""
        self.button.disabled = bool(self._pending)
        self.stop_button.disabled = not self._pending

    def _prepare(self, voice: str) -> None:
        self.start(self.studio.calls.offer(voice), self._show_offer)

    def _show_offer(self, offer: Offer) -> None:
        self._offer = offer
        self.parameters.show(offer)
        self._price()

    def _price(self) -> None:
        text = self.text.value
        if not text.strip() or not self.picker.value:
            self.cost.clear()
            return
        call = self.studio.calls.estimate(text, self.picker.value)
        self.start(call, self._show_price)

    def _show_price(self, estimate: Estimate) -> None:
        self.cost.tell(f"{self._length()} · {_price_of(estimate)}")

    def _length(self) -> str:
        limit = None if self._offer is None else self._offer.text_limit
        if limit is None:
            return f"{len(self.text.value):,} characters"
        length = limit.length(self.text.value)
        return f"{length:,} of {limit.maximum:,} {limit.unit}"

    def _keep(self, clip: Clip) -> None:
        made_before = [take for take in self.takes if take.job == clip.job]
        for take in made_before:
            self.takes.remove(take)
        self.takes.append(clip)
        update_display(HTML(self._takes_html()), display_id=self._display_id)

    def _takes_html(self) -> str:
        if not self.takes:
            return _NO_TAKES
        return "".join(map(_take_html, reversed(self.takes)))

    def _arranged(self) -> widgets.Widget:
        buttons = widgets.HBox([self.button, self.stop_button])
        left = widgets.VBox(
            [self.text, buttons, self.cost, self.notice, self.picker.widget],
            layout={"flex": "3 1 20em", "min_width": "18em"},
        )
        right = widgets.VBox(
            [self.parameters.widget], layout={"flex": "2 1 20em", "min_width": "18em"}
        )
        columns = widgets.HBox([left, right], layout={"flex_flow": "row wrap"})
        columns.add_class("voicekit-panel")
        return columns

    def _ipython_display_(self) -> None:
        display(self.widget)
        display(HTML(self._takes_html()), display_id=self._display_id)


def _take_html(clip: Clip) -> str:
    title = show_text(clip.text or "")
    if len(title) > LONGEST_TITLE:
        title = f"{title[:LONGEST_TITLE]}…"
    settings = ", ".join(f"{name} {value}" for name, value in clip.settings.items())
    return (
        f'<section style="margin:0.6em 0"><strong>{html.escape(title)}</strong>'
        f'<br><small style="opacity:0.75">{html.escape(show_text(settings))}</small>'
        f"{clip.to_html()}</section>"
    )


def _price_of(estimate: Estimate) -> str:
    if estimate.credits is None:
        return "price unknown"
    if estimate.credits == 0:
        return "free"
    about = "" if estimate.exact else "about "
    return f"{about}{estimate.credits:g} {estimate.unit}"
