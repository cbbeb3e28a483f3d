"""Make 1,000 pieces of speech, beside a loop by hand that does it without any safety.

Run it with ``uv run python tests/benchmarks/engine.py [tasks]`` on an otherwise idle
machine. The sandbox runs in a process of its own, and each side in another, 32 tasks in
flight. Both submit, poll, download and write the same speech; one of them as a user
would with a `Studio`, with everything that it does to be safe.
"""

import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

import voicekit as vk
from voicekit.sandbox import serve

IN_FLIGHT = 32
VOICE_ID = "21m00Tcm4TlvDq8ikWAM"
SPEED = 1.0
"""A sentence takes its vendor two seconds."""


async def by_studio(tasks):
    """Speak as a user would, with everything switched on."""
    with vk.Studio(providers=["kingcong"], budget={"kingcong": 1e9}) as studio:
        gate = asyncio.Semaphore(IN_FLIGHT)

        async def speak(number):
            async with gate:
                voice = f"kingcong:elevenlabs/{VOICE_ID}"
                await studio.aio.speak(f"Sentence number {number}.", voice)

        await asyncio.gather(*map(speak, range(tasks)))
        return int(studio.tasks().polls.sum())


async def by_hand(tasks):
    """Speak with a client, a loop and a folder: no ledger, no checks, no second try."""
    url, key = (os.environ[f"VOICEKIT_KINGCONG_{part}"] for part in ("URL", "KEY"))
    folder, polls = Path(os.environ["VOICEKIT_LIBRARY"]), 0
    gate = asyncio.Semaphore(IN_FLIGHT)
    async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
        headers = {"xi-api-key": key}

        async def speak(number):
            nonlocal polls
            async with gate:
                body = {
                    "text": f"Sentence number {number}.",
                    "model_id": "eleven_multilingual_v2",
                }
                path = f"{url}/v1/text-to-speech/{VOICE_ID}"
                made = await client.post(path, json=body, headers=headers)
                task = f"{url}/v1/task/{made.json()['task_id']}"
                while True:
                    await asyncio.sleep(1)
                    polls += 1
                    told = (await client.get(task, headers=headers)).json()
                    if told["status"] == "done":
                        break
                audio = await client.get(told["metadata"]["audio_url"])
                (folder / f"{number}.mp3").write_bytes(audio.content)

        await asyncio.gather(*map(speak, range(tasks)))
    return polls


SIDES = {"studio": by_studio, "by hand": by_hand}


def measure(side, tasks):
    """Run one side beside a fresh sandbox, and return what it took."""
    with serve(speed=SPEED) as sandbox, tempfile.TemporaryDirectory() as folder:
        vendor = sandbox.vendors["kingcong"]
        sandbox.set_balance("kingcong", 1e9)
        environment = {
            **os.environ,
            "VOICEKIT_LIBRARY": folder,
            "VOICEKIT_KINGCONG_URL": vendor.url,
            "VOICEKIT_KINGCONG_KEY": vendor.key,
        }
        done = subprocess.run(
            [sys.executable, __file__, "--side", side, str(tasks)],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        counters = sandbox.look("kingcong", "counters")
    told = json.loads(done.stdout)
    assert counters["accepted"] == tasks
    return {**told, "requests": sum(counters["requests"].values())}


def run_side(side, tasks):
    """Be one side, and print what it took."""
    began = time.perf_counter()
    polls = asyncio.run(SIDES[side](tasks))
    used = resource.getrusage(resource.RUSAGE_SELF)
    told = {
        "wall_s": time.perf_counter() - began,
        "cpu_s": used.ru_utime + used.ru_stime,
        "polls": polls,
    }
    print(json.dumps(told))


def main(tasks):
    """Print both sides, and how many times as long the studio takes."""
    rows = {side: measure(side, tasks) for side in ("by hand", "studio")}
    print(f"{tasks} tasks, {IN_FLIGHT} in flight, {SPEED:g} x the vendor's time")
    for side, row in rows.items():
        each = ", ".join(f"{name} {value:.1f}" for name, value in row.items())
        print(f"{side:8}  {each}")
    ratio = rows["studio"]["wall_s"] / rows["by hand"]["wall_s"]
    print(f"studio / by hand: {ratio:.2f} in wall time")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--side"]:
        run_side(sys.argv[2], int(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else 1_000)
