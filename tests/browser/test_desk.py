"""The panels of tasks and files, and the tabs around them, in a real browser."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

NAME = "desk.ipynb"

STUDIO = """
import voicekit as vk
studio = vk.Studio(providers=["offline", "kingcong", "kie"], sandbox=True)
studio.sandbox.set_speed(50)
studio.speak("The first one.", "kie:Rachel")
studio.sandbox.fail("kie", on="submit", kind="close_after")
try:
    studio.speak("Nobody knows.", "kie:Rachel")
except vk.errors.VoicekitError as error:
    print(repr(error))
"""


@pytest.fixture
def tabs(lab):
    if lab.opened != NAME:
        lab.open([STUDIO, "panel = studio.panel()\npanel", "panel.freeze()"], name=NAME)
        try:
            lab.run(0, 1)
        finally:
            print(lab.noise())
            lab.screenshot("desk-debug")
    return lab.cell(1)


def test_looks(lab, tabs):
    print(lab.noise())
    expect(tabs.get_by_role("tab").first).to_be_visible()
    for name in ("Files", "Tasks", "Speak"):
        tabs.get_by_role("tab", name=name).click()
        lab.page.wait_for_timeout(1500)
        for theme in ("dark", "light"):
            lab.theme(theme)
            for size, (width, height) in {
                "wide": (1400, 1300),
                "narrow": (600, 1900),
            }.items():
                lab.page.set_viewport_size({"width": width, "height": height})
                lab.page.wait_for_timeout(300)
                lab.screenshot(f"desk-{name}-{size}-{theme}")
    lab.run(2)
    lab.screenshot("desk-frozen")
    print(lab.noise())
