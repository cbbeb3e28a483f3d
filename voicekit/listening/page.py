"""The result of a listening test as one page that needs nothing else."""

from __future__ import annotations

import base64
import html
from collections.abc import Mapping

import pandas as pd

from voicekit.clip import show_text
from voicekit.listening.estimate import settled

__all__ = ["page"]

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:46em;margin:2em auto;padding:0 1em}
table{border-collapse:collapse;margin:1em 0;display:block;overflow-x:auto}
th,td{padding:.3em .7em;border-bottom:1px solid #ccc;text-align:right}
th{font-weight:600}th:first-child{text-align:left}img{max-width:100%}
@media (prefers-color-scheme:dark){body{background:#181818;color:#eee}}
"""


def page(
    title: str, methods: str, tables: Mapping[str, pd.DataFrame], png: bytes | None
) -> str:
    """Return an HTML page; every word in it is text, whatever a vendor put there.

    Examples
    --------
    >>> "<b>" in page("T", "<b>", {}, None)
    False
    """
    image = ""
    if png is not None:
        data = base64.b64encode(png).decode()
        said = "Estimates with their intervals; the first table has the numbers."
        image = f'<p><img alt="{said}" src="data:image/png;base64,{data}"></p>'
    parts = [
        f"<h1>{_text(title)}</h1>",
        image,
        *(f"<h2>{_text(name)}</h2>{_table(one)}" for name, one in tables.items()),
        f"<h2>Methods</h2><p>{_text(methods)}</p>",
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{_text(title)}</title><style>{_STYLE}</style></head>"
        f"<body>{''.join(parts)}</body></html>\n"
    )


def _table(frame: pd.DataFrame) -> str:
    plain = frame.reset_index()
    heads = "".join(f'<th scope="col">{_text(name)}</th>' for name in plain.columns)
    rows = "".join(
        f'<tr><th scope="row">{_cell(row[0])}</th>'
        f"{''.join(f'<td>{_cell(value)}</td>' for value in row[1:])}</tr>"
        for row in plain.itertuples(index=False, name=None)
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _cell(value: object) -> str:
    if isinstance(value, float):
        # A p is never negative, and stays as small as it is.
        shown = settled(value) if value <= 0 else value
        return "" if pd.isna(value) else f"{shown:.4g}"
    return _text(value)


def _text(value: object) -> str:
    return html.escape(show_text(str(value)))
