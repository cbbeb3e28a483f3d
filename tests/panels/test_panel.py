"""What all panels promise: nothing of them stays when they are closed."""

import asyncio
import gc
import logging
import threading
import weakref
from types import SimpleNamespace

import pytest
from ipywidgets.widgets import widget
from patience import LIMIT_S, wait_until

import voicekit as vk
from voicekit import panels
from voicekit.errors import VoicekitError
from voicekit.panels import Speak, VoicePicker, cell
from voicekit.panels import panel as module
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


@pytest.fixture
def run_cell(monkeypatch):
    """Let a cell show panels, as a kernel does; return what goes to the browser."""
    sent, parent = [], {}
    monkeypatch.setattr(cell, "_SHOWN", {})
    shell = SimpleNamespace(get_parent=lambda: parent)
    monkeypatch.setattr(cell, "get_ipython", lambda: shell)
    for name in ("display", "update_display"):
        monkeypatch.setattr(module, name, lambda *shown, **_: sent.extend(shown))

    def run(cell_id, number, *shown):
        parent.update(metadata={"cellId": cell_id}, header={"msg_id": f"run {number}"})
        for one in shown:
            one._ipython_display_()
        return sent

    return run


def test_a_cell_that_is_run_again_closes_what_it_showed(tmp_path, run_cell, before):
    """Also that of another studio, whose notebook has dropped it."""
    studios = [vk.Studio(["offline"], library=tmp_path / name) for name in "ab"]
    first, beside, other, again = (VoicePicker(studios[n]) for n in (0, 0, 0, 1))
    run_cell("a", 1, first, beside)
    run_cell("b", 2, other)
    run_cell("a", 3, again)
    assert [p._closed for p in (first, beside, other, again)] == [True, True, 0, 0]
    run_cell("a", 4, again)
    assert not again._closed
    for studio in studios:
        studio.close()
    assert set(widget._instances) == before


def test_a_panel_that_is_closed_leaves_plain_html(studio, run_cell):
    """What is on the screen can still be read; it is said once."""
    speak = Speak(studio)
    speak.text.value = "Last words."
    sent = run_cell("a", 1, speak)
    studio.close()
    speak.close()
    assert "Last words." in sent[-1].data
    assert [type(one).__name__ for one in sent] == ["dict", "HTML"]


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
