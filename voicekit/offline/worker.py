"""The offline engine's process: ``python -m voicekit.offline.worker``.

Each utterance is spoken in a fresh fork of this process, which has initialised eSpeak
NG and spoken nothing: the library carries state from one utterance into the next
(measured, also after initialising again), and only a pristine copy gives the same
samples in any order. The fork is made before the request comes, so that nobody waits
for it.

Where there is no fork (Windows), the process answers one request and ends; whoever
started it starts the next.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import sys
from collections.abc import Mapping
from typing import Any

from voicekit.audio.wav import wav_bytes
from voicekit.child import Message, private_pipes, read_message, write_message
from voicekit.offline import espeak

SHORTEST_SPEECH_S = 0.05
"""eSpeak NG answers a text without any sound with 7 ms of silence."""


def main() -> None:
    """Answer requests until the other side closes."""
    reading, writing = private_pipes()
    library, sample_rate = espeak.initialise()
    gc.disable()  # a collection in a child would copy every page of the parent
    gc.freeze()
    can_fork = hasattr(os, "fork")
    while True:
        child = os.fork() if can_fork else 0
        if child == 0:
            _answer_one(library, sample_rate, reading, writing)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if status != 0:
            # The caller sees the pipe close and says so; it may hold half an answer.
            sys.exit(1)


def _answer_one(
    library: ctypes.CDLL, sample_rate: int, reading: int, writing: int
) -> None:
    try:
        header, _ = read_message(reading)
    except EOFError:
        os._exit(2)
    try:
        answer = _speak(library, sample_rate, header)
    except espeak.EspeakError as error:
        answer = _refusal("espeak", str(error))
    write_message(writing, *answer)


def _speak(
    library: ctypes.CDLL, sample_rate: int, header: Mapping[str, Any]
) -> Message:
    text: str = header["text"]
    speech = espeak.speak(library, sample_rate, espeak.Utterance(**header))
    samples = len(speech.samples) // 2
    if samples < SHORTEST_SPEECH_S * sample_rate:
        return _refusal(
            "nothing_to_say", "eSpeak NG finds nothing to pronounce in this text."
        )
    # In markup, what is skipped between two words are tags.
    ends = [position + length for position, length, *_ in speech.words]
    starts = [position for position, *_ in speech.words[1:]] + [len(text)]
    named = [
        (_spoken(text, position, length, following), first, last)
        for (position, length, first, last), following in zip(
            speech.words, ends if header.get("ssml") else starts, strict=True
        )
    ]
    # An emoji that is read as two words has a second event over the space behind it.
    words = [word for word in named if word[0]]
    head = {
        "status": 200,
        "sample_rate": sample_rate,
        "samples": samples,
        "words": words,
    }
    return head, wav_bytes(speech.samples, sample_rate)


def _spoken(text: str, position: int, length: int, following: int) -> str:
    """Return what a word event stands for.

    eSpeak NG sends one event for words that its dictionary joins, such as "I am", with
    the length of the first.
    """
    skipped = text[position + length : following]
    joined = max((i + 1 for i, c in enumerate(skipped) if c.isalnum()), default=0)
    return text[position : position + length + joined].strip()


def _refusal(code: str, message: str) -> Message:
    return {"status": 422}, json.dumps({"code": code, "message": message}).encode()


if __name__ == "__main__":
    main()
