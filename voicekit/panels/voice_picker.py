"""Choose voices from the lists of every provider, and hear their previews."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import ipywidgets as widgets

from voicekit.clip import Clip, show_text
from voicekit.errors import VoicekitError
from voicekit.panels.catalogue import SHARED, Catalogue, Found, VoiceRow, VoiceSearch
from voicekit.panels.frame import framed
from voicekit.panels.frozen import LEFT_OUT
from voicekit.panels.notice import Notice
from voicekit.panels.panel import Panel
from voicekit.panels.player_bar import PlayerBar
from voicekit.panels.voice_filter import VoiceFilter
from voicekit.panels.voice_list import VoiceList
from voicekit.studio import Studio
from voicekit.voice import Voice, VoiceQuery

__all__ = ["VoicePicker"]

FIRST_CHOICE = "offline:en-us"
MOST_SHARED = 200
"""Shared voices of each provider that are fetched at a time."""


class VoicePicker(Panel):
    """One list of all voices, which narrows as one types.

    Parameters
    ----------
    studio : Studio
        Whose voices are listed.
    value : str, optional
        The voice that is chosen at first; one of those listed if None.
    player : PlayerBar, optional
        Where previews sound; one of its own if None.

    Examples
    --------
    >>> import voicekit as vk
    >>> with vk.Studio(providers=["offline"]) as studio:
    ...     picker = vk.panels.VoicePicker(studio, "offline:cy")
    ...     picker.value
    'offline:cy'
    """

    def __init__(
        self,
        studio: Studio,
        value: str | None = None,
        *,
        player: PlayerBar | None = None,
    ) -> None:
        super().__init__(studio)
        self._observers: list[Callable[[str], None]] = []
        self._listed: dict[str, Sequence[Voice]] = {}
        self._shared: dict[str, Voice] = {}
        self._favourites: frozenset[str] = frozenset()
        self._catalogue = Catalogue()
        self._found = Found()
        self.filter = VoiceFilter()
        self.list = VoiceList(self._rows_at, value=value or _usual_choice(studio))
        self.chosen, self.marked, self.count = Notice(), Notice(), Notice()
        self._lines: dict[tuple[str, str], Notice] = {}
        self._troubles = widgets.VBox()
        self.player = player or PlayerBar()
        self._clear_marks = widgets.Button(description="Clear marks")
        self._widget = self._arranged(is_heard_here=player is None)
        self._listen()
        self._name_chosen()
        self._name_marked()
        self.refresh()

    @property
    def widget(self) -> widgets.Widget:
        """The picker as one widget."""
        return self._widget

    @property
    def value(self) -> str | None:
        """The chosen voice, ``"provider:id"``; None until one is."""
        value: str | None = self.list.value
        return value

    @value.setter
    def value(self, voice: str) -> None:
        self.list.value = voice

    @property
    def values(self) -> list[str]:
        """The voices marked for a comparison, in the order of their marks."""
        return [*self.list.values]

    @values.setter
    def values(self, voices: Sequence[str]) -> None:
        self.list.values = [*voices]

    def name_of(self, voice: str) -> str | None:
        """Return what a voice that is listed is called."""
        found = self._catalogue.get(voice)
        return None if found is None else found.name

    def stand_within(self) -> None:
        """Leave the list out of what a saved notebook shows: another panel has it."""
        for part in (self.list, self.count):
            part.add_class(LEFT_OUT)

    def on_choice(self, observer: Callable[[str], None]) -> None:
        """Call ``observer(voice)`` whenever another voice is chosen."""
        self._observers.append(observer)

    def on_marks(self, observer: Callable[[list[str]], None]) -> None:
        """Call ``observer(voices)`` whenever other voices are marked."""
        self.list.observe(
            lambda _: self.attempt(partial(observer, self.values)), "values"
        )

    def reload(self) -> None:
        """Ask every provider anew for its voices; one that fails leaves the others."""
        for name in self.studio.calls.names:
            self.studio.calls.remembered.forget(name)
        self.refresh()

    def refresh(self) -> None:
        """List the voices of every provider that the studio uses by now."""
        for name in self.studio.calls.names:
            listing = self.studio.calls.list_voices(VoiceQuery(limit=None), name)
            self.restart(listing, partial(self._add, name), self._line(name, "listed"))
        self.start(self.studio.calls.favourites(), self._show_favourites)

    def find_shared(self) -> None:
        """Ask the providers for shared voices that match the words of the search."""
        words = VoiceSearch.read(self.filter.search).words
        query = VoiceQuery(search=words or None, shared=True, limit=MOST_SHARED)
        for name in self.studio.calls.names:
            listing = self.studio.calls.list_voices(query, name)
            line = self._line(name, "shared")
            self.restart(listing, partial(self._add_shared, line), line)

    def play(self, voice: str) -> None:
        """Play the preview of a voice, or stop it."""
        if self.player.playing == voice:
            self.player.stop()
            return
        self.notice.tell(f"Fetching the preview of {voice} …")
        self.restart(self._preview(voice), partial(self._sound, voice), self.notice)

    def mark_favourite(self, voice: str) -> None:
        """Mark a voice as a favourite, or no longer."""
        is_favourite = voice not in self._favourites
        self._show_favourites(self._favourites ^ {voice})
        self.start(
            self.studio.calls.favour(voice, is_favourite=is_favourite), lambda _: None
        )

    async def _preview(self, voice: str) -> tuple[Clip, tuple[bytes, str]]:
        try:
            clip = await self.studio.calls.preview(self._catalogue.get(voice) or voice)
        except VoicekitError as error:
            raise VoicekitError(
                f"No preview of {voice} can be played. {error}"
            ) from error
        # Reads the file: neither the kernel nor the loop waits for a disk.
        return clip, await asyncio.to_thread(clip.playable)

    def _sound(self, voice: str, made: tuple[Clip, tuple[bytes, str]]) -> None:
        self.notice.clear()
        clip, sound = made
        self.player.play(voice, f"Preview of {self._label(voice)}", clip, sound)

    def _line(self, name: str, which: str) -> Notice:
        """Return where it is said why one of a provider's lists is missing."""
        if (name, which) not in self._lines:
            self._lines[name, which] = Notice()
            self._troubles.children = [*self._lines.values()]
        return self._lines[name, which]

    def _add(self, name: str, voices: Sequence[Voice]) -> None:
        self._line(name, "listed").clear()
        self._listed[name] = voices
        for voice in voices:
            self._shared.pop(voice.voice, None)
        self._rebuild()

    def _add_shared(self, line: Notice, voices: Sequence[Voice]) -> None:
        line.clear()
        known = {voice.voice for voices in self._listed.values() for voice in voices}
        fresh = [voice for voice in voices if voice.voice not in known]
        self._shared |= {voice.voice: voice for voice in fresh}
        self._rebuild()
        if fresh:  # they would stand at the end of a long list, and nobody see them
            facets = VoiceSearch.read(self.filter.search).facets
            self.filter.ask(facets={**facets, "origin": SHARED})
        count = len(self._shared)
        self.notice.tell(f"{count} shared voice{'' if count == 1 else 's'} found.")

    def _rebuild(self) -> None:
        in_order = (self._listed.get(name, ()) for name in self.studio.calls.names)
        listed = [voice for voices in in_order for voice in voices]
        self._catalogue = Catalogue([*listed, *self._shared.values()], self._shared)
        if self.value is None and listed:
            self.list.value = listed[0].voice
        self._search(from_chosen=True)
        self._name_chosen()

    def _search(self, *, from_chosen: bool = False) -> None:
        wanted = VoiceSearch.read(self.filter.search)
        self._found = self._catalogue.find(wanted, self._favourites)
        places = self._found.places
        chosen = self._catalogue.place_of(self.value) if from_chosen else None
        self.list.show(len(places), places.index(chosen) if chosen in places else 0)
        self.filter.show(self._found.counts)
        self.count.tell(self._counted())

    def _rows_at(self, first: int, count: int) -> list[VoiceRow]:
        return self._catalogue.rows(self._found.places[first : first + count])

    def _counted(self) -> str:
        found, known = len(self._found.places), len(self._catalogue.voices)
        if known and not found:
            return "No voice matches. Clear the search, or search shared voices."
        variants = self._found.variants
        of_all = f" of {known:,}" if found + variants < known else ""
        hidden = f", and {variants:,} variants to be searched for" if variants else ""
        return f"{found:,}{of_all} voice{'' if known == 1 else 's'}{hidden}"

    def _show_favourites(self, favourites: frozenset[str]) -> None:
        self._favourites = favourites
        self.list.favourites = sorted(favourites)
        if VoiceSearch.read(self.filter.search).favourites:
            self._search()

    def _choose(self) -> None:
        self._name_chosen()
        for observer in self._observers:
            observer(str(self.value))

    def _name_chosen(self) -> None:
        self.chosen.note(self._label(self.value) if self.value else "none yet")

    def _name_marked(self) -> None:
        names = ", ".join(self.values)
        self.marked.note(f"Marked for a comparison: {names}" if names else "")
        self._clear_marks.layout.display = None if names else "none"

    def _label(self, voice: str | None) -> str:
        found = self._catalogue.get(voice)
        parts = (found.name, found.gender) if found else ()
        return show_text(" · ".join(filter(None, (*parts, voice))))

    def _listen(self) -> None:
        actions: dict[str, Callable[[dict[str, Any]], object]] = {
            "rows": lambda asked: self.list.send_rows(asked["first"], asked["count"]),
            "preview": lambda asked: self.play(str(asked["voice"])),
            "favourite": lambda asked: self.mark_favourite(str(asked["voice"])),
            "shared": lambda _: self.find_shared(),
            "reload": lambda _: self.reload(),
        }

        def act(_widget: object, asked: dict[str, Any], _buffers: object) -> None:
            self.attempt(partial(actions[asked["kind"]], asked))

        self.list.on_msg(act)
        self.filter.on_msg(act)
        self.filter.observe(lambda _: self.attempt(self._search), "search")
        self.list.observe(lambda _: self.attempt(self._choose), "value")
        self.list.observe(lambda _: self.attempt(self._name_marked), "values")
        self._clear_marks.on_click(lambda _: setattr(self.list, "values", []))
        widgets.dlink((self.player, "playing"), (self.list, "playing"))

    def _arranged(self, *, is_heard_here: bool) -> widgets.Widget:
        heading = widgets.HBox([widgets.Label("Voice"), self.chosen])
        heading.add_class("voicekit-heading")
        marks = widgets.HBox([self.marked, self._clear_marks])
        marks.add_class("voicekit-actions")
        parts = [heading, self.filter, self.list, self.count, marks]
        if is_heard_here:
            parts.append(self.player)
        return framed([*parts, self.notice, self._troubles], "picker")


def _usual_choice(studio: Studio) -> str | None:
    return FIRST_CHOICE if "offline" in studio.calls.names else None
