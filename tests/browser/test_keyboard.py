"""The panel without a mouse."""

import pytest
from playwright.sync_api import expect
from speak_panel import FIRST_CELLS, SpeakPanel

pytestmark = pytest.mark.browser

NAME = "keyboard.ipynb"

TAB_ORDER = [
    *("Text", "Speak · free", "Another take", "Stop"),
    *("Search", "Sort", "Language", "Gender", "Age"),
    *("★ Favourites", "Search shared voices", "Reload", "Clear", "Voices", "Help"),
    *("Defaults", "rate", "rate, as a number", "pitch", "pitch, as a number"),
    *("pitch_range", "pitch_range, as a number", "volume", "volume, as a number"),
    *("word_gap", "word_gap, as a number", "ssml", "format"),
]

FOCUSED = """() => {
  const on = document.activeElement;
  const label = on.labels?.[0];
  const name = on.ariaLabel || label?.firstChild.textContent || on.textContent;
  return { name: name.trim(), outline: getComputedStyle(on).outlineStyle };
}"""


STATE = "panel.picker.value, panel.picker.values, panel.picker.list.favourites"


def active(panel):
    """Return the name of what the list points at for a screen reader."""
    return panel.voices.evaluate(
        """grid => document.getElementById(
          grid.getAttribute("aria-activedescendant"))?.ariaLabel"""
    )


@pytest.fixture
def panel(lab):
    """A panel of the offline voices."""
    if lab.opened != NAME:
        lab.open([*FIRST_CELLS, STATE], name=NAME)
        lab.run(0)
    lab.run(1)
    return SpeakPanel(lab.cell(1))


def test_tab_reaches_every_control_in_order(lab, panel):
    """Tab goes through every control once, each has a name, and the focus is seen."""
    panel.text.focus()
    seen = [lab.page.evaluate(FOCUSED)]
    for _ in TAB_ORDER[1:]:
        lab.page.keyboard.press("Tab")
        seen.append(lab.page.evaluate(FOCUSED))
    assert [control["name"] for control in seen] == TAB_ORDER
    assert {control["outline"] for control in seen} == {"solid"}


def test_everything_works_by_keys(lab, panel):
    """Enter and Space speak, arrows slide and choose, and no key reaches the cells."""
    keys = lab.page.keyboard
    panel.text.focus()
    keys.press("Tab")
    keys.press("Enter")
    expect(panel.takes).to_have_count(1)
    lab.page.wait_for_function(f"() => ({FOCUSED})().name === 'Speak · in the library'")

    panel.slider("rate").focus()
    keys.press("ArrowRight")
    expect(panel.slider("rate")).to_have_value("176")
    panel.speak_button.focus()
    keys.press("Space")
    expect(panel.takes).to_have_count(2)
    lab.page.wait_for_function(f"() => ({FOCUSED})().name === 'Speak · in the library'")

    panel.search.focus()
    keys.type("offline:da")
    panel.expect_status("105 of 14,490 voices")
    keys.press("Enter")
    keys.press("ArrowDown")
    keys.press("ArrowUp")
    keys.press("Enter")
    chosen = panel.cell.locator(".voicekit-heading").first
    expect(chosen).to_contain_text("offline:da")
    keys.press("Space")
    marked = panel.cell.get_by_text("Marked for a comparison: offline:da")
    expect(marked).to_be_visible()
    for _ in range(3):
        keys.press("ArrowRight")
    assert active(panel) == "Favourite Danish"
    keys.press("Enter")
    expect(panel.voices.get_by_role("button", pressed=True)).to_have_count(1)
    # "dd" would delete the cell, "a" add one, "m" turn it into Markdown.
    keys.type("dda")
    lab.run(2)
    assert lab.shown(2) == "('offline:da', ['offline:da'], ['offline:da'])"

    panel.cell.get_by_role("checkbox", name="ssml").focus()
    keys.press("Space")
    expect(panel.cell.get_by_role("checkbox", name="ssml")).to_be_checked()
    keys.type("ddam")
    assert lab.page.locator(".jp-Notebook .jp-CodeCell").count() == 3
    assert lab.noise() == []
