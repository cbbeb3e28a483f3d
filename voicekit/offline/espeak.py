"""eSpeak NG through ctypes: the library and the voices of the espeakng-loader wheel.

Only the worker process imports this module; a crash in C ends that process alone.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import espeakng_loader

__all__ = [
    "EspeakError",
    "Listing",
    "Speech",
    "Utterance",
    "initialise",
    "list_voices",
    "speak",
]

# Names and numbers from eSpeak NG's public header speak_lib.h, version 1.52.
_OUTPUT_SYNCHRONOUS = 2
_INITIALIZE_PHONEME_EVENTS = 0x0001
_INITIALIZE_DONT_EXIT = 0x8000
_CHARS_UTF8 = 1
_SSML = 0x10
_EVENT_LIST_TERMINATED = 0
_EVENT_WORD = 1
_EVENT_PHONEME = 7
_BUFFER_MS = 1_000  # the default of 60 ms calls back so often that it costs a quarter
_PARAMETERS = {"rate": 1, "volume": 2, "pitch": 3, "pitch_range": 4, "word_gap": 7}
_GENDERS = {1: "male", 2: "female"}


class EspeakError(Exception):
    """The library refused; its message is one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """What to say, and how."""

    text: str
    voice: str
    """The library's own name, such as ``gmw/en-US+f3``."""
    parameters: dict[str, int]
    """``rate`` in words a minute; ``word_gap`` in units of 10 ms."""
    ssml: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """Mono 16-bit samples, and (text position, length, first, last sample) of words."""

    samples: bytes
    sample_rate: int
    words: list[tuple[int, int, int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One entry of the library's list of voices."""

    name: str
    identifier: str
    languages: tuple[str, ...]
    gender: str | None
    age: int | None


class _Id(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Id),
    )


class _Voice(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_void_p),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("reserved", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    )


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


@dataclass(slots=True)
class _Recorder:
    """Collects what the library hands to its callback."""

    samples: list[bytes] = field(default_factory=list)
    words: list[list[int]] = field(default_factory=list)

    def hear(self, wave: Any, count: int, events: Any) -> int:
        for event in _until_end(events):
            if event.type == _EVENT_WORD:
                self._begin(event.text_position - 1, event.length, event.sample)
            elif event.type == _EVENT_PHONEME and event.id.string.startswith(b"_"):
                self.end(event.sample)
        if wave and count:
            self.samples.append(ctypes.string_at(wave, count * 2))
        return 0

    def _begin(self, position: int, length: int, sample: int) -> None:
        self.end(sample)
        last = self.words[-1] if self.words else None
        if last and position < last[0] + last[1]:
            # Letters spelt out and numbers come as several events over one word.
            last[1] = max(last[1], position + length - last[0])
            last[3] = -1
        else:
            self.words.append([position, length, sample, -1])

    def end(self, sample: int) -> None:
        # A pause at its very start does not end a word.
        if self.words and self.words[-1][3] < 0 and sample > self.words[-1][2]:
            self.words[-1][3] = sample


def initialise() -> tuple[ctypes.CDLL, int]:
    """Load the library and return it with its sample rate in Hz.

    Raises
    ------
    EspeakError
        If it does not find its data.
    """
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    rate = library.espeak_Initialize(
        _OUTPUT_SYNCHRONOUS,
        _BUFFER_MS,
        espeakng_loader.get_data_path().encode(),
        _INITIALIZE_PHONEME_EVENTS | _INITIALIZE_DONT_EXIT,
    )
    if rate <= 0:
        raise EspeakError("eSpeak NG found no voice data.")
    # Breathy voices are made with random numbers, seeded with the second of the start.
    library.espeak_ng_SetRandSeed(ctypes.c_long(1))
    library.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_Voice))
    # The library keeps this list: without it, finding a voice reads 245 files (2.5 ms).
    library.espeak_ListVoices(None)
    return library, rate


def speak(library: ctypes.CDLL, sample_rate: int, utterance: Utterance) -> Speech:
    """Say it.

    The library carries state from one utterance into the next; who wants the same
    samples again calls this in a fresh fork of an initialised process.

    Raises
    ------
    EspeakError
        If the library has no such voice, or refuses.
    """
    if library.espeak_SetVoiceByName(utterance.voice.encode()) != 0:
        raise EspeakError(f"eSpeak NG has no voice {utterance.voice!r}.")
    for name, value in utterance.parameters.items():
        library.espeak_SetParameter(_PARAMETERS[name], value, 0)
    recorder = _Recorder()
    callback = _Callback(recorder.hear)
    library.espeak_SetSynthCallback(callback)
    text = utterance.text.encode()
    flags = _CHARS_UTF8 | (_SSML if utterance.ssml else 0)
    if library.espeak_Synth(text, len(text) + 1, 0, 1, 0, flags, None, None) != 0:
        raise EspeakError("eSpeak NG could not speak this text.")
    samples = b"".join(recorder.samples)
    recorder.end(len(samples) // 2)
    words = [(word[0], word[1], word[2], word[3]) for word in recorder.words]
    return Speech(samples=samples, sample_rate=sample_rate, words=words)


def list_voices(library: ctypes.CDLL, *, variants: bool = False) -> list[Listing]:
    """List the base voices, or the variants that can be added to any of them."""
    wanted = _Voice()
    if variants:
        name = ctypes.create_string_buffer(b"variant")
        wanted.languages = ctypes.cast(name, ctypes.c_void_p)
    entries = library.espeak_ListVoices(ctypes.byref(wanted) if variants else None)
    return [_listing(entry.contents) for entry in _until_null(entries)]


def _listing(voice: _Voice) -> Listing:
    return Listing(
        name=voice.name.decode().strip(),
        identifier=voice.identifier.decode(),
        languages=tuple(_languages(voice.languages)),
        gender=_GENDERS.get(voice.gender),
        age=voice.age or None,
    )


def _languages(address: int) -> Iterator[str]:
    """Read a list of (priority byte, text, NUL), ended by a zero priority."""
    while ctypes.string_at(address, 1) != b"\0":
        language = ctypes.string_at(address + 1)
        yield language.decode()
        address += len(language) + 2


def _until_null(entries: Any) -> Iterator[Any]:
    index = 0
    while entries[index]:
        yield entries[index]
        index += 1


def _until_end(events: Any) -> Iterator[Any]:
    index = 0
    while events[index].type != _EVENT_LIST_TERMINATED:
        yield events[index]
        index += 1
