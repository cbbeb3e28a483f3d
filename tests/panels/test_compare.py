"""The Compare panel without a browser: price first, then clips; Stop; what fails."""

import asyncio
import threading

import pytest
from patience import wait_until

import voicekit as vk
from voicekit.engine import comparing
from voicekit.errors import InvalidSetting
from voicekit.panels import Compare
from voicekit.panels.axis import Axis
from voicekit.parameters import Choice, Range, Text, Toggle

LIMIT_S = 20

HOSTILE = '"><img src=x onerror="hit()"><script>hit()</script>'


@pytest.fixture
def panel(studio):
    shown = Compare(studio)
    wait_until(lambda: shown.cost.text)
    yield shown
    shown.close()


def ask(panel, texts, voices, **varied):
    """Enter it, and wait until the panel has said what it costs."""
    panel.texts.value = "\n".join(texts)
    panel.voices.value = "\n".join(voices)
    settle(panel)
    for axis, (name, values) in zip(panel.axes, varied.items(), strict=False):
        axis.name.value, axis.values.value = name, values
    settle(panel)


def settle(panel):
    """Wait until every answer that was on its way is shown."""
    lines = (panel.trouble, panel.cost, panel.notice)
    while any(map(panel.is_waiting, lines)):
        wait_until(lambda: not any(map(panel.is_waiting, lines)))
        panel.attempt(lambda: None)  # what is being shown has its turn first


def made_by(panel):
    settle(panel)
    return panel.comparison


def test_it_shows_what_will_be_made_and_then_makes_it(panel):
    """A table with a price in each cell; after the click the same with players."""
    ask(panel, ["One.", "Two."], ["offline:de", "offline:es"], rate="120, 240")
    assert panel.cost.text == "offline: 8 clips, free"
    assert panel.plan.value.count(">free<") == 8
    assert "rate 120" in panel.plan.value
    assert panel.sheet.html == ""
    panel.button.click()
    made = made_by(panel)
    assert made.frame.ok.all()
    assert panel.sheet.html.count("<audio") == 8
    assert panel.sheet.html.count("base64,") == 8
    assert panel.plan.value == ""
    assert panel.notice.text.startswith("2 texts by 2 voices, rate varied: 8 clips.")
    wait_until(lambda: "8 in the library" in panel.cost.text)


def test_what_is_wrong_is_said_before_anything_is_made(panel, studio):
    """A value out of range, one that is no number, no value, no such voice."""
    for values, told in (
        ("9", "between 80 and 450"),
        ("fast", "80 to 450 words per minute"),
        ("", "Give rate some values"),
    ):
        ask(panel, ["One."], ["offline:de"], rate=values)
        assert panel.cost.kind == ("error" if values else "note")  # not yet wrong
        assert told in panel.cost.text
        panel.button.click()
        assert told in panel.notice.text
    panel.axes[0].name.value = "nothing"
    ask(panel, ["One."], ["offline:xx"])
    panel.button.click()
    assert "'xx'" in panel.notice.text
    assert len(studio.tasks()) == 0


def test_a_setting_that_no_voice_has_any_longer_is_no_longer_varied(panel):
    """Other voices have other settings; one that still fits stays chosen."""
    ask(panel, ["One."], ["offline:de"], rate="120, 240", take="1, 2")
    panel.voices.value = "offline:es"
    settle(panel)
    assert [axis.name.value for axis in panel.axes] == ["rate", "take"]
    panel.axes[0].show({"take": None})
    assert panel.axes[0].name.value == "nothing"
    assert panel.axes[0].read() == {}


def test_the_voice_that_is_chosen_is_added_once(panel):
    """Below those that are there."""
    panel.picker.list.value = "offline:cy"
    panel.add_button.click()
    panel.add_button.click()
    assert panel.chosen_voices() == ["offline:en-us", "offline:cy"]


def test_a_failed_cell_is_explained_in_its_place(panel, monkeypatch):
    """As text, whatever the vendor wrote; the others play."""
    perform = comparing.Comparing._row

    async def row(self, job):
        if job.voice == "es":
            return await self._failed(job, f"GenerationFailed: {HOSTILE}")
        return await perform(self, job)

    monkeypatch.setattr(comparing.Comparing, "_row", row)
    ask(panel, [f"One {HOSTILE}"], ["offline:de", "offline:es"])
    panel.button.click()
    assert made_by(panel).frame.ok.tolist() == [True, False]
    assert panel.sheet.html.count("<audio") == 1
    assert "GenerationFailed" in panel.sheet.html
    assert "<script" not in panel.sheet.html
    assert "<img" not in panel.sheet.html
    assert "1 failed" in panel.notice.text


def test_stop_shows_what_was_made_so_far(panel, monkeypatch):
    """The rest says that it was not made, and the next click completes it."""
    held, perform = threading.Event(), comparing.Comparing._row

    async def row(self, job):
        if job.voice == "es":
            held.set()
            await asyncio.sleep(60)
        return await perform(self, job)

    ask(panel, ["One."], ["offline:de", "offline:es"])
    with monkeypatch.context() as patch:
        patch.setattr(comparing.Comparing, "_row", row)
        panel.button.click()
        wait_until(lambda: held.is_set() and "1 of 2" in panel.notice.text)
        panel.stop_button.click()
        made = made_by(panel)
    assert made.frame.ok.tolist() == [True, False]
    assert "stopped before" in panel.sheet.html
    assert "unknown cost" not in panel.notice.text
    panel.stop_button.click()
    assert panel.notice.text == "Nothing is being made."
    panel.button.click()
    assert made_by(panel).frame.cached.tolist() == [True, False]


def test_what_costs_is_made_only_after_its_price_was_shown(tmp_path, monkeypatch):
    """A click that comes before the price shows the price, and pays nothing."""
    with vk.Studio(["offline", "kling"], library=tmp_path) as studio:
        monkeypatch.setenv("VOICEKIT_KLING_KEY", "k")
        panel = Compare(studio)
        ask(panel, ["One."], ["offline:de", "kling:oversea_male1/en"])
        asked = []
        monkeypatch.setattr(panel, "_make", lambda *cells: asked.append(cells))
        panel.texts.value = "Quickly."
        panel._priced = None  # the price has not come yet
        panel.button.click()
        assert asked == []
        assert "press again" in panel.notice.text
        wait_until(lambda: panel._priced is not None)
        assert "kling: 1 clip, 1 of unknown price" in panel.cost.text
        panel.close()


def test_without_voices_it_says_what_to_do_and_is_no_error(panel):
    """Nothing is wrong yet: a voice has to be chosen."""
    ask(panel, ["One."], [])
    assert (panel.cost.kind, panel.cost.text) == (
        "note",
        "Choose a voice in the list, and press Add voices.",
    )
    panel.button.click()
    assert "no voice to compare" in panel.notice.text


def test_more_clips_than_a_table_holds_are_refused(panel):
    """The message names the call that takes more."""
    ask(panel, [f"Text {n}." for n in range(101)], ["offline:de", "offline:es"])
    assert "202 clips" in panel.cost.text
    assert "studio.compare" in panel.cost.text


@pytest.mark.parametrize(
    ("setting", "text", "values"),
    [
        (Range(name="x", help="", minimum=0, maximum=2, step=0.1), "0.5, 1", [0.5, 1]),
        (Choice(name="x", help="", choices=("a", "b")), "b,a", ["b", "a"]),
        (Choice(name="x", help="", choices=(8000, 16000)), "8000", [8000]),
        (Toggle(name="x", help=""), "on, false", [True, False]),
        (Text(name="x", help="", max_length=9), "en, de", ["en", "de"]),
        (None, "1, 2", [1, 2]),
    ],
)
def test_values_are_read_as_the_declaration_says(setting, text, values):
    """Numbers, choices, truth and text; an empty one between commas is none."""
    axis = Axis("Vary")
    axis.show({"x": setting})
    axis.name.value, axis.values.value = "x", f"{text}, "
    assert axis.read() == {"x": values}


@pytest.mark.parametrize("text", ["wrong", "1.5x"])
def test_a_value_that_cannot_be_read_is_an_error_that_says_what_can(text):
    """The hint stands in it."""
    axis = Axis("Vary")
    axis.show({"x": Choice(name="x", help="", choices=("a", "b"))})
    axis.name.value, axis.values.value = "x", text
    with pytest.raises(InvalidSetting, match="a, b"):
        axis.read()
