"""Settings, declared once: range, step, default, unit, help and wire name.

The one declaration drives the check, the slider, the help text, the table of
`Studio.parameters`, the key of a job and the request on the wire.
"""

from __future__ import annotations

import re
from decimal import Decimal
from numbers import Real
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from voicekit.errors import InvalidSetting
from voicekit.job import SettingValue

__all__ = ["Choice", "Range", "Setting", "Text", "Toggle"]

UNSPEAKABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""Control characters and half characters: no request can carry them as text."""

TOLERANCE = 1e-6
"""A number this near to a step is that step: sliders and float32 are not exact."""


class _Declared(BaseModel):
    """What every kind of setting declares."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    help: str
    wire: str = ""
    """Where it stands in the request, dots for nesting; the name where empty."""
    always_sent: bool = False
    """Whether the default goes on the wire when the user gives no value."""
    required: bool = False
    """Whether the user has to give a value, because the vendor needs one."""
    unit: str = ""

    @property
    def path(self) -> tuple[str, ...]:
        """The keys under which the value stands in the request."""
        return tuple((self.wire or self.name).split("."))

    def _refuse(self, value: object, accepted: str, who: str) -> InvalidSetting:
        return InvalidSetting(
            f"{self.name} of {who} must be {accepted}, not {_shown(value)}."
        )


class Range(_Declared):
    """A number between two ends, on a grid of steps."""

    kind: Literal["range"] = "range"
    minimum: Decimal
    maximum: Decimal
    step: Decimal
    default: Decimal | None = None

    def check(self, value: object, who: str) -> SettingValue:
        """Return the value as exactly one step of the grid.

        Examples
        --------
        >>> speed = Range(name="speed", help="", minimum=0.7, maximum=1.2, step=0.01)
        >>> speed.check(0.8500000238418579, "kie:Rachel")
        0.85

        Raises
        ------
        InvalidSetting
            If it is no number, outside the range, or between two steps.
        """
        if isinstance(value, bool) or not isinstance(value, Real | Decimal):
            raise self._refuse(value, f"a number {self._accepted}", who)
        try:
            number = float(value)
        except OverflowError:
            raise self._refuse(value, self._accepted, who) from None
        if (
            not float(self.minimum) - TOLERANCE
            <= number
            <= float(self.maximum) + (TOLERANCE)
        ):
            raise self._refuse(value, self._accepted, who)
        nearest_step = self.minimum + self.step * round(
            (Decimal(number) - self.minimum) / self.step
        )
        if abs(float(nearest_step) - number) > TOLERANCE:
            raise self._refuse(value, self._accepted, who)
        return _canonical(nearest_step)

    @property
    def _accepted(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        low, high, step = map(_canonical, (self.minimum, self.maximum, self.step))
        return f"between {low} and {high}{unit} in steps of {step}"


class Choice(_Declared):
    """One of a few values."""

    kind: Literal["choice"] = "choice"
    choices: tuple[str | int | float, ...]
    default: str | int | float | None = None

    def check(self, value: object, who: str) -> SettingValue:
        """Return the choice that equals the value.

        Raises
        ------
        InvalidSetting
            If it is none of the choices.
        """
        number = isinstance(value, Real) and not isinstance(value, bool)
        if number or isinstance(value, str):
            for choice in self.choices:
                if number != isinstance(choice, str) and choice == value:
                    return choice
        listed = ", ".join(map(repr, self.choices))
        raise self._refuse(value, f"one of {listed}", who)


class Toggle(_Declared):
    """On or off."""

    kind: Literal["toggle"] = "toggle"
    default: bool | None = None

    def check(self, value: object, who: str) -> SettingValue:
        """Return the value, if it is True or False.

        Raises
        ------
        InvalidSetting
            If it is anything else.
        """
        if isinstance(value, bool) or type(value).__name__ == "bool":  # NumPy's
            return bool(value)
        raise self._refuse(value, "True or False", who)


class Text(_Declared):
    """Free text."""

    kind: Literal["text"] = "text"
    max_length: int
    """In characters."""
    min_length: int = 0
    default: str | None = None

    def check(self, value: object, who: str) -> SettingValue:
        """Return the value, if it is text of an accepted length.

        Raises
        ------
        InvalidSetting
            If it is no text, or too short or too long.
        """
        accepted = f"text of {self.min_length} to {self.max_length} characters"
        if not isinstance(value, str):
            raise self._refuse(value, accepted, who)
        if found := UNSPEAKABLE.search(value):
            raise self._refuse(value, f"text without U+{ord(found[0]):04X}", who)
        if not self.min_length <= len(value) <= self.max_length:
            raise self._refuse(value, f"{accepted} (it has {len(value)})", who)
        return value


Setting: TypeAlias = Annotated[
    Range | Choice | Toggle | Text, Field(discriminator="kind")
]

LONGEST_SHOWN = 60


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def _canonical(number: Decimal) -> int | float:
    return int(number) if number == int(number) else float(number)
