"""Finds voices in a long list: by words and facets, counted and sorted, without I/O."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self, TypedDict

from voicekit.clip import show_text
from voicekit.voice import Voice, searchable

__all__ = ["FACETS", "SHARED", "SORTS", "Catalogue", "Found", "VoiceRow", "VoiceSearch"]

_AGES = {"young adult": "young", "senior": "old"}
"""Words of vendors for what others call otherwise."""


def _plain(text: str | None) -> str:
    """Return one spelling of what vendors write in several: "Middle_Aged"."""
    return (text or "").replace("_", " ").strip().casefold()


def _age(text: str | None) -> str:
    """Return an age as most vendors name it; eSpeak NG gives years."""
    age = _plain(text)
    if age.isdecimal():
        bounds = ((13, "child"), (30, "young"), (60, "middle aged"))
        return next((name for end, name in bounds if int(age) < end), "old")
    return _AGES.get(age, age)


FACETS: Mapping[str, Callable[[Voice], str | None]] = {
    "provider": lambda voice: voice.provider,
    "language": lambda voice: (voice.language or "").partition("-")[0].lower(),
    "gender": lambda voice: voice.gender,
    "age": lambda voice: _age(voice.age),
    "accent": lambda voice: _plain(voice.accent),
    "use": lambda voice: _plain(voice.use_case),
    "origin": lambda voice: "own" if voice.owned else "the provider's",
}
"""By what a list is narrowed, and how a voice's value of it reads."""

SHARED = "shared by others"

SORTS: Mapping[str, Callable[[Voice], Any]] = {
    "name": lambda voice: voice.name.casefold(),
    "language": lambda voice: (not voice.language, voice.language or ""),
    "provider": lambda voice: voice.provider,
    "newest": lambda voice: -(voice.created_at or 0),
}

VARIANT = "variant"
"""The tag of voices that vary one which is listed, too: a hundred each of eSpeak NG's.
They are listed once something is looked for."""

MOST_CHOICES = 100
"""Values of a facet that are offered, the frequent ones: the list has to travel."""

LONGEST_LINE = 160


class VoiceRow(TypedDict):
    """One line of a list of voices, as the browser shows it."""

    voice: str
    name: str
    facts: str
    text: str
    preview: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceSearch:
    """What is wanted of a list of voices."""

    words: str = ""
    facets: Mapping[str, str] = field(default_factory=dict)
    sort: str = ""
    """One of `SORTS`; as the providers list them, names that begin with the words
    first, where empty."""
    favourites: bool = False
    """Whether only these are wanted."""

    @property
    def is_narrow(self) -> bool:
        """Whether anything but an order is wanted."""
        return bool(self.words.strip() or self.facets or self.favourites)

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Self:
        """Return what a browser asks for; what it may not ask for is left out."""
        facets = dict(said.get("facets") or {})
        return cls(
            words=str(said.get("words") or ""),
            facets={name: str(facets[name]) for name in FACETS if facets.get(name)},
            sort=said["sort"] if said.get("sort") in SORTS else "",
            favourites=bool(said.get("favourites")),
        )


@dataclass(frozen=True, slots=True)
class Found:
    """The voices that match, by their places in the catalogue."""

    places: Sequence[int] = ()
    counts: Mapping[str, list[tuple[str, int]]] = field(default_factory=dict)
    """How many voices each value of a facet would leave, were it chosen."""
    variants: int = 0
    """How many more there are, for whoever looks for something."""


class Catalogue:
    """Voices that can be searched as fast as one types.

    Parameters
    ----------
    voices : sequence of Voice
        In the order in which they are listed.
    shared : collection of str
        Which of them their providers' users share.

    Examples
    --------
    >>> rachel = Voice(voice="kie:Rachel", name="Rachel", gender="female")
    >>> listed = Catalogue([rachel, Voice(voice="kie:Adam", name="Adam")])
    >>> listed.find(VoiceSearch(words="rach")).counts["gender"]
    [('female', 1)]
    """

    def __init__(
        self, voices: Sequence[Voice] = (), shared: Collection[str] = ()
    ) -> None:
        self.voices = tuple(voices)
        self._places = {voice.voice: at for at, voice in enumerate(self.voices)}
        self._texts = [*map(searchable, self.voices)]
        self._columns = {name: self._column(name) for name in FACETS}
        for place, voice in enumerate(self.voices):
            if voice.voice in shared:
                self._columns["origin"][place] = SHARED
        self._orders: dict[str, Sequence[int]] = {"": range(len(self.voices))}
        self.facets = [
            name for name, column in self._columns.items() if len({*column}) > 1
        ]
        """The facets that tell these voices apart."""

    def find(
        self, search: VoiceSearch, favourites: Collection[str] = frozenset()
    ) -> Found:
        """Return the voices that match, and what each further facet would leave."""
        places = self._matching(search)
        if search.favourites:
            places = [at for at in places if self.voices[at].voice in favourites]
        found = self._within(places, search.facets)
        counts = {}
        for name in self.facets:
            others = {k: v for k, v in search.facets.items() if k != name}
            left = found
            if len(others) < len(search.facets):
                left = self._within(places, others)
            counts[name] = self._count(name, left, search.facets.get(name))
        if search.is_narrow:
            return Found(found, counts)
        bases = [at for at in found if VARIANT not in self.voices[at].tags]
        return Found(bases, counts, variants=len(found) - len(bases))

    def place_of(self, voice: str | None) -> int | None:
        """Return where a voice is; None if it is not listed."""
        return self._places.get(voice or "")

    def get(self, voice: str | None) -> Voice | None:
        """Return a voice as it is listed; None if it is not."""
        place = self.place_of(voice)
        return None if place is None else self.voices[place]

    def rows(self, places: Iterable[int]) -> list[VoiceRow]:
        """Return the lines of these places."""
        return [_row(self.voices[place]) for place in places]

    def _matching(self, search: VoiceSearch) -> Sequence[int]:
        places: Sequence[int] = self._order(search.sort)
        words = search.words.casefold()
        for word in words.split():
            places = [at for at in places if word in self._texts[at]]
        if words and not search.sort:
            start, named = words.strip(), SORTS["name"]
            places = sorted(
                places, key=lambda at: not named(self.voices[at]).startswith(start)
            )
        return places

    def _order(self, sort: str) -> Sequence[int]:
        if sort not in self._orders:
            key = SORTS[sort]
            listed = range(len(self.voices))
            self._orders[sort] = sorted(listed, key=lambda at: key(self.voices[at]))
        return self._orders[sort]

    def _within(
        self, places: Sequence[int], facets: Mapping[str, str]
    ) -> Sequence[int]:
        for name, value in facets.items():
            column = self._columns[name]
            places = [at for at in places if column[at] == value]
        return places

    def _count(
        self, name: str, places: Sequence[int], chosen: str | None
    ) -> list[tuple[str, int]]:
        counted = Counter(map(self._columns[name].__getitem__, places))
        del counted[""]
        kept = dict(counted.most_common(MOST_CHOICES))
        if chosen:
            kept[chosen] = counted[chosen]
        return sorted(kept.items())

    def _column(self, name: str) -> list[str]:
        values = [FACETS[name](voice) or "" for voice in self.voices]
        shown = {value: show_text(value) for value in {*values}}
        return [shown[value] for value in values]


def _row(voice: Voice) -> VoiceRow:
    facts = (voice.gender, voice.age, voice.language, voice.accent, voice.use_case)
    return {
        "voice": voice.voice,
        "name": _line(voice.name or voice.id),
        "facts": _line(" · ".join(fact for fact in facts if fact)),
        "text": _line(" · ".join(filter(None, (voice.description, *voice.tags)))),
        "preview": voice.preview_url is not None,
    }


def _line(text: str) -> str:
    plain = " ".join(show_text(text).split())
    return plain if len(plain) <= LONGEST_LINE else f"{plain[:LONGEST_LINE]}…"
