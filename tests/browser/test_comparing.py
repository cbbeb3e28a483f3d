"""The Compare panel in a real browser: enter, see the price, compare, save, hear."""

import nbformat
import pytest
from lab import READY_MS, THEMES
from playwright.sync_api import expect
from test_looks import SIZES, TOO_WIDE

pytestmark = pytest.mark.browser

NAME = "comparing.ipynb"

# One whose every speech fails, with an error that only a vendor could invent.
SOUR = """
from voicekit import providers
from voicekit.errors import GenerationFailed
from voicekit.offer import Offer

@providers.register
class Sour(providers.Provider):
    name = "sour"
    transport = "offline"
    repeatable = True
    offers = (Offer(provider="sour", kind="speech"),)

    def voices(self, query):
        yield from ()
        return []

    def submit(self, job, callback=None):
        raise GenerationFailed("<img src=x onerror=hit()> No.")
        yield

import voicekit as vk
studio = vk.Studio(providers=["offline", "sour"])
"""
CELLS = (
    SOUR,
    "panel = vk.panels.Compare(studio)\npanel",
    "panel.comparison.frame[['voice', 'rate', 'ok']].to_json(orient='values')",
)


def test_two_voices_are_compared_at_two_rates(lab):
    """By keyboard: a table of prices, then players; failed cells say why, as text."""
    lab.open(CELLS, name=NAME)
    lab.page.evaluate("() => { hits = 0; hit = () => { hits += 1 } }")
    lab.run(0, 1)
    cell = lab.cell(1)
    table = cell.locator(".voicekit-grid table")
    voices = cell.get_by_role("textbox", name="Voices, one in a line")
    cell.get_by_role("textbox", name="Texts, one in a line").fill("Compare <b>me</b>.")
    voices.fill("offline:de\noffline:es\nsour:one")
    voices.press("Tab")
    menu = cell.get_by_role("combobox", name="Vary", exact=True)
    menu.focus()
    expect(menu.get_by_role("option", name="rate")).to_be_attached()
    menu.select_option("rate")
    values = cell.get_by_role("textbox", name="Values of rate", exact=True)
    values.fill("120, 240")
    values.press("Enter")
    expect(cell.get_by_text("offline: 4 clips, free")).to_be_visible()
    expect(table.get_by_text("free", exact=True)).to_have_count(4)
    assert lab.page.evaluate("() => hits") == 0
    # The list of voices, whose role is a grid, has a frame; the table has none.
    grid = cell.locator(".voicekit-grid")
    expect(grid).to_have_css("border-top-width", "0px")

    cell.get_by_role("button", name="Compare").press("Enter")
    done = cell.get_by_role("status").get_by_text("5 clips, 1 failed")
    expect(done).to_be_visible(timeout=READY_MS)  # it imports what measures loudness
    expect(cell.get_by_text("offline: 4 clips (4 in the library)")).to_be_visible()
    expect(cell.get_by_text("sour: 1 clip, 1 of unknown price")).to_be_visible()
    assert table.get_by_text("<img src=x onerror=hit()> No.").count() == 1
    slow, fast, *_ = lab.durations(table)
    print(f"durations {lab.durations(table)}")
    assert slow > 1.7 * fast
    lab.run(2)
    expect(lab.cell(2)).to_contain_text('["offline:de",240,true]')
    _look_at(lab, cell)

    saved = nbformat.read(lab.save(), as_version=4)
    outputs = saved.cells[1].outputs
    html = [output.data.get("text/html", "") for output in outputs]
    assert [count for one in html if (count := one.count("base64,"))] == [4]
    saved.cells.append(nbformat.v4.new_markdown_cell("Changed, so not trusted."))
    lab.open(saved, name="compared-elsewhere.ipynb")
    assert not lab.is_trusted()
    assert lab.durations(lab.cell(1))[:2] == [slow, fast]
    assert lab.page.evaluate("() => hits") == 0


def _look_at(lab, cell):
    for theme in reversed(THEMES):
        lab.theme(theme)
        for size, (width, height) in SIZES.items():
            lab.page.set_viewport_size({"width": width, "height": height})
            root = cell.locator(".voicekit-compare")
            expect(root).to_be_visible()
            root.scroll_into_view_if_needed()
            lab.screenshot(f"compare-{size}-{theme}")
            assert root.evaluate(TOO_WIDE) == []
