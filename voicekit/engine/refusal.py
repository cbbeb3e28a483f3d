"""Words a provider's refusal for the user, and keeps it for the next time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voicekit import errors
from voicekit.clip import show_text
from voicekit.engine.outcome import ErrorTable, error_class
from voicekit.engine.pace import retry_after
from voicekit.errors import ProviderError, VoicekitError
from voicekit.flow import NoReply, Reply
from voicekit.job import Job
from voicekit.library.ledger import Kept
from voicekit.library.states import State
from voicekit.providers import Provider
from voicekit.task import Problem

__all__ = [
    "doubt",
    "free_failure",
    "no_answer",
    "refusal",
    "stored",
    "to_store",
    "unclear",
    "unreadable",
    "who",
    "written_off",
]

_REMEDIES: Mapping[type[ProviderError], str] = {
    errors.Unauthorized: "Check the key of this provider.",
    errors.InsufficientCredits: "Nothing was charged. Add credits, then call again.",
    errors.RateLimited: "Nothing was charged. Wait a little, then call again.",
    errors.InvalidRequest: "Nothing was charged. Change the text or the settings.",
    errors.NotFound: "Nothing was charged. Check the voice and the model.",
    errors.Unavailable: "Try again later.",
}
_REMEDIES_OF_A_LOOK: Mapping[type[ProviderError], str] = {
    errors.Unauthorized: "Check the key of this provider.",
    errors.InsufficientCredits: "Add credits.",
    errors.RateLimited: "Wait a little, then call again.",
    errors.InvalidRequest: "Check what was asked for.",
    errors.NotFound: "Check the id.",
    errors.Unavailable: "Try again later.",
}
"""For what costs nothing anyway."""

_LATER = (errors.RateLimited, errors.Unavailable)
"""Errors that time mends."""

_KEPT_FIELDS = ("provider", "voice", "status", "code", "request_id", "retry_after")


def refusal(
    asked: Job | Provider, reply: Reply, problem: Problem, table: ErrorTable
) -> ProviderError:
    """Return the error for an answer that reports a problem."""
    kind = error_class(reply, problem, table)
    said = show_text(problem.message) or f"error {show_text(problem.code)}"
    remedies = _REMEDIES if isinstance(asked, Job) else _REMEDIES_OF_A_LOOK
    remedy = remedies.get(kind, "")
    return kind(
        f"{who(asked)} said no: {said.rstrip('.')} ({problem.code}). {remedy}".rstrip(),
        **_names(asked),
        status=reply.status,
        code=problem.code,
        request_id=reply.headers.get("x-request-id"),
        # Some vendors say with every answer when their window begins anew.
        retry_after=retry_after(reply.headers) if kind in _LATER else None,
    )


def no_answer(asked: Job | Provider, lost: NoReply) -> ProviderError:
    """Return the error for a request that cost nothing and brought no answer."""
    return errors.Unavailable(
        f"{who(asked)} did not answer: {lost.reason}. Nothing was charged; call again.",
        **_names(asked),
    )


def free_failure(
    job: Job, answer: Reply | NoReply, problem: Problem | None, table: ErrorTable
) -> ProviderError:
    """Return the error for a submission that failed, and certainly cost nothing."""
    if isinstance(answer, NoReply):
        return no_answer(job, answer)
    if problem is not None:
        return refusal(job, answer, problem, table)
    return errors.BadReply(
        f"The answer of {who(job)} cannot be understood. Nothing was charged; call "
        "again.",
        **_names(job),
        status=answer.status,
    )


def doubt(answer: Reply | NoReply, problem: Problem | None) -> str:
    """Return why it is not known what became of a submission."""
    if isinstance(answer, NoReply):
        return answer.reason
    if problem is not None:
        return f"it answered HTTP {answer.status} with the code {problem.code}"
    return f"its answer (HTTP {answer.status}) cannot be understood"


def unreadable(provider: Provider, bad: errors.BadReply) -> errors.BadReply:
    """Return the error for an answer to a free request that makes no sense."""
    return errors.BadReply(
        f"The answer of {provider.name} cannot be understood: {bad} Nothing was "
        "charged; call again.",
        provider=provider.name,
        status=bad.status,
    )


def unclear(job: Job, name: str, why: str) -> VoicekitError:
    """Return the error for a paid request of which nobody knows what became."""
    return errors.SubmissionUnknown(
        f"It is not known whether {who(job)} accepted job {name}: {why}. It counts as "
        f"spent and will not be sent again by itself. studio.check({name!r}) looks for "
        "it at the provider; then adopt, submit_again or write_off decides, as "
        "studio.held() lists.",
        job=name,
    )


def written_off(kept: Kept, billed: str) -> VoicekitError:
    """Return the error for a job that its user closed."""
    cost = {"yes": "it was billed", "no": "it was not billed"}
    name = kept.job["id"]
    return errors.GenerationFailed(
        f"Job {name} was written off: {cost.get(billed, 'its cost is not known')}. "
        f"studio.submit_again({name!r}) makes another.",
        provider=kept.job["provider"],
        voice=kept.job["voice"],
    )


def who(asked: Job | Provider) -> str:
    """Return the voice, or the provider where no voice is in it."""
    if isinstance(asked, Provider):
        return asked.name
    return asked.voice_name or asked.provider


def _names(asked: Job | Provider) -> dict[str, Any]:
    if isinstance(asked, Provider):
        return {"provider": asked.name}
    return {"provider": asked.provider, "voice": asked.voice_name}


def to_store(error: VoicekitError) -> Mapping[str, Any]:
    """Return an error as plain values for the ledger."""
    fields = {name: getattr(error, name, None) for name in _KEPT_FIELDS}
    known = {name: value for name, value in fields.items() if value is not None}
    return {"kind": type(error).__name__, "message": str(error), **known}


def stored(kept: Kept) -> VoicekitError:
    """Return the error of an attempt that ended without a result."""
    fields = dict(kept.attempt["error"] or {})
    kind: Any = getattr(errors, fields.pop("kind", ""), errors.GenerationFailed)
    message = fields.pop("message", "The job ended without a result.")
    if kept.state is State.AT_RISK and kept.attempt["receipt"]:
        name, task = kept.job["id"], kept.attempt["receipt"]
        message += f" studio.adopt({name!r}, {task!r}) asks for it again, at no cost."
    if issubclass(kind, errors.StillRunning | errors.SubmissionUnknown):
        fields = {"job": kept.job["id"]}
    error: VoicekitError = kind(message, **fields)
    return error
