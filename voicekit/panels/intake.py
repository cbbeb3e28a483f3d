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

MOST_CONVERTED = 256 << 20
"""Bytes of a WAV that is made smaller: some 45 minutes of 48 kHz."""


class Intake(anywidget.AnyWidget):
    """Takes in a file that a vendor accepts; anything else is not even sent here.

    The browser checks name and size first, and again whenever the rule changes. The
    bytes come in messages, never in a trait: traits are saved with a notebook, and a
    large message breaks the connection.
    """

    _esm = script("intake")
    _css = style("intake")

    extensions: traitlets.List[str] = traitlets.List().tag(sync=True)
    maximum_bytes = traitlets.Int().tag(sync=True)
    maximum_wav_bytes = traitlets.Int().tag(sync=True)
    """Of a WAV, which may be made smaller before it is checked."""
    records = traitlets.Bool(False).tag(sync=True)
    """Whether there is a button for the microphone."""

    def __init__(self) -> None:
        super().__init__()
        folder = tempfile.TemporaryDirectory(prefix="voicekit-")
        weakref.finalize(self, folder.cleanup)
        self.folder = Path(folder.name)
        """Where files are kept as long as this is."""
        self._observers: list[Callable[[], None]] = []
        self._count = 0
        self.path: Path | None = None
        """The file, once all of it is here."""
        self.name = ""
        """What its owner calls it, also where it is refused."""
        self.on_msg(lambda _widget, content, buffers: self._take(content, buffers))

    def accept(self, rule: FileRule, *, records: bool, converts: bool) -> None:
        """Take what this rule allows; a file that it does not allow is dropped.

        Parameters
        ----------
        records : bool
            Whether to offer the microphone, which makes a WAV.
        converts : bool
            Whether a WAV is made what the rule allows, and so is taken, too.
        """
        most = rule.maximum_bytes
        with self.hold_sync():
            self.extensions = [*rule.extensions, *(["wav"] if converts else [])]
            self.maximum_bytes = most
            self.maximum_wav_bytes = MOST_CONVERTED if converts else most
            self.records = records and "wav" in self.extensions
        if self.path and not self._allows(self.name, self.path.stat().st_size):
            self.path = None

    def on_file(self, observer: Callable[[], None]) -> None:
        """Call ``observer()`` whenever a file has come, or was refused."""
        self._observers.append(observer)

    def to_html(self) -> str:
        """Return nothing: a saved notebook takes in no files."""
        return ""

    def _allows(self, name: str, size: int) -> bool:
        ending = _ending(name)
        most = self.maximum_wav_bytes if ending == ".wav" else self.maximum_bytes
        return ending.lstrip(".") in self.extensions and size <= most

    def _take(self, content: dict[str, Any], buffers: Sequence[memoryview]) -> None:
        if content.get("refused"):
            self.path, self.name = None, show_text(str(content["name"]))
            self._tell()
            return
        try:
            self._add(content, buffers[0])
        except (InvalidSetting, OSError) as error:
            self.send({"got": content["upload"], "problem": show_text(str(error))})
            return
        self.send({"got": content["upload"]})
        if content["last"]:
            self._tell()

    def _tell(self) -> None:
        for observer in self._observers:
            observer()

    def _add(self, content: dict[str, Any], piece: memoryview) -> None:
        name, start = show_text(str(content["name"])), int(content["start"])
        if start == 0:
            self.path, self.name, self._count = None, "", self._count + 1
        if not self._allows(name, start + len(piece)):
            raise InvalidSetting(f"{name} is not accepted; nothing was sent.")
        # Its owner's name could be anything; only the ending is kept.
        place = self.folder / f"{self._count}{_ending(name)}"
        with place.open("ab" if start else "wb") as file:
            file.write(piece)
        if content["last"]:
            self.path, self.name = place, name


def _ending(name: str) -> str:
    return Path(name).suffix.lower()
