"""A listening test as its rater meets it, without a mouse."""

from playwright.sync_api import expect

PLAN = """
import pandas as pd
import voicekit as vk
from voicekit.listening import Session, collect, plan

texts = ["One two.", "Three four.", "Five six."]
voices = {"secret-one": ("offline:en-us", 330), "secret-two": ("offline:en-gb", 400),
          "secret-three": ("offline:en-us+f3", 360)}
with vk.Studio(providers=["offline"]) as studio:
    clips = pd.DataFrame([
        {"system": name, "item": text, "clip": studio.speak(text, voice, rate=rate),
         "role": "system"}
        for text in texts for name, (voice, rate) in voices.items()
    ])
"""
AB = """
two = clips[clips["system"] != "secret-three"]
frame = plan(two, "ab", raters=["ann"], seed=4)
session = Session(frame, "ann", target=-40)
session.booth()
"""
MUSHRA = """
roles = clips.assign(role=clips["system"].map(
    {"secret-one": "reference"}).fillna("system"))
mushra = plan(roles, "mushra", raters=["ann"], seed=4)
session = Session(mushra, "ann", target=-40)
session.booth()
"""
ANSWERS = "print(collect({}).to_json(orient='records', default_handler=str))"


LONG = {"r": "Reference"}


class Booth:
    """A booth in a cell's output."""

    def __init__(self, cell):
        self.cell = cell
        self.page = cell.page
        self.root = cell.locator(".voicekit-booth")
        self.heading = self.root.get_by_role("heading")
        self.next = self.root.locator(".voicekit-next")

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def at(self, heading):
        """Wait for a screen, whose focus is where keys are heard."""
        expect(self.heading).to_have_text(heading)

    def enter(self):
        """Put the focus into the booth, as Tab does."""
        self.root.focus()

    def hear(self, *names):
        """Play clips by their keys, each to its end, until it is ticked off."""
        for name in names:
            self.press(name)
            ticked = f"{LONG.get(name, name.upper())} ✓"
            expect(self.root.get_by_role("button", name=ticked)).to_be_visible()

    def go_on(self):
        """Press Enter once the booth allows it."""
        expect(self.next).to_have_attribute("aria-disabled", "false")
        self.press("Enter")
