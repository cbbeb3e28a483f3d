"""Keys typed into the panel: used, and kept nowhere that is saved or shown."""

import json

import nbformat
import pytest
from nbconvert import HTMLExporter
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

NAME = "keys.ipynb"

# What the menu's "Save Widget State Automatically" does: on, then off.
SAVE_WIDGETS = "@jupyter-widgets/jupyterlab-manager:saveWidgetState"
IS_ON = "name => window.jupyterapp.commands.isToggled(name)"
SECRET = "sk-canary-5f2c41d09b7e"

CELLS = [
    """
import os, keyring
import voicekit as vk
from keyring.backends import fail
from ipywidgets.widgets import widget

keyring.set_keyring(fail.Keyring())
os.environ["VOICEKIT_KIE_URL"] = "http://127.0.0.1:9"  # nobody is there
studio = vk.Studio(providers=["offline"])
""",
    "panel = vk.panels.Keys(studio)\npanel",
    """
from voicekit import keys
history = [line for *_, line in get_ipython().history_manager.get_range(raw=True)]
states = repr([one.get_state() for one in widget._instances.values() if one.comm])
keys.source("kie"), studio.calls.names, len(history), SECRET in repr(history) + states
""".replace("SECRET", f'"{SECRET[:9]}" + "{SECRET[9:]}"'),
]


def test_a_key_is_used_and_stays_nowhere(lab):
    """It is not in the page, the notebook, its HTML, a widget's state or history."""
    lab.open(CELLS, name=NAME)
    lab.run(0, 1)
    cell = lab.cell(1)
    field = cell.get_by_label("kie key", exact=True)
    assert field.get_attribute("type") == "password"
    field.fill(SECRET)
    field.press("Enter")
    expect(field).to_have_value("")
    expect(cell.get_by_text("kept in memory until the kernel ends")).to_be_visible()
    expect(cell.locator("form", has_text="kie")).to_contain_text("Nothing was")
    lab.run(2)
    assert lab.shown(2) == "('memory', ('offline', 'kie'), 3, False)"
    assert SECRET not in lab.page.content()

    lab.command(SAVE_WIDGETS)
    lab.page.wait_for_function(IS_ON, arg=SAVE_WIDGETS)
    saved = lab.save()
    lab.command(SAVE_WIDGETS)  # as it was, for other tests
    notebook = nbformat.read(saved, as_version=4)
    widgets = notebook.metadata["widgets"]
    state = widgets["application/vnd.jupyter.widget-state+json"]["state"]
    print(f"widgets saved: {len(state)}")
    assert any("rows" in one["state"] for one in state.values())
    exported, _ = HTMLExporter().from_notebook_node(notebook)
    for text in (saved.read_text(), exported, json.dumps(state)):
        assert SECRET not in text
    assert lab.noise() == []
