"""The picker, the controls and the errors of the panel, in a real browser."""

import re

import pytest
from playwright.sync_api import expect
from speak_panel import FIRST_CELLS, SpeakPanel

pytestmark = pytest.mark.browser

NAME = "choosing.ipynb"

# A second provider, with other settings, and names that only a vendor could invent.
TOY = """
from voicekit import providers
from voicekit.offer import Offer
from voicekit.parameters import Choice, Range, Text, Toggle
from voicekit.voice import Voice

@providers.register
class Toy(providers.Provider):
    name = "toy"
    transport = "offline"
    offers = (Offer(provider="toy", kind="speech", settings=(
        Range(name="stability", help="How steady.", minimum=0, maximum=1, step="0.05",
              default="0.5"),
        Range(name="rate", help="Fast?", minimum=100, maximum=200, step=1, default=150),
        Choice(name="mood", help="How it feels.", choices=("calm", "glad")),
        Toggle(name="boost", help="Nearer to the sample.", default=True),
        Text(name="style", help="In words.", max_length=8),
    )),)

    def voices(self, query):
        yield from ()
        named = [("one", "Plain"), ("two", "<img src=x onerror=hit()> $x$ <b>Bold</b>")]
        found = [Voice(voice=f"toy:{id}", name=name) for id, name in named]
        return [voice for voice in found if query.matches(voice)]

    def submit(self, job, callback=None):
        raise NotImplementedError
"""


@pytest.fixture
def panel(lab):
    """A panel that offers two providers."""
    if lab.opened != NAME:
        studio, show = FIRST_CELLS
        studio = studio.replace('["offline"]', '["offline", "toy"]')
        lab.open([TOY + studio, show, "studio.close()"], name=NAME)
    lab.page.evaluate("() => { hits = 0; hit = () => { hits += 1 } }")
    lab.run(0, 1)
    return SpeakPanel(lab.cell(1))


def test_search_and_filters_narrow_the_list(panel):
    """The list holds what matches the search, the language and the gender."""
    options = panel.voices.get_by_role("option")
    panel.search.press_sequentially("german")
    expect(options.filter(has_not_text="German")).to_have_count(0)
    german = options.count()
    panel.gender.select_option("female")
    expect(options.filter(has_not_text="female")).to_have_count(0)
    women = options.count()
    assert 0 < women < german
    panel.expect_status(f"{women} voices")
    panel.language.select_option("fr")
    panel.expect_status(re.compile("^No voice matches"))
    assert options.count() == 0
    panel.search.fill("")
    expect(options.first).to_have_text(re.compile("French"))
    print(f"german: {german}, female: {women}, french: {options.count()}")


def test_another_voice_brings_its_own_controls(lab, panel):
    """The controls are those that the chosen voice declares; what fits is kept."""
    assert panel.slide("rate", "Home", *["PageUp"] * 10) == 130
    panel.slide("pitch", "End")
    panel.search.fill("toy:one")
    panel.voices.select_option("Plain · toy:one")
    expect(panel.slider("stability")).to_have_attribute("aria-valuenow", "0.5")
    expect(panel.slider("pitch")).to_have_count(0)
    assert panel.slide("rate") == 130
    expect(panel.cell.get_by_role("combobox", name="mood")).to_have_value("calm")
    expect(panel.cell.get_by_role("checkbox", name="boost")).to_be_checked()
    expect(panel.cell.get_by_role("textbox", name="style")).to_be_visible()
    expect(panel.cell.get_by_text("price unknown")).to_be_visible()
    panel.cell.get_by_role("button", name="Defaults").click()
    expect(panel.slider("rate")).to_have_attribute("aria-valuenow", re.compile("^150"))
    assert lab.noise() == []


def test_errors_are_shown_in_place(lab, panel):
    """An error is a message in the panel, read out aloud, and nowhere else."""
    panel.text.fill("  ")
    panel.speak_button.click()
    expect(panel.errors).to_have_text("There is no text for offline:en-us to speak.")
    panel.text.fill("x" * 10_001)
    expect(panel.errors).to_have_text(re.compile("10,001 characters long"))
    panel.text.fill("Here is text.")
    expect(panel.errors).to_have_count(0)
    panel.speak()

    panel.search.fill("toy:one")
    panel.voices.select_option("Plain · toy:one")
    panel.cell.get_by_role("textbox", name="style").fill("far too long a style")
    panel.speak_button.click()
    expect(panel.errors).to_have_text(re.compile("^style of .*0 to 8 characters"))

    lab.run(2)
    panel.speak_button.click()
    expect(panel.errors).to_have_text(re.compile("This studio is closed"))
    expect(panel.takes).to_have_count(1)
    assert lab.noise() == []


def test_hostile_text_is_shown_as_text(lab, panel):
    """Markup, script and formulas in a text or a vendor's name are shown, never run."""
    hostile = (
        "<img src=x onerror=hit()> </script><script>hit()</script> "
        "\"><svg onload=hit()> 'from $5 to $9' &amp; <b>bold</b>"
    )
    panel.text.fill(hostile)
    panel.speak()
    expect(panel.takes.first.locator("strong")).to_have_text(hostile)
    panel.search.fill("<img")
    panel.expect_status("1 voice")
    (name,) = panel.options()
    assert name == "<img src=x onerror=hit()> $x$ <b>Bold</b> · toy:two"
    panel.voices.select_option(name)
    chosen = panel.cell.locator(".voicekit-heading").get_by_text("toy:two")
    expect(chosen).to_have_text(name)
    assert panel.cell.locator("img, svg[onload], script, mjx-container").count() == 0
    assert lab.page.evaluate("() => hits") == 0
