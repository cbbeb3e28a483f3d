"""One setting that a comparison varies: its name, and its values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as widgets

from voicekit.errors import InvalidSetting
from voicekit.panels.frame import offer_choices
from voicekit.parameters import Choice, Range, Setting, Toggle

__all__ = ["Axis"]

_NOTHING = "nothing"
_TRUTH = {"true": True, "on": True, "false": False, "off": False}


class Axis:
    """A menu of settings, and a line for values with commas between them.

    Parameters
    ----------
    title : str
        What the menu is called.

    Attributes
    ----------
    controls : tuple of Widget
        The menu and the line.
    widget : VBox
        Both, with what the setting accepts.
    """

    def __init__(self, title: str) -> None:
        self._declared: Mapping[str, Setting | None] = {}
        self.name = widgets.Dropdown(options=(_NOTHING,), description=title)
        self.values = widgets.Text(
            placeholder="with commas between them", continuous_update=False
        )
        self.hint = widgets.Label()
        self.hint.add_class("voicekit-hint")
        self.controls = (self.name, self.values)
        self.widget = widgets.VBox([self.name, self.values, self.hint])
        self.name.observe(lambda _: self._explain(), "value")
        self._explain()

    def show(self, declared: Mapping[str, Setting | None]) -> None:
        """Offer these settings; one that is chosen stays, if it is still there."""
        self._declared = declared
        offer_choices(self.name, (_NOTHING, *declared))
        self._explain()

    @property
    def missing(self) -> str:
        """What has still to be entered; nothing if all is there."""
        name = self.name.value
        if name == _NOTHING or self._parts():
            return ""
        return f"Give {name} some values, with commas between them."

    def read(self) -> dict[str, list[Any]]:
        """Return the setting's values by its name; nothing if none is varied.

        Raises
        ------
        InvalidSetting
            If there is no value, or one is of the wrong kind.
        """
        name = self.name.value
        if name == _NOTHING:
            return {}
        if self.missing:
            raise InvalidSetting(self.missing)
        setting = self._declared.get(name)
        read = _READERS.get(type(setting), _as_it_is)
        try:
            return {name: [read(part, setting) for part in self._parts()]}
        except (ValueError, KeyError):
            raise InvalidSetting(
                f"The values of {name} cannot be read: {self.values.value!r}. "
                f"{self.hint.value}"
            ) from None

    def _parts(self) -> list[str]:
        parts = (part.strip() for part in self.values.value.split(","))
        return [part for part in parts if part]

    def _explain(self) -> None:
        name = self.name.value
        self.values.layout.display = "none" if name == _NOTHING else None
        self.values.description = f"Values of {name}"
        setting = self._declared.get(name)
        self.hint.value = "" if setting is None else _hint(setting)


def _hint(setting: Setting) -> str:
    if isinstance(setting, Range):
        low, high, step = setting.minimum, setting.maximum, setting.step
        return f"{low} to {high} {setting.unit} in steps of {step}".replace("  ", " ")
    if isinstance(setting, Choice):
        return ", ".join(map(str, setting.choices))
    return "true, false" if isinstance(setting, Toggle) else setting.help


def _as_it_is(text: str, setting: Setting | None) -> Any:
    return text if setting is not None else int(text)


_READERS: Mapping[type, Callable[[str, Any], Any]] = {
    Range: lambda text, _: float(text),
    Choice: lambda text, setting: {str(one): one for one in setting.choices}[text],
    Toggle: lambda text, _: _TRUTH[text.lower()],
}
