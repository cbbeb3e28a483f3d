"""What a provider accepts for one kind of job: settings, formats, length of text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

from voicekit.errors import InvalidSetting, InvalidText, nearest
from voicekit.job import Job, Kind, SettingValue
from voicekit.parameters import UNSPEAKABLE, Choice, Setting

__all__ = ["FileRule", "Model", "Offer", "TextLimit", "TextUnit"]

TextUnit: TypeAlias = Literal["characters", "UTF-8 bytes", "words"]

_LENGTHS: Mapping[TextUnit, Callable[[str], int]] = {
    "characters": len,
    "UTF-8 bytes": lambda text: len(text.encode()),
    "words": lambda text: len(text.split()),
}


class Model(BaseModel):
    """One model of a provider."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str = ""
    kinds: tuple[Kind, ...] = ("speech",)
    languages: tuple[str, ...] = ()


class TextLimit(BaseModel):
    """How long a text may be, in the provider's own unit."""

    model_config = ConfigDict(frozen=True)

    maximum: int
    minimum: int = 0
    unit: TextUnit = "characters"

    def length(self, text: str) -> int:
        """Return the length of a text in this unit.

        Examples
        --------
        >>> TextLimit(maximum=5000, unit="UTF-8 bytes").length("é")
        2
        """
        return _LENGTHS[self.unit](text)


class FileRule(BaseModel):
    """Which file a job takes."""

    model_config = ConfigDict(frozen=True)

    extensions: tuple[str, ...]
    """Lower case, without the dot."""
    maximum_bytes: int


class Offer(BaseModel):
    """What one provider accepts for one kind of job and one model."""

    model_config = ConfigDict(frozen=True)

    provider: str
    kind: Kind
    route: str | None = None
    """Which of a provider's ways this is, where voices take different ones."""
    model: str | None = None
    """As it goes on the wire; None where the provider has no models."""
    takes_text: bool = True
    text_instead: str | None = None
    """A setting that may stand in for the text."""
    file: FileRule | None = None
    """The file that has to come with the job; None where none does."""
    unit: str = "credits"
    """What the provider counts costs in."""
    settings: tuple[Setting, ...] = ()
    formats: Choice | None = None
    text_limit: TextLimit | None = None

    @property
    def declared(self) -> tuple[Setting, ...]:
        """Everything a user can set, the format among it."""
        return (*self.settings, self.formats) if self.formats else self.settings

    def check_settings(
        self, given: Mapping[str, object], who: str
    ) -> dict[str, SettingValue]:
        """Return the settings that go on the wire, in canonical form.

        A setting given as None counts as not given.

        Raises
        ------
        InvalidSetting
            If one is unknown here, its value is not accepted, or a needed one is
            missing.
        """
        known = {setting.name: setting for setting in self.settings}
        for name in given:
            if name not in known:
                raise self._unknown(name, who)
        checked: dict[str, SettingValue] = {}
        for name, setting in known.items():
            value = self._effective(setting, given.get(name))
            if value is not None:
                checked[name] = setting.check(value, who)
            elif setting.required:
                raise InvalidSetting(f"{who} needs {name}: {setting.help}")
        return checked

    def check_format(self, given: str | None, who: str) -> str | None:
        """Return the format that goes on the wire.

        Raises
        ------
        InvalidSetting
            If the provider has no such format, or lets nobody choose.
        """
        if self.formats is None:
            if given is not None:
                raise InvalidSetting(f"{who} has one format; leave format out.")
            return None
        value = self._effective(self.formats, given)
        return None if value is None else str(self.formats.check(value, who))

    def on_wire(self, job: Job) -> dict[str, Any]:
        """Return a job's settings and format where they stand in the request."""
        given: Mapping[str, object] = {**job.settings, "format": job.format}
        request: dict[str, Any] = {}
        for setting in self.declared:
            if given.get(setting.name) is not None:
                *parents, last = setting.path
                place = request
                for parent in parents:
                    place = place.setdefault(parent, {})
                place[last] = given[setting.name]
        return request

    def check_text(
        self, text: object, who: str, given: Mapping[str, object] | None = None
    ) -> str:
        """Return the text, if this provider can take it with the settings given.

        Raises
        ------
        InvalidText
            If it is empty, too long, or holds what no request can carry.
        """
        if not self.takes_text:
            return ""
        if not isinstance(text, str):
            raise InvalidText(f"{who} speaks text, not {type(text).__name__}.")
        if not text and (given or {}).get(self.text_instead or "") is not None:
            return text
        if not text.strip():
            instead = f" Or give {self.text_instead}." if self.text_instead else ""
            raise InvalidText(f"There is no text for {who} to speak.{instead}")
        _refuse_unspeakable(text, who)
        limit = self.text_limit
        if limit and (length := limit.length(text)) < limit.minimum:
            raise InvalidText(
                f"The text is {length:,} {limit.unit} long; {who} wants "
                f"{limit.minimum:,} at least."
            )
        if limit and length > limit.maximum:
            raise InvalidText(
                f"The text is {length:,} {limit.unit} long; {who} takes "
                f"{limit.maximum:,} at most. Split it into several calls."
            )
        return text

    def _effective(self, setting: Setting, value: object) -> object:
        if value is None and setting.always_sent:
            return setting.default
        return value

    def _unknown(self, name: str, who: str) -> InvalidSetting:
        names = [setting.name for setting in self.settings]
        listed = ", ".join(names) or "none"
        return InvalidSetting(
            f"{who} has no setting {name!r}.{nearest(name, names)} "
            f"Its settings are: {listed}."
        )


def _refuse_unspeakable(text: str, who: str) -> None:
    if found := UNSPEAKABLE.search(text):
        raise InvalidText(
            f"The text for {who} holds U+{ord(found[0]):04X} at position "
            f"{found.start()}, a control character or half a character, which no voice "
            "can speak. Remove it."
        )
