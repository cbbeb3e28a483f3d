"""Writes KingCong's requests that may cost: one for each job, always the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias
from urllib.parse import quote

from voicekit.flow import Request
from voicekit.job import Job, Kind
from voicekit.providers.kingcong_tables import MUSIC_IDS
from voicekit.providers.uploads import upload

__all__ = ["request", "split_id"]

_Body: TypeAlias = dict[str, Any]
_Writer: TypeAlias = Callable[[Job, _Body], Request]


def request(job: Job, settings: Mapping[str, Any], callback: str | None) -> Request:
    """Return a job's request.

    Parameters
    ----------
    job : Job
        What is asked.
    settings : mapping
        Its settings and format, where they stand on the wire.
    callback : str, optional
        Where the vendor shall say that it is done.
    """
    address = {} if callback is None else {"receive_url": callback}
    route, _ = split_id(job.voice or "")
    write = _WRITERS.get((job.kind, route)) or _WRITERS[job.kind, ""]
    return write(job, {**settings, **address})


def split_id(voice_id: str) -> tuple[str, str]:
    """Return a voice's route and the id on the wire.

    Examples
    --------
    >>> split_id("minimax/209533299589184")
    ('minimax', '209533299589184')
    """
    route, _, rest = voice_id.partition("/")
    return route, rest


def _elevenlabs(job: Job, body: _Body) -> Request:
    _, voice_id = split_id(str(job.voice))
    output = body.pop("output_format", None)
    return Request(
        method="POST",
        path=f"/v1/text-to-speech/{quote(voice_id, safe='')}",
        query=() if output is None else (("output_format", output),),
        json={"text": job.text, "model_id": job.model, **body},
    )


def _minimax(job: Job, body: _Body) -> Request:
    _, voice_id = split_id(str(job.voice))
    voice = {"voice_id": voice_id, **body.pop("voice_setting", {})}
    return _json(
        "/v1m/task/text-to-speech",
        {"text": job.text, "model": job.model, "voice_setting": voice, **body},
    )


def _music(job: Job, body: _Body) -> Request:
    named = {
        f"{name}_id": ids[body[f"{name}_id"]]
        for name, ids in MUSIC_IDS.items()
        if f"{name}_id" in body
    }
    idea = {"idea": job.text} if job.text else {}
    return _json("/v1m/task/music-generation", {**idea, **body, **named})


def _proxies(job: Job, body: _Body) -> Request:
    del job
    # The purchase has no callback.
    body.pop("receive_url", None)
    return _json("/v1p/proxy/purchase", body)


def _dubbing(job: Job, body: _Body) -> Request:
    return _form("/v1/task/dubbing", job, body)


def _transcription(job: Job, body: _Body) -> Request:
    return _form("/v1/task/speech-to-text", job, body)


def _clone(job: Job, body: _Body) -> Request:
    # A clone has no callback.
    body.pop("receive_url", None)
    return _form("/v1m/voice/clone", job, {"voice_name": job.text, **body})


def _json(path: str, body: _Body) -> Request:
    return Request(method="POST", path=path, json=body)


def _form(path: str, job: Job, body: _Body) -> Request:
    return Request(
        method="POST",
        path=path,
        form=tuple((name, _text(value)) for name, value in body.items()),
        uploads=(upload(job.files["file"]),),
    )


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


_WRITERS: Mapping[tuple[Kind, str], _Writer] = {
    ("speech", "elevenlabs"): _elevenlabs,
    ("speech", "minimax"): _minimax,
    ("music", ""): _music,
    ("dubbing", ""): _dubbing,
    ("transcription", ""): _transcription,
    ("clone", ""): _clone,
    ("proxies", ""): _proxies,
}
