"""The cell magic ``%%speak``: ``%load_ext voicekit`` makes it known."""

from __future__ import annotations

import shlex
from functools import cache
from typing import Any

from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, cell_magic, magics_class

from voicekit.clip import Clip
from voicekit.errors import InvalidSetting, VoicekitError
from voicekit.studio import Studio

__all__ = ["SpeakMagics", "load_ipython_extension", "parse_line"]

_WORDS = {"true": True, "false": False}


@magics_class
class SpeakMagics(Magics):
    """Speaks cells."""

    @cell_magic
    def speak(self, line: str, cell: str) -> Clip:
        """Speak the cell: ``%%speak VOICE [name=value ...]``.

        Examples
        --------
        ::

            %%speak offline:en-us rate=160
            The quick brown fox jumps over the lazy dog.
        """
        try:
            voice, settings = parse_line(line)
            return self._studio().speak(cell.strip("\n"), voice, **settings)
        except VoicekitError as error:
            raise UsageError(str(error)) from None

    def _studio(self) -> Studio:
        """Return the notebook's newest open studio, else one of the magic's own."""
        assert self.shell is not None
        found = [
            value
            for value in self.shell.user_ns.values()
            if isinstance(value, Studio) and value.is_open
        ]
        return found[-1] if found else _own_studio()


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Make ``%%speak`` known to IPython."""
    shell.register_magics(SpeakMagics)


def parse_line(line: str) -> tuple[str, dict[str, Any]]:
    """Split the line of a magic into the voice and the settings.

    Examples
    --------
    >>> parse_line("offline:en-us rate=160 ssml=true format=mp3")
    ('offline:en-us', {'rate': 160, 'ssml': True, 'format': 'mp3'})

    Raises
    ------
    InvalidSetting
        If there is no voice, or a part is not ``name=value``.
    """
    try:
        voice, *parts = shlex.split(line) or [""]
    except ValueError as error:
        raise InvalidSetting(f"The line cannot be read: {error}.") from None
    settings: dict[str, Any] = {}
    for part in parts:
        name, equals, value = part.partition("=")
        if not equals or not name.isidentifier() or name in ("text", "voice"):
            raise InvalidSetting(
                f"{part!r} is no setting; write %%speak {voice} rate=160 pitch=40"
            )
        settings[name] = _value(value)
    if not voice:
        raise InvalidSetting("Name a voice: %%speak offline:en-us rate=160")
    return voice, settings


def _value(text: str) -> bool | float | str:
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    for number in (int, float):
        try:
            return number(text)
        except ValueError:
            continue
    return text


@cache
def _own_studio() -> Studio:
    return Studio()
