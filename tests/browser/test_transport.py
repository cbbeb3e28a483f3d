"""The player's switching on a real clock in Chromium: how soon, and onto which word."""

import base64
from itertools import permutations

import numpy as np
import pytest

from voicekit.audio.codec import decode
from voicekit.listening.alignment import Spoken, align
from voicekit.listening.sounds import encode
from voicekit.panels.source import script

pytestmark = pytest.mark.browser

LOAD = """async code => {
  const blob = new Blob([code], { type: "text/javascript" });
  window.deck = await import(URL.createObjectURL(blob));
}"""

OPEN = """({ clips, mode }) => {
  const bytes = text => Uint8Array.from(atob(text), one => one.charCodeAt(0));
  window.transport?.close();
  window.told = [];
  window.transport = new deck.Transport(clips, {
    mode,
    curve: "power",
    fetch: async id => bytes(clips.find(one => one.id === id).wav),
    tell: message => told.push(message),
    changed: () => {},
  });
  window.onkeydown = event => {
    const lane = clips.findIndex(one => one.key === event.key);
    if (lane >= 0) window.selected = transport.select(lane, event);
  };
}"""

# From the time at which a lane was begun, where it then stood: no clock is involved.
LAND = """async ([from, to, time]) => {
  transport.current = from;
  await transport.begin(from, time);
  transport.deck.lanes[from].begun = transport.now(); // stands at the word for the test
  await transport.select(to);
  return transport.deck.lanes[to].offset;
}"""


@pytest.fixture(scope="module")
def page(browser):
    page = browser.new_page()
    page.evaluate(LOAD, script("transport"))
    page.locator("body").click()
    yield page
    page.close()


@pytest.fixture
def clips(studio):
    """One text at three rates, with the words' times."""
    text = "The quick brown fox jumps over the lazy dog."
    return [studio.speak(text, "offline:en-us", rate=rate) for rate in (120, 175, 260)]


def opened(page, clips, mode, *, with_words=True):
    spoken = []
    for clip in clips:
        samples, rate = decode(clip.audio)
        words = clip.words if with_words else ()
        spoken.append(Spoken(samples[:, 0].astype(float), rate, words))
    aligned = align(spoken)
    shown = [
        {
            "id": key,
            "key": key,
            "duration": one.duration_s,
            "marks": list(marks),
            "wav": base64.b64encode(
                encode(0.1 * one.samples[:, None], one.rate)
            ).decode(),
        }
        for key, one, marks in zip("abc", spoken, aligned.marks, strict=True)
    ]
    page.evaluate(OPEN, {"clips": shown, "mode": mode})


@pytest.mark.parametrize("with_words", [True, False], ids=["timings", "warping"])
def test_same_word_lands_on_the_word(page, clips, with_words):
    """From every word of a clip to the same word of another: within 60 ms of it."""
    opened(page, clips, "same word", with_words=with_words)
    errors = []
    for one, other in permutations(range(3), 2):
        for here, there in list(zip(clips[one].words, clips[other].words, strict=True))[
            1::3
        ]:
            landed = page.evaluate(LAND, [one, other, here.start_s])
            errors.append(1000 * abs(landed - there.start_s))
    median, high = np.median(errors), np.quantile(errors, 0.95)
    print(f"same word: median {median:.0f} ms, 95th percentile {high:.0f} ms")
    assert median <= 60
    assert high <= (60 if with_words else 150)


@pytest.mark.parametrize("mode", ["restart", "same time", "same word"])
def test_a_key_switches_soon(page, clips, mode):
    """Every switch by key has happened, and the time to its ramp is told."""
    opened(page, clips, mode)
    latencies = []
    for key in "abcabcabca":
        page.keyboard.press(key)
        page.evaluate("() => window.selected")
        latencies.append(page.evaluate("() => transport.latency"))
        assert page.evaluate("() => transport.current") == "abc".index(key)
    later = latencies[1:]  # the first makes the audio graph
    print(f"{mode}: key to ramp {np.median(later):.1f} ms, most {max(later):.1f} ms")
    assert len(latencies) == 10


def test_what_is_told_was_heard(page, clips):
    """A clip played to its end, then part of another: told as stretches of each."""
    opened(page, clips, "restart")
    page.evaluate("() => transport.select(2)")
    page.evaluate(
        """async () => {
          while (transport.playing) {
            transport.tick();
            await new Promise(done => setTimeout(done, 20));
          }
          await transport.setLoop([0.5, 0.7]);
          await transport.select(0);
          await new Promise(done => setTimeout(done, 700));
          transport.pause();
        }"""
    )
    told = page.evaluate("() => told.filter(({ kind }) => kind === 'heard')")
    whole = [pair for one in told if one["id"] == "c" for pair in one["stretches"]]
    assert whole[0][0] == 0
    assert whole[-1][1] == pytest.approx(clips[2].duration_s, abs=0.01)
    looped = [pair for one in told if one["id"] == "a" for pair in one["stretches"]]
    assert len(looped) >= 2
    assert min(start for start, _ in looped) == pytest.approx(0.5)
    assert max(end for _, end in looped) <= 0.7 + 1e-9
