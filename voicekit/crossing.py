"""Cross texts, voices and settings: which speech a comparison asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from numbers import Real
from typing import Any, TypeAlias

from voicekit.errors import InvalidSetting, nearest
from voicekit.job import SettingValue, check_take
from voicekit.lineup import read_own, read_texts, read_voices
from voicekit.offer import Offer

__all__ = ["Cell", "Crossing", "OfferOf", "cross", "is_axis"]

OfferOf: TypeAlias = Callable[[str, str | None], Offer]
"""Returns what a voice accepts with a model, or with its provider's default."""

_OWN = ("model", "format", "take")
"""What a call takes beside the declared settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One speech of a comparison: checked, and ready to be asked for."""

    text_id: int | str
    text: str
    voice: str = field(repr=False)  # an id may be an address that is a secret
    """``"provider:id"``, as it is spoken with."""
    model: str | None
    format: str | None
    take: int
    settings: Mapping[str, SettingValue]
    """What was given, in canonical form; the axes among it."""
    axes: Mapping[str, SettingValue | None]
    """The value of each axis; None where the voice has no such setting."""
    fixed: Mapping[str, SettingValue]
    """What was given beside the axes and the model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """All cells of a comparison, texts first, then voices, then axes."""

    cells: tuple[Cell, ...]
    axes: tuple[str, ...]
    warnings: tuple[str, ...]
    """Which voice runs without which axis."""


def is_axis(value: object) -> bool:
    """Tell whether a value is varied: a list is, a scalar is not.

    Examples
    --------
    >>> is_axis([0.8, 1.2]), is_axis(range(3)), is_axis("mp3"), is_axis(1.0)
    (True, True, False, False)
    """
    return isinstance(value, Iterable) and not isinstance(
        value, str | bytes | Mapping | Real
    )


def cross(  # noqa: PLR0913 - what a comparison is asked with
    texts: object,
    voices: object,
    *,
    settings: Mapping[str, Mapping[str, Any]] | None,
    varied: Mapping[str, Any],
    offer_of: OfferOf,
    shown: Callable[[str], str] = str,
) -> Crossing:
    """Return every cell, checked as its own call would be.

    Parameters
    ----------
    texts : str, sequence of str, or mapping of id to str
        Counted from 1 where they have no ids.
    voices : str, Voice, or sequence of these
    settings : mapping, optional
        Settings of single voices or of a provider's; a voice's own come first. What
        they name is not varied for that voice.
    varied : mapping
        A scalar is a fixed setting, a list an axis.
    offer_of : callable
        What a voice accepts.
    shown : callable
        The name of a voice as errors and warnings may show it.

    Raises
    ------
    InvalidText, InvalidSetting, UnknownVoice, Unsupported
        As `Studio.speak` would; also if no voice has an axis, or an axis is empty.
    """
    spoken = read_texts(texts)
    names = read_voices(voices)
    axes = {name: list(value) for name, value in varied.items() if is_axis(value)}
    fixed = {name: value for name, value in varied.items() if name not in axes}
    empty = [name for name, values in axes.items() if not values]
    if empty:
        raise InvalidSetting(f"{empty[0]}=[] has nothing to vary; give it values.")
    own = read_own(settings or {}, names)
    found = _Declarations(offer_of)
    lines = [
        _Line(
            voice=name,
            who=shown(name),
            shared=frozenset(fixed),
            given={**fixed, **own[name]},
            axes=axes,
            found=found,
            texts=spoken,
        )
        for name in names
    ]
    variants = [list(line.variants()) for line in lines]
    found.check_axes(axes)
    return Crossing(
        cells=tuple(
            Cell(text_id=text_id, text=text, **variant)
            for text_id, text in spoken.items()
            for line in variants
            for variant in line
        ),
        axes=tuple(axes),
        warnings=tuple(found.lacking),
    )


class _Declarations:
    """What voices accept, and which of them lack an axis."""

    def __init__(self, offer_of: OfferOf) -> None:
        self.offer_of = offer_of
        self.known: set[str] = set()
        self.declared: set[str] = set()
        self.lacking: dict[str, None] = {}

    def has(self, offer: Offer, name: str, who: str) -> bool:
        """Tell whether an axis can be varied here, and remember if not."""
        names = {"take", *(setting.name for setting in offer.declared)}
        if offer.model is not None:
            names.add("model")
        self.known |= names
        if name in names:
            self.declared.add(name)
            return True
        model = f" with {offer.model}" if offer.model and name != "model" else ""
        self.lacking[f"{who}{model} has no {name}: it speaks once, without it."] = None
        return False

    def check_axes(self, axes: Mapping[str, object]) -> None:
        for name in axes:
            if name not in self.declared:
                raise InvalidSetting(
                    f"No voice here has a setting {name!r}."
                    f"{nearest(name, self.known)} They have: "
                    f"{', '.join(sorted(self.known))}."
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One voice, and all ways in which it speaks."""

    voice: str
    who: str
    shared: frozenset[str]
    given: Mapping[str, Any]
    axes: Mapping[str, Sequence[Any]]
    found: _Declarations
    texts: Mapping[int | str, str]

    def variants(self) -> Iterator[dict[str, Any]]:
        """Return the fields of `Cell` for each way, without the text."""
        made: dict[tuple[Any, ...], dict[str, Any]] = {}
        for model in self._models():
            offer = self.found.offer_of(self.voice, model)
            for values in product(*self._values(offer)):
                variant = self._checked(
                    offer, dict(zip(self.axes, values, strict=True))
                )
                # 1 and 1.0 are one value, and so is a default that is written out.
                made.setdefault(tuple(variant["axes"].items()), variant)
        yield from made.values()

    def _models(self) -> Sequence[str | None]:
        if "model" in self.given or "model" not in self.axes:
            return [self.given.get("model")]
        has = self.found.has(self.found.offer_of(self.voice, None), "model", self.who)
        return self.axes["model"] if has else [None]

    def _values(self, offer: Offer) -> Iterator[Sequence[Any]]:
        for name, values in self.axes.items():
            if name in self.given:
                self.found.declared.add(name)
                yield [self.given[name]]
            elif name == "model":
                yield [offer.model]
            else:
                yield values if self.found.has(offer, name, self.who) else [None]

    def _checked(self, offer: Offer, values: Mapping[str, Any]) -> dict[str, Any]:
        asked = {**self.given, **values}
        others = {name: value for name, value in asked.items() if name not in _OWN}
        # What this voice lacks is not asked of it.
        given = {name: value for name, value in others.items() if value is not None}
        checked = self._check_settings(offer, given)
        for text in self.texts.values():
            offer.check_text(text, self.who, given)
        known: dict[str, SettingValue | None] = {
            **checked,
            "model": offer.model,
            "format": offer.check_format(asked.get("format"), self.who),
            "take": check_take(asked.get("take", 1)),
        }
        return {
            "voice": self.voice,
            "model": offer.model,
            "format": known["format"],
            "take": known["take"],
            "settings": {name: checked[name] for name in others if name in checked},
            "axes": {name: known.get(name) for name in self.axes},
            "fixed": {
                name: value
                for name, value in known.items()
                if value is not None
                and name in self.given
                and name not in (*self.axes, "model")
            },
        }

    def _check_settings(
        self, offer: Offer, given: Mapping[str, Any]
    ) -> Mapping[str, SettingValue]:
        try:
            return offer.check_settings(given, self.who)
        except InvalidSetting as error:
            if self.shared & set(given) <= {setting.name for setting in offer.settings}:
                raise
            raise InvalidSetting(
                f"{error} What only some of the voices have goes into "
                "settings={voice: {name: value}}."
            ) from None
