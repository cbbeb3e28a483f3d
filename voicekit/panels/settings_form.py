"""The controls for what a voice accepts, made in the browser from the declaration."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import anywidget
import traitlets

from voicekit.job import SettingValue
from voicekit.panels.frozen import static_table
from voicekit.panels.source import script, style
from voicekit.parameters import Choice, Range, Setting, Text, Toggle

__all__ = ["SettingsForm", "default_of", "said"]

MOST_STEPS = 2_000
"""A slider has no room for more; a seed gets a box alone."""


class SettingsForm(anywidget.AnyWidget):
    """One control for each declared setting; all of them are one widget.

    A widget for each control would be some hundred of them after a few changes of the
    voice, each with its own line to the browser.
    """

    _esm = script("settings_form")
    _css = style("settings_form")

    declared: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)
    """What each control is made from."""
    value: traitlets.Dict[str, Any] = traitlets.Dict().tag(sync=True)
    """The settings that were set, and the edition of the form they were set in."""
    explains = traitlets.Bool(False).tag(sync=True)
    """Whether the help of each setting is shown."""

    def __init__(self) -> None:
        self.edition = 0
        """Which declaration is shown; a change by the browser has to name it."""
        self._taken: dict[str, Any] = {"edition": 0, "set": {}}
        super().__init__(value=self._taken)

    def show(
        self, settings: Sequence[Setting], values: Mapping[str, SettingValue]
    ) -> None:
        """Show these controls with these values; what has none is not sent."""
        declared = [_plain(setting) for setting in settings]
        self.edition += declared != self.declared
        with self.hold_trait_notifications(), self.hold_sync():
            self.declared = declared
            self.value = {"edition": self.edition, "set": dict(values)}

    @property
    def settings(self) -> dict[str, SettingValue]:
        """What was set, in the order of the declaration."""
        given = self.value["set"]
        names = [one["name"] for one in self.declared]
        return {name: given[name] for name in names if name in given}

    @traitlets.validate("value")
    def _of_this_edition(self, proposal: dict[str, Any]) -> object:
        """Keep out what was entered in controls that are gone."""
        said = proposal["value"]
        if said.get("edition") == self.edition:
            self._taken = said
        # `self.value` may be what is to be kept out: traits are held back meanwhile.
        return self._taken

    def to_html(self) -> str:
        """Return what stands in its place where there is no kernel."""
        given = self.settings
        rows = [
            [one["name"], said(given.get(one["name"], one["default"])), one["unit"]]
            for one in self.declared
        ]
        return static_table(["setting", "value", "unit"], rows)


def default_of(setting: Setting) -> SettingValue | None:
    """Return the vendor's default as a plain value; None where it names none.

    Examples
    --------
    >>> default_of(Range(name="x", help="", minimum=0, maximum=1, step=1, default=1))
    1
    """
    if setting.default is None:
        return None
    return setting.check(setting.default, "the declaration")


def said(value: SettingValue | None) -> str:
    """Return a value as a user reads it.

    Examples
    --------
    >>> said(False), said(0), said(None)
    ('off', '0', '')
    """
    if isinstance(value, bool):
        return "on" if value else "off"
    return "" if value is None else str(value)


def _plain(setting: Setting) -> dict[str, Any]:
    """Return a declaration as JSON carries it."""
    return {
        "name": setting.name,
        "help": setting.help,
        "unit": setting.unit,
        "default": default_of(setting),
        "required": setting.required,
        **_SHAPES[type(setting)](setting),
    }


def _range(setting: Any) -> dict[str, Any]:
    steps = (setting.maximum - setting.minimum) / setting.step
    return {
        "kind": "slider" if steps <= MOST_STEPS else "number",
        "minimum": float(setting.minimum),
        "maximum": float(setting.maximum),
        "step": float(setting.step),
    }


_SHAPES: Mapping[type, Callable[[Any], dict[str, Any]]] = {
    Range: _range,
    Choice: lambda setting: {"kind": "choice", "choices": [*setting.choices]},
    Toggle: lambda _: {"kind": "toggle"},
    Text: lambda _: {"kind": "text"},
}
