"""The commands of the vendors' pages, sent by curl itself."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess

import httpx
import pytest
from sandbox.pages import HOSTS, KEYS, SAMPLES


@pytest.mark.parametrize("name", SAMPLES)
def test_a_command_of_the_page_gets_the_documented_answer(
    name, sandbox, client, sample, tmp_path, until
):
    """Only host, key and placeholders are replaced."""
    shown = SAMPLES[name]
    command = shown.command.replace(
        HOSTS[shown.vendor], sandbox.vendors[shown.vendor].url
    )
    for placeholder in KEYS:
        command = command.replace(placeholder, sandbox.vendors[shown.vendor].key)
    for placeholder, value in _placeholders(
        shown.vendor, client, sample, until
    ).items():
        command = command.replace(placeholder, value)
    for file in ("audio.mp3", "audio_sample.mp3"):
        shutil.copy(sample, tmp_path / file)

    answer = _send(command, tmp_path)

    assert list(_missing(json.loads(shown.answer), answer, shown.optional)) == []


def _placeholders(vendor, client, sample, until):
    """Make what the page's placeholders stand for."""
    if vendor == "voiceclone":
        voice = client("voiceclone").get("/voices").json()["voices"][0]["id"]
        asked = {"text": "Hello", "voiceId": voice}
        speech = client("voiceclone").post("/tts", json=asked).json()["speechId"]
        until(
            lambda: client("voiceclone").get(f"/tts/{speech}").json()["speech"],
            lambda shown: shown["status"] == "COMPLETED",
        )
        return {
            "/tts/clxxxx": f"/tts/{speech}",
            "clxxxx": voice,
            "/path/to/voice.mp3": str(sample),
        }
    if vendor != "kingcong":
        return {}
    http = client("kingcong")
    asked = {"text": "Hello", "model_id": "eleven_multilingual_v2"}
    task = http.post("/v1/text-to-speech/21m00Tcm4TlvDq8ikWAM", json=asked).json()
    told = {
        "voice_name": "Mine",
        "preview_text": "Hello",
        "language_tag": "English",
        "gender_tag": "male",
    }
    files = {"file": sample.read_bytes()}
    clone = http.post("/v1m/voice/clone", data=told, files=files).json()
    return {
        "$voice_id": "21m00Tcm4TlvDq8ikWAM",
        "$voice_clone_id": str(clone["cloned_voice_id"]),
        "$task_id": task["task_id"],
        "uuid_task_id": task["task_id"],
    }


def _send(command, folder):
    words = _words(command)
    if shutil.which("curl"):
        answered = subprocess.run(
            [words[0], "--silent", "--max-time", "20", *words[1:]],
            cwd=folder,
            capture_output=True,
            check=True,
        )
        return json.loads(answered.stdout)
    return _without_curl(words[1:], folder)


def _words(command):
    """Split as a shell does; shlex does not know that a line may be continued."""
    return shlex.split(command.replace("\\\n", " "))


def _without_curl(words, folder):
    """Read the few options that the pages use, for machines without curl."""
    asked = {"method": None, "url": None, "headers": {}, "content": None}
    files, fields, queue = {}, {}, iter(words)
    for word in queue:
        if word in {"-X", "--request"}:
            asked["method"] = next(queue)
        elif word in {"-H", "--header"}:
            name, _, value = next(queue).partition(": ")
            asked["headers"][name.lower()] = value
        elif word in {"-d", "--data", "--data-raw"}:
            asked["content"] = next(queue)
        elif word == "-F":
            name, _, value = next(queue).partition("=")
            if value.startswith("@"):
                files[name] = (folder / value[1:]).read_bytes()
            else:
                fields[name] = value
        elif word not in {"--location", "--url"}:
            asked["url"] = word
    if files:
        asked["headers"].pop("content-type", None)
    asked["method"] = asked["method"] or ("POST" if asked["content"] else "GET")
    return httpx.request(**asked, files=files or None, data=fields or None).json()


def _missing(shown, given, optional, place="answer"):
    """Name the members of a shown answer that are not there, or of another type."""
    if isinstance(shown, dict):
        for name, value in shown.items():
            if not isinstance(given, dict) or name not in given:
                if name not in optional:
                    yield f"{place}.{name}"
            else:
                yield from _missing(value, given[name], optional, f"{place}.{name}")
    elif isinstance(shown, list):
        if not isinstance(given, list) or len(given) < len(shown[:1]):
            yield place
        elif shown:
            yield from _missing(shown[0], given[0], optional, f"{place}[0]")
    elif shown is not None and not _same_type(shown, given):
        yield f"{place} is {given!r}"


def _same_type(shown, given):
    if isinstance(shown, bool) or isinstance(given, bool):
        return type(shown) is type(given)
    if isinstance(shown, int | float):
        return isinstance(given, int | float)
    return type(shown) is type(given)


def test_the_words_of_a_command_are_read_without_curl_too(sandbox, sample, tmp_path):
    """Whoever has no curl runs the same test."""
    shutil.copy(sample, tmp_path / "audio.mp3")
    shown = SAMPLES["kingcong transcription"]
    vendor = sandbox.vendors["kingcong"]
    command = shown.command.replace(HOSTS["kingcong"], vendor.url)

    answer = _without_curl(
        _words(command.replace("$API_KEY", vendor.key))[1:], tmp_path
    )

    assert answer["success"] is True
