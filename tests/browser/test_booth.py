"""Whole listening tests by keyboard alone, through a reload and a killed kernel."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from listening_booth import AB, ANSWERS, MUSHRA, PLAN, Booth
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SETUP, AB_TEST, MUSHRA_TEST, ASK_AB, ASK_MUSHRA = range(5)
CELLS = [PLAN, AB, MUSHRA, ANSWERS.format("frame"), ANSWERS.format("mushra")]


def booths(lab):
    return Booth(lab.cell(AB_TEST)), Booth(lab.cell(MUSHRA_TEST))


def answers(lab, cell):
    """Return the answers that the library holds, asked from the kernel."""
    lab.run(cell)
    shown = lab.cell(cell).locator('[data-mime-type$="stdout"]').inner_text()
    return json.loads(shown)


def reload(lab):
    """Load the whole page again, as someone does who is stuck."""
    lab.save_and_reload()


def kill(lab):
    """Kill the kernel, and run the cells again."""
    lab.kill_kernel()
    lab.run(SETUP, AB_TEST, MUSHRA_TEST)


def assert_accessible(booth):
    """axe-core finds nothing to object to in the booth."""
    found = Axe().run(booth.page, context={"include": [[".voicekit-booth"]]})
    assert found.violations_count == 0, found.generate_report()


def assert_blind(lab, booth):
    """Neither what is drawn, nor the widget's state, nor the saved notebook tells."""
    page = booth.root.inner_html()
    notebook = json.loads(lab.save().read_text("utf-8"))
    kept = json.dumps(
        [notebook["metadata"], [cell["outputs"] for cell in notebook["cells"][:3]]]
    )
    for secret in ("secret", "offline", "en-gb", "One two", "-40"):
        assert secret not in page
        assert secret not in kept


def answer_pair(booth, digit):
    """Answer a pair by keys; before both were heard, Enter does nothing."""
    booth.enter()
    booth.press("1", "Enter")
    booth.hear("a", "b")
    booth.press(digit)
    booth.go_on()


def answer_screen(booth, steps):
    """Move each slider while its clip plays."""
    booth.enter()
    for name, keys in (
        ("r", []),
        ("a", ["Shift+ArrowRight", "ArrowRight"]),
        ("b", ["ArrowLeft"]),
        ("c", ["Shift+ArrowLeft"] * steps),
    ):
        booth.hear(name)
        booth.press(*keys)


def test_whole_tests_by_keyboard_lose_no_answer(lab):
    """AB and MUSHRA in one notebook; the page is reloaded, then the kernel killed."""
    lab.open(CELLS, name="tests.ipynb")
    lab.run(SETUP, AB_TEST, MUSHRA_TEST)
    for booth in booths(lab):
        booth.at("Listening test")
        assert_accessible(booth)
        booth.enter()
        booth.press("Enter")
    for trial, disaster in ((1, reload), (2, kill), (3, None)):
        pair, screen = booths(lab)
        pair.at(f"Trial {trial} of 3")
        answer_pair(pair, str(trial))
        screen.at(f"Trial {trial} of 3")
        answer_screen(screen, trial)
        if trial == 1:
            assert_accessible(screen)
            assert_blind(lab, screen)
            sliders = screen.root.locator("fieldset input[type=range]")
            assert [one.is_disabled() for one in sliders.all()] == [True, True, False]
            expect(sliders.first).to_have_attribute("aria-valuetext", "61, Good")
        screen.go_on()
        for booth in (pair, screen):
            booth.at(f"Trial {trial + 1} of 3" if disaster else "Finished")
        if disaster:
            disaster(lab)
    rows = answers(lab, ASK_AB)
    assert [row["response"] for row in rows if row["position"] == 1] == [
        "a",
        "b",
        "tie",
    ]
    assert {row["entered"] for row in rows} == {"booth"}
    assert min(row["heard"] for row in rows) >= 0.95
    rows = [row for row in answers(lab, ASK_MUSHRA) if row["role"] != "reference"]
    given = [[row["response"] for row in rows if row["order"] == n] for n in (1, 2, 3)]
    assert given == [[61, 49, 40], [61, 49, 30], [61, 49, 20]]
    # In JupyterLab "a" and "b" add cells.
    assert lab.page.locator(".jp-Notebook .jp-CodeCell").count() == len(CELLS)
