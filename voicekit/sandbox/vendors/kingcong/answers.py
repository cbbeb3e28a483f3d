"""What Kingcong answers."""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from voicekit.sandbox.account import Amount

__all__ = [
    "Cloned",
    "Clones",
    "Config",
    "Credits",
    "Deleted",
    "Error",
    "Health",
    "Metadata",
    "MiniMaxVoices",
    "Models",
    "Proxy",
    "Purchase",
    "PurchaseData",
    "Purchases",
    "PurchasesData",
    "Receipt",
    "Removed",
    "SharedVoices",
    "Socks",
    "Task",
    "Tasks",
    "VoicePage",
    "Voices",
]


class Metadata(TypedDict, total=False):
    """Links to results; lists where there are several."""

    audio_url: str | list[str]
    srt_url: str
    json_url: str
    cover_url: list[str]


class Receipt(TypedDict):
    """A task was accepted; with its result, if that was ready at once."""

    success: Literal[True]
    task_id: str
    ec_remain_credits: Amount
    status: NotRequired[str]
    metadata: NotRequired[Metadata]


class Task(TypedDict):
    """A task, bare; callbacks have no progress."""

    id: str
    created_at: str
    status: str
    error_message: str | None
    credit_cost: Amount
    metadata: Metadata
    type: str
    progress: NotRequired[int]


class Tasks(TypedDict):
    """A page of tasks."""

    success: Literal[True]
    data: list[Task]
    page: int
    limit: int
    total: int


class Deleted(TypedDict):
    """Tasks were deleted."""

    success: Literal[True]
    refund_credits: Amount


class Credits(TypedDict):
    """The balance."""

    success: Literal[True]
    credits: Amount


class Health(TypedDict):
    """Whether the services behind it work."""

    success: Literal[True]
    data: dict[str, str]


class Models(TypedDict):
    """The speech models."""

    models: list[dict[str, Any]]


class Voices(TypedDict):
    """A page of voices, as ElevenLabs answers."""

    voices: list[dict[str, Any]]
    has_more: bool
    total_count: int
    next_page_token: str | None


class SharedVoices(TypedDict):
    """A page of shared voices, as ElevenLabs answers."""

    voices: list[dict[str, Any]]
    has_more: bool
    total_count: int
    last_sort_id: str | None


class Config(TypedDict):
    """MiniMax's settings: another envelope than everything else."""

    data: dict[str, Any]
    statusInfo: dict[str, Any]


class VoicePage(TypedDict):
    """One page of MiniMax voices."""

    voice_list: list[dict[str, Any]]
    has_more: bool
    total: int


class MiniMaxVoices(TypedDict):
    """A page of MiniMax voices."""

    success: Literal[True]
    data: VoicePage


class Cloned(TypedDict):
    """A clone was made."""

    success: Literal[True]
    cloned_voice_id: int


class Clones(TypedDict):
    """One's own clones."""

    success: Literal[True]
    data: list[dict[str, Any]]


class Removed(TypedDict):
    """A clone was deleted."""

    success: Literal[True]


class Socks(TypedDict):
    """A proxy in its other form."""

    host: str
    port: int
    username: str
    password: str


class Proxy(TypedDict):
    """One proxy."""

    id: int
    proxy: str
    socks5: Socks
    ttl_minutes: int
    credit_cost: Amount
    expires_at: str


class PurchaseData(TypedDict):
    """What was bought."""

    purchased_proxies: list[Proxy]
    total_cost: Amount
    total_purchased: int
    requested_quantity: int
    refunded_credits: Amount
    unavailable_proxies: int


class Purchase(TypedDict):
    """Proxies were bought."""

    success: Literal[True]
    data: PurchaseData


class PurchasesData(TypedDict):
    """What was bought before."""

    purchases: list[Proxy]
    total: int


class Purchases(TypedDict):
    """All purchases."""

    success: Literal[True]
    data: PurchasesData


class Error(TypedDict):
    """Any refusal."""

    success: Literal[False]
    message: str
