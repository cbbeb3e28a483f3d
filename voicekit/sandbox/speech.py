"""Speaks with eSpeak NG and codes what it said, in worker processes."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from voicekit.audio import codec
from voicekit.audio.wav import wav_bytes
from voicekit.child import Child
from voicekit.sandbox.casting import Manner
from voicekit.sandbox.formats import Format
from voicekit.sandbox.transcripts import Heard

__all__ = ["MP3", "Sound", "Speaker"]

MP3 = Format("mp3", 44_100, 128)
WORKERS = 2
_SILENCE_RATE = 22_050
_P = ParamSpec("_P")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """A coded file, and what is said in it."""

    data: bytes
    format: Format
    duration_s: float
    words: tuple[Heard, ...] = ()


class Speaker:
    """Speaks, plays and codes without holding up the event loop."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(WORKERS, thread_name_prefix="speaker")
        self._voice = Child("voicekit.offline.worker")
        self._known: dict[str, Sequence[Heard]] = {}

    async def speak(self, text: str, how: Manner, form: Format = MP3) -> Sound:
        """Say a text; what it said, it will recognise again."""
        sound = await self._run(self._speak, text, how, form)
        self._known[_digest(sound.data)] = sound.words
        return sound

    async def compose(
        self, kind: str, prompt: str, duration_s: float, form: Format, *, loop: bool
    ) -> Sound:
        """Make music or a sound effect."""
        return await self._run(_compose, kind, prompt, duration_s, form, loop)

    async def duration_s(self, audio: bytes) -> float:
        """Return how long a file is.

        Raises
        ------
        BadReply
            If libsndfile cannot read it.
        """
        return float((await self._run(codec.describe, audio))["duration_s"])

    def recognise(self, audio: bytes) -> Sequence[Heard] | None:
        """Return the words of a file that was spoken here."""
        return self._known.get(_digest(audio))

    def close(self) -> None:
        """End the workers."""
        self._voice.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(
        self, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs
    ) -> _T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, lambda: work(*args, **kwargs))

    def _speak(self, text: str, how: Manner, form: Format) -> Sound:
        parameters = {
            "rate": how.rate,
            "pitch": how.pitch,
            "pitch_range": how.pitch_range,
            "volume": how.volume,
        }
        asked = {"text": text, "voice": how.voice, "parameters": parameters}
        head, wav = self._voice.ask(asked)
        if head["status"] != 200:  # noqa: PLR2004 - the worker's one good status
            # Nothing to pronounce, such as "...": a vendor sells silence for it.
            return _code(wav_bytes(bytes(_SILENCE_RATE), _SILENCE_RATE), 0.5, (), form)
        rate = head["sample_rate"]
        words = (Heard(word, a / rate, b / rate) for word, a, b in head["words"])
        return _code(wav, head["samples"] / rate, tuple(words), form)


def _compose(
    kind: str,
    prompt: str,
    duration_s: float,
    form: Format,
    loop: bool,  # noqa: FBT001
) -> Sound:
    assert kind in {"music", "effect"}
    wav = codec.compose(
        "music" if kind == "music" else "effect",
        prompt,
        duration_s=duration_s,
        loop=loop,
    )
    return _code(wav, duration_s, (), form)


def _code(
    wav: bytes, duration_s: float, words: tuple[Heard, ...], form: Format
) -> Sound:
    data = codec.convert(
        wav, form.codec, sample_rate=form.sample_rate, bitrate=form.bitrate
    )
    return Sound(data=data, format=form, duration_s=duration_s, words=words)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
