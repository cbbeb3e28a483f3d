"""The intake, on a page without JupyterLab: the last choice wins, microphones end."""

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
  const state = {
    extensions: ["wav"],
    maximum_bytes: 1 << 20,
    maximum_wav_bytes: 1 << 20,
    records: true,
  };
  let answer = () => {};
  let change = () => {};
  const model = {
    get: name => state[name],
    on: (name, action) => {
      if (name === "msg:custom") answer = action;
      else change = action;
    },
    off: () => {},
    send(message) {
      window.sent.push(message);
      setTimeout(() => answer({ got: message.upload }));
    },
  };
  window.rule = changes => {
    Object.assign(state, changes);
    change();
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


def choose(page, name="me.wav"):
    sound = {"name": name, "mimeType": "audio/wav", "buffer": b"RIFF"}
    page.get_by_label("File", exact=True).set_input_files(sound)


def record(page):
    press(page, "Record")
    expect(page.get_by_role("status")).to_contain_text("Recording: 0.")
    press(page, "Stop recording")
    expect(page.get_by_role("status")).to_contain_text("recording.wav: ready")


def names(page):
    """Return what was said of each choice: its name, and whether it was refused."""
    return page.evaluate("() => sent.map(one => one.name + (one.refused ? ' no' : ''))")


def test_the_last_choice_wins(page):
    """The same file, chosen again after a recording, is sent again, and named alone."""
    choose(page)
    expect(page.get_by_role("status")).to_contain_text("me.wav: ready")
    record(page)
    chooser = page.get_by_label("File", exact=True)
    # As a browser does: a chooser that already has the file says nothing of a change.
    assert chooser.input_value() == ""
    recording = page.locator("audio").get_attribute("src")
    choose(page)
    expect(page.get_by_role("status")).to_contain_text("me.wav: ready")
    assert names(page) == ["me.wav", "recording.wav", "me.wav"]
    assert page.locator("audio").get_attribute("src") != recording


def test_what_no_browser_plays_leaves_no_player(page):
    """The recording's own is not shown beside another file's name."""
    record(page)
    expect(page.locator("audio")).to_be_visible()
    page.get_by_label("File", exact=True).set_input_files(
        {"name": "me.wav", "mimeType": "application/x-unknown", "buffer": b"RIFF"}
    )
    expect(page.locator("audio")).to_be_hidden()


def test_a_refused_file_takes_the_place_of_the_one_before(page):
    """The kernel hears of it, or it would still send the first."""
    choose(page)
    expect(page.get_by_role("status")).to_contain_text("me.wav: ready")
    choose(page, "notes.txt")
    expect(page.get_by_role("alert")).to_have_text(
        "notes.txt is none of: wav. Nothing was sent. Choose another file."
    )
    expect(page.locator("audio")).to_be_hidden()
    assert names(page) == ["me.wav", "notes.txt no"]


def test_a_file_that_is_still_read_does_not_follow_a_later_choice(page):
    """Its first piece, read slowly, is not sent after what took its place."""
    page.evaluate(
        """() => {
          const read = Blob.prototype.arrayBuffer;
          const gate = new Promise(done => { window.go = done });
          Blob.prototype.arrayBuffer = async function () {
            await gate;
            return read.call(this);
          };
        }"""
    )
    choose(page)
    choose(page, "notes.txt")
    expect(page.get_by_role("alert")).to_contain_text("notes.txt is none of")
    page.evaluate("async () => { go(); await new Promise(done => setTimeout(done)) }")
    assert names(page) == ["notes.txt no"]
    expect(page.get_by_role("alert")).to_contain_text("notes.txt is none of")


def test_a_new_rule_judges_the_file_anew(page):
    """What does not fit is said at once; what fits, or fits again, is ready."""
    choose(page)
    expect(page.get_by_role("status")).to_contain_text("me.wav: ready")
    page.evaluate("() => rule({ extensions: ['mp3', 'wav'] })")
    expect(page.get_by_role("status")).to_contain_text("me.wav: ready")
    page.evaluate("() => rule({ extensions: ['mp3', 'm4a'] })")
    expect(page.get_by_role("alert")).to_have_text(
        "me.wav is none of: mp3, m4a. Nothing was sent. Choose another file."
    )
    page.evaluate("() => rule({ extensions: ['wav'] })")
    expect(page.get_by_role("status")).to_contain_text("me.wav: ready")
    assert names(page) == ["me.wav", "me.wav no", "me.wav"]
    page.evaluate("() => rule({ maximum_wav_bytes: 3 })")
    expect(page.get_by_role("alert")).to_contain_text("me.wav has 4 bytes; at most 3")


def test_a_recording_that_runs_can_be_ended_in_another_form(page):
    """Whose file is none that is recorded: the button goes when the microphone does."""
    press(page, "Record")
    expect(page.get_by_role("status")).to_contain_text("Recording: 0.")
    page.evaluate("() => rule({ records: false })")
    press(page, "Stop recording")
    page.wait_for_function(ALL_ENDED, arg=1)
    expect(page.get_by_role("button", name="Record", exact=True)).to_be_hidden()
