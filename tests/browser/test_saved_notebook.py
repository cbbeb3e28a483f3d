"""Each committed notebook, as someone sees it who just downloaded it."""

import base64
import io
import json
import re

import pytest
import soundfile
from lab import NOTEBOOKS

pytestmark = pytest.mark.browser

NAMES = sorted(
    path.name
    for path in NOTEBOOKS.glob("*.ipynb")
    if "<audio" in path.read_text("utf-8")
)


def saved_durations(notebook):
    """Decode every player of a saved notebook."""
    found = []
    for cell in json.loads(notebook.read_text("utf-8"))["cells"]:
        for output in cell.get("outputs", ()):
            markup = "".join(output.get("data", {}).get("text/html", ""))
            for data in re.findall(r'src="data:audio/[^;"]+;base64,([^"]+)"', markup):
                sound = soundfile.info(io.BytesIO(base64.b64decode(data)))
                found.append(sound.duration)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_the_untrusted_notebook_plays_with_no_cell_run(lab, name):
    """Opened untrusted, before any cell runs, every player holds its whole clip."""
    notebook = NOTEBOOKS / name
    expected = saved_durations(notebook)
    lab.open(notebook)
    assert not lab.is_trusted()
    shown = lab.durations()
    print(f"players: {shown}; files: {expected}")
    assert len(expected) > 0
    assert shown == pytest.approx(expected, abs=0.05)
