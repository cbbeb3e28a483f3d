"""Every kind of trial answered by keys in Chromium, on a page without JupyterLab."""

import base64
import json

import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

import voicekit as vk
from voicekit.listening import Session, plan
from voicekit.panels.booth import BoothView
from voicekit.panels.player import PlayerView

pytestmark = pytest.mark.browser

# What anywidget gives to a widget's code, with the kernel behind one function.
HOST = """async ([code, css]) => {
  document.adoptedStyleSheets = [new CSSStyleSheet()];
  document.adoptedStyleSheets[0].replaceSync(css);
  const blob = new Blob([code], { type: "text/javascript" });
  const { default: widget } = await import(URL.createObjectURL(blob));
  const heard = {};
  const fire = (name, ...given) => (heard[name] ?? []).forEach(one => one(...given));
  let state = JSON.parse(await window.kernel({ kind: "open" })).state;
  const model = {
    get: () => state,
    on: (name, action) => (heard[name] ??= []).push(action),
    off: (name, action) => (heard[name] = heard[name].filter(one => one !== action)),
    async send(message) {
      const answer = JSON.parse(await window.kernel(message));
      for (const { content, wav } of answer.sent) {
        const bytes = Uint8Array.from(atob(wav), one => one.charCodeAt(0));
        const view = new DataView(bytes.buffer);
        (window.sounds ??= []).push(new WeakRef(view));
        fire("msg:custom", content, [view]);
      }
      state = answer.state;
      fire("change:state");
    },
  };
  const el = document.querySelector("main");
  el.replaceChildren();
  window.unmount?.();
  window.unmount = widget.render({ model, el });
}"""

PAGE = '<!doctype html><html lang="en"><title>Test</title><main></main></html>'


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    """Three voices, two short words."""
    folder = tmp_path_factory.mktemp("clips")
    with vk.Studio(providers=["offline"], library=folder) as studio:
        rows = [
            {
                "system": f"s{n}",
                "item": text,
                "clip": studio.speak(text, voice, rate=300),
            }
            for text in ("One.", "Two.")
            for n, voice in enumerate(
                ("offline:en-us", "offline:en-gb", "offline:en-us+f3")
            )
        ]
    return pd.DataFrame(rows)


@pytest.fixture
def shown(browser):
    """Show a stage on a page of its own."""
    pages = []

    def show(stage, view):
        stage._thread.shutdown(wait=True)  # here every message is taken at once
        sent = []
        stage._view.send = lambda content, buffers=(): sent.append(
            {"content": content, "wav": base64.b64encode(buffers[0]).decode()}
        )

        def kernel(message):
            sent.clear()
            if message["kind"] != "open":
                stage._take(message)
            return json.dumps({"state": stage._view.state, "sent": sent})

        page = browser.new_page()
        pages.append(page)
        page.set_content(PAGE)
        page.expose_function("kernel", kernel)
        page.evaluate(HOST, [str(view._esm), str(view._css)])
        page.locator(".voicekit-booth").focus()
        return page

    yield show
    for page in pages:
        page.close()


KEYS = {
    "ab": (["2"], "b"),
    "abx": (["x", "1"], "a"),
    "mos": (["2"], 2),
    "cmos": (["1"], 3),
    "dmos": (["5"], 5),
    "mushra": (
        ["a", "ArrowRight", "b", "Shift+ArrowLeft", "c", "ArrowUp", "ArrowUp"],
        [51, 40, 52],
    ),
    "best_worst": (["a", "ArrowUp", "c", "ArrowDown"], ["best", None, "worst"]),
    "rank": (["c", "ArrowUp", "ArrowUp", "o"], [2, 3, 1]),
}


@pytest.mark.parametrize("kind", KEYS)
def test_every_kind_is_answered_by_keys(clips, shown, kind):
    """Keys answer the first trial as meant; axe-core has nothing to object to."""
    table = clips
    if kind in ("ab", "abx", "mos", "cmos", "dmos"):
        table = clips[clips["system"] != "s2"]
    if kind == "dmos":
        table = table.assign(
            role=table["system"].map({"s0": "reference"}).fillna("system")
        )
    frame = plan(table, kind, raters=["ann"], seed=1, reference=False)
    session = Session(frame, "ann", must_listen=0)
    page = shown(session.booth(), BoothView)
    page.keyboard.press("Enter")
    heading = page.get_by_role("heading")
    expect(heading).to_have_text(f"Trial 1 of {session.progress[1]}")
    keys, expected = KEYS[kind]
    for key in keys:
        page.keyboard.press(key)
    expect(page.locator(".voicekit-next")).to_have_attribute("aria-disabled", "false")
    found = Axe().run(page, ".voicekit-booth")
    assert found.violations_count == 0, found.generate_report()
    page.keyboard.press("Enter")
    expect(heading).not_to_contain_text("Trial 1 ")
    session.simulate(lambda trial: _any_answer(kind))
    answers = session.answers()
    first = answers[(answers["order"] == 1) & (answers["role"] != "reference")]
    if isinstance(expected, list):
        given = [None if pd.isna(one) else one for one in first["response"]]
        assert given == expected
    else:
        assert set(first["response"]) == {expected}
    session.close()


def test_a_mark_is_its_own_digit(clips, shown):
    """5 says Excellent, as in P.800, and not the first of five."""
    session = Session(plan(clips, "mos", raters=["ann"], seed=1), "ann", must_listen=0)
    session.submit()
    page = shown(session.booth(), BoothView)
    expect(page.locator("fieldset label")).to_have_text(
        ["5  Excellent", "4  Good", "3  Fair", "2  Poor", "1  Bad"]
    )
    hint = page.locator("p.voicekit-hint")
    expect(hint).to_have_text("Now give your answer.")
    page.keyboard.press("5")
    expect(page.get_by_label("Excellent")).to_be_checked()
    expect(hint).to_have_text("")
    session.close()


def test_a_screen_keeps_no_sound_of_the_one_before(clips, shown):
    """What was heard on the last screen is given back to the browser."""
    frame = plan(clips, "mos", raters=["ann"], seed=1)
    session = Session(frame, "ann", must_listen=0)
    session.submit()
    page = shown(session.booth(), BoothView)
    page.wait_for_function("() => window.sounds?.length === 1")
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading")).to_have_text("Trial 2 of 6")
    page.wait_for_function("() => window.sounds.length === 2")
    page.context.new_cdp_session(page).send("HeapProfiler.collectGarbage")
    kept = page.evaluate("() => window.sounds.map(one => one.deref() !== undefined)")
    assert kept == [False, True]
    session.close()


def _any_answer(kind):
    return {
        **dict.fromkeys(("ab", "abx"), "a"),
        **dict.fromkeys(("mos", "dmos", "cmos"), 1),
        "mushra": [1, 2, 3],
        "best_worst": {"best": 0, "worst": 1},
        "rank": [1, 2, 3],
    }[kind]


def test_the_headphone_check_and_practice(clips, shown):
    """Three tones by letters, an answer by digit; practice says that it is one."""
    frame = plan(clips, "mushra", raters=["ann"], seed=1, reference=False)
    session = Session(frame, "ann", headphones=True, practice=1, show_text=True)
    page = shown(session.booth(), BoothView)
    page.keyboard.press("Enter")
    heading = page.get_by_role("heading")
    expect(heading).to_have_text("Headphones: 1 of 6")
    for key in "abc":
        page.keyboard.press(key)
        tone = page.get_by_role("button", name=f"Tone {key.upper()} ✓")
        expect(tone).to_be_visible()
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    expect(heading).to_have_text("Headphones: 2 of 6")
    session.close()


def test_without_keys_there_are_none(clips, shown):
    """keys=False: letters and digits do nothing, the mouse does all."""
    frame = plan(clips[clips["system"] != "s2"], "ab", raters=["ann"], seed=1)
    session = Session(frame, "ann", must_listen=0, keys=False)
    page = shown(session.booth(), BoothView)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("heading")).to_have_text("Trial 1 of 2")
    page.keyboard.press("1")
    expect(page.get_by_role("radio").first).not_to_be_checked()
    page.get_by_role("radio", name="2 B").check()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("heading")).to_have_text("Trial 2 of 2")
    session.close()


def test_an_error_is_shown_and_the_test_goes_on(clips, shown):
    """What the kernel refuses is read out, and nothing is lost."""
    frame = plan(clips[clips["system"] != "s2"], "ab", raters=["ann"], seed=1)
    session = Session(frame, "ann", must_listen=0)
    session.submit()
    booth = session.booth()
    page = shown(booth, BoothView)
    booth._say("<b>The disk is full.</b>")
    page.evaluate("() => window.kernel({kind: 'none'})")
    page.keyboard.press("b")
    expect(page.get_by_role("alert")).to_have_text("<b>The disk is full.</b>")
    assert session.progress == (0, 2)
    session.close()


def test_the_player_switches_draws_and_tells_nothing(clips, shown):
    """Letters play; waveform and words are drawn; the page has no voice in it."""
    some = vk.listening.player(clips["clip"][:3].tolist(), target=-40)
    page = shown(some, PlayerView)
    expect(page.get_by_text("same word by word timings")).to_be_visible()
    page.keyboard.press("b")
    expect(page.get_by_role("button", name="B", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    page.get_by_role("combobox").select_option("same word")
    page.locator(".voicekit-booth").focus()
    page.keyboard.press("l")
    page.keyboard.press("c")
    expect(page.get_by_text("Playing C")).to_be_visible()
    expect(page.locator(".voicekit-words span")).to_have_text("One")
    found = Axe().run(page, ".voicekit-booth")
    assert found.violations_count == 0, found.generate_report()
    assert "offline" not in page.content() + json.dumps(some._view.state)
    assert some.reveal().loc["B", "voice"] == "offline:en-gb"
    some.close()
