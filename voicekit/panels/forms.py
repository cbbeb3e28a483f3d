"""What the panel of files can have made: one line for each kind of job."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from voicekit.audio.codec import encode
from voicekit.clip import Clip
from voicekit.engine.doubts import Doubts
from voicekit.errors import InvalidSetting
from voicekit.job import Kind
from voicekit.offer import FileRule
from voicekit.transcript import Transcript
from voicekit.voice import Voice

__all__ = [
    "FORMS",
    "Filled",
    "Form",
    "Made",
    "as_accepted",
    "made_of_wav",
    "rule_text",
]

Made: TypeAlias = Clip | list[Clip] | Transcript | Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A form as its user filled it in."""

    provider: str
    text: str
    path: Path | None
    refused: str = ""
    """The name of a file that was chosen, and is none that the provider takes."""
    settings: Mapping[str, Any]

    @property
    def file(self) -> Path:
        """The file.

        Raises
        ------
        InvalidSetting
            If there is none yet, or none that the provider takes.
        """
        if self.path is not None:
            return self.path
        what = "Choose a file first"
        if self.refused:
            what = f"{self.provider} does not take {self.refused}: choose another file"
        raise InvalidSetting(f"{what}, or name one on this machine.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A kind of job, as a form: the rest of it comes from the provider's offer."""

    title: str
    call: Callable[[Doubts, Filled], Coroutine[Any, Any, Made]]
    text: str = "Text"
    """What the text is."""
    is_name: bool = False
    """Whether the text is a name: one line."""
    records: bool = False


async def _clone(calls: Doubts, filled: Filled) -> Voice:
    return await calls.clone(
        filled.file, filled.text, provider=filled.provider, **filled.settings
    )


async def _dub(calls: Doubts, filled: Filled) -> Clip:
    settings = dict(filled.settings)
    language = settings.pop("target_lang", None)
    return await calls.dub(filled.file, language, provider=filled.provider, **settings)


async def _transcribe(calls: Doubts, filled: Filled) -> Transcript:
    return await calls.transcribe(
        filled.file, provider=filled.provider, **filled.settings
    )


async def _sound_effect(calls: Doubts, filled: Filled) -> Clip:
    return await calls.sound_effect(
        filled.text, provider=filled.provider, **filled.settings
    )


async def _music(calls: Doubts, filled: Filled) -> list[Clip]:
    return await calls.music(filled.text, provider=filled.provider, **filled.settings)


FORMS: Mapping[Kind, Form] = {
    "clone": Form(
        title="Clone a voice",
        call=_clone,
        text="Name of the voice",
        is_name=True,
        records=True,
    ),
    "dubbing": Form(title="Dub a recording", call=_dub),
    "transcription": Form(title="Transcribe a recording", call=_transcribe),
    "sound_effect": Form(
        title="Make a sound effect", call=_sound_effect, text="Description"
    ),
    "music": Form(title="Make music", call=_music, text="Idea"),
}

_WRITTEN = ("mp3", "flac", "ogg")
"""What the sound worker makes of a WAV."""


def made_of_wav(rule: FileRule) -> str | None:
    """Return what a WAV is made for a vendor that takes none; None where it is not."""
    if "wav" in rule.extensions:
        return None
    return next((one for one in _WRITTEN if one in rule.extensions), None)


def as_accepted(path: Path, rule: FileRule, folder: Path) -> Path:
    """Return a WAV in a form that the vendor takes; any other file as it is.

    Parameters
    ----------
    folder : Path
        Where what is made of it, in the sound worker, is kept: never beside a user's
        own file, which it could overwrite.
    """
    container = made_of_wav(rule)
    is_wav = path.suffix.lower() == ".wav" and path.is_file()
    if container is None or not is_wav:
        return path
    place = Path(tempfile.mkdtemp(dir=folder))
    made = place / f"{path.stem}.{container}"
    made.write_bytes(encode(path.read_bytes(), container))
    return made


def rule_text(rule: FileRule) -> str:
    """Say which file a vendor takes.

    Examples
    --------
    >>> rule_text(FileRule(extensions=("mp3", "m4a"), maximum_bytes=20 << 20))
    'mp3, m4a, or wav, which is made mp3; up to 20 MiB'
    """
    made = made_of_wav(rule)
    wav = "" if made is None else f", or wav, which is made {made}"
    most = f"{rule.maximum_bytes / (1 << 20):g} MiB"
    return f"{', '.join(rule.extensions)}{wav}; up to {most}"
