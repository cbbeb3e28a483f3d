"""The player's audio graph in Chromium, rendered offline, to the sample."""

from pathlib import Path

import numpy as np
import pytest

import voicekit

pytestmark = pytest.mark.browser

RATE = 48_000
CODE = (Path(voicekit.__file__).parent / "panels" / "deck.js").read_text()

LOAD = """async code => {
  const blob = new Blob([code], { type: "text/javascript" });
  window.deck = await import(URL.createObjectURL(blob));
}"""

RENDER = """async ({ clips, seconds, options, loop, steps }) => {
  const context = new OfflineAudioContext(1, seconds * 48000, 48000);
  const buffers = clips.map(samples => {
    const shape = { length: samples.length, numberOfChannels: 1, sampleRate: 48000 };
    const buffer = new AudioBuffer(shape);
    buffer.copyToChannel(Float32Array.from(samples), 0);
    return buffer;
  });
  const one = new deck.Deck(context, buffers, options);
  one.loop = loop;
  for (const [name, ...given] of steps) one[name](...given);
  const rendered = await context.startRendering();
  return [...rendered.getChannelData(0)];
}"""


@pytest.fixture(scope="module")
def page(browser):
    page = browser.new_page()
    page.evaluate(LOAD, CODE)
    yield page
    page.close()


def render(page, clips, steps, *, seconds=1.0, loop=None, **options):
    heard = page.evaluate(
        RENDER,
        {
            "clips": [clip.tolist() for clip in clips],
            "steps": steps,
            "seconds": seconds,
            "loop": loop,
            "options": options,
        },
    )
    return np.array(heard)


def noise(seconds=1.0, seed=0):
    rng = np.random.default_rng(seed)
    return rng.uniform(-0.5, 0.5, int(seconds * RATE)).astype(np.float32)


def decibels(samples):
    return 20 * np.log10(max(float(np.abs(samples).max()), 1e-12))


def test_switching_between_identical_clips_is_not_heard(page):
    """A hundred switches between copies differ from none by less than -90 dBFS."""
    clip = noise()
    switches = [["switchTo", i % 3, 0.1 + 0.007 * i] for i in range(100)]
    straight = render(page, [clip] * 3, [["start", 0, 0, 0.01]])
    switched = render(page, [clip] * 3, [["start", 0, 0, 0.01], *switches])
    difference = decibels(straight - switched)
    print(f"switching between identical clips: {difference:.1f} dBFS")
    assert decibels(straight) > -7
    assert difference < -90


def test_switching_does_not_drift(page):
    """After 150 switches the last clip stands where it began, to the sample."""
    clips = [noise(seed=number) for number in range(4)]
    switches = [["switchTo", i % 4, 0.05 + 0.0061 * i] for i in range(150)]
    heard = render(
        page, clips, [["start", 0, 0.0, 0.01], *switches, ["switchTo", 3, 0.97]]
    )
    tail = heard[int(0.98 * RATE) :]
    lags = range(-200, 201)
    shift = int(0.98 * RATE) - int(0.01 * RATE)
    match = [
        float(
            np.abs(
                clips[3][shift + lag : shift + lag + len(tail) - 400] - tail[:-400]
            ).max()
        )
        for lag in lags
        if shift + lag + len(tail) - 400 <= RATE
    ]
    drift = list(lags)[int(np.argmin(match))]
    print(f"drift after 151 switches: {drift} samples, error {min(match):.1e}")
    assert drift == 0
    assert min(match) < 1e-4


def test_a_loop_is_exact_for_all_clips(page):
    """A region repeats by its own length, also in a clip that ends before it does."""
    long, short = noise(0.4), noise(0.25, seed=1)
    loop = [0.1, 0.3]
    heard = render(
        page, [long, short], [["start", 1, 0, 0.01], ["switchTo", 0, 0.7]], loop=loop
    )
    first, period = int(0.01 * RATE), int(0.2 * RATE)
    silent = heard[first + int(0.26 * RATE) : first + int(0.299 * RATE)]
    assert np.abs(silent).max() == 0  # the short clip's end, as silence
    later = heard[int(0.75 * RATE) : int(0.99 * RATE)]
    place = (int(0.75 * RATE) - first - int(0.3 * RATE)) % period
    expected = np.tile(long[int(0.1 * RATE) : int(0.3 * RATE)], 3)
    assert np.abs(later - expected[place : place + len(later)]).max() < 1e-4


@pytest.mark.parametrize("steps", [
    [["start", 0, 0, 0.1], ["stop", 0.5]],
    [["start", 0, 0, 0.1], ["jumpTo", 1, 0.2, 0.3], ["jumpTo", 1, 0.4, 0.5]],
    [["start", 0, 0, 0.1], ["jumpTo", 1, 0, 0.3], ["jumpTo", 0, 0, 0.303]],
    [["start", 0, 0, 0.1], ["start", 0, 0.1, 0.302], ["switchTo", 1, 0.304]],
])  # fmt: skip
@pytest.mark.parametrize("curve", ["linear", "power"])
def test_nothing_clicks(page, steps, curve):
    """Start, stop, jump and a switch in the middle of a ramp are all ramps."""
    tone = 0.5 * np.ones(RATE, np.float32)  # a step of a constant is plain to see
    heard = render(page, [tone, tone], steps, curve=curve)
    step = float(np.abs(np.diff(heard)).max())
    print(f"{curve}: largest step {step:.5f}")
    assert np.abs(heard).max() >= 0.5 - 1e-6
    assert step < 0.01  # a ramp of 8 ms over 0.5 is 0.0013 per sample; two may add


def test_jumping_lands_where_it_was_sent(page):
    """A jump is heard at its position, to the sample, once the ramp has ended."""
    clips = [noise(seed=5), noise(seed=6)]
    heard = render(page, clips, [["start", 0, 0, 0.1], ["jumpTo", 1, 0.25, 0.4]])
    after = heard[int(0.41 * RATE) : int(0.6 * RATE)]
    expected = clips[1][int(0.26 * RATE) : int(0.45 * RATE)]
    assert np.abs(after - expected).max() < 1e-4


def test_what_was_heard_is_told_in_the_clips_own_time(page):
    """Stretches follow the loop, end with the clip, and each round is told."""
    told = page.evaluate("""() => [
      deck.stretches(0, 0.5, null, 2), deck.stretches(1.8, 0.5, null, 2),
      deck.stretches(0.25, 2, [0.5, 1], 2), deck.stretches(1.5, 0.25, [0.5, 1], 2),
    ]""")
    assert told == [
        [[0, 0.5]],
        [[1.8, 2]],
        [[0.25, 1], [0.5, 1], [0.5, 1], [0.5, 0.75]],
        [[1.5, 1.75]],
    ]


def test_times_are_mapped_between_marks(page):
    """Between two words the time is shared in proportion; outside it is held."""
    marks = "[0, 1, 2, 4], [0, 2, 3, 4]"
    told = page.evaluate(
        f"() => [0, 0.5, 1, 1.5, 3, 9].map(t => deck.mapped(t, {marks}))"
    )
    assert told == [0, 1, 2, 2.5, 3.5, 4]
