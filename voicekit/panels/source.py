"""Scripts and style sheets of widgets, as text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

__all__ = ["script", "style"]

# Of a path anywidget follows the file, and so holds every widget of the class until the
# kernel ends: no panel would ever be freed.
_FOLDER = Path(__file__).parent

_IMPORT = re.compile(r'^import \{[^}]*\} from "\./([a-z_]+)\.js";$', re.MULTILINE)


def script(name: str) -> str:
    """Return a module of this folder below those that it imports, as one module."""
    return "\n".join(dict.fromkeys(_with_imports(name)))


def style(name: str) -> str:
    """Return a style sheet of this folder."""
    return _read(f"{name}.css")


def _with_imports(name: str) -> Iterator[str]:
    text = _read(f"{name}.js")
    for imported in _IMPORT.findall(text):
        yield from _with_imports(imported)
    yield _IMPORT.sub("", text)


def _read(name: str) -> str:
    return (_FOLDER / name).read_text("utf-8")
