"""Panels while answers and messages overtake each other: no browser needed."""

import asyncio
import threading

import pytest
from patience import LIMIT_S, wait_until

import voicekit as vk
from voicekit.panels import Speak
from voicekit.providers import find


@pytest.fixture
def studio(tmp_path):
    with vk.Studio(providers=["offline"], library=tmp_path) as opened:
        yield opened


@pytest.fixture
def panel(studio):
    shown = Speak(studio)
    wait_until(lambda: shown.button.note == "free" and not shown.picker._waiting)
    yield shown
    shown.close()


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


def test_a_late_answer_does_not_overwrite_a_newer_one(panel, studio, monkeypatch):
    """What an earlier choice brings, or fails with, is not shown after a later one."""
    release = threading.Event()
    asked = []
    offers = studio.calls.offers

    async def slow_for_german(voice):
        asked.append(voice)
        if voice == "offline:de":
            await asyncio.to_thread(release.wait, LIMIT_S)
            raise AssertionError
        return await offers(voice)

    monkeypatch.setattr(studio.calls, "offers", slow_for_german)
    panel.picker.value = "offline:de"
    wait_until(lambda: "offline:de" in asked)
    panel.picker.value = "offline:cy"
    wait_until(lambda: "offline:cy" in asked)
    release.set()
    wait_until(lambda: not panel._waiting)
    assert panel.trouble.text == ""


def test_a_click_speaks_what_was_on_the_screen(panel):
    """A click that overtakes the slider's own message still speaks with its value."""
    shown = shown_by(panel)
    form = panel.parameters.form
    settings = {"edition": form.edition, "set": {"rate": 300}}
    shown[f"IPY_MODEL_{form.model_id}"] = {"value": settings}
    assert panel.parameters.values() == {}
    click(panel, shown)
    wait_until(lambda: panel.takes)
    assert panel.takes[0].settings["rate"] == 300


def test_a_click_on_controls_that_are_gone_is_refused(panel):
    """What was clicked beside settings that are no longer there is not spoken."""
    shown = shown_by(panel)
    panel.parameters.show(find("kie").offer("speech"))
    click(panel, shown)
    assert panel.notice.kind == "error"
    assert "just changed" in panel.notice.text
    assert panel.takes == []


def test_choosing_while_the_list_narrows_keeps_the_choice(panel):
    """A voice that is chosen stays chosen when the list no longer holds it."""
    panel.picker.value = "offline:de"
    panel.picker.filter.ask(words="welsh")
    assert "Welsh" in panel.picker._rows_at(0, 1)[0]["name"]
    assert panel.picker.value == "offline:de"
    assert "offline:de" in panel.picker.chosen.text


def test_an_error_of_a_click_is_shown_and_not_raised(panel):
    """A click that cannot be carried out says so in the panel."""
    panel.text.value = " "
    click(panel, shown_by(panel))
    wait_until(lambda: panel.notice.kind == "error")
    assert "no text" in panel.notice.text


def test_a_wait_ends_when_its_result_is_shown(panel):
    """Whoever waits for a line reads what came of it, not what stood there before."""
    begun, release, done, answers = threading.Event(), threading.Event(), [], []

    def show(_):
        begun.set()
        release.wait(LIMIT_S)
        done.append("shown")

    def ask():
        answers.append((panel.is_waiting(panel.notice), [*done]))

    panel.start(asyncio.sleep(0), show)
    assert begun.wait(LIMIT_S)
    asking = threading.Thread(target=ask)
    asking.start()
    asking.join(0.2)  # it would have its answer by now, did it not wait
    release.set()
    asking.join(LIMIT_S)
    assert answers == [(False, ["shown"])]
