"""Hostile text, wherever a vendor's or a file's words are shown."""

import nbformat
import pytest
from lab import READY_MS
from nbconvert import HTMLExporter
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

PAYLOADS = [
    "<img src=x onerror=hit()>",
    "<svg onload=hit()>",
    "<script>hit()</script>",
    "</script><script>hit()</script>",
    "<iframe srcdoc='<script>parent.hit()</script>'></iframe>",
    "<body onload=hit()>",
    "<details open ontoggle=hit()>",
    "<audio src=x onerror=hit()>",
    "<video><source onerror=hit()></video>",
    "<input autofocus onfocus=hit()>",
    "<a href='javascript:hit()'>x</a>",
    "[x](javascript:hit())",
    "![x](x onerror=hit())",
    "$\\href{javascript:hit()}{x}$",
    "$$\\unicode{<img src=x onerror=hit()>}$$",
]
WRAPPINGS = [
    "{}",
    '">{}',
    "'>{}",
    "-->{}",
    "</textarea>{}",
    "</title></style></option></select>{}",
    "]]>{}<!--",
    "from $5 to $9 {}\u202e",
]
HOSTILE = [wrap.format(payload) for wrap in WRAPPINGS for payload in PAYLOADS]

VENDOR = """
import asyncio
import voicekit as vk
from voicekit import providers
from voicekit.flow import Request
from voicekit.offer import FileRule, Offer
from voicekit.task import Problem
from voicekit.voice import Voice

hostile = {hostile!r}
SAYS = dict(text="x", voice="en", parameters={{}}, ssml=False, format="wav")
FILE = {{"extensions": ("mp3",), "maximum_bytes": 9}}

@providers.register
class Rude(providers.Provider):
    name = "rude"
    transport = "offline"
    repeatable = True
    offers = (
        Offer(provider="rude", kind="speech"),
        Offer(provider="rude", kind="clone", file=FileRule(**FILE)),
    )

    def voices(self, query):
        yield from ()
        return [
            Voice(voice=f"rude:{{n}}", name=text, description=text, tags=(text,),
                  accent=text, category=text)
            for n, text in enumerate(hostile)
        ]

    def submit(self, job, callback=None):
        yield Request(method="POST", path="/none", json=SAYS)

    def problem(self, reply):
        return Problem(code="no", message=self.says)

studio = vk.Studio(providers=["offline", "rude"])
for text in hostile:
    Rude.says = text
    try:
        studio.speak(text, "rude:1")
    except vk.errors.VoicekitError as error:
        last = error
"""
VOICES = "studio.voices(provider='rude')"
TASKS = "studio.tasks()"
PANEL = "panel = studio.panel()\npanel"
PICKER = "picker = vk.panels.VoicePicker(studio)\npicker"
FILES = "files = vk.panels.Files(studio)\nfiles"
FREEZE = "panel.freeze(); picker.freeze(); files.freeze()"
CONTROL = """
from IPython.display import HTML
HTML("".join(f"<p>{text}</p>" for text in hostile))
"""
CELLS = [VENDOR.format(hostile=HOSTILE), VOICES, TASKS, PANEL, PICKER, FILES, FREEZE]


LIVE = "iframe, script, svg[onload], details[ontoggle], mjx-container"

CHOOSE_FILES = """(input, names) => names.map((name) => {
  const chosen = new DataTransfer();
  chosen.items.add(new File(["x"], name));
  input.files = chosen.files;
  input.dispatchEvent(new Event("change"));
  return input.closest(".voicekit-intake").querySelector("p").textContent;
})"""


def hits(page):
    """Let everything happen that is going to, and count what was carried out."""
    page.wait_for_timeout(300)
    return page.evaluate("() => window.hits")


def exported(notebook, browser, path):
    """Return how much of a notebook's HTML export is carried out."""
    markup, _ = HTMLExporter().from_notebook_node(notebook)
    path.write_text(markup)
    return opened(browser, path)


def opened(browser, path):
    """Return how much of a page is carried out."""
    page = browser.new_page()
    page.add_init_script("window.hits = 0; window.hit = () => { window.hits += 1 }")
    page.goto(path.as_uri(), wait_until="domcontentloaded")
    found = hits(page)
    page.close()
    return found


def test_nothing_of_120_hostile_strings_is_carried_out(lab, browser, tmp_path):
    """Names, descriptions, tags, errors, file names: shown as text, in every place."""
    assert len(set(HOSTILE)) == 120
    lab.open([*CELLS, CONTROL], name="hostile.ipynb")
    lab.page.evaluate("() => { hits = 0; hit = () => { hits += 1 } }")
    lab.run(0)
    # While a first cell runs long, JupyterLab asks a comm that is not open yet.
    lab.page.evaluate("() => { window.noise.length = 0 }")
    lab.run(1, 2, 3, 4, 5)
    tabs, picker, files = (lab.cell(index) for index in (3, 4, 5))
    tabs.get_by_role("tab", name="Tasks").click()
    assert lab.noise() == []
    expect(tabs.get_by_role("row").filter(has_text="hit()")).to_have_count(100)
    expect(picker.get_by_text(HOSTILE[0]).first).to_be_attached()
    chooser = files.get_by_label("File", exact=True)
    said = chooser.evaluate(CHOOSE_FILES, HOSTILE)
    assert [text.split(" is none of: ")[0] for text in said] == HOSTILE
    for cell in (tabs, picker, files):
        assert cell.locator(LIVE).count() == 0
    before_freezing = hits(lab.page)
    lab.run(6)
    expect(tabs.get_by_role("tab")).to_have_count(0)
    saved = nbformat.read(lab.save(), as_version=4)
    del saved.cells[7:]
    shown = {"panels": before_freezing, "frozen": hits(lab.page)}
    shown["export"] = exported(saved, browser, tmp_path / "a.html")
    lab.run(7)
    shown["control"] = hits(lab.page)
    with_control = nbformat.read(lab.save(), as_version=4)
    shown["exported control"] = exported(with_control, browser, tmp_path / "b.html")
    print(shown)
    assert [*shown.values()][:3] == [0, 0, 0]
    assert min(shown["control"], shown["exported control"]) > 0


# A vendor that does what it is asked, and is rude about it.
SWEET = """
import voicekit as vk
from voicekit import providers
from voicekit.flow import Request
from voicekit.offer import Offer
from voicekit.panels.result import result_html
from voicekit.panels.take import Take
from voicekit.task import Result, Task, Word
from voicekit.voice import Voice

hostile = {hostile!r}
SAYS = dict(text="x", voice="en", parameters={{}}, ssml=False, format="mp3")

@providers.register
class Sweet(providers.Provider):
    name = "sweet"
    transport = "offline"
    repeatable = True
    offers = tuple(Offer(provider="sweet", kind=kind) for kind in ("speech", "music"))

    def voices(self, query):
        yield from ()
        return []

    def submit(self, job, callback=None):
        reply = yield Request(method="POST", path="/none", json=SAYS)
        said = job.text.encode()
        return Task(
            state="done",
            results=(
                Result(media_type="audio/mpeg", data=reply.body),
                Result(role="transcript", media_type="application/x-subrip", data=said),
                Result(role="cover", media_type="image/png", data=said),
            ),
            words=(Word(job.text, 0, 0.1),),
            warnings=(job.text,),
            credits_micros=0,
        )

studio = vk.Studio(providers=["offline", "sweet"])
clips = [studio.speak(text, "sweet:0") for text in hostile]
"""
TAKES = """
speak = vk.panels.Speak(studio)
for text, clip in zip(hostile, clips):
    speak.made.keep(Take.of(clip, None))
    speak.made.label(clip.job, text)
speak
"""
PLAY = """
for text, clip in zip(hostile, clips):
    speak.player.play(clip.job, text, clip, clip.playable())
"""
COMPARE = """
compare = vk.panels.Compare(studio)
compare.texts.value, compare.voices.value = "\\n".join(hostile), "sweet:0"
compare
"""
COMPARISON = "compare.comparison.report('rude.html')\ncompare.comparison"
RESULTS = """
some = ["\\n".join(hostile[n : n + 15]) for n in range(0, 120, 15)]
songs = [studio.music(text, provider="sweet") for text in some]
made = [*songs, *(Voice(voice="sweet:0", name=text) for text in hostile)]
files = vk.panels.Files(studio)
files.sheet.put("results", "".join(result_html(one, None, None) for one in made))
files
"""
KIND_CELLS = [
    *(SWEET.format(hostile=HOSTILE), TAKES, PLAY, COMPARE, COMPARISON, RESULTS),
    "speak.freeze(); compare.freeze(); files.freeze()",
]


def test_nothing_of_a_vendor_that_succeeds_is_carried_out(lab, browser, tmp_path):
    """Words, warnings, labels, transcripts, covers, plans, grids and a report."""
    lab.open([*KIND_CELLS, CONTROL], name="hostile-clips.ipynb")
    lab.page.evaluate("() => { hits = 0; hit = () => { hits += 1 } }")
    lab.run(0, 1, 2, 3)
    takes, compare, comparison, results = (lab.cell(index) for index in (1, 3, 4, 5))
    audible = takes.locator(".voicekit-takelist li")
    expect(audible).to_have_count(120)
    expect(takes.locator(".voicekit-takes audio")).to_have_count(120)
    expect(takes.locator(".voicekit-words")).to_have_text(HOSTILE[-1].rstrip("\u202e"))
    plan = compare.locator(".voicekit-grid")
    expect(plan.get_by_text("in the library", exact=True)).to_have_count(120)
    compare.get_by_role("button", name="Compare").click()
    expect(plan.locator("audio")).to_have_count(120, timeout=READY_MS)
    lab.run(4, 5)
    expect(comparison.locator("audio")).to_have_count(120)
    expect(results.get_by_role("img", name="Cover")).to_have_count(8)
    places = (takes, compare, comparison, results)
    assert [cell.locator(LIVE).count() for cell in places] == [0, 0, 0, 0]
    assert lab.page.locator("img[src=x], audio[src=x]").count() == 0
    shown = {"panels": hits(lab.page)}
    lab.run(6)
    expect(takes.get_by_role("button")).to_have_count(0)
    saved = nbformat.read(lab.save(), as_version=4)
    del saved.cells[7:]
    shown["frozen"] = hits(lab.page)
    shown["export"] = exported(saved, browser, tmp_path / "a.html")
    shown["report"] = opened(browser, lab.server.notebooks / "rude.html")
    lab.run(7)
    shown["control"] = hits(lab.page)
    print(shown, "of 120 strings in 12 places")
    assert shown.pop("control") > 0
    assert {*shown.values()} == {0}
