"""What all panels promise: nothing of them stays when they are closed."""

import asyncio
import gc
import logging
import threading
import weakref

import pytest
from ipywidgets.widgets import widget
from patience import LIMIT_S, wait_until

import voicekit as vk
from voicekit import panels
from voicekit.errors import VoicekitError
from voicekit.panels import Speak, VoicePicker
from voicekit.panels.player import Player


@pytest.fixture
def before():
    """The widgets that were open before the test."""
    return set(widget._instances)


def is_gone(reference):
    gc.collect()
    return reference() is None


def opened_and_closed(name, folder):
    """Return references to a studio and a panel that nobody needs any longer."""
    studio = vk.Studio(["offline"], library=folder)
    extra = ("offline",) if name == "Parameters" else ()
    panel = getattr(panels, name)(studio, *extra)
    wait_until(lambda: not panel._waiting or name in ("Tabs", "Tasks"))
    panel.close()
    studio.close()
    return [weakref.ref(one) for one in (studio, panel, panel.widget)]


@pytest.mark.parametrize("name", [*panels.__all__])
def test_a_closed_panel_and_its_studio_are_freed(name, tmp_path, before):
    """No widget, no panel and no studio is held by what anywidget watches."""
    freed = opened_and_closed(name, tmp_path)
    assert set(widget._instances) == before
    wait_until(lambda: all(map(is_gone, freed)))


def test_a_closed_stage_leaves_no_widget(studio, before):
    """Neither the player nor what stands around it."""
    player = Player([studio.speak("One.", "offline:de")])
    player.close()
    assert set(widget._instances) == before


def test_another_panel_of_a_studio_closes_the_one_before(studio, before):
    """A cell that is run again leaves nothing of its last run."""
    first = studio.panel()
    held = len(set(widget._instances) - before)
    second = studio.panel()
    assert len(set(widget._instances) - before) == held
    assert (first._closed, second._closed) == (True, False)
    second.close()


def test_a_closed_studio_closes_its_panels(before, tmp_path):
    """All of them, also those that stand alone."""
    studio = vk.Studio(["offline"], library=tmp_path)
    kept = [studio.panel(), VoicePicker(studio), Speak(studio)]
    studio.close()
    assert set(widget._instances) == before
    assert all(panel._closed for panel in kept)


def test_an_answer_that_comes_after_the_close_is_let_go(studio, monkeypatch, caplog):
    """It is not shown, and nothing is logged about a thread that is gone."""
    caplog.set_level(logging.ERROR)
    asked, shown, answer = threading.Event(), [], threading.Event()

    async def late(*_, **__):
        asked.set()
        try:
            await asyncio.to_thread(answer.wait, LIMIT_S)
        except asyncio.CancelledError:
            return {}  # it was too late to call it off
        return {}

    picker = VoicePicker(studio)
    picker.start(late(), shown.append)
    assert asked.wait(LIMIT_S)
    picker.close()
    answer.set()
    studio.close()
    assert shown == []
    assert caplog.text == ""
    with pytest.raises(VoicekitError, match="This panel is closed"):
        picker.reload()


def test_a_click_on_a_closed_panel_does_nothing(studio):
    """What was on its way from the browser is neither done nor raised."""
    speak = Speak(studio)
    speak.close()
    speak.button._handle_custom_msg({"shown": None}, [])
    assert len(studio.tasks()) == 0
