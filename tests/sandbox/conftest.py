"""One sandbox for the folder, in its own process, and a client for each vendor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sandbox.plain import http

from voicekit.audio.codec import convert
from voicekit.sandbox import Sandbox, serve

SPEED = 400.0
"""A task of two seconds takes five milliseconds."""

HEADERS = {
    "kingcong": lambda key: {"xi-api-key": key},
    "voiceclone": lambda key: {"authorization": f"Bearer {key}"},
    "kling": lambda key: {"authorization": f"Bearer {key}"},
    "kie": lambda key: {"authorization": f"Bearer {key}"},
    "akool": lambda key: {"x-api-key": key},
}


@pytest.fixture(scope="session")
def running() -> Iterator[Sandbox]:
    with serve(speed=SPEED) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    running.reset()
    running.set_limit("kie", None)
    return running


@pytest.fixture(scope="session")
def _clients(running: Sandbox) -> Iterator[dict[str, httpx.Client]]:
    clients = {
        name: httpx.Client(
            base_url=vendor.url, headers=HEADERS[name](vendor.key), timeout=20.0
        )
        for name, vendor in running.vendors.items()
    }
    yield clients
    for client in (*clients.values(), http):
        client.close()


@pytest.fixture
def kingcong(sandbox: Sandbox, _clients) -> httpx.Client:
    return _clients["kingcong"]


@pytest.fixture
def voiceclone(sandbox: Sandbox, _clients) -> httpx.Client:
    return _clients["voiceclone"]


@pytest.fixture
def kling(sandbox: Sandbox, _clients) -> httpx.Client:
    return _clients["kling"]


@pytest.fixture
def kie(sandbox: Sandbox, _clients) -> httpx.Client:
    return _clients["kie"]


@pytest.fixture
def akool(sandbox: Sandbox, _clients) -> httpx.Client:
    return _clients["akool"]


@pytest.fixture
def client(sandbox: Sandbox, _clients) -> Callable[[str], httpx.Client]:
    return _clients.__getitem__


@pytest.fixture(scope="session")
def sample(running: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an MP3 that the sandbox itself has spoken."""
    vendor = running.vendors["kling"]
    asked = {
        "text": "A sample of my own voice, for whoever wants to clone it.",
        "voice_id": "oversea_male1",
        "voice_language": "en",
    }
    answer = http.post(
        f"{vendor.url}/v1/audio/tts",
        json=asked,
        headers=HEADERS["kling"](vendor.key),
        timeout=20.0,
    )
    audio = answer.json()["data"]["task_result"]["audios"][0]["url"]
    path = tmp_path_factory.mktemp("samples") / "voice.mp3"
    path.write_bytes(http.get(audio).content)
    return path


@pytest.fixture(scope="session")
def sample_wav(sample: Path) -> bytes:
    return convert(sample.read_bytes(), "wav", sample_rate=44_100)


@pytest.fixture
def until(sandbox: Sandbox) -> Callable[..., Any]:
    """Return a function that asks again until an answer is good."""

    def ask(question: Callable[[], Any], good: Callable[[Any], bool]) -> Any:
        for _ in range(200):
            answer = question()
            if good(answer):
                return answer
            sandbox.advance(0.5)
        raise AssertionError(answer)

    return ask
