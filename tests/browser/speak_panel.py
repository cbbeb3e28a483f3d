"""The Speak panel as its user meets it: by role and name, never by class."""

import re

from playwright.sync_api import expect

FIRST_CELLS = (
    'import voicekit as vk\nstudio = vk.Studio(providers=["offline"])',
    "panel = studio.panel()\npanel",
)


class SpeakPanel:
    """A panel in a cell's output, and the takes below it."""

    def __init__(self, cell):
        self.cell = cell
        self.page = cell.page
        self.text = cell.get_by_role("textbox", name="Text", exact=True)
        self.speak_button = cell.get_by_role("button", name="Speak")
        self.stop_button = cell.get_by_role("button", name="Stop")
        self.search = cell.get_by_role("textbox", name="Search")
        self.language = cell.get_by_role("combobox", name="Language")
        self.gender = cell.get_by_role("combobox", name="Gender")
        self.voices = cell.get_by_role("listbox", name="Voices")
        self.errors = cell.get_by_role("alert")
        self.takes = cell.locator(".voicekit-takes > div")
        expect(self.slider("rate")).to_be_visible()
        expect(cell.get_by_text(re.compile("characters · free$"))).to_be_visible()
        expect(self.voices.get_by_role("option")).not_to_have_count(0)

    def slider(self, name):
        """Return the handle of a setting's slider."""
        return self.cell.get_by_role("slider", name=name, exact=True)

    def slide(self, name, *keys):
        """Move a slider with keys, and return the value it comes to."""
        for key in keys:
            self.slider(name).press(key)
        return float(self.slider(name).get_attribute("aria-valuenow"))

    def speak(self):
        """Press the button and wait for one more take."""
        before = self.takes.count()
        self.speak_button.click()
        expect(self.takes).to_have_count(before + 1)

    def options(self):
        """Return the voices listed."""
        return self.voices.get_by_role("option").all_text_contents()

    def expect_status(self, text):
        """Wait until the panel says this."""
        expect(self.cell.get_by_role("status").get_by_text(text)).to_be_visible()
