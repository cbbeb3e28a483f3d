"""A file from the browser: uploaded in pieces, or recorded there."""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from voicekit.clip import show_text
from voicekit.errors import InvalidSetting
from voicekit.offer import FileRule
from voicekit.panels.source import script, style

__all__ = ["Intake"]

RECORDING = "recording.wav"
"""What the browser calls what it recorded."""

MOST_RECORDED = 256 << 20
"""Bytes: some 45 minutes of 48 kHz."""


class Intake(anywidget.AnyWidget):
    """Takes in a file that a vendor accepts; anything else is not even sent here.

    The browser checks name and size first. The bytes come in messages, never in a
    trait: traits are saved with a notebook, and a large message breaks the connection.
    """

    _esm = script("intake")
    _css = style("intake")

    extensions: traitlets.List[str] = traitlets.List().tag(sync=True)
    maximum_bytes = traitlets.Int().tag(sync=True)
    records = traitlets.Bool(False).tag(sync=True)
    """Whether there is a button for the microphone."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory(prefix="voicekit-")
        weakref.finalize(self, self._folder.cleanup)
        self._observers: list[Callable[[], None]] = []
        self._count = 0
        self.path: Path | None = None
        """The file, once all of it is here."""
        self.name = ""
        """What its owner calls it."""
        self.on_msg(lambda _widget, content, buffers: self._take(content, buffers))

    def accept(self, rule: FileRule, *, records: bool) -> None:
        """Take what this rule allows; a file that it does not allow is dropped."""
        with self.hold_sync():
            self.extensions = [*rule.extensions]
            self.maximum_bytes = rule.maximum_bytes
            self.records = records
        if self.path is not None and not self._allows(self.name):
            self.path = None

    def on_file(self, observer: Callable[[], None]) -> None:
        """Call ``observer()`` whenever a file has come."""
        self._observers.append(observer)

    def to_html(self) -> str:
        """Return nothing: a saved notebook takes in no files."""
        return ""

    def _allows(self, name: str) -> bool:
        return name == RECORDING or _ending(name).lstrip(".") in self.extensions

    def _take(self, content: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        try:
            self._add(content, buffers[0])
        except (InvalidSetting, OSError) as error:
            self.send({"got": content["upload"], "problem": show_text(str(error))})
            return
        self.send({"got": content["upload"]})
        if content["last"]:
            for observer in self._observers:
                observer()

    def _add(self, content: dict[str, Any], piece: memoryview) -> None:
        name, start = show_text(str(content["name"])), int(content["start"])
        # A recording is made smaller where the vendor takes no WAV, and checked then.
        most = MOST_RECORDED if name == RECORDING else self.maximum_bytes
        if not self._allows(name) or start + len(piece) > most:
            raise InvalidSetting(f"{name} is not accepted; nothing was sent.")
        if start == 0:
            self.path, self._count = None, self._count + 1
        # Its owner's name could be anything; only the ending is kept.
        place = Path(self._folder.name) / f"{self._count}{_ending(name)}"
        with place.open("ab" if start else "wb") as file:
            file.write(piece)
        if content["last"]:
            self.path, self.name = place, name


def _ending(name: str) -> str:
    return Path(name).suffix.lower()
