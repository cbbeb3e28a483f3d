"""The settings that a voice or a provider accepts, as a panel of their own."""

from __future__ import annotations

from collections.abc import Iterable

import ipywidgets as widgets

from voicekit.engine.doubts import Doubts
from voicekit.job import Kind, SettingValue
from voicekit.offer import Offer
from voicekit.panels.panel import Panel
from voicekit.panels.tuning import Tuning
from voicekit.studio import Studio
from voicekit.voice import Voice

__all__ = ["Parameters"]


class Parameters(Panel):
    """Sliders, lists and boxes for whatever a call may be given.

    Parameters
    ----------
    studio : Studio
        Whose provider is asked.
    target : str or Voice
        A voice, or a provider's name.
    kind : str
        The kind of job.
    model : str, optional
        One to choose from the controls, where a voice has several, if None.

    Examples
    --------
    >>> import voicekit as vk
    >>> with vk.Studio(providers=["offline"]) as studio:
    ...     parameters = vk.panels.Parameters(studio, "offline:de")
    ...     parameters.change(rate=240)
    ...     clip = studio.speak("Hallo.", "offline:de", **parameters.values())
    >>> clip.settings["rate"]
    240
    """

    def __init__(
        self,
        studio: Studio,
        target: str | Voice,
        *,
        kind: Kind = "speech",
        model: str | None = None,
    ) -> None:
        # Known at once: nobody has to wait before a cell sets one.
        offers = studio.bridge.run(_offers(studio.calls, target, kind, model))
        super().__init__(studio)
        self._model = model
        self._tuning = Tuning(*offers)
        self._widget = widgets.VBox([self._tuning.widget, self.notice])

    @property
    def widget(self) -> widgets.Widget:
        """The controls as one widget."""
        return self._widget

    def values(self) -> dict[str, SettingValue]:
        """Return the settings that were set, as a call takes them.

        What is left at its default is not among them; a model that was given is.
        """
        model = {} if self._model is None else {"model": self._model}
        return {**model, **self._tuning.values()}

    def differences(self) -> list[str]:
        """Return what differs from the defaults, a line for each setting."""
        return self._tuning.differences()

    def change(self, **values: SettingValue | None) -> None:
        """Set these; None puts a setting back to its default.

        Raises
        ------
        InvalidSetting
            If there is no such setting here.
        """
        self._tuning.change(**values)

    def reset(self, *names: str) -> None:
        """Put settings back to their defaults: these, or all."""
        self._tuning.reset(*names)


async def _offers(
    calls: Doubts, target: str | Voice, kind: Kind, model: str | None
) -> Iterable[Offer]:
    """Return what is accepted: with this model, else with each that a voice has."""
    if model is not None or (isinstance(target, str) and ":" not in target):
        return [await calls.offer(target, kind=kind, model=model)]
    return (await calls.offers(target, kind=kind)).values()
