"""What a provider says about a job: its task, the results, the price, the balance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, TypeAlias

__all__ = [
    "Credits",
    "Estimate",
    "Notice",
    "Problem",
    "Rate",
    "RateLimit",
    "Receipt",
    "Result",
    "Task",
    "TaskState",
    "Word",
    "cost_text",
    "from_micros",
    "to_micros",
]

TaskState: TypeAlias = Literal["queued", "running", "done", "failed"]

MICROS = 1_000_000


@dataclass(frozen=True, slots=True)
class Word:
    """One spoken word and when it sounds, in seconds from the start of the clip."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One file that a task made: where to fetch it, or its bytes."""

    role: Literal["audio", "transcript", "words", "cover"] = "audio"
    media_type: str
    """What the request asked for, such as ``audio/wav``."""
    url: str | None = None
    data: bytes | None = None
    duration_s: float | None = None
    sample_rate: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """The state of one submission in our words."""

    state: TaskState
    receipt: str | None = None
    """Task id, voice id or purchase id: what proves the submission was accepted."""
    progress: float | None = None
    """From 0 to 1."""
    results: tuple[Result, ...] = ()
    words: tuple[Word, ...] = ()
    credits_micros: int | None = None
    """What the vendor charged, in millionths of its credit; None where unknown."""
    error: str | None = None
    billed: bool | None = None
    """Whether a failed task was charged; None where unknown."""
    warnings: tuple[str, ...] = ()
    vendor_s: float | None = None
    expires_at: int | None = None
    """Microseconds since 1970, UTC."""
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Something that a vendor lists and that a lost answer may have started."""

    id: str
    created_at: int | None = None
    """Microseconds since 1970, UTC."""
    credits_micros: int | None = None
    is_certain: bool = False
    """Whether it carries what only this job sent, such as our own reference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a vendor's callback says that is of use: ask me how this task is."""

    receipt: str | None = None
    """The task's id; None where it cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A refusal or fault that an answer reports, read by its provider."""

    code: str
    """The HTTP status or the vendor's own code, as text."""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """At most `most` jobs in any `window_s` seconds."""

    most: int
    window_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """How many requests a vendor's answer says are left, and until when."""

    limit: int | None = None
    remaining: int | None = None
    resets_at: int | None = None
    """Microseconds since 1970, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credits:
    """A vendor's balance."""

    balance: float | None
    unit: str
    regular: float | None = None
    permanent: float | None = None
    resets_at: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a call will cost, and how that is known.

    ``credits`` is None where nothing is known about the price.
    """

    credits: float | None
    most: float | None = None
    """The largest that was seen for as much, where the price was learned."""
    unit: str
    exact: bool
    evidence: str

    def __str__(self) -> str:
        """Return it in a few words.

        Examples
        --------
        >>> print(Estimate(credits=4.5, unit="credits", exact=False, evidence="seen"))
        about 4.5 credits
        """
        about = "" if self.exact or not self.credits else "about "
        return about + cost_text(self.credits, self.unit, unknown="price unknown")


def cost_text(
    credits: float | None,  # noqa: A002 - the word of every table
    unit: str | None,
    unknown: str = "unknown",
) -> str:
    """Return an amount in a word or two.

    Examples
    --------
    >>> cost_text(1200.0, "credits"), cost_text(0.0, "USD"), cost_text(None, "USD")
    ('1200 credits', 'free', 'unknown')
    """
    if credits is None:
        return unknown
    return f"{credits:.6g} {unit or 'credits'}" if credits else "free"


def to_micros(amount: object) -> int | None:
    """Return an amount of credits in whole millionths; None where it is no amount.

    Examples
    --------
    >>> to_micros("1.25"), to_micros(0.1), to_micros(None), to_micros("NaN")
    (1250000, 100000, None, None)
    """
    if amount is None or isinstance(amount, bool):
        return None
    try:
        exact = (Decimal(str(amount)) * MICROS).to_integral_value()
        # What no ledger could hold is no amount, and int("1e99999999") never ends.
        return int(exact) if abs(exact) < 1 << 63 else None
    except (ArithmeticError, ValueError):
        return None


def from_micros(micros: int | None) -> float | None:
    """Return credits from whole millionths.

    Examples
    --------
    >>> from_micros(1250000)
    1.25
    """
    return None if micros is None else micros / MICROS
