"""The rows of the tables of what a vendor has, and the way from rows to a table."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from voicekit.errors import KeyMissing, Unauthorized, Unavailable, VoicekitError
from voicekit.library.ledger import now_us
from voicekit.offer import Model
from voicekit.providers import Provider
from voicekit.task import Credits
from voicekit.voice import Voice

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "credits_row",
    "make_frame",
    "model_row",
    "parameter_row",
    "provider_row",
    "voice_row",
]


async def make_frame(table: str, rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Make a table in a thread: importing pandas takes longer than a loop may stand."""
    return await asyncio.to_thread(_framed, table, rows)


def _framed(table: str, rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    from voicekit.library.tables import frame  # noqa: PLC0415 - no table, no pandas

    return frame(table, rows)


_TROUBLES: Mapping[type, str] = {
    KeyMissing: "no key",
    Unauthorized: "key refused",
    Unavailable: "no answer",
}
"""What a provider that does not answer its user is called."""


def provider_row(
    provider: Provider,
    health: str | VoicekitError,
    found: Credits | VoicekitError | None = None,
) -> Mapping[str, Any]:
    """Return what a provider can do, and whether it answers.

    Parameters
    ----------
    health, found : str, Credits or VoicekitError
        How it says that it is, and its balance; or why it does not say.
    """
    known = "unknown" if isinstance(health, VoicekitError) else health
    trouble = _TROUBLES.get(type(found))
    return {
        "provider": provider.name,
        "connected": trouble is None,
        "health": trouble or known,
        "balance": found.balance if isinstance(found, Credits) else None,
        "unit": provider.unit,
        "kinds": ", ".join(provider.kinds),
    }


def credits_row(
    provider: Provider, found: Credits | VoicekitError
) -> Mapping[str, Any]:
    """Return a balance, or why there is none to be seen."""
    row = {"provider": provider.name, "unit": provider.unit, "seen_at": now_us()}
    if isinstance(found, VoicekitError):
        return {**row, "error": str(found)}
    return {
        **row,
        "balance": found.balance,
        "unit": found.unit,
        "regular": found.regular,
        "permanent": found.permanent,
        "resets_at": found.resets_at,
    }


def model_row(provider: Provider, model: Model) -> Mapping[str, Any]:
    """Return what a model can do."""
    return {
        "model": model.id,
        "provider": provider.name,
        "name": model.name,
        "kinds": ", ".join(model.kinds),
        "languages": ", ".join(model.languages),
    }


def voice_row(voice: Voice) -> Mapping[str, Any]:
    """Return a voice with all that is known of it."""
    row = {name: getattr(voice, name) for name in Voice.__dataclass_fields__}
    return {**row, "provider": voice.provider, "tags": ", ".join(voice.tags) or None}


def parameter_row(declared: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a declaration's row; its decimals become the numbers of pandas."""
    return {
        name: float(value) if isinstance(value, Decimal) else value
        for name, value in declared.items()
    }
