"""How fast 20,000 voices are searched in JupyterLab, and what travels for each key.

The voice picker beside itables and ipydatagrid over the same table, each driven by the
same keys. Run by hand: ``uv run --group benchmarks python tests/benchmarks/picker.py``.

The time is from the key's event to the first frame after the rows have changed, taken
in the page; bytes are those of the WebSocket in both directions, until nothing has
come for a while.
"""

import statistics
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(TESTS / "browser")]

import chromium  # noqa: E402
from jupyterlab_process import running_server  # noqa: E402
from lab import Lab  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

TYPED = ("1379", "2468", "5791", "8642")
"""Parts of numbers: each key leaves other rows at the top."""

QUIET_MS = 800

SETUP = """
import ipywidgets as widgets
import pandas as pd
import voicekit as vk
from voicekit import providers
from voicekit.offer import Offer
from voicekit.voice import Voice

WORDS = [*("warm", "calm", "bright", "deep", "gentle", "young", "clear", "rough")]
USES = [*("narration", "news", "conversational", "meditation", "video games")]
PLACES = [*("french", "british", "american", "indian", "irish", "german", "welsh")]
LANGUAGES = [*("fr", "en-GB", "en-US", "en-IN", "en-IE", "de", "cy")]

def voice(n):
    return Voice(
        voice=f"toy:{n:05}", name=f"{WORDS[n % 8].title()} {n}",
        language=LANGUAGES[n % 7], accent=PLACES[n % 7], age=("young", "old")[n % 2],
        gender=("female", "male")[n % 2], use_case=USES[n % 5], owned=n % 50 == 0,
        description=f"A {WORDS[n % 8]} voice for {USES[n % 5]}, number {n}.",
        tags=(WORDS[n % 8], WORDS[(n + 3) % 8]), preview_url="https://example.org/a.mp3",
    )

VOICES = [voice(n) for n in range(20_000)]

@providers.register
class Toy(providers.Provider):
    name = "toy"
    transport = "offline"
    offers = (Offer(provider="toy", kind="speech"),)

    def voices(self, query):
        yield from ()
        return VOICES

    def submit(self, job, callback=None):
        raise NotImplementedError

studio = vk.Studio(providers=["toy"])
table = studio.voices(limit=None).reset_index()[
    [*("voice", "name", "language", "gender", "age", "accent", "use_case"),
     *("description", "tags")]]
texts = table.astype(str).agg(" ".join, axis=1).str.casefold()
"""

PICKER = "vk.panels.VoicePicker(studio)"

ITABLES = """
import itables
itables.init_notebook_mode(connected=False)
itables.show(table, maxBytes=0)
"""

# It has no search of its own: a box beside it gives it the rows that are left.
DATAGRID = """
from ipydatagrid import DataGrid
search = widgets.Text(description="Search")
grid = DataGrid(table, base_row_size=28)

def narrow(change):
    rows = pd.Series(True, index=texts.index)
    for word in change["new"].casefold().split():
        rows &= texts.str.contains(word, regex=False)
    grid.data = table[rows]

search.observe(narrow, "value")
widgets.VBox([search, grid])
"""

# Per key: how long until what is shown is another, and a frame was painted after it.
WATCH = """([box, shown]) => {
  const input = document.querySelector(box);
  window.times = [];
  const look = () => {
    const part = document.querySelector(shown);
    if (part === null) return "";
    const canvas = part.querySelector("canvas");
    return canvas ? canvas.toDataURL() : part.textContent;
  };
  input.addEventListener("keydown", () => {
    const start = performance.now();
    const before = look();
    const wait = () => {
      if (look() !== before) {
        requestAnimationFrame(() => times.push(performance.now() - start));
      } else if (performance.now() - start < 3000) requestAnimationFrame(wait);
    };
    requestAnimationFrame(wait);
  });
}"""

TABLES = {
    "voicekit": (PICKER, ".voicekit-filter input", ".voicekit-space"),
    "itables": (ITABLES, ".dt-search input", "table.dataTable tbody"),
    "ipydatagrid": (DATAGRID, ".widget-text input", ".jp-OutputArea .lm-DataGrid"),
}


class Wire:
    """Counts what goes through the page's WebSockets."""

    def __init__(self, page):
        self.bytes = 0
        page.on("websocket", self._listen)

    def _listen(self, socket):
        socket.on("framesent", self._count)
        socket.on("framereceived", self._count)

    def _count(self, frame):
        self.bytes += len(frame)


def measure(lab, wire, name):
    """Return the times, and the bytes, of each key that changed the rows."""
    source, box, shown = TABLES[name]
    lab.open([SETUP, source], name=f"{name}.ipynb")
    lab.run(0)
    before = wire.bytes
    lab.run(1)
    page = lab.page
    page.wait_for_selector(shown)
    page.wait_for_timeout(4_000)
    opened = wire.bytes - before
    page.evaluate(WATCH, [box, shown])
    page.locator(box).first.focus()
    counts = []
    for word in TYPED:
        for key in word:
            before = wire.bytes
            page.keyboard.press(key)
            page.wait_for_timeout(QUIET_MS)
            counts.append(wire.bytes - before)
        page.locator(box).first.fill("")
        page.wait_for_timeout(2 * QUIET_MS)
    return page.evaluate("() => times"), counts, opened


def main():
    """Print a line for each table."""
    names = sys.argv[1:] or TABLES
    with (
        tempfile.TemporaryDirectory() as folder,
        sync_playwright() as playwright,
        running_server(Path(folder)) as server,
    ):
        browser = playwright.chromium.launch(
            executable_path=chromium.find(), args=[*chromium.FLAGS]
        )
        page = browser.new_context().new_page()
        wire = Wire(page)
        lab = Lab(page, server)
        print(f"{'':12} {'median':>9} {'slowest':>9} {'per key':>11} {'to open':>12}")
        for name in names:
            times, counts, opened = measure(lab, wire, name)
            print(
                f"{name:12} {statistics.median(times):6.0f} ms {max(times):6.0f} ms "
                f"{max(counts):9,} B {opened:10,} B   ({len(times)} keys changed rows)"
            )
        lab.end_kernel()
        browser.close()


if __name__ == "__main__":
    main()
