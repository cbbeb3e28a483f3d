"""Declared settings: what is accepted, and in which form it goes on."""

import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ipywidgets import FloatSlider

from voicekit import providers
from voicekit.errors import InvalidSetting
from voicekit.job import Job
from voicekit.parameters import Choice, Range, Text, Toggle

SPEED = Range(name="speed", help="", minimum=0.7, maximum=1.2, step=0.01, default=1)
RANGES = [
    setting
    for name in providers.names()
    for offer in providers.find(name).offers
    for setting in offer.settings
    # A seed counts further than float32, and no slider has a place for each.
    if isinstance(setting, Range) and setting.name != "seed"
] + [
    SPEED,
    Range(name="stability", help="", minimum=0, maximum=1, step=0.01),
    Range(name="pitch", help="", minimum=-12, maximum=12, step=1),
    Range(name="vol", help="", minimum=0.1, maximum=10, step=0.1),
    Range(name="tenth", help="", minimum=0.8, maximum=2, step=0.1),
]


def key(setting, value):
    settings = {setting.name: setting.check(value, "x")}
    return Job(provider="x", kind="speech", text="x", settings=settings).key


@st.composite
def grid_values(draw):
    setting = draw(st.sampled_from(RANGES))
    steps = int((setting.maximum - setting.minimum) / setting.step)
    return setting, draw(st.integers(0, steps))


@given(grid_values())
def test_every_value_of_every_grid_gives_one_key_however_it_comes(case):
    """float, float32, float64, arange and a slider all mean the same step."""
    setting, index = case
    exact = setting.minimum + index * setting.step
    low, step = float(setting.minimum), float(setting.step)
    slider = FloatSlider(min=low, max=float(setting.maximum), step=step)
    slider.value = low + index * step
    ways = [
        float(exact),
        np.float32(exact),
        np.float64(exact),
        np.arange(low, low + (index + 1) * step, step)[index],
        slider.value,
        low + index * step,
        Decimal(str(exact)),
    ]
    if exact == int(exact):
        ways += [int(exact), np.int64(int(exact))]
    assert len({key(setting, value) for value in ways}) == 1


@pytest.mark.parametrize(
    "value", [0.69, 1.21, 0.705, math.nan, math.inf, -math.inf, True, "1", None, 1j, []]
)
def test_a_range_refuses_what_is_not_on_its_grid(value):
    """Out of range, between steps, no number, text for a number: refused."""
    with pytest.raises(InvalidSetting, match=r"speed of kie:Rachel must be .*0\.7 and"):
        SPEED.check(value, "kie:Rachel")


def test_a_range_is_canonical():
    """A whole number is never a float, and a step is exactly that step."""
    assert SPEED.check(1.0, "x") == 1
    assert type(SPEED.check(1.0, "x")) is int
    assert SPEED.check(np.float32(0.85), "x") == 0.85
    assert SPEED.check(0.85 + 9e-7, "x") == 0.85


def test_choices_are_exact():
    """A choice is one of those declared: no other type, no other case."""
    choice = Choice(name="format", help="", choices=("mp3", "wav"))
    assert choice.check("mp3", "x") == "mp3"
    numbers = Choice(name="stability", help="", choices=(0, 0.5, 1))
    assert numbers.check(np.float64(0.5), "x") == 0.5
    for wrong in ("MP3", 1, True, None):
        with pytest.raises(InvalidSetting, match="one of 'mp3', 'wav'"):
            choice.check(wrong, "x")
    for wrong in (True, "1"):
        with pytest.raises(InvalidSetting):
            numbers.check(wrong, "x")


def test_a_toggle_takes_truth_alone():
    """1 is no True, and NumPy's True is one."""
    toggle = Toggle(name="ssml", help="")
    assert toggle.check(True, "x") is True
    assert toggle.check(np.bool_(False), "x") is False
    for wrong in (1, 0, "true", None):
        with pytest.raises(InvalidSetting, match="True or False"):
            toggle.check(wrong, "x")


def test_a_text_setting_has_a_length():
    """Text longer or shorter than declared is refused with both lengths."""
    text = Text(name="title", help="", min_length=2, max_length=4)
    assert text.check("four", "x") == "four"
    for wrong in ("x", "five!", 5):
        with pytest.raises(InvalidSetting, match="2 to 4 characters"):
            text.check(wrong, "x")
