"""Kingcong Studio's stand-in: ElevenLabs, MiniMax and proxies behind one key."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from typing import Any

from voicekit.sandbox.desk import Desk
from voicekit.sandbox.refusals import Refused, Wording
from voicekit.sandbox.sheet import Sheet
from voicekit.sandbox.vendors.kingcong import (
    answers,
    cloning,
    elevenlabs,
    minimax,
    music,
    proxies,
    tasks,
    voices,
)

__all__ = ["SHEET"]


def _authenticate(desk: Desk, headers: Mapping[str, str]) -> None:
    given = headers.get("xi-api-key", "")
    if not given:
        raise Refused("no_key")
    if not secrets.compare_digest(
        given.encode(), desk.sheet.credentials["key"].encode()
    ):
        raise Refused("bad_key")


def _envelope(wording: Wording, extra: Mapping[str, Any]) -> dict[str, Any]:
    # The page shows no refusal at all: this is what the vendor's own tools read.
    del extra
    return {"success": False, "message": wording.message}


SHEET = Sheet(
    name="kingcong",
    title="Kingcong Studio",
    routers=[
        elevenlabs.router,
        voices.router,
        minimax.router,
        cloning.router,
        music.router,
        proxies.router,
        tasks.router,
    ],
    credentials={"key": "sandbox-kingcong-key"},
    authenticate=_authenticate,
    refusals={
        "no_key": Wording(401, 401, "Missing API key"),
        "bad_key": Wording(401, 401, "Invalid API key"),
        "no_credits": Wording(402, 402, "Not enough credits"),
        "invalid": Wording(400, 400, "Invalid request"),
        "wrong_type": Wording(400, 400, "File type is not supported"),
        "too_large": Wording(413, 413, "File is too large"),
        "no_voice": Wording(404, 404, "Voice not found"),
        "not_found": Wording(404, 404, "Task not found"),
        "no_route": Wording(404, 404, "Not found"),
        "method": Wording(405, 405, "Method not allowed"),
        "forbidden": Wording(403, 403, "Not allowed"),
        "policy": Wording(403, 403, "content_against_policy"),
        "rate": Wording(429, 429, "Too many requests"),
        # The same body under HTTP 200, which the vendor's own tools expect, too.
        "quiet": Wording(200, 400, "Service is under maintenance"),
        "internal": Wording(500, 500, "Internal server error"),
    },
    envelope=_envelope,
    code_of_status=lambda status: status,
    error_model=answers.Error,
    words={"queued": "doing", "running": "doing", "done": "done", "failed": "error"},
    id_fields=frozenset({"id", "task_id", "voice_id", "cloned_voice_id"}),
    new_id=lambda: str(uuid.uuid4()),
    new_clone_id=cloning.new_clone_id,
    opening=100_000.0,
    # The page's own sample shows links while the task is "doing".
    early_links=True,
    # Credits of a failed task come back when it is deleted: "get refund".
    refunds=False,
    write=tasks.write,
)
