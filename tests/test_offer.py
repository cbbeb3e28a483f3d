"""What an offer accepts as settings and as text."""

import pytest

from voicekit.errors import InvalidSetting, InvalidText
from voicekit.job import Job
from voicekit.offer import Offer, TextLimit
from voicekit.parameters import Choice, Range, Toggle

OFFER = Offer(
    provider="x",
    kind="speech",
    settings=(
        Range(name="speed", help="", minimum=1, maximum=3, step=1, default=2),
        Toggle(name="loud", help="", default=False, always_sent=True),
    ),
    formats=Choice(name="format", help="", choices=("mp3", "wav"), default="mp3"),
    text_limit=TextLimit(maximum=10, unit="UTF-8 bytes"),
)


def test_only_what_goes_on_the_wire_is_returned():
    """A default is sent where it is declared so; None counts as not given."""
    assert OFFER.check_settings({}, "x:v") == {"loud": False}
    assert OFFER.check_settings({"speed": 3.0, "loud": None}, "x:v") == {
        "speed": 3,
        "loud": False,
    }


def test_an_unknown_setting_is_refused_with_the_nearest():
    """Nothing is passed through, and the message helps."""
    with pytest.raises(InvalidSetting, match=r"'sped'.*Did you mean 'speed'.*loud"):
        OFFER.check_settings({"sped": 2}, "x:v")


def test_a_format_is_one_of_the_providers():
    """The default is left out unless declared as always sent."""
    assert OFFER.check_format(None, "x:v") is None
    assert OFFER.check_format("wav", "x:v") == "wav"
    with pytest.raises(InvalidSetting, match="one of 'mp3', 'wav'"):
        OFFER.check_format("flac", "x:v")
    with pytest.raises(InvalidSetting, match="one format"):
        Offer(provider="x", kind="speech").check_format("wav", "x:v")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no text"),
        (" \n\t", "no text"),
        ("ééééé!", "11 UTF-8 bytes long; x:v takes 10 at most"),
        ("a\0b", r"U\+0000 at position 1"),
        ("a\x1bb", r"U\+001B"),
        ("a\x01b", r"U\+0001"),
        ("\ud800", r"U\+D800 at position 0"),
        (b"bytes", "not bytes"),
        (None, "not NoneType"),
    ],
)
def test_text_that_cannot_be_spoken_is_refused(text, message):
    """Empty, too long, half characters, control characters: each says why."""
    with pytest.raises(InvalidText, match=message):
        OFFER.check_text(text, "x:v")


@pytest.mark.parametrize("text", ["hi\tyou\n", "😀", "שלום", "a\u200bb"])
def test_any_real_text_passes_unchanged(text):
    """Text goes on exactly as it is."""
    assert OFFER.check_text(text, "x:v") == text


@pytest.mark.parametrize(
    ("unit", "length"), [("characters", 9), ("UTF-8 bytes", 10), ("words", 2)]
)
def test_lengths_are_in_the_vendors_unit(unit, length):
    """Characters, bytes and words differ."""
    assert TextLimit(maximum=1, unit=unit).length("naïve one") == length


def test_what_the_vendor_needs_has_to_be_given():
    """A required setting without a value is refused, with what it is for."""
    needy = Offer(
        provider="x",
        kind="dubbing",
        settings=(
            Choice(name="target", help="The language.", choices=("vi",), required=True),
        ),
    )
    assert needy.check_settings({"target": "vi"}, "x") == {"target": "vi"}
    for given in ({}, {"target": None}):
        with pytest.raises(InvalidSetting, match="x needs target: The language."):
            needy.check_settings(given, "x")


def test_a_text_can_be_too_short():
    """Where a vendor has a minimum, it is checked before anything is sent."""
    offer = Offer(
        provider="x", kind="music", text_limit=TextLimit(minimum=5, maximum=9)
    )
    assert offer.check_text("12345", "x") == "12345"
    with pytest.raises(InvalidText, match="4 characters long; x wants 5 at least"):
        offer.check_text("1234", "x")


def test_settings_stand_in_the_request_where_their_wire_path_says():
    """Dots nest; the format is one of them; what was not given is absent."""
    offer = Offer(
        provider="x",
        kind="speech",
        settings=(
            Toggle(name="loud", help="", wire="voice.loud"),
            Range(name="speed", help="", minimum=1, maximum=3, step=1),
        ),
        formats=Choice(name="format", help="", choices=("mp3",), wire="voice.type"),
    )
    job = Job(provider="x", kind="speech", settings={"loud": False}, format="mp3")
    assert offer.on_wire(job) == {"voice": {"loud": False, "type": "mp3"}}
