"""Panels as plain HTML."""

import ipywidgets as widgets

from voicekit.panels.frozen import frozen_html
from voicekit.panels.notice import Notice
from voicekit.panels.table import Column, Table, row

HOSTILE = "<img src=x onerror=hit()>"


def test_controls_tables_and_lines_become_html():
    """What was shown can be read, in its order; what was hidden or pressed is not."""
    table = Table([Column(label="Name", kind="text"), Column(label="No", kind="text")])
    table.show([row("a", "Rachel", "")], "One voice")
    line = Notice()
    line.tell("Done.")
    hidden = widgets.Text("unseen", layout={"display": "none"})
    parts = [widgets.Text("Hi", description="Text"), line, table, hidden]
    made = frozen_html(widgets.VBox([*parts, widgets.Button(description="Press")]))
    order = [
        made.index(text) for text in ("Text", "Hi", "Done.", "One voice", "Rachel")
    ]
    assert order == sorted(order)
    for text in ("unseen", "Press", ">No<"):
        assert text not in made


def test_a_password_is_no_text_to_show():
    """A field for a key leaves nothing in the notebook."""
    box = widgets.VBox([widgets.Password("s3cret", description="Key")])
    assert "s3cret" not in frozen_html(box)


def test_foreign_text_stays_text():
    """Markup in a value, a caption, a cell or a message is shown, not carried out."""
    table = Table([Column(label=HOSTILE, kind="text")])
    table.show([row("a", HOSTILE)], HOSTILE)
    line = Notice()
    line.warn(HOSTILE)
    tabs = widgets.Tab([widgets.Text(HOSTILE, description=HOSTILE)], titles=(HOSTILE,))
    assert "<img" not in frozen_html(widgets.VBox([table, line, tabs]))
