"""Every exception that voicekit raises.

::

    VoicekitError
    ├── KeyMissing            no key for a vendor
    ├── UnknownProvider       no provider of that name
    ├── UnknownVoice          no such voice at this provider
    ├── Unsupported           this provider has no such thing
    ├── InvalidSetting        unknown setting, or a value outside its range
    ├── InvalidText           empty, too long, or not text
    ├── InvalidAnswers        a listening test's answers cannot be analysed this way
    ├── BudgetExceeded        the call could cost more than the budget leaves
    ├── StillRunning          the wait ended, the task goes on
    ├── SubmissionUnknown     it is not known whether a paid request was accepted
    ├── ResultExpired         the vendor no longer has the result
    ├── UnsafeResult          a download that was refused
    ├── LibraryError          the library folder cannot be used
    └── ProviderError         the provider said no
        ├── Unauthorized
        ├── InsufficientCredits
        ├── RateLimited
        ├── InvalidRequest
        ├── NotFound
        ├── Unavailable
        ├── GenerationFailed
        └── BadReply
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = [
    "BadReply",
    "BudgetExceeded",
    "GenerationFailed",
    "InsufficientCredits",
    "InvalidAnswers",
    "InvalidRequest",
    "InvalidSetting",
    "InvalidText",
    "KeyMissing",
    "LibraryError",
    "NotFound",
    "ProviderError",
    "RateLimited",
    "ResultExpired",
    "StillRunning",
    "SubmissionUnknown",
    "Unauthorized",
    "Unavailable",
    "UnknownProvider",
    "UnknownVoice",
    "UnsafeResult",
    "Unsupported",
    "VoicekitError",
    "nearest",
]


class VoicekitError(Exception):
    """Base of every error that voicekit raises on purpose."""


class KeyMissing(VoicekitError):
    """A call needs a vendor's key, and none was found."""


class UnknownProvider(VoicekitError):
    """There is no provider of that name."""


class UnknownVoice(VoicekitError):
    """The provider has no such voice."""


class Unsupported(VoicekitError):
    """The provider has no such thing."""


class InvalidSetting(VoicekitError):
    """A setting is unknown here, or its value is not one that is accepted."""


class InvalidText(VoicekitError):
    """The text is empty, too long, or holds what cannot be spoken."""


class InvalidAnswers(VoicekitError, ValueError):
    """A listening test's answers cannot be analysed in the way that was asked for."""


class BudgetExceeded(VoicekitError):
    """The call could cost more than the budget leaves; nothing was sent."""


class _JobError(VoicekitError):
    """An error about one job, whose name is in ``job``.

    Parameters
    ----------
    message : str
        What happened, and what to do next.
    job : str
        The job's name in ``studio.tasks()``.
    """

    def __init__(self, message: str, *, job: str) -> None:
        super().__init__(message)
        self.job = job

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), str(self), {"job": self.job})


class StillRunning(_JobError):
    """The wait ended before the task did; the task is kept."""


class SubmissionUnknown(_JobError):
    """It is not known whether a paid request was accepted; the job is HELD."""


class ResultExpired(VoicekitError):
    """The vendor no longer has the result, and it was never saved here."""


class UnsafeResult(VoicekitError):
    """A download was refused, because its address or content is not safe."""


class LibraryError(VoicekitError):
    """The library folder cannot be read, written or trusted."""


class ProviderError(VoicekitError):
    """The provider refused or failed.

    Parameters
    ----------
    message : str
        What happened, and what to do next.
    provider, voice : str, optional
        Who was asked, and for which voice.
    status : int, optional
        The HTTP status of the answer.
    code, request_id : str, optional
        The vendor's own error code and request id.
    retry_after : float, optional
        Seconds after which the vendor says to come back.
    """

    def __init__(  # noqa: PLR0913 - the fields that DESIGN names
        self,
        message: str,
        *,
        provider: str | None = None,
        voice: str | None = None,
        status: int | None = None,
        code: str | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.provider = provider
        self.voice = voice
        self.status = status
        self.code = code
        self.request_id = request_id
        self.retry_after = retry_after

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), str(self), dict(vars(self)))


class Unauthorized(ProviderError):
    """The key is missing, wrong, or not allowed to do this."""


class InsufficientCredits(ProviderError):
    """The account has too few credits."""


class RateLimited(ProviderError):
    """Too many requests; nothing was accepted."""


class InvalidRequest(ProviderError):
    """The provider refused the request as wrong."""


class NotFound(ProviderError):
    """The provider knows no such voice, model or task."""


class Unavailable(ProviderError):
    """The provider cannot be reached, or is not working now."""


class GenerationFailed(ProviderError):
    """The provider accepted the task and could not complete it."""


class BadReply(ProviderError):
    """The provider's answer cannot be understood."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Return `` Did you mean 'x'?``, or nothing where no name is near.

    Examples
    --------
    >>> nearest("spede", ["speed", "pitch"])
    " Did you mean 'speed'?"
    """
    found = difflib.get_close_matches(name.lower(), list(known), n=1, cutoff=0.5)
    return f" Did you mean {found[0]!r}?" if found else ""


def _rebuild(
    kind: type[VoicekitError], message: str, fields: dict[str, object]
) -> VoicekitError:
    """Make an error again from its parts, for pickle."""
    return kind(message, **fields)
