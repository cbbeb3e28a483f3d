"""What voiceclone accepts, speech and a sample to clone: declared, and as requests."""

from __future__ import annotations

from voicekit.flow import Request
from voicekit.job import Job
from voicekit.offer import FileRule, Offer, TextLimit
from voicekit.parameters import Choice, Text
from voicekit.providers.uploads import upload

__all__ = ["CLONE", "SPEECH", "clone_request", "speech_request"]

SPEECH = Offer(
    provider="voiceclone",
    kind="speech",
    formats=Choice(
        name="format",
        help="Container of the audio; pcm is raw samples.",
        choices=("mp3", "wav", "opus", "pcm"),
        default="mp3",
    ),
    text_limit=TextLimit(maximum=5_000, unit="UTF-8 bytes"),
)

CLONE = Offer(
    provider="voiceclone",
    kind="clone",
    # "20 MB" may be either; the vendor refuses a file between the two for free.
    file=FileRule(extensions=("mp3", "wav", "webm"), maximum_bytes=20 << 20),
    settings=(
        Text(name="description", help="What the voice is like.", max_length=500),
        # The page gives the next two no limit; these are only there to catch mistakes.
        Text(
            name="coverImage",
            help="Address of a cover image.",
            min_length=1,
            max_length=2_000,
        ),
        Text(
            name="tags",
            help="Tags, with commas between them or as a JSON array.",
            min_length=1,
            max_length=2_000,
        ),
    ),
)


def speech_request(job: Job) -> Request:
    """Return the request that starts a speech."""
    body = {"text": job.text, "voiceId": job.voice, **SPEECH.on_wire(job)}
    return Request(method="POST", path="/tts", json=body)


def clone_request(job: Job) -> Request:
    """Return the request that starts a clone; no file keeps the user's name."""
    settings = ((name, str(value)) for name, value in CLONE.on_wire(job).items())
    return Request(
        method="POST",
        path="/voice-clone",
        form=(("title", job.text), *settings),
        uploads=(upload(job.files["file"], "voice"),),
    )
