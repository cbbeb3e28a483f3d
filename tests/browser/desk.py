"""The tabs of a studio whose vendors are the sandbox's, as their user meets them."""

import json

from playwright.sync_api import expect

SHOW = "panel = studio.panel()\npanel"


def studio_cell(sandbox, names, library):
    """Return a cell that opens a studio of these stand-ins, as of real vendors."""
    places = {}
    for name in names:
        vendor = sandbox.vendors[name]
        places[f"VOICEKIT_{name.upper()}_URL"] = vendor.url
        places[f"VOICEKIT_{name.upper()}_KEY"] = vendor.key
    return (
        f"import os\nos.environ.update({json.dumps(places)})\n"
        "import voicekit as vk\n"
        f"studio = vk.Studio(providers={['offline', *names]}, library={library!r})"
    )


class Desk:
    """The tabs in a cell's output."""

    def __init__(self, cell):
        self.cell = cell
        expect(self.tab("Speak")).to_be_visible()

    def tab(self, title):
        return self.cell.get_by_role("tab", name=title)

    def open(self, title):
        """Bring a tab to the front."""
        self.tab(title).click()
        expect(self.tab(title)).to_have_attribute("aria-selected", "true")

    def button(self, name):
        return self.cell.get_by_role("button", name=name, exact=True)

    def menu(self, name):
        return self.cell.get_by_role("combobox", name=name, exact=True)

    def row(self, text):
        """Return the row of the table of tasks in which a text stands."""
        return self.cell.get_by_role("row").filter(has_text=text)

    def says(self, text):
        """Wait until the panel says this."""
        said = self.cell.locator('[role="status"], [role="alert"]')
        expect(said.get_by_text(text).first).to_be_visible()
