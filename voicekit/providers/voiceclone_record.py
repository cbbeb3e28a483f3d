"""What voiceclone answers about a speech, or about a voice in the making."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from voicekit.flow import Reply
from voicekit.job import Job
from voicekit.providers.formats import media_type
from voicekit.providers.voiceclone_voices import VoicePage
from voicekit.reading import Fields, receipt_of, state_of
from voicekit.task import Result, Task, TaskState, to_micros

__all__ = [
    "CLONE_PRICE",
    "PCM_RATE",
    "find_clone",
    "made",
    "read_clone",
    "read_speech",
]

CLONE_PRICE = 1_000
PCM_RATE = 44_100
"""The page names none. A public service with the same four formats has this one."""
_STATES: Mapping[str, TaskState] = {
    "processing": "running",
    "completed": "done",
    "failed": "failed",
}
_MEDIA_TYPES = {
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "opus": "audio/ogg",
    "pcm": media_type("pcm"),
}


def made(answer: Fields) -> str | None:
    """Return the id of what an answer says was made; None where nothing was."""
    return _id(answer, "speech") or _id(answer, "voice")


def read_speech(job: Job, reply: Reply, asked: str | None = None) -> Task:
    """Return the state of a speech; a first answer is not about one asked for.

    Raises
    ------
    BadReply
        If the answer has no id, or a later one no status, or it is about another.
    """
    answer = Fields.of(reply)
    speech = answer.fields("speech") if "speech" in answer else answer
    url = speech.first_text("audioUrl")
    # Only a first answer may leave out its status: it is always PROCESSING.
    word = speech.first_text("status") or (None if asked else "PROCESSING")
    state, warnings = state_of(word, _STATES, has_result=bool(url))
    cost = speech.micros("creditsUsed")
    return Task(
        state=state,
        receipt=receipt_of(_id(answer, "speech") or speech.first_text("id"), asked),
        results=(_audio(job, speech, url),) if url and state == "done" else (),
        credits_micros=answer.micros("creditsUsed") if cost is None else cost,
        # No field for the reason is documented.
        error=speech.first_text("error") if state == "failed" else None,
        warnings=warnings,
        # The last update of a completed speech is its completion.
        vendor_s=speech.span("createdAt", "updatedAt") if state == "done" else None,
    )


def read_clone(job: Job, reply: Reply) -> Task:
    """Return the voice that is being made.

    Raises
    ------
    BadReply
        If the answer has no id.
    """
    del job
    answer = Fields.of(reply)
    voice_id = receipt_of(_id(answer, "voice"), None)
    # The page's answer has no status, its list has: the voice may not be ready yet.
    status = answer.fields("voice").first_text("status")
    return _clone(voice_id, status or "PROCESSING")


def find_clone(page: VoicePage, voice_id: str) -> Task:
    """Return how a voice is, which the vendor tells in its list alone."""
    for voice in page.voices:
        if voice.id == voice_id:
            return _clone(voice_id, voice.status)
    missing = "The new voice is not among the newest in the vendor's list."
    return replace(_clone(voice_id, "PROCESSING"), warnings=(missing,))


def _id(answer: Fields, what: str) -> str | None:
    return answer.first_text(f"{what}Id") or answer.fields(what).first_text("id")


def _audio(job: Job, speech: Fields, url: str) -> Result:
    # A speech that was made elsewhere tells its format itself.
    form = job.format or speech.first_text("format") or "mp3"
    return Result(
        media_type=_MEDIA_TYPES.get(form, "audio/mpeg"),
        url=url,
        duration_s=speech.seconds("duration"),
        sample_rate=PCM_RATE if form == "pcm" else None,
    )


def _clone(voice_id: str, status: str | None) -> Task:
    state, warnings = state_of(status, _STATES, has_result=True)
    return Task(
        state=state,
        receipt=voice_id,
        # No answer names the cost, but its price is fixed.
        credits_micros=None if state == "failed" else to_micros(CLONE_PRICE),
        warnings=warnings,
        details={"voice": f"voiceclone:{voice_id}"},
    )
