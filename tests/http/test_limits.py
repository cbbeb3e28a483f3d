"""Several kernels keep to one account's limit."""

import asyncio
import json
import subprocess
import sys

import pytest

import voicekit as vk

RACHEL = "kingcong:elevenlabs/21m00Tcm4TlvDq8ikWAM"
KERNELS = 4
WARM_UP = 20
TASKS = 400
MOST, WINDOW_S = 5, 1.0

KERNEL = """
import asyncio, json, os, sys
import voicekit as vk
from voicekit import providers
from voicekit.library import database
from voicekit.task import Rate

# Thousands of commits are no test of the disk.
os.fsync, database._PRAGMAS["synchronous"] = lambda _: None, 0
voice, declared, numbers = json.loads(sys.argv[1])
studio = vk.Studio()
if declared:
    type(providers.find(voice.partition(":")[0])).rate = Rate(most=5, window_s=1)

async def speak_all():
    calls = (studio.aio.speak(f"Number {n}.", voice) for n in numbers)
    return await asyncio.gather(*calls, return_exceptions=True)

print("ready", flush=True)
sys.stdin.readline()
print([repr(one) for one in asyncio.run(speak_all()) if isinstance(one, Exception)])
studio.close()
"""


def kernels_speak(voice, declared, numbers, kernels):
    """Have texts spoken by kernels that begin together; return their complaints."""
    started = [
        subprocess.Popen(
            [*(sys.executable, "-c", KERNEL), json.dumps((voice, declared, mine))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for mine in (numbers[n::kernels] for n in range(kernels))
    ]
    assert all(kernel.stdout.readline() == "ready\n" for kernel in started)
    for kernel in started:
        kernel.stdin.write("go\n")
        kernel.stdin.flush()
    said = [kernel.communicate()[0].strip() for kernel in started]
    return [complaint for complaint in said if complaint != "[]"]


def sent_and_accepted(sandbox, vendor):
    counters = sandbox.look(vendor, "counters")
    return counters["bodies"]["submit"], counters["accepted"]


@pytest.mark.soak
@pytest.mark.parametrize(
    ("how", "voice"),
    [
        ("declared", "kie:Rachel"),
        ("learned", RACHEL),
    ],
)
def test_four_kernels_share_a_limit(at_the_sandbox, how, voice):
    """Of 400 jobs at 5/s all are made, at 85 % of the rate; at most 2 % are refused."""
    sandbox, vendor, declared = at_the_sandbox, voice.partition(":")[0], how[0] == "d"
    sandbox.set_limit(vendor, MOST, window_s=WINDOW_S, operations=["submit"])
    sandbox.set_balance(vendor, 1e9)
    assert kernels_speak(voice, declared, list(range(-WARM_UP, 0)), 1) == []
    warm_up = sent_and_accepted(sandbox, vendor)
    assert kernels_speak(voice, declared, list(range(TASKS)), KERNELS) == []
    sent, accepted = sent_and_accepted(sandbox, vendor)
    times = sorted(task["created"] for task in sandbox.look(vendor, "tasks"))[WARM_UP:]
    used = TASKS / (MOST * (1 + (times[-1] - times[0]) / WINDOW_S))
    refused = 1 - (accepted - warm_up[1]) / (sent - warm_up[0])
    print(
        f"rate limit 5/s, {TASKS} tasks, {KERNELS} kernels, {how}: {used:.1%} of it "
        f"used, {refused:.1%} refused; {warm_up[0] - warm_up[1]} refused while learning"
    )
    assert accepted == WARM_UP + TASKS
    assert used >= 0.85
    assert refused <= 0.02


def test_tasks_that_wait_together_are_asked_for_together(at_the_sandbox):
    """Twelve tasks at once: the list is asked for, and hardly any task by itself."""
    at_the_sandbox.set_speed(1)
    with vk.Studio(providers=["kingcong"]) as studio:

        async def speak_all():
            calls = (studio.aio.speak(f"Number {n}.", RACHEL) for n in range(12))
            return await asyncio.gather(*calls)

        clips = asyncio.run(speak_all())
        polls = studio.tasks().polls.sum()
    requests = at_the_sandbox.look("kingcong", "counters")["requests"]
    asked = {route: count for route, count in requests.items() if "/v1/task" in route}
    print(f"12 tasks at once: {polls} polls, {asked}")
    assert len({clip.task_id for clip in clips}) == 12
    assert asked["GET /v1/tasks"] > 0
