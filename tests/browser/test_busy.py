"""A panel with much to do: the kernel answers, and what was sent outlives it."""

import time

import pytest
from desk import studio_cell
from playwright.sync_api import expect

from voicekit.sandbox import serve

pytestmark = pytest.mark.browser

SLOW, FAST = 1, 400

TWENTY = """
files = vk.panels.Files(studio)
files.kind.value = "sound_effect"
for number in range(20):
    files.text.value = f"Sound number {number}"
    files.make()
files
"""

# What stands before the parts of a panel without a kernel.
_TOLD_OF_THE_END = """root =>
  [root, ...root.querySelectorAll(".jupyter-widgets-disconnected")]
  .map(one => getComputedStyle(one, "::before").content)
  .filter(content => !["none", "normal", '""'].includes(content))"""

_RESTART = """async () => {
  const { sessionContext } = window.jupyterapp.shell.currentWidget;
  await sessionContext.session.kernel.restart();
}"""


@pytest.fixture(scope="module")
def sandbox():
    with serve(speed=SLOW) as running:
        yield running


def accepted(sandbox):
    return sandbox.look("kie", "counters")["accepted"]


def test_twenty_generations_leave_the_kernel_free_and_survive_it(lab, sandbox):
    """A cell answers meanwhile; after a restart `resume` finishes, and pays nothing."""
    studio = studio_cell(sandbox, ["kie"], library="busy")
    resume = f"{studio}\nstudio.resume().state"
    lab.open([studio, TWENTY, "1 + 1", resume], name="busy.ipynb")
    lab.run(0, 1)
    began = time.monotonic()
    lab.run(2)
    print(f"1 + 1 beside 20 generations: {1e3 * (time.monotonic() - began):.0f} ms")
    assert lab.cell(2).locator(".jp-OutputArea-output").inner_text() == "2"
    expect(lab.cell(1).get_by_role("status").first).to_contain_text("sound effect …")

    deadline = time.monotonic() + 30
    while accepted(sandbox) == 0:
        assert time.monotonic() < deadline, "none was accepted"
    lab.page.evaluate(_RESTART)
    lab.page.wait_for_selector(".voicekit-files.jupyter-widgets-disconnected")
    told = lab.cell(1).locator(".voicekit-files").evaluate(_TOLD_OF_THE_END)
    assert told == ['"The kernel behind this panel is gone: run its cell again."']
    sandbox.set_speed(FAST)
    lab.run(3)
    done, held, failed = (
        int(lab.ask(f"(studio.tasks().state == '{state}').sum().item()"))
        for state in ("done", "held", "failed")
    )
    paid = accepted(sandbox)
    print(f"{paid} accepted, then {done} done, {held} held, {failed} never sent")
    # Killed while it was being sent, one may be in doubt; none is lost or paid twice.
    assert done + held + failed >= 20
    assert 0 < done <= paid <= min(done + held, 20)
