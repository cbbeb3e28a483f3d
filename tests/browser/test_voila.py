"""A test for colleagues: served with Voilà, each named by the address."""

import json
import subprocess
import sys

import pytest
from listening_booth import ANSWERS, PLAN, Booth
from playwright.sync_api import expect
from voila_process import serving

pytestmark = pytest.mark.browser

TEST = """
two = clips[clips["system"] != "secret-three"]
frame = plan(two, "ab", raters=["ann", "bob"], seed=4)
"""
BOOTH = "Session(frame, target=-40).booth()"
OPENED_MS = 90_000
ICONS = "https://cdn.jsdelivr.net/npm/@fortawesome/"
"""What Voilà's own page asks for; here it is told that there is no such machine."""


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("voila"), [PLAN, TEST, BOOTH]) as voila:
        yield voila


@pytest.fixture
def visit(browser, served):
    """Open the test as a rater, in a browser of their own; all is asked of Voilà."""
    contexts, asked = [], []

    def opened(rater):
        contexts.append(browser.new_context())
        page = contexts[-1].new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{served.url}?rater={rater}", timeout=OPENED_MS)
        return page

    yield opened
    for context in contexts:
        context.close()
    near = (served.url, "data:", "blob:", ICONS)
    assert [url for url in asked if not url.startswith(near)] == []


def booth_of(page):
    booth = Booth(page.locator("body"))
    expect(booth.root).to_be_visible(timeout=OPENED_MS)
    return booth


def answers(served):
    """Return what the library holds, asked by whoever runs the test."""
    code = "\n".join([PLAN, TEST, ANSWERS.format("frame")])
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=served.environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_colleagues_answer_at_once_and_a_reload_loses_nothing(served, visit):
    """Two raters by keyboard, in turns; one loads the page again in the middle."""
    pages = {name: visit(name) for name in ("ann", "bob")}
    booths = {name: booth_of(page) for name, page in pages.items()}
    for booth in booths.values():
        booth.at("Listening test")
        booth.enter()
        booth.press("Enter")
    given = {"ann": "123", "bob": "321"}
    for trial in (1, 2, 3):
        for booth in booths.values():
            booth.at(f"Trial {trial} of 3")
            booth.enter()
            booth.press("a")  # and while it plays, the other one begins
        for name, booth in booths.items():
            booth.hear("a", "b")
            booth.press(given[name][trial - 1])
            booth.go_on()
        for booth in booths.values():
            booth.at(f"Trial {trial + 1} of 3" if trial < 3 else "Finished")
        if trial == 2:
            pages["ann"].reload(timeout=OPENED_MS)
            booths["ann"] = booth_of(pages["ann"])
    words = {"1": "a", "2": "b", "3": "tie"}
    rows = [row for row in answers(served) if row["position"] == 1]
    for name, digits in given.items():
        own = sorted(
            (row for row in rows if row["rater"] == name), key=lambda row: row["order"]
        )
        assert [row["response"] for row in own] == [words[digit] for digit in digits]
        assert {row["entered"] for row in own} == {"booth"}
        assert min(row["heard"] for row in own) >= 0.95


def test_a_rater_whom_the_plan_does_not_know_is_told_so(visit):
    """An address with a slip takes nobody's seat, and says who is known."""
    page = visit("eve")
    said = page.get_by_text("no rater 'eve'; it has 'ann', 'bob'").first
    expect(said).to_be_visible(timeout=OPENED_MS)
