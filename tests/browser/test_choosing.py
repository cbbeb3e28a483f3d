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
        Range(name="seed", help="", minimum=0, maximum=4294967295, step=1),
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
        lab.open(
            [TOY + studio, show, "panel.parameters.values()", "studio.close()"],
            name=NAME,
        )
    lab.page.evaluate("() => { hits = 0; hit = () => { hits += 1 } }")
    lab.run(0, 1)
    return SpeakPanel(lab.cell(1))


def test_search_and_facets_narrow_the_list(panel):
    """The list holds what matches the words, the language and the gender."""
    panel.search.press_sequentially("german")
    expect(panel.rows.filter(has_not_text="German")).to_have_count(0)
    panel.expect_status(re.compile("^1?[0-9][0-9] of "))
    panel.gender.select_option("female")
    expect(panel.rows.filter(has_not_text="female")).to_have_count(0)
    count = int(re.search(r"female \((\d+)\)", panel.gender.inner_text())[1])
    panel.expect_status(re.compile(f"^{count} of "))
    panel.search.fill("")
    panel.language.select_option("fr")
    expect(panel.rows.first).to_contain_text("French")
    panel.search.fill("nobody")
    panel.expect_status(re.compile("^No voice matches"))
    expect(panel.rows).to_have_count(0)
    panel.cell.get_by_role("button", name="Clear", exact=True).click()
    panel.expect_status(re.compile("^1[0-9][0-9] voices, and 14,[0-9]+ variants"))
    expect(panel.language).to_have_value("")
    print(f"German women: {count}")


def test_only_the_rows_that_are_seen_are_there(panel):
    """Of thousands of voices some twenty are in the page, also at the list's end."""
    panel.search.fill("o")  # in the name of every provider
    panel.expect_status("14,492 voices")
    panel.voices.focus()
    panel.page.keyboard.press("End")
    last = panel.voices.get_attribute("aria-rowcount")
    shown = panel.rows.filter(has_text="toy:two")
    expect(shown).to_have_attribute("aria-rowindex", last)
    assert panel.rows.count() < 30


def test_another_voice_brings_its_own_controls(lab, panel):
    """The controls are those that the chosen voice declares; what fits is kept."""
    panel.slide("rate", 130)
    panel.slide("pitch", 99)
    panel.choose("toy:one")
    expect(panel.slider("stability")).to_have_value("0.5")
    expect(panel.slider("pitch")).to_have_count(0)
    expect(panel.slider("rate")).to_have_value("130")
    panel.expect_status("pitch 99: toy has no such setting here.")
    expect(panel.cell.get_by_text("Changed: rate 150 → 130")).to_be_visible()
    mood = panel.cell.get_by_role("combobox", name="mood")
    expect(mood.locator("option:checked")).to_have_text("vendor's default")
    expect(panel.cell.get_by_role("checkbox", name="boost")).to_be_checked()
    expect(panel.cell.get_by_role("textbox", name="style")).to_be_visible()
    expect(panel.speak_button).to_have_text(re.compile("price unknown"))

    seed = panel.cell.get_by_role("spinbutton", name="seed")
    seed.fill("0")
    seed.press("Enter")
    mood.select_option("glad")
    panel.cell.get_by_role("button", name="Reset rate").click()
    expect(panel.slider("rate")).to_have_value("150")
    expect(panel.slider("rate")).to_be_focused()
    # The kernel knows it, too: a page may hold a change back while the kernel is busy.
    expect(panel.cell.get_by_text("Changed: seed")).to_be_visible()
    lab.run(2)
    assert lab.shown(2) == "{'seed': 0, 'mood': 'glad'}"
    panel.cell.get_by_role("button", name="Defaults").click()
    expect(seed).to_have_value("")
    expect(panel.cell.get_by_text("Changed:")).to_have_count(0)
    assert lab.noise() == []


def test_errors_are_shown_in_place(lab, panel):
    """An error is a message in the panel, read out aloud, and nowhere else."""
    panel.text.fill("  ")
    panel.speak_button.click()
    expect(panel.errors).to_have_text("There is no text for offline:en-us to speak.")
    panel.text.fill("x" * 10_001)
    expect(
        panel.cell.get_by_text("10,001 of 10,000 characters: too long")
    ).to_be_visible()
    expect(panel.errors).to_have_count(0)
    panel.speak_button.click()
    expect(panel.errors).to_have_text(re.compile("10,001 characters long"))
    panel.text.fill("Here is text.")
    expect(panel.errors).to_have_count(0)
    panel.speak()

    panel.choose("toy:one")
    panel.cell.get_by_role("textbox", name="style").fill("far too long a style")
    panel.speak_button.click()
    expect(panel.errors).to_have_text(re.compile("^style of .*0 to 8 characters"))

    lab.run(3)
    expect(panel.speak_button).to_have_count(0)  # a closed studio closes its panels
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
    label = panel.cell.get_by_role("textbox", name="Label of")
    label.fill("<img src=x onerror=hit()>")
    label.press("Enter")
    expect(panel.takes.first.locator("strong")).to_contain_text("onerror=hit()>: <img")
    panel.search.fill("<img")
    panel.expect_status(re.compile("^1 of "))
    name = "<img src=x onerror=hit()> $x$ <b>Bold</b>"
    expect(panel.rows.locator("b")).to_have_text(name)
    panel.rows.click()
    chosen = panel.cell.locator(".voicekit-heading").get_by_text("toy:two")
    expect(chosen).to_have_text(f"{name} · toy:two")
    assert panel.cell.locator("img, svg[onload], script, mjx-container").count() == 0
    assert lab.page.evaluate("() => hits") == 0
