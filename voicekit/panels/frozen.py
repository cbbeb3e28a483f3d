"""What a panel showed, as plain HTML: a notebook without a kernel shows no widget."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Mapping
from itertools import repeat
from typing import Any

import ipywidgets as widgets

from voicekit.clip import show_text
from voicekit.panels.notice import Notice

__all__ = ["frozen_html", "static_table"]


def frozen_html(widget: widgets.Widget) -> str:
    """Return what stands in a panel, from top to bottom.

    Controls become rows of a name and a value, parts that know their own static form
    give it, buttons are left out. What is not known here is left out, too: a field for
    a key is a text field of a kind that stands in no table.
    """
    parts: list[str] = []
    rows: list[tuple[str, str]] = []
    for found in _visible(widget):
        if isinstance(found, tuple):
            rows.append(found)
            continue
        parts += [_controls(rows), found]
        rows = []
    body = "".join([*parts, _controls(rows)])
    return (
        '<div class="voicekit-frozen tex2jax_ignore mathjax_ignore" '
        'style="overflow-wrap:anywhere;padding:0.1em 0 0.1em 0.9em;'
        f'border-left:3px solid #9e9e9e">{body}</div>'
    )


def static_table(
    columns: list[str], rows: list[list[str]], *, caption: str = ""
) -> str:
    """Return text as a table."""
    head = "".join(map(_cell, repeat("th"), columns))
    body = "".join(f"<tr>{''.join(map(_cell, repeat('td'), row))}</tr>" for row in rows)
    title = f'<caption style="text-align:left">{_text(caption)}</caption>'
    return (
        f"<table>{title if caption else ''}<thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )


def _visible(widget: Any) -> Iterator[tuple[str, str] | str]:
    if widget.layout.display == "none":
        return
    if hasattr(widget, "to_html"):
        yield widget.to_html()
    elif type(widget) in _SHOWN:
        if value := _SHOWN[type(widget)](widget):
            yield widget.description, value
    elif isinstance(widget, Notice):
        if widget.text:
            yield f'<p style="white-space:pre-line">{_text(widget.text)}</p>'
    else:
        for child in getattr(widget, "children", ()):
            yield from _visible(child)


def _controls(rows: list[tuple[str, str]]) -> str:
    lines = "".join(
        f"<tr>{_cell('th', name)}{_cell('td', value)}</tr>" for name, value in rows
    )
    return f"<table><tbody>{lines}</tbody></table>" if lines else ""


def _cell(tag: str, text: str) -> str:
    style = "text-align:left;vertical-align:top;white-space:pre-line"
    return f'<{tag} style="{style}">{_text(text)}</{tag}>'


def _text(text: str) -> str:
    return html.escape(show_text(text), quote=True)


def _value(widget: Any) -> str:
    return "" if widget.value is None else str(widget.value)


_SHOWN: Mapping[type, Callable[[Any], str]] = {
    widgets.Checkbox: lambda box: "yes" if box.value else "no",
    widgets.Dropdown: lambda menu: menu.label or "",
    widgets.FloatSlider: _value,
    widgets.FloatText: _value,
    widgets.IntSlider: _value,
    widgets.IntText: _value,
    widgets.Text: _value,
    widgets.Textarea: _value,
}
"""Exactly these kinds: a `Password` is a `Text`, and must not be among them."""
