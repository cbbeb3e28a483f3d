"""Choose one voice: search, language, gender, and a list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import ipywidgets as widgets

from voicekit.clip import show_text
from voicekit.panels.frame import framed
from voicekit.panels.notice import Notice
from voicekit.panels.panel import Panel
from voicekit.panels.voice_list import VoiceList
from voicekit.studio import Studio
from voicekit.voice import Voice, VoiceQuery

__all__ = ["VoicePicker"]

ANY = "any"
MOST_SHOWN = 300
"""Voices of each provider in the list: a browser draws more only slowly."""


class VoicePicker(Panel):
    """A list of voices that narrows as one types.

    Parameters
    ----------
    studio : Studio
        Whose voices are listed.
    value : str
        The voice that is chosen at first.
    """

    def __init__(self, studio: Studio, value: str = "offline:en-us") -> None:
        super().__init__(studio)
        self._observers: list[Callable[[str], None]] = []
        self.search = widgets.Text(
            description="Search", placeholder="name, language, id …"
        )
        self.language = widgets.Dropdown(options=[ANY], description="Language")
        self.gender = widgets.Dropdown(
            options=[ANY, "female", "male"], description="Gender"
        )
        self.list = VoiceList(value=value)
        self.chosen, self.count = Notice(), Notice()
        self._widget = self._arranged()
        for control in (self.search, self.language, self.gender):
            control.observe(lambda _: self.attempt(self.refresh), "value")
        self.list.observe(lambda _: self.attempt(self._choose), "value")
        self.chosen.note(value)
        everything = studio.calls.list_voices(VoiceQuery(limit=None))
        self.start(everything, self._offer_languages)
        self.refresh()

    @property
    def widget(self) -> widgets.Widget:
        """The picker as one widget."""
        return self._widget

    @property
    def value(self) -> str | None:
        """The chosen voice, ``"provider:id"``."""
        value: str | None = self.list.value
        return value

    def on_choice(self, observer: Callable[[str], None]) -> None:
        """Call ``observer(voice)`` whenever another voice is chosen."""
        self._observers.append(observer)

    def refresh(self) -> None:
        """List the voices that match what was entered."""
        query = VoiceQuery(
            search=self.search.value or None,
            language=None if self.language.value == ANY else self.language.value,
            gender=None if self.gender.value == ANY else self.gender.value,
            limit=MOST_SHOWN,
        )
        # Each key asks anew; what an earlier key found must not come after it.
        self.restart(self.studio.calls.list_voices(query), self._list, self.count)

    def _offer_languages(self, voices: Sequence[Voice]) -> None:
        known = {voice.language.split("-")[0] for voice in voices if voice.language}
        self.language.options = [ANY, *sorted(known)]

    def _list(self, voices: Sequence[Voice]) -> None:
        self.list.options = [[_label(voice), voice.voice] for voice in voices]
        self._name_chosen()
        self.count.tell(_count(voices))

    def _choose(self) -> None:
        self._name_chosen()
        for observer in self._observers:
            observer(str(self.value))

    def _name_chosen(self) -> None:
        labels = {voice: label for label, voice in self.list.options}
        if self.value in labels:
            self.chosen.note(labels[self.value])
        elif not self.chosen.text.endswith(str(self.value)):
            self.chosen.note(str(self.value))

    def _arranged(self) -> widgets.Widget:
        heading = widgets.HBox([widgets.Label("Voice"), self.chosen])
        heading.add_class("voicekit-heading")
        filters = widgets.HBox([self.search, self.language, self.gender])
        filters.add_class("voicekit-filters")
        return framed([heading, filters, self.list, self.count, self.notice], "picker")


def _label(voice: Voice) -> str:
    return show_text(" · ".join(filter(None, (voice.name, voice.gender, voice.voice))))


def _count(voices: Sequence[Voice]) -> str:
    if not voices:
        return "No voice matches. Clear the search, or choose “any”."
    per_provider = Counter(voice.provider for voice in voices)
    if max(per_provider.values()) < MOST_SHOWN:
        return f"{len(voices):,} voice{'s' if len(voices) > 1 else ''}"
    return f"The first {MOST_SHOWN} voices of each provider; search to see others."
