"""Makes clips of what the library keeps."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from voicekit.clip import Clip
from voicekit.library.files import FileStore, StoredFile
from voicekit.library.ledger import Kept
from voicekit.task import Word, from_micros

__all__ = ["clip_of", "stored_files"]


def clip_of(kept: Kept, store: FileStore, *, cached: bool) -> Clip:
    """Return the clip of a finished attempt."""
    job, attempt = kept.job, kept.attempt
    source, *_ = stored_files(kept, store, role="audio")
    row = next(row for row in kept.files if row["role"] == "audio")
    return Clip(
        source=source,
        media_type=row["media_type"],
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
        credits=from_micros(attempt["credits_micros"]),
        unit=attempt["unit"],
        estimated_credits=from_micros(attempt["estimated_micros"]),
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


def _seconds(microseconds: Any) -> float | None:
    return None if microseconds is None else microseconds / 1e6
