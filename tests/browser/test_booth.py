"""Whole listening tests by keyboard alone, through a reload and a killed kernel."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from listening_booth import AB, ANSWERS, MUSHRA, PLAN, Booth
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SETUP, TEST, ASK = 0, 1, 2


def opened(lab, name, test, variable):
    lab.open([PLAN, test, ANSWERS.format(variable)], name=name)
    lab.run(SETUP, TEST)
    return Booth(lab.cell(TEST))


def answers(lab):
    """Return the answers that the library holds, asked from the kernel."""
    lab.run(ASK)
    shown = lab.cell(ASK).locator('[data-mime-type$="stdout"]').inner_text()
    return json.loads(shown)


def reload(lab):
    """Load the whole page again, as someone does who is stuck."""
    lab.save_and_reload()
    return Booth(lab.cell(TEST))


def kill(lab):
    """Kill the kernel, and run the cells again."""
    lab.kill_kernel()
    lab.run(SETUP, TEST)
    return Booth(lab.cell(TEST))


def assert_accessible(booth):
    """axe-core finds nothing to object to in the booth."""
    found = Axe().run(booth.page, context={"include": [[".voicekit-booth"]]})
    assert found.violations_count == 0, found.generate_report()


def test_a_whole_ab_test_by_keyboard(lab):
    """Three trials, page reloaded and kernel killed between them: nothing is lost."""
    booth = opened(lab, "ab.ipynb", AB, "frame")
    booth.at("Listening test")
    assert_accessible(booth)
    booth.enter()
    booth.press("Enter")
    booth.at("Trial 1 of 3")
    booth.press("1", "Enter")  # not heard yet: Enter does nothing
    booth.at("Trial 1 of 3")
    booth.hear("a", "b")
    assert_accessible(booth)
    assert_blind(lab, booth)
    booth.press("1")
    booth.go_on()
    booth.at("Trial 2 of 3")

    booth = reload(lab)
    booth.at("Trial 2 of 3")
    booth.enter()
    booth.hear("b", "a")
    booth.press("2")
    booth.go_on()
    booth.at("Trial 3 of 3")

    booth = kill(lab)
    booth.at("Trial 3 of 3")
    booth.enter()
    booth.hear("a", "b")
    booth.press("3")
    booth.go_on()
    booth.at("Finished")
    rows = answers(lab)
    assert [row["response"] for row in rows if row["position"] == 1] == [
        "a",
        "b",
        "tie",
    ]
    assert {row["entered"] for row in rows} == {"booth"}
    assert min(row["heard"] for row in rows) >= 0.95
    assert (
        lab.page.locator(".jp-Notebook .jp-CodeCell").count() == 3
    )  # "a", "b": no cells


def assert_blind(lab, booth):
    """Neither what is drawn, nor the widget's state, nor the saved notebook tells."""
    page = booth.root.inner_html()
    notebook = json.loads(lab.save().read_text("utf-8"))
    kept = json.dumps([notebook["metadata"], notebook["cells"][TEST]["outputs"]])
    for secret in ("secret", "offline", "en-gb", "One two", "-40"):
        assert secret not in page
        assert secret not in kept


def test_a_whole_mushra_test_by_keyboard(lab):
    """Sliders by arrows, only that of the clip that plays; reload and kill between."""
    booth = opened(lab, "mushra.ipynb", MUSHRA, "mushra")
    booth.at("Listening test")
    booth.enter()
    booth.press("Enter")
    for trial, disaster in ((1, reload), (2, kill), (3, None)):
        booth.at(f"Trial {trial} of 3")
        booth.enter()
        for name, keys in (
            ("r", []),
            ("a", ["Shift+ArrowRight", "ArrowRight"]),
            ("b", ["ArrowLeft"]),
            ("c", ["Shift+ArrowLeft"] * trial),
        ):
            booth.hear(name)
            booth.press(*keys)
        if trial == 1:
            assert_accessible(booth)
            sliders = booth.root.locator("fieldset input[type=range]")
            assert [one.is_disabled() for one in sliders.all()] == [True, True, False]
            expect(sliders.first).to_have_attribute("aria-valuetext", "61, Good")
        booth.go_on()
        if disaster:
            booth.at(f"Trial {trial + 1} of 3")
            booth = disaster(lab)
    booth.at("Finished")
    rows = [row for row in answers(lab) if row["role"] != "reference"]
    given = [[row["response"] for row in rows if row["order"] == n] for n in (1, 2, 3)]
    assert given == [[61, 49, 40], [61, 49, 30], [61, 49, 20]]
