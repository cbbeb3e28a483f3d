"""What a panel showed, as plain HTML: a notebook without a kernel shows no widget."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Mapping
from itertools import compress, repeat, zip_longest
from typing import Any

import ipywidgets as widgets

from voicekit.clip import show_text
from voicekit.panels.notice import Notice

__all__ = ["LEFT_OUT", "frozen_html", "static_table"]

LEFT_OUT = "voicekit-left-out"
"""The class of what is of no use in a picture: controls that only narrow a list, and a
list of which only the choice matters."""


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
        'style="overflow-wrap:break-word;padding:0.1em 0 0.1em 0.9em;'
        f'border-left:3px solid #9e9e9e">{body}</div>'
    )


def static_table(
    columns: list[str], rows: list[list[str]], *, caption: str = ""
) -> str:
    """Return text as a table, without the columns in which nothing stands."""
    full = [any(cells) for cells in zip(*rows, strict=True)] if rows else []
    columns, *rows = ([*compress(line, full)] for line in (columns, *rows))
    head = "".join(map(_cell, repeat("th"), columns))
    body = "".join(f"<tr>{''.join(map(_cell, repeat('td'), row))}</tr>" for row in rows)
    title = f'<caption style="text-align:left">{_text(caption)}</caption>'
    return (
        f"<table>{title if caption else ''}<thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )


def _visible(widget: Any) -> Iterator[tuple[str, str] | str]:
    classes = getattr(widget, "_dom_classes", ())
    if widget.layout.display == "none" or LEFT_OUT in classes:
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
        titles = getattr(widget, "titles", ())
        for title, child in zip_longest(titles, getattr(widget, "children", ())):
            inside = [*_visible(child)]
            if title and inside:
                yield f"<h4>{_text(title)}</h4>"
            yield from inside


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


_SHOWN: Mapping[type, Callable[[Any], str]] = {
    widgets.Dropdown: lambda menu: menu.label or "",
    widgets.Text: lambda line: line.value,
    widgets.Textarea: lambda lines: lines.value,
}
"""Exactly these kinds: a `Password` is a `Text`, and must not be among them."""
