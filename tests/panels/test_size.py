"""A notebook of a hundred clips, run as `jupyter execute` runs one."""

import re

import nbformat
from nbclient import NotebookClient

CLIPS = 100

CELLS = (
    f"""
import voicekit as vk
studio = vk.Studio(providers=["offline"])
clips = [studio.speak(f"Clip number {{n}}.", "offline:en-us") for n in range({CLIPS})]
print(sum(len(clip.audio) for clip in clips))
""",
    "panel = vk.panels.Speak(studio)\npanel",
    "panel.sheet.put('takes 1', ''.join(clip.to_html() for clip in clips))",
    "panel.freeze()",
)


def test_each_clip_of_a_notebook_is_stored_once(tmp_path):
    """A frozen panel with 100 clips: at most 1.4 times the sum of their bytes."""
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    notebook = nbformat.v4.new_notebook(cells=cells)
    # JupyterLab does not save the state of widgets unless it is told to.
    NotebookClient(notebook, kernel_name="python3", store_widget_state=False).execute()
    sound = int(notebook.cells[0].outputs[0].text)
    file = nbformat.writes(notebook)
    print(f"{len(file):,} bytes for {sound:,} of sound: {len(file) / sound:.3f}")
    assert len(file) <= 1.4 * sound
    players = re.findall(r"base64,([A-Za-z0-9+/=]+)", file)
    assert (len(players), len(set(players))) == (CLIPS, CLIPS)
    assert "widget-view" not in file
