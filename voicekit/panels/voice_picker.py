"""Choose one voice: search, language, gender, and a list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

import ipywidgets as widgets

from voicekit.clip import show_text
from voicekit.panels.frame import framed
from voicekit.panels.notice import Notice
from voicekit.panels.panel import Panel
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
        self._value: str | None = value
        self._observers: list[Callable[[str], None]] = []
        self.search = widgets.Text(
            description="Search", placeholder="name, language, id …"
        )
        self.language = widgets.Dropdown(options=[ANY], description="Language")
        self.gender = widgets.Dropdown(
            options=[ANY, "female", "male"], description="Gender"
        )
        self.list = widgets.Select(
            options=[], rows=9, layout={"width": "auto"}, description="Voices"
        )
        self.chosen, self.count = Notice(), Notice()
        self._widget = self._arranged()
        for control in (self.search, self.language, self.gender):
            control.observe(lambda _: self.attempt(self.refresh), "value")
        self.list.observe(self._choose, "value")
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
        return self._value

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
        names = [voice.voice for voice in voices]
        with self.list.hold_sync():
            self.list.options = [(_label(voice), voice.voice) for voice in voices]
            self.list.value = self._value if self._value in names else None
        if self.list.value is not None:
            self.chosen.note(self.list.label)
        self.count.tell(_count(voices))

    def _choose(self, change: dict[str, str | None]) -> None:
        chosen = change["new"]
        # A new list selects its first voice by itself; that is nobody's choice.
        if self.is_drawing() or chosen is None or chosen == self._value:
            return
        self._value = chosen
        self.chosen.note(self.list.label)
        for observer in self._observers:
            self.attempt(partial(observer, chosen))

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
