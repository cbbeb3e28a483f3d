"""`Studio(sandbox=True)`: a sandbox of its own, which ends with its parent."""

import json
import subprocess
import sys
import time
import urllib.request

import pytest

import voicekit as vk

PARENT = """
import json, time, voicekit as vk
studio = vk.Studio(sandbox=True)
clip = studio.speak("Hello there.", "kling:oversea_male1/en")
print(json.dumps([studio.sandbox.url, clip.duration_s]), flush=True)
time.sleep(600)
"""
PATIENCE_S = 15.0


@pytest.fixture
def unreachable(monkeypatch):
    """Set keys and addresses that a rehearsal must not read."""
    for name in ("KINGCONG", "VOICECLONE", "KLING", "KIE", "AKOOL"):
        monkeypatch.setenv(f"VOICEKIT_{name}_KEY", "a-real-key-91c2")
        monkeypatch.setenv(f"VOICEKIT_{name}_URL", "http://127.0.0.1:9")


def test_a_rehearsal_speaks_misbehaves_and_stays_apart(unreachable, tmp_path):
    """All five vendors, no key of the user's, a library of its own, faults on order."""
    with vk.Studio(sandbox=True, library=tmp_path) as studio:
        assert set(studio.calls.names) >= set(studio.sandbox.vendors)
        clip = studio.speak("Hello there.", "kling:oversea_male1/en")
        assert (clip.credits, clip.cached) == (0.05, False)
        studio.sandbox.fail("kling", on="submit", kind="refuse:no_credits")
        with pytest.raises(vk.errors.InsufficientCredits, match="kling:"):
            studio.speak("Hello again.", "kling:oversea_male1/en")
        assert studio.sandbox.look("kling", "counters")["accepted"] == 1
        assert len(studio.tasks()) == 2
    for path in (tmp_path / "sandbox").rglob("*"):
        assert path.is_dir() or b"a-real-key-91c2" not in path.read_bytes()
    with vk.Studio(library=tmp_path) as live:
        assert len(live.tasks()) == 0


def test_a_killed_parent_takes_its_sandbox_along():
    """kill -9 of the process that started it: nobody listens any more."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True
    )
    try:
        url, duration_s = json.loads(parent.stdout.readline())
        assert duration_s > 0.2
        assert is_served(url)
    finally:
        parent.kill()
        parent.wait()
        parent.stdout.close()
    ends = time.monotonic() + PATIENCE_S
    while is_served(url):
        assert time.monotonic() < ends, "The sandbox outlived its parent."
        time.sleep(0.05)


def is_served(url):
    try:
        with urllib.request.urlopen(f"{url}/addresses", timeout=5) as answer:
            return answer.status == 200
    except OSError:  # refused, or reset on its way out
        return False
