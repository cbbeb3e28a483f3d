"""The built-in engine, eSpeak NG, as a provider like any other."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import Any, ClassVar

from voicekit.errors import InvalidRequest, ProviderError, UnknownVoice, nearest
from voicekit.flow import Flow, Reply, Request
from voicekit.job import Job
from voicekit.offer import Offer, TextLimit
from voicekit.parameters import Choice, Range, Toggle
from voicekit.providers.base import Provider
from voicekit.task import Estimate, Problem, Result, Task, Word
from voicekit.voice import Voice, VoiceQuery

__all__ = ["Offline"]

_SPEECH = Offer(
    provider="offline",
    kind="speech",
    settings=(
        Range(
            name="rate",
            help="Speed.",
            minimum=80,
            maximum=450,
            step=1,
            default=175,
            unit="words per minute",
            always_sent=True,
        ),
        Range(
            name="pitch",
            help="Base pitch.",
            minimum=0,
            maximum=100,
            step=1,
            default=50,
            always_sent=True,
        ),
        Range(
            name="pitch_range",
            help="How lively the melody is; 0 is monotone.",
            minimum=0,
            maximum=100,
            step=1,
            default=50,
            always_sent=True,
        ),
        Range(
            name="volume",
            help="Amplitude. Loud voices clip above 100.",
            minimum=0,
            maximum=200,
            step=1,
            default=100,
            unit="%",
            always_sent=True,
        ),
        Range(
            name="word_gap",
            help="Extra pause between words, at the default rate.",
            minimum=0,
            maximum=500,
            step=10,
            default=0,
            unit="ms",
            always_sent=True,
        ),
        Toggle(
            name="ssml",
            help="Read the text as SSML markup.",
            default=False,
            always_sent=True,
        ),
    ),
    formats=Choice(
        name="format",
        help="Container of the audio; the samples are 22,050 Hz mono.",
        choices=("wav", "flac", "mp3", "ogg"),
        default="wav",
        always_sent=True,
    ),
    text_limit=TextLimit(maximum=10_000),
)

_MEDIA_TYPES = {
    "wav": "audio/wav",
    "flac": "audio/flac",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
}


class Offline(Provider):
    """eSpeak NG in a worker process: free, offline, and the same samples every time."""

    name = "offline"
    transport = "offline"
    repeatable = True
    offers = (_SPEECH,)
    errors: ClassVar[Mapping[str, type[ProviderError]]] = {
        "nothing_to_say": InvalidRequest,
        "espeak": InvalidRequest,
    }

    def voices(self, query: VoiceQuery) -> Flow[list[Voice]]:
        """List base voices first, then each with each variant.

        A short list of everything shows the base voices alone: variants of the first
        few languages would tell nobody anything.
        """
        yield from ()
        everything = query.limit is None or query.is_narrow
        pool = _all_voices() if everything else map(_voice, _table("voices").values())
        return list(islice(filter(query.matches, pool), query.limit))

    def voice(self, voice_id: str) -> Voice:
        """Return the voice ``base`` or ``base+variant``.

        Raises
        ------
        UnknownVoice
            If eSpeak NG has no such voice or variant.
        """
        base_id, plus, variant_id = voice_id.partition("+")
        base = _known(base_id, _table("voices"), "voice")
        variant = _known(variant_id, _table("variants"), "variant") if plus else None
        return _voice(base, variant)

    def submit(self, job: Job, callback: str | None = None) -> Flow[Task]:
        """Speak; the answer carries the audio."""
        assert callback is None
        base_id, plus, variant_id = str(job.voice).partition("+")
        voice = _table("voices")[base_id]["espeak"]
        variant = f"+{_table('variants')[variant_id]['espeak']}" if plus else ""
        parameters = dict(job.settings)
        ssml = parameters.pop("ssml")
        # The library counts the gap in units of 10 ms.
        parameters["word_gap"] = int(parameters["word_gap"]) // 10
        reply = yield Request(
            method="POST",
            path="/speech",
            json={
                "text": job.text,
                "voice": voice + variant,
                "parameters": parameters,
                "ssml": ssml,
                "format": job.format,
            },
        )
        rate = int(reply.headers["sample-rate"])
        words = json.loads(reply.headers["words"])
        return Task(
            state="done",
            results=(
                Result(
                    media_type=_MEDIA_TYPES[str(job.format)],
                    data=reply.body,
                    sample_rate=rate,
                    duration_s=int(reply.headers["samples"]) / rate,
                ),
            ),
            words=tuple(Word(w, first / rate, last / rate) for w, first, last in words),
            credits_micros=0,
        )

    def problem(self, reply: Reply) -> Problem | None:
        """Read the worker's refusal."""
        if reply.status == 200:  # noqa: PLR2004 - the worker's one good status
            return None
        return Problem(**reply.json())

    def estimate(self, job: Job) -> Estimate:
        """Say that it is free."""
        del job
        return Estimate(credits=0.0, unit=self.unit, exact=True, evidence="free")


def _voice(base: Mapping[str, Any], variant: Mapping[str, Any] | None = None) -> Voice:
    if variant is None:
        return Voice(
            voice=f"offline:{base['id']}",
            name=base["name"],
            language=base["language"],
            gender=base["gender"],
            category="formant",
            owned=False,
        )
    return Voice(
        voice=f"offline:{base['id']}+{variant['id']}",
        name=f"{base['name']}, {variant['name']}",
        language=base["language"],
        gender=variant["gender"],
        age=None if variant["age"] is None else str(variant["age"]),
        tags=("variant",),
        category="formant",
        owned=False,
    )


def _all_voices() -> Iterator[Voice]:
    bases, variants = _table("voices").values(), _table("variants").values()
    yield from map(_voice, bases)
    yield from (_voice(base, variant) for base in bases for variant in variants)


def _known(
    name: str, table: Mapping[str, Mapping[str, Any]], what: str
) -> Mapping[str, Any]:
    if name not in table:
        raise UnknownVoice(
            f"The offline engine has no {what} {name!r}.{nearest(name, table)} "
            "studio.voices(provider='offline') lists them."
        )
    return table[name]


@cache
def _table(kind: str) -> Mapping[str, Mapping[str, Any]]:
    text = (files("voicekit.providers") / "offline_voices.json").read_text("utf-8")
    return {row["id"]: row for row in json.loads(text)[kind]}
