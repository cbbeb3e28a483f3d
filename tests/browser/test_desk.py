"""The panels of tasks and files and the tabs around them, in a real browser."""

import re

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from desk import SHOW, Desk, studio_cell
from playwright.sync_api import expect

from voicekit.sandbox import serve

pytestmark = pytest.mark.browser

NAME = "desk.ipynb"
PANEL, FREEZE = 1, 2

WORK = """
studio.speak("The first one.", "kie:Rachel")
try:
    studio.speak("Nobody knows.", "kie:Rachel")
except vk.errors.SubmissionUnknown:
    pass
"""

SIZES = {"wide": (1400, 1300), "narrow": (600, 2000)}

TOO_WIDE = """root => [root, ...root.querySelectorAll("*")]
  .filter(one => one.checkVisibility()
    && one.getBoundingClientRect().right > root.getBoundingClientRect().right + 1)
  .map(one => one.className || one.tagName)"""


def serious_issues(page):
    """Return what axe-core finds in the panel that keeps people out."""
    found = Axe().run(page, context=".voicekit-tabs").response["violations"]
    return {
        issue["id"]: [node["html"][:160] for node in issue["nodes"]][:3]
        for issue in found
        if issue["impact"] in ("serious", "critical")
    }


@pytest.fixture(scope="module")
def sandbox():
    with serve(speed=400) as running:
        yield running


@pytest.fixture
def desk(lab, sandbox):
    """The tabs, with one task that is done and one that is held."""
    if lab.opened != NAME:
        studio = studio_cell(sandbox, ["kingcong", "kie"], library="desk")
        first, second = WORK.split("try:")
        lab.open(
            [f"{studio}\n{first}", SHOW, "panel.freeze()", f"try:{second}"], name=NAME
        )
        lab.run(0)
        sandbox.fail("kie", on="submit", kind="close_after")
        lab.run(3, PANEL)
        # While a first cell runs long, JupyterLab asks a comm that is not open yet.
        lab.page.evaluate("() => { window.noise.length = 0 }")
    lab.page.set_viewport_size({"width": 1400, "height": 1300})
    return Desk(lab.cell(PANEL))


def test_tasks_by_mouse_and_keyboard(lab, desk):
    """Doubt is seen from any tab; a row is chosen and written off without a mouse."""
    expect(desk.cell.get_by_role("alert")).to_contain_text("1 task HELD")
    expect(desk.tab("Tasks (1 !)")).to_be_visible()
    keys = lab.page.keyboard
    desk.tab("Speak").focus()
    for _ in range(3):
        keys.press("ArrowRight")
    keys.press("Enter")
    held = desk.row("Nobody knows.")
    expect(held).to_contain_text("HELD")
    held.get_by_text("Nobody knows.").click()
    expect(held.get_by_role("checkbox")).to_be_checked()
    desk.button("Check").click()
    desk.says(re.compile("[a-z2-7]{8}: .*kie lists no speech"))
    held.get_by_text("HELD", exact=True).click()
    expect(held.get_by_role("checkbox")).not_to_be_checked()
    desk.button("Resume").focus()
    keys.press("Enter")
    desk.says("Resumed: 0 tasks.")
    held.get_by_role("checkbox").focus()
    keys.press("Space")
    expect(held.get_by_role("checkbox")).to_be_checked()
    desk.menu("Write off as").select_option("not billed")
    desk.button("Write off").focus()
    keys.press("Enter")
    desk.says(re.compile("To go on with [a-z2-7]{8} “Nobody knows.”, press"))
    keys.press("Enter")
    expect(held).to_contain_text("failed")
    expect(desk.tab("Tasks (1 !)")).to_have_count(0)
    assert lab.ask("[*studio.tasks().state]") == "['done', 'failed']"
    desk.menu("State").select_option("done")
    expect(held).to_have_count(0)
    expect(desk.row("The first one.")).to_be_visible()
    desk.menu("State").select_option("any")
    assert lab.noise() == []


def test_a_file_is_looked_at_before_it_travels(lab, desk, sandbox, tmp_path):
    """What the vendor would refuse stays in the browser; a recording is cloned."""
    desk.open("Files")
    chooser = desk.cell.get_by_label("File", exact=True)
    chooser.set_input_files({"name": "a.txt", "mimeType": "", "buffer": b"text"})
    desk.says(re.compile("^a.txt is none of: mp3, wav. Nothing was sent."))
    chooser.set_input_files({"name": "a.mp3", "mimeType": "", "buffer": b""})
    desk.says("a.mp3 is empty. Nothing was sent. Choose another file.")
    huge = tmp_path / "huge.mp3"
    with huge.open("wb") as file:
        file.truncate((20 << 20) + 1)
    chooser.set_input_files(huge)
    desk.says(re.compile("^huge.mp3 has 20,971,521 bytes; at most 20,971,520"))
    assert lab.ask("panel.opened['Files'].intake.path") == "None"

    desk.cell.get_by_role("textbox", name="Name of the voice").fill("Myself")
    for setting, value in {"language_tag": "English", "gender_tag": "female"}.items():
        desk.menu(setting).select_option(value)
    desk.button("Record").click()
    desk.says(re.compile("Recording: [1-9]"))
    desk.button("Stop recording").click()
    desk.says(re.compile("^recording.wav: ready"))
    desk.button("Make").click()
    desk.says(re.compile("^Done: 1 below"))
    result = desk.cell.locator(".voicekit-result")
    expect(result).to_contain_text("Myself")
    expect(result).to_contain_text("kingcong:minimax/")
    recorded = lab.ask(
        "__import__('soundfile').info(panel.opened['Files'].intake.path)"
    )
    print(recorded)
    assert "Signed 16 bit PCM" in recorded

    desk.menu("What to do").select_option("Transcribe a recording")
    desk.says(re.compile("^recording.wav: ready"))
    chooser.set_input_files({"name": "me.webm", "mimeType": "", "buffer": b"sound"})
    desk.says(re.compile("^me.webm: ready"))
    desk.menu("What to do").select_option("Dub a recording")
    desk.says(re.compile("^me.webm is none of: mp3, m4a, wav. Nothing was sent."))
    expect(desk.cell.get_by_text("me.webm: ready")).to_have_count(0)
    desk.menu("What to do").select_option("Transcribe a recording")
    desk.says(re.compile("^me.webm: ready"))
    assert "me.webm" in lab.ask("panel.opened['Files'].intake.name")
    assert lab.ask("panel.opened['Files'].intake.path.suffix") == "'.webm'"

    desk.menu("What to do").select_option("Make music")
    expect(desk.button("Record")).to_have_count(0)
    desk.cell.get_by_role("textbox", name="Idea").fill(
        "A calm piano piece for an evening by the sea"
    )
    desk.button("Make").press("Enter")
    desk.says(re.compile("^Done: 2 below"))
    songs = desk.cell.locator(".voicekit-takes", has_text="A calm piano piece")
    assert all(seconds > 1 for seconds in lab.durations(songs))
    assert lab.noise() == []


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_every_tab_is_in_order(lab, desk, theme):
    """Nothing sticks out at 600 and 1,400 px; axe finds nothing serious."""
    lab.theme(theme)
    for title in ("Tasks", "Files", "Compare", "Keys", "Speak"):
        desk.open(title)
        for size, (width, height) in SIZES.items():
            lab.page.set_viewport_size({"width": width, "height": height})
            expect(desk.tab(title)).to_be_visible()
            assert desk.cell.locator(".voicekit-tabs").evaluate(TOO_WIDE) == []
            lab.screenshot(f"desk-{title}-{size}-{theme}")
        assert serious_issues(lab.page) == {}
    # The control: what nobody can name is found.
    desk.cell.locator(".voicekit-tabs").evaluate(
        "root => root.append(document.createElement('button'))"
    )
    assert list(serious_issues(lab.page)) == ["button-name"]
    desk.cell.locator(".voicekit-tabs > button").evaluate("one => one.remove()")


def test_a_frozen_panel_reads_without_a_kernel(lab, desk):
    """Saved, and opened elsewhere untrusted: tables and players, no widget."""
    desk.open("Tasks")
    expect(desk.row("The first one.")).to_be_visible()
    lab.run(FREEZE)
    expect(desk.cell.get_by_role("tab")).to_have_count(0)
    expect(desk.cell.get_by_role("cell").get_by_text("HELD")).to_have_count(0)
    saved = nbformat.read(lab.save(), as_version=4)
    outputs = saved.cells[PANEL].outputs
    kinds = {kind for output in outputs for kind in output.data}
    assert kinds == {"text/html", "text/plain"}
    players = lab.durations(desk.cell)
    saved.metadata["elsewhere"] = True  # whose signature nobody here knows
    lab.open(saved, name="frozen-copy.ipynb")
    assert not lab.is_trusted()
    cell = lab.cell(PANEL)
    expect(cell).to_contain_text("The first one.")
    expect(cell.get_by_text("Error displaying widget")).to_have_count(0)
    assert lab.durations(cell) == players
    assert cell.get_by_role("img", name="Cover").evaluate_all(
        "all => all.map(one => one.naturalWidth > 0)"
    ) == [True] * len(players)
    lab.screenshot("desk-frozen")
