"""A table of players: where each clip stands."""

import re

from voicekit.grid import Grid
from voicekit.tile import Tile


def tile(voice, column, sound):
    return Tile(text_id=1, text="Hi.", voice=voice, note="", column=column, sound=sound)


def cells(html):
    """Return the table's lines, each sound as its number."""
    rows = re.findall("<tr>(.*?)</tr>", html)
    plain = [re.sub(r"<audio[^>]*base64,(\w+)[^>]*>", r"\1", row) for row in rows]
    split = [re.split(r"</t[hd]>", row)[:-1] for row in plain]
    return [[re.sub("<[^>]*>", "", cell) for cell in row] for row in split]


def test_the_vendors_own_value_is_a_column_of_its_own():
    """An axis may hold None: a paid clip is not left out of the table."""
    seen = [tile("a", "", b"\0"), tile("a", "seed 5", b"\1"), tile("b", "", b"\2")]
    html = Grid(tuple(seen)).html
    assert cells(html) == [
        ["", "default", "seed 5"],
        ["a", "AA", "AQ"],
        ["b", "Ag"],
    ]
    assert html.count('colspan="2"') == 1
    assert html.count("<audio") == 3


def test_without_axes_there_is_no_heading():
    """A voice that has none of them speaks once."""
    html = Grid((tile("a", "", b"\0"), tile("b", "", b"\2"))).html
    assert cells(html) == [["a", "AA"], ["b", "Ag"]]
