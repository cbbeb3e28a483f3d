"""Makes clips of what the library keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

from voicekit.audio.timing import srt_text, text_from_json
from voicekit.clip import Clip
from voicekit.errors import Unsupported
from voicekit.library.files import FileStore, StoredFile
from voicekit.library.ledger import Kept
from voicekit.task import Word, from_micros
from voicekit.transcript import Transcript
from voicekit.voice import Voice

__all__ = ["clip_of", "clips_of", "preview_of", "stored_files", "transcript_of"]


def clip_of(kept: Kept, store: FileStore, *, cached: bool) -> Clip:
    """Return the clip of a finished attempt; the first, where there are several."""
    clips = clips_of(kept, store, cached=cached)
    if not clips:
        raise Unsupported(
            f"Job {kept.job['id']} is of the kind {kept.job['kind']} and has no audio; "
            "make the same call again to have its result, at no cost."
        )
    return clips[0]


def clips_of(kept: Kept, store: FileStore, *, cached: bool) -> list[Clip]:
    """Return every clip of a finished attempt, each with its cover."""
    audio = [row for row in kept.files if row["role"] == "audio"]
    covers = [file.path for file in stored_files(kept, store, role="cover")]
    return [
        replace(
            _clip(kept, store, row, cover, cached),
            # What was charged for the task is shared among what it made.
            credits=_share(kept.attempt["credits_micros"], len(audio)),
            estimated_credits=_share(kept.attempt["estimated_micros"], len(audio)),
        )
        for row, cover in zip_longest(audio, covers[: len(audio)])
    ]


def transcript_of(kept: Kept, store: FileStore, *, cached: bool) -> Transcript:
    """Return the transcript of a finished attempt. Reads files."""
    attempt = kept.attempt
    words = tuple(Word(*word) for word in attempt["words"] or ())
    captions = [file.read() for file in stored_files(kept, store, role="transcript")]
    spoken = (
        text_from_json(file.read()) for file in stored_files(kept, store, role="words")
    )
    text = next(filter(None, spoken), None)
    if text is None and captions:
        text = srt_text(captions[0])
    return Transcript(
        text=text or " ".join(word.text for word in words),
        words=words,
        srt=captions[0].decode("utf-8", "replace") if captions else None,
        provider=kept.job["provider"],
        job=kept.job["id"],
        credits=from_micros(attempt["credits_micros"]),
        unit=attempt["unit"],
        cached=cached,
        details=dict(attempt["details"] or {}),
    )


def preview_of(voice: Voice, stored: StoredFile) -> Clip:
    """Return the clip of a vendor's preview."""
    return Clip(
        source=stored,
        media_type=stored.media_type,
        provider=voice.provider,
        voice=voice.voice,
        details={"preview": True},
    )


def _clip(
    kept: Kept,
    store: FileStore,
    row: Mapping[str, Any],
    cover: Path | None,
    cached: bool,  # noqa: FBT001
) -> Clip:
    job, attempt = kept.job, kept.attempt
    captions = stored_files(kept, store, role="transcript")
    return Clip(
        source=store.find(row["sha256"], row["size"], row["media_type"]),
        media_type=row["media_type"],
        cover=cover,
        captions=captions[0] if captions else None,
        duration_s=_seconds(row["duration_us"]),
        sample_rate=row["sample_rate"],
        provider=job["provider"],
        voice=job["voice"],
        model=job["model"],
        text=job["text"],
        settings=dict(job["settings"]),
        take=job["take"],
        job=job["id"],
        task_id=attempt["receipt"],
        unit=attempt["unit"],
        cached=cached,
        latency_s=_seconds(attempt["latency_us"]),
        latency_slack_s=_seconds(attempt["latency_slack_us"]),
        vendor_s=_seconds(attempt["vendor_us"]),
        created_at=datetime.fromtimestamp(attempt["created_at"] / 1e6, UTC),
        words=tuple(Word(*word) for word in attempt["words"] or ()),
        warnings=tuple(attempt["warnings"] or ()),
        details=dict(attempt["details"] or {}),
    )


def stored_files(
    kept: Kept, store: FileStore, *, role: str | None = None
) -> list[StoredFile]:
    """Return an attempt's files, or those of one role."""
    return [
        store.find(row["sha256"], row["size"], row["media_type"])
        for row in kept.files
        if role in (None, row["role"])
    ]


def _share(micros: int | None, clips: int) -> float | None:
    return None if micros is None else from_micros(micros // clips)


def _seconds(microseconds: Any) -> float | None:
    return None if microseconds is None else microseconds / 1e6
