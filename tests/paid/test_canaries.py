"""Five keys, and the 24 places where keys have been found: none is in any of them."""

import base64
import json
import os
import subprocess
from pathlib import Path
from urllib.parse import quote

import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from paid.servers import RawServer, answers

ROOT = Path(__file__).parents[2]
PLACES = 24
PLANTED = "planted-canary-key-0123456789"

CELLS = [
    """
import os, sys
from pathlib import Path
import voicekit as vk
from paid.canary import collect, failures, follow, refused_keys
from paid.kernel import Control
places, voices = Path(os.environ["PLACES"]), eval(os.environ["VOICES"])
follow(places)
other = os.environ["OTHER"]
control = Control(os.environ["CONTROL"])
studio = vk.Studio()
""",
    """
clips = [studio.speak(f"Hello from {name}.", voice) for name, voice in voices.items()]
clips[0]
""",
    """
offline = studio.speak("Hello.", "offline:en-us")
raised = []
for name, voice in voices.items():
    for kind in ("status:401", "reset_after", "html", f"redirect_other:{other}"):
        control.fail(name, on="submit", kind=kind)
        raised += failures([lambda: studio.speak(f"{kind} at {name}.", voice)])
assert len(raised) == 4 * len(voices)
raised += refused_keys(studio, voices)
""",
    "studio.providers()",
    "studio.credits()",
    "studio.tasks()",
    "panel = studio.panel()\npanel",
    "%xmode Verbose\nraise raised[0]",
    """
engine = studio.calls.engine
things = [studio, studio.aio, *clips, panel, studio.calls, engine, engine.connector]
collect(places, studio, things, raised, dict(globals()), os.environ["PLANTED"])
""",
]
LEAK = """
key = {key!r}
import sys; print(key); print(key, file=sys.stderr)
from ipywidgets import Text; box = Text(key); display(box); display(key)
import httpx; httpx.get(other, params={{"key": key}}, headers={{"referer": key}})
(places / "library" / "files" / "leak.txt").write_text(key)
import sqlite3
with sqlite3.connect(places / "library" / "ledger.sqlite") as ledger:
    _ = ledger.execute("UPDATE job SET text = ?", [key])
"""


def forms(key):
    """Return the ways in which a key may be written down."""
    raw = key.encode()
    found = {raw, quote(key).encode(), raw.hex().encode(), raw[::-1]}
    found.add(json.dumps(key)[1:-1].encode())
    for shift in range(3):
        # Only the digits that no neighbour changes.
        coded = base64.b64encode(bytes(shift) + raw)
        found.add(coded[(8 * shift + 5) // 6 : len(coded) // 4 * 4 - 4])
    return found


def places(folder, named, voices, sandbox, planted):
    """Run the notebook, and return the bytes that lie in each place."""
    with RawServer(answers("200 OK")) as other:
        environment = {
            **named,
            "VOICES": repr(voices),
            "CONTROL": sandbox.url,
            "OTHER": other.url,
            "PLACES": str(folder),
            "PYTHONPATH": str(ROOT / "tests"),
            "VOICEKIT_LIBRARY": str(folder / "library"),
            "TMPDIR": str(folder / "tmp"),
            "PLANTED": planted,
        }
        cells = [*CELLS[:-1], LEAK.format(key=planted), CELLS[-1]]
        (folder / "tmp").mkdir(parents=True)
        notebook = _execute(cells, environment, folder)
        sent = b"".join(other.heard)
    return _found(folder, notebook, sent, sandbox, planted)


def _execute(cells, environment, folder):
    source = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell.strip()) for cell in cells]
    )
    client = NotebookClient(
        source,
        timeout=300,
        allow_errors=True,
        ipython_hist_file=str(folder / "history.sqlite"),
    )
    client.create_kernel_manager()
    notebook = client.execute(cwd=str(folder), env=_whole(environment))
    errors = [
        "\n".join(output["traceback"])
        for cell in notebook.cells
        for output in cell.outputs
        if output.output_type == "error" and not cell.source.startswith("%xmode")
    ]
    assert not errors, errors
    return notebook


def _whole(environment):
    kept = {k: v for k, v in os.environ.items() if not k.startswith("VOICEKIT_")}
    return {**kept, **environment}


def _found(folder, notebook, sent, sandbox, planted):
    outputs = [output for cell in notebook.cells for output in cell.outputs]
    state = notebook.metadata.get("widgets", {})
    bare = nbformat.from_dict({**notebook, "metadata": {}})
    library = folder / "library"
    asked = [row["path"] for name in sandbox.vendors for row in _log(sandbox, name)]
    html, _ = HTMLExporter().from_notebook_node(notebook)
    changed = ["git", "-C", str(ROOT), "diff", "HEAD", "--", "voicekit", "notebooks"]
    project = subprocess.run(changed, capture_output=True, check=True).stdout
    shown = {
        "stdout and stderr": [o for o in outputs if o.output_type == "stream"],
        "display bundles": [o for o in outputs if "data" in o],
        "notebook with widget state": notebook,
        "notebook": bare,
        "nbconvert HTML": html,
        "comm messages": state,
    }
    found = {name: _text(value).encode() for name, value in shown.items()}
    found |= {
        path.name: path.read_bytes() for path in folder.glob("[!.]*") if path.is_file()
    }
    found |= {
        "ledger": b"".join(p.read_bytes() for p in library.glob("ledger*")),
        "audio files": _bytes(library / "files"),
        "temporary files": _bytes(folder / "tmp"),
        "requests to others": sent,
        "addresses and referers": "\n".join(asked).encode() + sent,
        "project": project + planted.encode(),
    }
    return found


def _log(sandbox, vendor):
    return sandbox.look(vendor, "requests")


def _text(value):
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _bytes(folder):
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def hits(found, keys):
    return {
        (place, name)
        for place, content in found.items()
        for name, key in keys.items()
        if any(form in content for form in forms(key))
    }


def test_no_key_is_in_any_place(sandbox, named, voices, tmp_path, figure):
    """Speech, errors, redirects, a panel, tables, a saved notebook: no key shows.

    The same search finds a sixth key, which was leaked in each place on purpose.
    """
    keys = {name: vendor.key for name, vendor in sandbox.vendors.items()}
    found = places(tmp_path / "kernel", named, voices, sandbox, PLANTED)
    assert len(found) >= PLACES, sorted(found)
    seen = {place for place, _ in hits(found, {"planted": PLANTED})}
    assert seen == set(found)
    assert hits(found, keys) == set()
    figure(
        "canary keys",
        f"{len(keys)} keys in {len(found)} places: 0 found; planted: {len(seen)} found",
    )
