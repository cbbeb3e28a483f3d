"""Which cells a comparison asks for: all checked, nothing substituted in silence."""

import numpy as np
import pandas as pd
import pytest

from voicekit import errors
from voicekit.crossing import cross, is_axis
from voicekit.providers import find
from voicekit.voice import Voice

SECRET = "akool:https://files.example/voice.mp3?key=5ecret"


def offer_of(voice, model):
    name, _, voice_id = voice.partition(":")
    return find(name).offer("speech", model=model, voice=voice_id)


def crossed(texts="Hello.", voices="offline:en-us", settings=None, shown=str, **axes):
    return cross(
        texts, voices, settings=settings, varied=axes, offer_of=offer_of, shown=shown
    )


def axes_of(crossing):
    return [tuple(cell.axes.values()) for cell in crossing.cells]


def test_texts_voices_and_axes_are_crossed_in_this_order():
    """Every text by every voice in every way, text by text."""
    made = crossed(["One.", "Two."], ["offline:de", "offline:es"], rate=[100, 200])
    assert [(c.text_id, c.voice, c.settings["rate"]) for c in made.cells] == [
        (text, voice, rate)
        for text in (1, 2)
        for voice in ("offline:de", "offline:es")
        for rate in (100, 200)
    ]
    assert made.axes == ("rate",)
    assert made.warnings == ()


@pytest.mark.parametrize(
    ("texts", "ids"),
    [
        ("One.", [1]),
        (["One.", "Two."], [1, 2]),
        (("One.", "Two."), [1, 2]),
        ({"a": "One.", 7: "Two."}, ["a", 7]),
        (pd.Series(["One.", "Two."], index=[10, 20]), [10, 20]),
        ((line for line in ("One.", "Two.")), [1, 2]),
    ],
)
def test_texts_have_ids(texts, ids):
    """A mapping's own keys, else numbers from 1."""
    assert [cell.text_id for cell in crossed(texts).cells] == ids


def test_voices_can_be_names_values_or_an_index():
    """What studio.voices() and studio.voice() return can be passed on."""
    names = ["offline:de", "offline:es"]
    for voices in (names, pd.Index(names), [Voice(voice=name) for name in names]):
        assert [cell.voice for cell in crossed(voices=voices).cells] == names


def test_a_list_is_varied_and_a_scalar_is_not():
    """Anything iterable but text is an axis, NumPy's arrays and ranges among them."""
    for values in ([100, 200], (100, 200), range(100, 201, 100), np.array([100, 200])):
        assert axes_of(crossed(rate=values)) == [(100,), (200,)]
    fixed = crossed(rate=np.int64(150), format="mp3")
    assert fixed.axes == ()
    assert fixed.cells[0].fixed == {"rate": 150, "format": "mp3"}
    assert not any(map(is_axis, ("mp3", b"x", {"a": 1}, 1.5, None, True)))


def test_one_value_in_two_spellings_is_one_cell():
    """1 and 1.0, and a default written out, are paid for once."""
    assert axes_of(crossed(rate=[120, 120.0, np.float32(120)])) == [(120,)]
    assert axes_of(crossed(rate=[None, 175])) == [(175,)]


def test_format_and_take_can_be_varied():
    """Both are columns like any other axis."""
    made = crossed(format=["wav", "mp3"], take=[1, 2])
    assert axes_of(made) == [("wav", 1), ("wav", 2), ("mp3", 1), ("mp3", 2)]
    assert [(cell.format, cell.take) for cell in made.cells] == axes_of(made)


def test_model_can_be_varied_where_a_provider_has_models():
    """A voice of a provider without models speaks once, and a warning says so."""
    models = [
        offer.model for offer in find("kingcong").offers if offer.kind == "speech"
    ]
    voice = "kingcong:elevenlabs/21m00Tcm4TlvDq8ikWAM"
    fitting = [model for model in dict.fromkeys(models) if _speaks(voice, model)]
    assert len(fitting) > 1
    made = crossed(voices=[voice, "offline:de"], model=fitting)
    assert [cell.model for cell in made.cells] == [*fitting, None]
    assert axes_of(made)[-1] == (None,)
    assert made.warnings == ("offline:de has no model: it speaks once, without it.",)


def _speaks(voice, model):
    try:
        return offer_of(voice, model).model == model
    except errors.Unsupported:
        return False


def test_a_voice_without_the_axis_speaks_once_with_a_warning():
    """It is neither left out nor asked for the same thing twice."""
    made = crossed(voices=["offline:de", "kie:Rachel"], speed=[0.8, 1.2], take=[1, 2])
    own = [cell for cell in made.cells if cell.voice == "offline:de"]
    assert [cell.axes for cell in own] == [
        {"speed": None, "take": 1},
        {"speed": None, "take": 2},
    ]
    assert len(made.cells) == 2 + 4
    assert made.warnings == ("offline:de has no speed: it speaks once, without it.",)


def test_settings_of_a_voice_come_before_those_of_its_provider():
    """And what is set for a voice is not varied for it."""
    made = crossed(
        voices=["offline:de", "offline:es", "kie:Rachel"],
        settings={
            "offline": {"rate": 100, "pitch": 40},
            "offline:es": {"rate": 300},
            "kie": {"stability": 0.5},
        },
        take=[1],
    )
    given = {cell.voice: dict(cell.settings) for cell in made.cells}
    assert given == {
        "offline:de": {"rate": 100, "pitch": 40},
        "offline:es": {"rate": 300, "pitch": 40},
        "kie:Rachel": {"stability": 0.5},
    }
    pinned = crossed(
        voices=["offline:de", "offline:es"],
        settings={"offline:es": {"rate": 300}},
        rate=[100, 200],
    )
    assert axes_of(pinned) == [(100,), (200,), (300,)]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        ({"rat": [100]}, errors.InvalidSetting, "Did you mean 'rate'"),
        ({"rate": []}, errors.InvalidSetting, "nothing to vary"),
        ({"rate": [100, 9]}, errors.InvalidSetting, "between 80 and 450"),
        ({"rate": [True]}, errors.InvalidSetting, "number"),
        ({"take": [0]}, errors.InvalidSetting, "from 1"),
        ({"format": ["wav", "aac"]}, errors.InvalidSetting, "'ogg'"),
        ({"texts": []}, errors.InvalidText, "no text"),
        ({"texts": 7}, errors.InvalidText, "list of texts"),
        ({"texts": ["a", ""]}, errors.InvalidText, "no text for offline:en-us"),
        ({"texts": ["a", None]}, errors.InvalidText, "NoneType"),
        ({"texts": ["Same.", "Same."]}, errors.InvalidText, r"take=\[1, 2\]"),
        ({"voices": []}, errors.InvalidSetting, "no voice"),
        ({"voices": ["en-us"]}, errors.UnknownVoice, "provider:id"),
        ({"voices": [7]}, errors.UnknownVoice, "provider:id"),
        ({"voices": ["offline:de"] * 2}, errors.InvalidSetting, "twice"),
        ({"settings": {"offlin": {}}}, errors.InvalidSetting, "mean 'offline'"),
        ({"settings": {"offline": {"rat": 1}}}, errors.InvalidSetting, "'rate'"),
        (
            {"voices": ["offline:de", "kie:Rachel"], "rate": 160},
            errors.InvalidSetting,
            "kie:Rachel has no setting 'rate'.*settings=",
        ),
        (
            {"voices": ["kie:Rachel"], "model": ["turbo"]},
            errors.Unsupported,
            "no model 'turbo'",
        ),
    ],
)
def test_bad_input_is_one_clear_error(call, error, message):
    """Whatever is wrong with any cell is said before any of them is made."""
    with pytest.raises(error, match=message):
        crossed(**call)


def test_an_address_that_is_a_secret_is_not_told():
    """Neither a cell's repr nor an error nor a warning shows it."""
    made = crossed(
        voices=[SECRET, "kie:Rachel"], shown=lambda voice: voice[:6], stability=[0.5]
    )
    assert "5ecret" not in repr(made)
    with pytest.raises(errors.InvalidSetting) as caught:
        crossed(voices=[SECRET], shown=lambda voice: voice[:6], spede=1)
    assert "5ecret" not in str(caught.value)
