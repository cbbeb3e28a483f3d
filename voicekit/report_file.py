"""Writes a report where its user wants it."""

from __future__ import annotations

from pathlib import Path

__all__ = ["write_report"]


def write_report(path: str | Path, page: str) -> Path:
    """Write a page of HTML to a file, or as ``report.html`` into a folder.

    Returns
    -------
    Path
        The file.
    """
    target = Path(path).expanduser()
    if target.is_dir():
        target /= "report.html"
    target.write_text(page, encoding="utf-8")
    return target
