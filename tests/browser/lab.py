"""What a person does in JupyterLab, for tests."""

import secrets
from pathlib import Path

import nbformat
import psutil
from nbformat.sign import NotebookNotary, SQLiteSignatureStore

ROOT = Path(__file__).parents[2]
NOTEBOOKS = ROOT / "notebooks"
NOTEBOOK = NOTEBOOKS / "01-first-words.ipynb"
ARTIFACTS = ROOT / "test-artifacts"

THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}

VIEWPORT = {"width": 1400, "height": 1000}

READY_MS = 60_000

# No promise: one is taken for true at once, whatever becomes of it.
_LAB_IS_READY = """() => {
  window.restoring ??= window.jupyterapp?.restored.then(() => {
    window.isRestored = true;
  });
  return window.isRestored;
}"""

_KERNEL_IS_IDLE = """name => {
  const { shell } = window.jupyterapp;
  const open = [...shell.widgets("main")].find((one) => one.context?.path === name);
  // The launcher, which comes where nothing is open, may come late and stand in front.
  if (open && shell.currentWidget !== open) shell.activateById(open.id);
  return open && shell.currentWidget === open
    && open.context.isReady && open.sessionContext.isReady
    && open.sessionContext.session?.kernel?.status === "idle";
}"""

_SAVE = "() => window.jupyterapp.shell.currentWidget.context.save()"

_KERNEL_ID = """() => {
  const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
  window.died = false;
  kernel.statusChanged.connect((_, status) => {
    if (["restarting", "autorestarting", "dead"].includes(status)) window.died = true;
  });
  return kernel.id;
}"""

_KERNEL_IS_BACK = """() => {
  const { sessionContext } = window.jupyterapp.shell.currentWidget;
  return window.died && sessionContext.session?.kernel?.status === "idle";
}"""

_RUN_CELL = """index => {
  const { content } = window.jupyterapp.shell.currentWidget;
  content.deselectAll();
  content.activeCellIndex = index;
  window.ran = false;
  window.jupyterapp.commands.execute("notebook:run-cell")
    .then(() => { window.ran = true });
}"""

_ASK_KERNEL = """async expression => {
  const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
  const asked = kernel.requestExecute({
    code: "", silent: true, user_expressions: { value: expression },
  });
  const { content } = await asked.done;
  const { value } = content.user_expressions;
  return value.status === "ok" ? value.data["text/plain"] : value.evalue;
}"""

_METADATA_IS_LOADED = """root => [...root.querySelectorAll("audio")]
  .every(audio => audio.readyState >= HTMLMediaElement.HAVE_METADATA || audio.error)"""


_LISTEN_FOR_NOISE = """() => {
  window.noise = [];
  const { sessionContext } = window.jupyterapp.shell.currentWidget;
  sessionContext.iopubMessage.connect((_, { header, content }) => {
    if (["error", "stream"].includes(header.msg_type)) noise.push(content);
  });
}"""


class Lab:
    """One page with JupyterLab in it.

    Attributes
    ----------
    opened : str or None
        The name of the notebook that is open.
    strays : list of str
        Requests that left for another machine, or wanted to.
    """

    def __init__(self, page, server):
        self.page = page
        self.server = server
        self.opened = None
        self.strays = []
        page.set_default_timeout(20_000)
        page.on("request", self._note_stray)

    def open(self, notebook, *, name=None, trusted=False):
        """Open a notebook, its file or its cells' sources, and wait for the kernel."""
        self.end_kernel()
        content = _read(notebook)
        name = name or notebook.name
        (self.server.notebooks / name).write_text(nbformat.writes(content))
        if trusted:
            self._notary().sign(content)
        self.page.set_viewport_size(VIEWPORT)
        if self.page.url == "about:blank":
            self._load()
        self.page.evaluate("() => window.jupyterapp.shell.currentWidget?.dispose()")
        self.command("docmanager:open", path=name, factory="Notebook")
        self._wait_for_kernel(name)
        self.opened = name

    def _wait_for_kernel(self, name):
        self.page.wait_for_function(_KERNEL_IS_IDLE, arg=name, timeout=READY_MS)
        self.page.evaluate(_LISTEN_FOR_NOISE)

    def _load(self):
        # A workspace of its own has nothing to restore; "?reset", where it comes late,
        # loads the page a second time and loses what was asked of the first.
        own = f"lab/workspaces/{secrets.token_hex(4)}"
        self.page.goto(f"{self.server.url}{own}?token={self.server.token}")
        self.page.wait_for_function(_LAB_IS_READY, timeout=READY_MS)
        self.command("application:toggle-left-area")

    def command(self, name, **arguments):
        """Carry out one of JupyterLab's commands, without waiting for its end."""
        self.page.evaluate(
            "([name, args]) => { window.jupyterapp.commands.execute(name, args) }",
            [name, arguments],
        )

    def run(self, *cells):
        """Run these cells, one after the other, and wait for each."""
        for index in cells:
            self.page.evaluate(_RUN_CELL, index)
            self.page.wait_for_function("() => window.ran", timeout=READY_MS)

    def ask(self, expression):
        """Return the repr of an expression, as the kernel knows it."""
        return self.page.evaluate(_ASK_KERNEL, expression)

    def cell(self, index):
        """Return a cell as shown."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(index)

    def shown(self, index):
        """Return the text of a cell's output."""
        return self.cell(index).locator(".jp-OutputArea-output").inner_text()

    def is_trusted(self):
        """Tell whether JupyterLab trusts the outputs of any cell."""
        return self.page.evaluate(
            """() => [...window.jupyterapp.shell.currentWidget.model.cells]
              .some(cell => cell.outputs?.length > 0 && cell.trusted)"""
        )

    def theme(self, name):
        """Change to the light or the dark theme."""
        self.command("apputils:change-theme", theme=THEMES[name])
        self.page.wait_for_selector(
            f'body[data-jp-theme-name="{THEMES[name]}"]', state="attached"
        )

    def durations(self, root=None):
        """Return the length in seconds of every player, as the browser knows it."""
        root = root or self.page.locator("body")
        handle = root.element_handle()
        self.page.wait_for_function(_METADATA_IS_LOADED, arg=handle)
        return root.locator("audio").evaluate_all("all => all.map(a => a.duration)")

    def noise(self):
        """Return what the kernel printed or raised outside of the panel."""
        return self.page.evaluate("() => window.noise")

    def save(self):
        """Save the notebook and return its file."""
        self.page.evaluate(_SAVE)
        path = self.page.evaluate(
            "() => window.jupyterapp.shell.currentWidget.context.path"
        )
        return self.server.notebooks / path

    def picture(self, name, first, last):
        """Save a picture that begins with one cell and ends with another."""
        first.evaluate("cell => cell.scrollIntoView()")
        top, end = first.bounding_box(), last.bounding_box()
        ARTIFACTS.mkdir(exist_ok=True)
        clip = top | {"height": end["y"] + end["height"] - top["y"]}
        self.page.screenshot(path=ARTIFACTS / f"{name}.png", clip=clip)

    def screenshot(self, name, what=None):
        """Save a picture of the page, or of a part of it, and return its path."""
        ARTIFACTS.mkdir(exist_ok=True)
        path = ARTIFACTS / f"{name}.png"
        (what or self.page).screenshot(path=path, animations="disabled")
        return path

    def save_and_reload(self):
        """Load the page anew with the same notebook, whose kernel goes on."""
        self.page.evaluate(_SAVE)
        self._load()
        self.command("docmanager:open", path=self.opened, factory="Notebook")
        self._wait_for_kernel(self.opened)

    def kill_kernel(self):
        """Kill the kernel's process, and wait until the server has started another."""
        model = self.page.evaluate(_KERNEL_ID)
        (process,) = [
            one
            for one in psutil.Process(self.server.process.pid).children(recursive=True)
            if any(model in part for part in one.cmdline())
        ]
        process.kill()
        self.page.get_by_role("dialog").get_by_role("button", name="Ok").click()
        self.page.wait_for_function(_KERNEL_IS_BACK, timeout=READY_MS)

    def end_kernel(self):
        """End the notebook's kernel, so that the next test has the machine."""
        self.opened = None
        self.page.evaluate(
            "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.shutdown()"
        )

    def _notary(self):
        notary = NotebookNotary(data_dir=str(self.server.data))
        notary.store = SQLiteSignatureStore(notary.db_file)
        return notary

    def _note_stray(self, request):
        if not request.url.startswith((self.server.url, "data:", "blob:", "about:")):
            self.strays.append(request.url)


def _read(notebook):
    if isinstance(notebook, nbformat.NotebookNode):
        return notebook
    if isinstance(notebook, Path):
        return nbformat.reads(notebook.read_text("utf-8"), as_version=4)
    cells = [nbformat.v4.new_code_cell(source) for source in notebook]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
