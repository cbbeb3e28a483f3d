"""Choose one voice: search, language, gender, and a list."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ipywidgets as widgets

from voicekit.clip import show_text
from voicekit.panels.panel import Panel
from voicekit.studio import Studio
from voicekit.voice import Voice, VoiceQuery

__all__ = ["VoicePicker"]

ANY = "any"
MOST_SHOWN = 300


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
        self.search = widgets.Text(placeholder="Search voices", description="Voice")
        self.language = widgets.Dropdown(options=[ANY], description="Language")
        self.gender = widgets.Dropdown(
            options=[ANY, "female", "male"], description="Gender"
        )
        self.list = widgets.Select(
            options=[], rows=9, layout={"width": "auto"}, description=""
        )
        self._widget = widgets.VBox(
            [self.search, self.language, self.gender, self.list, self.notice]
        )
        for control in (self.search, self.language, self.gender):
            control.observe(lambda _: self.refresh(), "value")
        self.list.observe(self._choose, "value")
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
        self.start(self.studio.calls.list_voices(query), self._list)

    def _offer_languages(self, voices: Sequence[Voice]) -> None:
        known = {voice.language.split("-")[0] for voice in voices if voice.language}
        self.language.options = [ANY, *sorted(known)]

    def _list(self, voices: Sequence[Voice]) -> None:
        self.list.unobserve(self._choose, "value")
        names = [voice.voice for voice in voices]
        self.list.options = [(_label(voice), voice.voice) for voice in voices]
        self.list.value = self._value if self._value in names else None
        self.list.observe(self._choose, "value")

    def _choose(self, change: dict[str, str | None]) -> None:
        chosen = change["new"]
        if chosen is None or chosen == self._value:
            return
        self._value = chosen
        for observer in self._observers:
            observer(chosen)


def _label(voice: Voice) -> str:
    return show_text(" · ".join(filter(None, (voice.name, voice.gender, voice.voice))))
