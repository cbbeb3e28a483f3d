"""The panel in a real browser: slide, speak, hear."""

import contextlib
import os
import signal

import nbformat
import psutil
import pytest
from lab import NOTEBOOK
from playwright.sync_api import expect
from speak_panel import SpeakPanel

pytestmark = pytest.mark.browser

NAME = "first-words.ipynb"
STUDIO, PANEL, EXTRA = 1, 3, 4


@pytest.fixture
def first_words(lab):
    """The tour's first cells, run, with one cell more that adds two numbers."""
    if lab.opened != NAME:
        notebook = nbformat.read(NOTEBOOK, as_version=4)
        notebook.cells.insert(EXTRA, nbformat.v4.new_code_cell("1 + 1"))
        lab.open(notebook, name=NAME)
        lab.run(STUDIO)
    lab.run(PANEL)
    return SpeakPanel(lab.cell(PANEL))


@contextlib.contextmanager
def stopped_worker(server):
    """Let no speech be made meanwhile, however fast the machine is."""
    (worker,) = {
        process.pid
        for process in psutil.Process(server.process.pid).children(recursive=True)
        if "voicekit.offline.worker" in process.cmdline()
        and os.getsid(process.pid) == process.pid
    }
    os.killpg(worker, signal.SIGSTOP)
    try:
        yield
    finally:
        os.killpg(worker, signal.SIGCONT)


def test_the_rate_slider_sets_how_long_the_take_is(lab, first_words):
    """Half the rate on the slider makes the take twice as long, within 15 %."""
    rates = [120, 240]
    for rate in rates:
        first_words.slide("rate", rate)
        first_words.speak()
    fast, slow = lab.durations(first_words.cell)
    print(f"rates {rates}, durations {[slow, fast]}, ratio {slow / fast:.3f}")
    assert slow / fast == pytest.approx(rates[1] / rates[0], rel=0.15)


def test_a_take_plays_from_its_list_with_its_words(first_words):
    """Each word is lit while it sounds; the same button stops it."""
    first_words.slide("rate", 80)
    first_words.speak()
    play = first_words.cell.get_by_role("button", name="Play The quick brown")
    play.click()
    expect(first_words.cell.locator(".voicekit-now")).to_have_text("brown")
    expect(play).to_have_attribute("aria-pressed", "true")
    play.click()
    expect(play).to_have_attribute("aria-pressed", "false")


def test_takes_stay_in_the_saved_notebook(lab, first_words):
    """Saved and opened untrusted elsewhere, each take plays and stands there once."""
    first_words.speak()
    first_words.slide("rate", 80)
    first_words.speak()
    shown = lab.durations(first_words.cell)
    saved = lab.save()
    outputs = nbformat.read(saved, as_version=4).cells[PANEL].outputs
    players = [o.data.get("text/html", "").count("<audio ") for o in outputs]
    assert [count for count in players if count] == [2]
    lab.open(saved, name="copy.ipynb")
    assert not lab.is_trusted()
    assert lab.durations(lab.cell(PANEL)) == shown


def test_speaking_leaves_the_kernel_free(lab, first_words):
    """While a take is being made, a cell answers, and Stop ends the wait."""
    first_words.text.fill("Nobody has said this before.")
    first_words.speak()
    first_words.slide("rate", 80)
    with stopped_worker(lab.server):
        first_words.speak_button.click()
        first_words.expect_status("Speaking …")
        lab.run(EXTRA)
        assert lab.cell(EXTRA).locator(".jp-OutputArea-output").inner_text() == "2"
        first_words.expect_status("Speaking …")
        first_words.stop_button.click()
        first_words.expect_status("Stopped waiting.")
    expect(first_words.takes).to_have_count(1)
    first_words.speak()  # what was stopped is made, or found, now
