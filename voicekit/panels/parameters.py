"""One control for each declared setting, made from the declaration alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as widgets

from voicekit.errors import InvalidSetting
from voicekit.job import SettingValue
from voicekit.offer import Offer
from voicekit.panels.frame import framed
from voicekit.parameters import Choice, Range, Setting, Text, Toggle

__all__ = ["Parameters", "default_of"]

_LAYOUT = {"width": "auto"}


class Parameters:
    """Sliders, lists and boxes for what a voice accepts.

    Parameters
    ----------
    offer : Offer, optional
        What is accepted; `show` changes it.

    Attributes
    ----------
    widget : VBox
        The controls.
    """

    def __init__(self, offer: Offer | None = None) -> None:
        self._rows = widgets.VBox()
        self.widget = framed([self._heading(), self._rows], "settings")
        self._controls: dict[str, widgets.Widget] = {}
        self._settings: dict[str, Setting] = {}
        if offer is not None:
            self.show(offer)

    def show(self, offer: Offer) -> None:
        """Build the controls anew, and keep the values that still fit."""
        kept = self.values()
        self._settings = {setting.name: setting for setting in offer.declared}
        self._controls = {
            name: _control(setting, _fitting(setting, kept.get(name)))
            for name, setting in self._settings.items()
        }
        self._rows.children = [
            _row(setting, self._controls[name])
            for name, setting in self._settings.items()
        ]

    @property
    def controls(self) -> tuple[widgets.Widget, ...]:
        """The controls, in the order of their declaration."""
        return tuple(self._controls.values())

    def values(self) -> dict[str, SettingValue]:
        """Return the settings that differ from their defaults, for a call to check."""
        return {
            name: control.value
            for name, control in self._controls.items()
            if control.value != default_of(self._settings[name])
        }

    def reset(self) -> None:
        """Put every control back to its default."""
        for name, control in self._controls.items():
            control.value = default_of(self._settings[name])

    def _heading(self) -> widgets.Widget:
        button = widgets.Button(
            description="Defaults", tooltip="Put every setting back to its default"
        )
        button.on_click(lambda _: self.reset())
        heading = widgets.HBox([widgets.Label("Settings"), button])
        heading.add_class("voicekit-heading")
        return heading


def _control(setting: Setting, value: Any) -> widgets.Widget:
    return _MAKERS[type(setting)](
        setting,
        value=default_of(setting) if value is None else value,
        description=setting.name,
        tooltip=setting.help,
        layout=_LAYOUT,
    )


def _row(setting: Setting, control: widgets.Widget) -> widgets.Widget:
    hint = widgets.Label(_hint(setting))
    hint.add_class("voicekit-hint")
    row = widgets.Box([control, hint])
    row.add_class("voicekit-setting")

    def mark(_: object = None) -> None:
        changed = control.value != default_of(setting)
        (row.add_class if changed else row.remove_class)("voicekit-changed")

    control.observe(mark, "value")
    mark()
    return row


def _hint(setting: Setting) -> str:
    if setting.default is None:
        return setting.unit
    if isinstance(setting, Toggle):
        return f"default {'on' if setting.default else 'off'}"
    return f"default {setting.default} {setting.unit}".rstrip()


def _slider(setting: Range, **common: Any) -> widgets.Widget:
    numbers = (setting.minimum, setting.maximum, setting.step)
    whole = all(number == int(number) for number in numbers)
    kind, number = (widgets.IntSlider, int) if whole else (widgets.FloatSlider, float)
    low, high, step = map(number, numbers)
    # Sending each position while the mouse moves would ask the kernel for nothing.
    return kind(min=low, max=high, step=step, continuous_update=False, **common)


def _list(setting: Choice, **common: Any) -> widgets.Widget:
    return widgets.Dropdown(options=[*setting.choices], **common)


def _box(setting: Toggle, **common: Any) -> widgets.Widget:
    del setting
    return widgets.Checkbox(indent=False, **common)


def _line(setting: Text, **common: Any) -> widgets.Widget:
    del setting
    return widgets.Text(continuous_update=False, **common)


_MAKERS: Mapping[type, Callable[..., widgets.Widget]] = {
    Range: _slider,
    Choice: _list,
    Toggle: _box,
    Text: _line,
}

_EMPTY: Mapping[type, Callable[[Any], Any]] = {
    Range: lambda setting: setting.minimum,
    Choice: lambda setting: setting.choices[0],
    Toggle: lambda _: False,
    Text: lambda _: "",
}
"""What a control shows where the vendor names no default."""


def default_of(setting: Setting) -> Any:
    """Return what a control shows, and what is not sent, until it is changed."""
    default = _EMPTY[type(setting)](setting)
    if setting.default is not None:
        default = setting.default
    return float(default) if isinstance(setting, Range) else default


def _fitting(setting: Setting, value: SettingValue | None) -> SettingValue | None:
    try:
        return None if value is None else setting.check(value, "the panel")
    except InvalidSetting:
        return None
