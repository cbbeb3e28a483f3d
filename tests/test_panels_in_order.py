"""Panels while answers and messages overtake each other: no browser needed."""

import asyncio
import threading
import time

import pytest

import voicekit as vk
from voicekit.panels import Speak, VoicePicker
from voicekit.voice import Voice

LIMIT_S = 20


def wait_until(condition):
    """Wait for what another thread does, with an end."""
    deadline = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.005)


@pytest.fixture
def studio(tmp_path):
    with vk.Studio(providers=["offline"], library=tmp_path) as opened:
        yield opened


@pytest.fixture
def panel(studio):
    shown = Speak(studio)
    wait_until(lambda: "rate" in shown.parameters._controls)
    wait_until(lambda: shown.cost.text)
    yield shown
    shown.close()


def rate_of(panel):
    return panel.parameters._controls["rate"]


def shown_by(panel):
    """Return what a browser sends with a click."""
    return {
        f"IPY_MODEL_{control.model_id}": {
            "index" if hasattr(control, "index") else "value": (
                control.index if hasattr(control, "index") else control.value
            )
        }
        for control in panel.button.controls
    }


def click(panel, shown):
    panel.button._handle_custom_msg({"shown": shown}, [])


def test_a_late_answer_does_not_overwrite_a_newer_one(studio, monkeypatch):
    """The list shows what the last search found, also if an earlier one ends later."""
    release = threading.Event()
    asked = []

    async def list_voices(query, provider=None):
        asked.append(query.search)
        if query.search == "a":
            await asyncio.to_thread(release.wait, LIMIT_S)
        return [Voice(voice=f"offline:{query.search}")]

    monkeypatch.setattr(studio.calls, "list_voices", list_voices)
    picker = VoicePicker(studio)
    picker.search.value = "a"
    wait_until(lambda: "a" in asked)
    picker.search.value = "ab"
    wait_until(lambda: picker.list.options == [["offline:ab", "offline:ab"]])
    release.set()
    wait_until(lambda: not picker._waiting)
    assert picker.list.options == [["offline:ab", "offline:ab"]]
    picker.close()


def test_a_click_speaks_what_was_on_the_screen(panel):
    """A click that overtakes the slider's own message still speaks with its value."""
    shown = shown_by(panel)
    shown[f"IPY_MODEL_{rate_of(panel).model_id}"] = {"value": 300}
    assert rate_of(panel).value == 175
    click(panel, shown)
    wait_until(lambda: panel.takes)
    assert panel.takes[0].settings["rate"] == 300


def test_a_click_on_controls_that_are_gone_is_refused(panel):
    """What was clicked beside settings that are no longer there is not spoken."""
    shown = shown_by(panel)
    panel.parameters.show(panel._offer)
    panel._show_offer(panel._offer)
    click(panel, shown)
    assert panel.notice.kind == "error"
    assert "just changed" in panel.notice.text
    assert panel.takes == []


def test_choosing_while_the_list_narrows_keeps_the_choice(panel):
    """A voice that is chosen stays chosen when the list no longer holds it."""
    panel.picker.list.value = "offline:de"
    panel.picker.search.value = "welsh"
    wait_until(lambda: panel.picker.count.text.endswith("voices"))
    assert panel.picker.value == "offline:de"
    assert "offline:de" in panel.picker.chosen.text


def test_an_error_of_a_click_is_shown_and_not_raised(panel, studio):
    """A click after the studio was closed says so in the panel."""
    studio.close()
    click(panel, shown_by(panel))
    assert panel.notice.kind == "error"
    assert "closed" in panel.notice.text
