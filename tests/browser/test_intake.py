"""The microphone of the intake, on a page without JupyterLab: it never stays on."""

import pytest
from playwright.sync_api import expect

from voicekit.panels.source import script

pytestmark = pytest.mark.browser

# Only a page that is secure has a microphone; this one never leaves the browser.
ADDRESS = "http://localhost:9/"
PAGE = '<!doctype html><html lang="en"><title>Test</title><main></main></html>'

# A microphone that hums, and remembers each track that was switched on.
HOST = """async code => {
  window.tracks = [];
  window.sent = [];
  window.ready = Promise.resolve();
  navigator.mediaDevices.getUserMedia = async () => {
    await window.ready;
    const context = new AudioContext();
    const hum = context.createOscillator();
    const output = context.createMediaStreamDestination();
    hum.connect(output);
    hum.start();
    window.tracks.push(...output.stream.getTracks());
    return output.stream;
  };
  const blob = new Blob([code], { type: "text/javascript" });
  const { default: widget } = await import(URL.createObjectURL(blob));
  const state = { extensions: ["wav"], maximum_bytes: 1 << 20, records: true };
  let answer = () => {};
  const model = {
    get: name => state[name],
    on: (name, action) => { if (name === "msg:custom") answer = action; },
    off: () => {},
    send(message) {
      window.sent.push(message);
      setTimeout(() => answer({ got: message.upload }));
    },
  };
  window.unmount = widget.render({ model, el: document.querySelector("main") });
}"""

STATES = "() => tracks.map(track => track.readyState)"
ALL_ENDED = """count => tracks.length === count
  && tracks.every(track => track.readyState === "ended")"""


@pytest.fixture
def page(browser):
    page = browser.new_page()
    page.route(
        ADDRESS, lambda route: route.fulfill(body=PAGE, content_type="text/html")
    )
    page.goto(ADDRESS)
    page.evaluate(HOST, script("intake"))
    yield page
    page.close()


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def test_a_recording_ends_with_its_second_press(page):
    """The sound is sent, and the microphone is off."""
    press(page, "Record")
    expect(page.get_by_role("status")).to_contain_text("Recording: 0.")
    assert page.evaluate(STATES) == ["live"]
    press(page, "Stop recording")
    expect(page.get_by_role("status")).to_contain_text("recording.wav: ready")
    page.wait_for_function(ALL_ENDED, arg=1)
    assert page.evaluate("() => sent.map(one => one.name)") == ["recording.wav"]


def test_a_second_press_while_the_microphone_starts_ends_it(page):
    """There is no second recording beside the first, whose microphone none ends."""
    page.evaluate(
        """() => {
          const button = document.querySelector("button");
          button.click();
          button.click();
        }"""
    )
    page.wait_for_function(ALL_ENDED, arg=1)
    expect(page.get_by_role("button", name="Record", exact=True)).to_be_visible()


def test_a_recorder_that_cannot_start_leaves_no_microphone_on(page):
    """The error is said, and the next press tries again."""
    page.evaluate(
        """() => {
          const fail = async () => { throw new Error("no module") };
          AudioWorklet.prototype.addModule = fail;
        }"""
    )
    for count in (1, 2):
        press(page, "Record")
        expect(page.get_by_role("alert")).to_have_text("No recording: no module.")
        page.wait_for_function(ALL_ENDED, arg=count)


@pytest.mark.parametrize("moment", ["starting", "recording"])
def test_a_view_that_goes_away_takes_its_microphone_along(page, moment):
    """Also one that is only then switched on."""
    if moment == "starting":
        page.evaluate("() => { ready = new Promise(done => { window.go = done }) }")
    press(page, "Record")
    if moment == "recording":
        expect(page.get_by_role("status")).to_contain_text("Recording: 0.")
    page.evaluate("() => unmount()")
    if moment == "starting":
        page.evaluate("() => go()")
    page.wait_for_function(ALL_ENDED, arg=1)
