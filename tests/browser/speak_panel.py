"""The Speak panel as its user meets it: by role and name, never by class."""

import re

from playwright.sync_api import expect

FIRST_CELLS = (
    'import voicekit as vk\nstudio = vk.Studio(providers=["offline"])',
    "panel = vk.panels.Speak(studio)\npanel",
)


class SpeakPanel:
    """A panel in a cell's output, and the takes below it."""

    def __init__(self, cell):
        self.cell = cell
        self.page = cell.page
        self.text = cell.get_by_role("textbox", name="Text", exact=True)
        self.speak_button = cell.get_by_role("button", name="Speak")
        self.stop_button = cell.get_by_role("button", name="Stop")
        self.search = cell.get_by_role("searchbox", name="Search")
        self.language = cell.get_by_role("combobox", name="Language")
        self.gender = cell.get_by_role("combobox", name="Gender")
        self.voices = cell.get_by_role("grid", name="Voices")
        self.rows = self.voices.get_by_role("row")
        self.errors = cell.get_by_role("alert")
        self.takes = cell.locator(".voicekit-takes > div")
        expect(self.slider("rate")).to_be_visible()
        expect(self.speak_button).to_have_text(re.compile("(free|in the library)$"))
        expect(self.rows).not_to_have_count(0)

    def slider(self, name):
        """Return a setting's slider."""
        return self.cell.get_by_role("slider", name=name, exact=True)

    def slide(self, name, value):
        """Move a slider."""
        self.slider(name).fill(str(value))

    def choose(self, words):
        """Search, and click the first row that is left."""
        self.search.fill(words)
        row = self.rows.filter(has_text=words).first
        row.click()
        expect(row).to_have_attribute("aria-selected", "true")

    def speak(self):
        """Press the button and wait for one more take."""
        before = self.takes.count()
        self.speak_button.click()
        expect(self.takes).to_have_count(before + 1)

    def expect_status(self, text):
        """Wait until the panel says this."""
        expect(self.cell.get_by_role("status").get_by_text(text)).to_be_visible()
