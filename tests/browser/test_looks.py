"""Pictures of the panel, for eyes; and what a program can see of its looks."""

import pytest
from lab import NOTEBOOK
from playwright.sync_api import expect
from speak_panel import SpeakPanel

pytestmark = pytest.mark.browser

SIZES = {"wide": (1400, 1300), "narrow": (600, 1700)}

# What sticks out of the panel, or scrolls sideways in it.
TOO_WIDE = """root => [root, ...root.querySelectorAll("*")]
  .filter(one => one.checkVisibility() && (
    one.getBoundingClientRect().right > root.getBoundingClientRect().right + 1
    || (one.scrollWidth > one.clientWidth + 1
        && ["auto", "scroll"].includes(getComputedStyle(one).overflowX))))
  .map(one => one.className || one.tagName)"""

# For the README's picture, docs/first-words.png: all of it must be on the screen.
PICTURE = {"width": 1120, "height": 1900}


def test_the_panel_fits_wide_and_narrow_in_light_and_dark(lab):
    """Nothing is cut off or scrolls sideways, at 1,400 and 600 px, in both themes."""
    lab.open(NOTEBOOK)
    lab.run(1, 3)
    panel = SpeakPanel(lab.cell(3))
    panel.speak()
    panel.choose("offline:en-gb-scotland")
    panel.slide("rate", 105)
    panel.speak()
    for theme in ("dark", "light"):
        lab.theme(theme)
        for size, (width, height) in SIZES.items():
            lab.page.set_viewport_size({"width": width, "height": height})
            expect(panel.speak_button).to_be_visible()
            root = panel.cell.locator(".voicekit-speak")
            assert root.evaluate(TOO_WIDE) == []
            root.scroll_into_view_if_needed()
            lab.screenshot(f"panel-{size}-{theme}")
    lab.page.set_viewport_size(PICTURE)
    lab.picture("first-words", lab.cell(2), lab.cell(3))
