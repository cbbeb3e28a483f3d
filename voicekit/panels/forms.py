"""What the panel of files can have made: one line for each kind of job."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from voicekit.audio.codec import encode
from voicekit.clip import Clip
from voicekit.engine.doubts import Doubts
from voicekit.errors import InvalidSetting
from voicekit.job import Kind
from voicekit.offer import FileRule, Offer
from voicekit.transcript import Transcript
from voicekit.voice import Voice

__all__ = ["FORMS", "Filled", "Form", "Made", "as_accepted", "rule_text"]

Made: TypeAlias = Clip | list[Clip] | Transcript | Voice


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A form as its user filled it in."""

    provider: str
    text: str
    path: Path | None
    settings: Mapping[str, Any]

    @property
    def file(self) -> Path:
        """The file.

        Raises
        ------
        InvalidSetting
            If there is none yet.
        """
        if self.path is None:
            raise InvalidSetting("Choose a file first, or name one on this machine.")
        return self.path


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A kind of job, as a form: the rest of it comes from the provider's offer."""

    title: str
    call: Callable[[Doubts, Filled], Coroutine[Any, Any, Made]]
    text: str = "Text"
    """What the text is."""
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
        title="Clone a voice", call=_clone, text="Name of the voice", records=True
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


def as_accepted(path: Path, offer: Offer) -> Path:
    """Return a WAV in a form that the vendor takes; any other file as it is.

    A recording is a WAV; it is made an MP3, in the sound worker, where the vendor takes
    no WAV.
    """
    wanted = () if offer.file is None else offer.file.extensions
    if path.suffix.lower() != ".wav" or "wav" in wanted:
        return path
    container = next((one for one in _WRITTEN if one in wanted), None)
    if container is None:
        return path
    made = path.with_suffix(f".{container}")
    made.write_bytes(encode(path.read_bytes(), container))
    return made


def rule_text(rule: FileRule) -> str:
    """Say which file a vendor takes."""
    most = f"{rule.maximum_bytes / (1 << 20):g} MiB"
    return f"{', '.join(rule.extensions)}; up to {most}"
