"""Speak 500 sentences of about 5 s, beside what else would speak them.

Run it with ``uv run python tests/benchmarks/offline.py``. It wants the command
``espeak-ng`` (Debian's package of that name) for two of its rows, and leaves out a row
whose program is missing, saying so. Each way speaks the same sentences, one kind of row
after the other, on an otherwise idle machine.
"""

import asyncio
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import voicekit as vk

SENTENCES = [
    f"Sentence {n} tells of a quick brown fox that jumps over the lazy dog, near the "
    "bank of a wide and quiet river."
    for n in range(500)
]
VOICE = "offline:en-us"

BARE = """
import ctypes, sys, time, espeakng_loader
library = ctypes.CDLL(espeakng_loader.get_library_path())
library.espeak_Initialize(2, 0, espeakng_loader.get_data_path().encode(), 0)
chunks = []
@ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
def hear(wave, count, events):
    if wave and count:
        chunks.append(ctypes.string_at(wave, count * 2))
    return 0
library.espeak_SetSynthCallback(hear)
library.espeak_SetVoiceByName(b"en-us")
sentences = [line.encode() for line in sys.stdin.read().splitlines()]
started = time.perf_counter()
for text in sentences:
    chunks.clear()
    library.espeak_Synth(text, len(text) + 1, 0, 1, 0, 1, None, None)
    b"".join(chunks)
print(time.perf_counter() - started)
"""

PYTTSX3 = """
import sys, time, pyttsx3
engine = pyttsx3.init("espeak")
sentences = sys.stdin.read().splitlines()
started = time.perf_counter()
for number, text in enumerate(sentences):
    engine.save_to_file(text, f"{sys.argv[1]}/{number}.wav")
    engine.runAndWait()
print(time.perf_counter() - started)
"""

START = """
import time; started = time.perf_counter()
{code}
print(time.perf_counter() - started)
"""
FIRST_CLIP = """
import sys, voicekit as vk
vk.Studio(providers=["offline"], library={library!r}).speak("Hello.", "offline:en-us")
heavy = {{"pandas", "ipywidgets", "matplotlib", "scipy"}} & set(sys.modules)
assert not heavy, heavy
"""


def in_own_process(code, *arguments):
    """Return the seconds that a script prints."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        input="\n".join(SENTENCES),
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout.splitlines()[-1])  # pyttsx3 prints each file's name


def command_line(folder):
    """Start Debian's espeak-ng once for each sentence."""
    started = time.perf_counter()
    for number, text in enumerate(SENTENCES):
        subprocess.run(
            ["espeak-ng", "-v", "en-us", "-w", f"{folder}/{number}.wav", text],
            check=True,
        )
    return time.perf_counter() - started


def one_after_the_other(folder):
    """Speak through the studio, each sentence waiting for the one before."""
    os.sync()  # the rows before left 300 MB to the disk: no row pays for another
    with vk.Studio(providers=["offline"], library=folder) as studio:
        studio.speak("Warm up.", VOICE)
        started = time.perf_counter()
        for text in SENTENCES:
            studio.speak(text, VOICE)
        return time.perf_counter() - started


def as_one_batch(folder):
    """Speak through the studio, all sentences at once."""

    async def all_at_once():
        await asyncio.gather(*(studio.aio.speak(text, VOICE) for text in SENTENCES))

    os.sync()
    with vk.Studio(providers=["offline"], library=folder) as studio:
        studio.speak("Warm up.", VOICE)
        started = time.perf_counter()
        asyncio.run(all_at_once())
        return time.perf_counter() - started


def from_the_library(folder):
    """Ask for every sentence again."""
    times = []
    with vk.Studio(providers=["offline"], library=folder) as studio:
        studio.speak("Warm up.", VOICE)
        for text in SENTENCES[:200]:
            started = time.perf_counter()
            assert studio.speak(text, VOICE).cached
            times.append(time.perf_counter() - started)
    return statistics.median(times)


def size_of(folder):
    """Return files and bytes below a folder."""
    files = [path for path in Path(folder).rglob("*") if path.is_file()]
    return len(files), sum(path.stat().st_size for path in files)


def show(name, seconds, against=None, goal=None):
    """Print one row: milliseconds a sentence, and the ratio to what it is held to."""
    ratio = "" if against is None else f"{seconds / against:6.2f} x (goal {goal})"
    print(f"{name:<46}{seconds / len(SENTENCES) * 1e3:8.2f} ms {ratio}", flush=True)


def main():
    """Print every row."""
    folder = Path(tempfile.mkdtemp(prefix="voicekit-benchmark-"))
    try:
        _measure(folder)
    finally:
        shutil.rmtree(folder)


def _measure(folder):
    bare = in_own_process(BARE)
    show("bare library in a loop, nothing kept", bare)
    debian = shutil.which("espeak-ng") is not None
    command = command_line(folder) if debian else None
    if command is not None:
        show("espeak-ng command line, a process each", command)
        show("pyttsx3, eSpeak driver", in_own_process(PYTTSX3, str(folder)))
    else:
        print("NOT RUN: command line and pyttsx3 (apt-get install espeak-ng)")
    serial, batch = folder / "serial", folder / "batch"
    show("studio.speak, one after the other", one_after_the_other(serial), command, 1.3)
    show("studio.aio.speak, one batch", as_one_batch(batch), bare, 2)
    again = from_the_library(batch) * len(SENTENCES)
    show("again, from the library (median)", again)
    for name in (serial, batch):
        files, size = size_of(name)
        print(f"kept in {name.name}: {files} files, {size / 1e6:.1f} MB")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"memory of this process at most: {memory:.0f} MiB")
    first = START.format(code=FIRST_CLIP.format(library=str(folder / "first")))
    imports = START.format(code="import httpx, pydantic, sqlalchemy")
    print(f"process start to first clip: {in_own_process(first):.2f} s, beside import ")
    print(f"  httpx, pydantic, sqlalchemy: {in_own_process(imports):.2f} s")


if __name__ == "__main__":
    main()
