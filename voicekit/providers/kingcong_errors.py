"""What KingCong's refusals mean, in each form that they may come in."""

from __future__ import annotations

from collections.abc import Mapping

from voicekit import errors as e
from voicekit.flow import Reply
from voicekit.reading import Fields
from voicekit.task import Problem

__all__ = ["ERRORS", "audio_in", "opened", "problem_in", "task_id"]

# The page shows no error at all. These are the words of ElevenLabs and the numbers of
# MiniMax, which may come through; faults that may have cost something are left out.
_WORDS: Mapping[type[e.ProviderError], str] = {
    e.Unauthorized: (
        "invalid_api_key missing_api_key needs_authorization detected_unusual_activity "
        "voice_access_denied feature_not_available subscription_required "
        "model_access_denied 1004"
    ),
    e.InsufficientCredits: (
        "quota_exceeded insufficient_credits payment_required 1008"
    ),
    e.RateLimited: (
        "too_many_concurrent_requests concurrent_limit_exceeded rate_limit_exceeded "
        "system_busy 1002 1039 1041"
    ),
    e.InvalidRequest: (
        "invalid_request invalid_voice_id unsupported_model invalid_output_format "
        "invalid_voice_settings text_too_long empty_text max_character_limit_exceeded "
        "content_against_policy 1026 1042 1043 1044 2013 2037 20132"
    ),
    e.NotFound: "voice_not_found model_not_found",
}
ERRORS: Mapping[str, type[e.ProviderError]] = {
    code: kind for kind, codes in _WORDS.items() for code in codes.split()
}

_PHRASES: Mapping[str, str] = {
    "api key": "invalid_api_key",
    "unauthorized": "invalid_api_key",
    "not enough credit": "insufficient_credits",
    "insufficient credit": "insufficient_credits",
    "too many requests": "rate_limit_exceeded",
    "rate limit": "rate_limit_exceeded",
    "voice not found": "voice_not_found",
    "must be at least": "invalid_request",
    "must be at most": "invalid_request",
    "is required": "invalid_request",
}
"""What a message says where "success" is false and no code stands beside it."""

_AUDIO = (b"ID3", b"RIFF", b"OggS", b"fLaC", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")
_LONGEST = 8 << 20
_UNSUCCESSFUL = "unsuccessful"
_LONGEST_CODE = 60
_OK = range(200, 300)
_NO_ERROR = (None, "0", "200")
_TASK_IDS = ("task_id", "id", "cloned_voice_id")


def problem_in(reply: Reply) -> Problem | None:
    """Return the refusal or fault that an answer reports, whatever its HTTP status.

    Raises
    ------
    BadReply
        If it claims success and is neither a JSON object nor audio.
    """
    is_ok = reply.status in _OK
    if is_ok and audio_in(reply):
        return None
    try:
        body = _body(reply)
    except e.BadReply:
        if is_ok:
            raise
        return Problem(code=str(reply.status))
    # Where there is a task, something was accepted: it is asked for, not given up.
    if is_ok and (task_id(body) or not _says_no(body)):
        return None
    message = _message(body)
    fallback = _UNSUCCESSFUL if is_ok else str(reply.status)
    code = _code(body) or _phrase(message, is_ok=is_ok) or fallback
    return Problem(code=code[:_LONGEST_CODE], message=message)


def opened(reply: Reply) -> Fields:
    """Return the fields of an answer that costs nothing to ask for again.

    Raises
    ------
    BadReply
        If it cannot be read, or is a refusal.
    """
    problem = problem_in(reply)
    if problem is not None:
        raise e.BadReply(
            f"KingCong answers {problem.message or problem.code!r}.",
            provider="kingcong",
            status=reply.status,
            code=problem.code,
        )
    return _body(reply)


def audio_in(reply: Reply) -> bytes | None:
    """Return the audio that an answer is, instead of speaking of it."""
    # A stored answer has no headers, so the first bytes count as well. What is longer
    # than any answer we take was cut off, and half a sound is none.
    kind = reply.headers.get("content-type", "").lower()
    is_audio = kind.startswith("audio/") or reply.body.startswith(_AUDIO)
    return reply.body if is_audio and 0 < len(reply.body) <= _LONGEST else None


def task_id(body: Fields) -> str | None:
    """Return the id of what was accepted, in any of the places it may stand."""
    places = (body, body.fields("data"), body.fields("task"))
    return next(filter(None, (place.first_text(*_TASK_IDS) for place in places)), None)


def _body(reply: Reply) -> Fields:
    value = reply.json()
    # The sibling service and ElevenLabs list models without an object around them.
    return Fields({"data": value}) if isinstance(value, list) else Fields.of(reply)


def _says_no(body: Fields) -> bool:
    return (
        body.flag("success") is False
        or any(body.raw(name) for name in ("detail", "error", "errors"))
        or any(code not in _NO_ERROR for code in _inner_codes(body))
    )


def _inner_codes(body: Fields) -> tuple[str | None, ...]:
    return (
        body.fields("base_resp").first_text("status_code"),
        body.fields("statusInfo").first_text("code"),
    )


def _code(body: Fields) -> str | None:
    detail = body.fields("detail")
    found = (
        detail.first_text("code", "status"),
        body.fields("error").first_text("code", "status"),
        body.first_text("code", "error_code"),
        *_inner_codes(body),
    )
    return next((code for code in found if code not in _NO_ERROR), None)


def _message(body: Fields) -> str:
    said = (
        body.first_text("message", "error", "error_message", "detail"),
        *(error.first_text("message", "msg") for error in body.each("errors")),
        body.fields("detail").first_text("message"),
        *(detail.first_text("msg", "message") for detail in body.each("detail")),
        body.fields("error").first_text("message"),
        body.fields("base_resp").first_text("status_msg"),
        body.fields("statusInfo").first_text("message"),
    )
    return next(filter(None, said), "")


def _phrase(message: str, *, is_ok: bool) -> str | None:
    """Return what a message says; the HTTP status says it better where it is one."""
    spoken = message.casefold() if is_ok else ""
    return next((code for phrase, code in _PHRASES.items() if phrase in spoken), None)
