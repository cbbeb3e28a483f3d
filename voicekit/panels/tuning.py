"""One control for each declared setting, made from the declaration alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import ipywidgets as widgets

from voicekit.errors import InvalidSetting
from voicekit.job import SettingValue
from voicekit.offer import Offer
from voicekit.panels.frame import framed
from voicekit.panels.notice import Notice
from voicekit.panels.settings_form import SettingsForm, default_of, said
from voicekit.parameters import Choice, Setting

__all__ = ["Tuning"]


class Tuning:
    """Sliders, lists and boxes for what is accepted, as a part of a panel.

    Parameters
    ----------
    *offers : Offer
        What each model accepts, the usual one first; `show` changes it.

    Attributes
    ----------
    widget : VBox
        The controls.

    Examples
    --------
    >>> from voicekit.providers import find
    >>> tuning = Tuning(find("offline").offer("speech"))
    >>> tuning.change(rate=240)
    >>> tuning.differences()
    ['rate 175 → 240 words per minute']
    """

    def __init__(self, *offers: Offer) -> None:
        self.form = SettingsForm()
        self.changed, self.dropped = Notice(), Notice()
        self.widget = framed(
            [self._heading(), self.form, self.changed, self.dropped], "settings"
        )
        self.offer: Offer | None = None
        """What is accepted by the model that is chosen."""
        self._offers: Sequence[Offer] = ()
        self._settings: dict[str, Setting] = {}
        self._is_showing = False
        self.form.observe(lambda _: self._note(), "value")
        if offers:
            self.show(*offers)

    def show(self, *offers: Offer) -> None:
        """Make the controls anew; keep the values that still fit, and name the others.

        Parameters
        ----------
        *offers : Offer
            What each model accepts, the usual one first.
        """
        self._offers = offers
        self.offer = self._chosen()
        models = [offer.model for offer in offers if offer.model]
        declared = (*_choice_of(models), *self.offer.declared)
        self._settings = {setting.name: setting for setting in declared}
        kept: dict[str, SettingValue] = {}
        lost: list[str] = []
        for name, value in self.values().items():
            try:
                kept[name] = self._checked(name, value, self.offer.provider)
            except InvalidSetting as error:
                lost.append(str(error))
        self._is_showing = True
        self.form.show(declared, kept)
        self._is_showing = False
        self.dropped.tell("\n".join(["Not kept:", *lost]) if lost else "")
        self._note_changes()

    @property
    def controls(self) -> tuple[widgets.Widget, ...]:
        """What a click on a button is about."""
        return (self.form,)

    def values(self) -> dict[str, SettingValue]:
        """Return the settings that were set, for a call to check.

        What is left at its default is not among them.
        """
        return self.form.settings

    def differences(self) -> list[str]:
        """Return what differs from the defaults, a line for each setting."""
        return [_difference(self._settings[n], v) for n, v in self.values().items()]

    def change(self, **values: SettingValue | None) -> None:
        """Set these; None puts a setting back to its default.

        Raises
        ------
        InvalidSetting
            If there is no such setting here.
        """
        for name in values:
            if name not in self._settings:
                raise InvalidSetting(f"There is no setting {name!r} here.")
        merged = {**self.values(), **values}
        self._put({name: v for name, v in merged.items() if v is not None})

    def reset(self, *names: str) -> None:
        """Put settings back to their defaults: these, or all."""
        kept = self.values() if names else {}
        self._put({name: v for name, v in kept.items() if name not in names})

    def on_change(self, observer: Callable[[], object]) -> None:
        """Call ``observer()`` whenever a setting was changed, other than by `show`."""
        self.form.observe(lambda _: self._is_showing or observer(), "value")

    def _put(self, values: Mapping[str, SettingValue]) -> None:
        self.form.value = {"edition": self.form.edition, "set": dict(values)}

    def _checked(self, name: str, value: SettingValue, who: str) -> SettingValue:
        if name not in self._settings:
            raise InvalidSetting(f"{name} {value}: {who} has no such setting here.")
        return self._settings[name].check(value, who)

    def _chosen(self) -> Offer:
        """Return what the chosen model accepts; what is shown next may not have it."""
        chosen = self.values().get("model")
        fitting = (offer for offer in self._offers if offer.model == chosen)
        return next(fitting, self._offers[0])

    def _note(self) -> None:
        if self._is_showing:
            return
        if self._chosen() is not self.offer:
            self.show(*self._offers)
        self._note_changes()

    def _note_changes(self) -> None:
        found = self.differences()
        self.changed.note("Changed: " + ", ".join(found) if found else "")

    def _heading(self) -> widgets.Widget:
        button = widgets.Button(
            description="Defaults", tooltip="Put every setting back to its default"
        )
        button.on_click(lambda _: self.reset())
        explain = widgets.ToggleButton(
            description="Help", tooltip="Say of every setting what it does"
        )
        widgets.dlink((explain, "value"), (self.form, "explains"))
        heading = widgets.HBox([widgets.Label("Settings"), explain, button])
        heading.add_class("voicekit-heading")
        return heading


def _choice_of(models: Sequence[str]) -> Iterable[Setting]:
    if len(models) > 1:
        yield Choice(
            name="model",
            help="What speaks; each model has its own settings and price.",
            choices=tuple(models),
            default=models[0],
        )


def _difference(setting: Setting, value: Any) -> str:
    default = default_of(setting)
    shown = "vendor's default" if default is None else said(default)
    return f"{setting.name} {shown} → {said(value)} {setting.unit}".rstrip()
