"""Says in one line what an earlier kernel left, when a studio opens its library."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from voicekit import providers
from voicekit.engine.connector import Connector
from voicekit.errors import VoicekitError
from voicekit.library.library import Library
from voicekit.library.remains import left_behind

__all__ = ["notice"]


def notice(library: Library, connector: Connector, names: Iterable[str]) -> str | None:
    """Return the line; None if nothing of these providers was left. Asks nobody."""
    left = library.post(left_behind).result()
    here = {issuer for name in names if (issuer := _issuer(connector, name))}
    return _line([row for row in left if row["issuer"] in here])


def _issuer(connector: Connector, name: str) -> str | None:
    provider = providers.find(name)
    if provider.repeatable:
        return None  # free: it is made anew when somebody asks
    try:
        return f"{connector.realm(provider)} {name}"
    except VoicekitError:
        return None  # nobody knows where it is, and its first call will say so


def _line(rows: list[Mapping[str, Any]]) -> str | None:
    if not rows:
        return None
    counts = Counter(row["provider"] for row in rows)
    each = ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
    tasks = "1 task is" if len(rows) == 1 else f"{len(rows)} tasks are"
    ends = [row["expires_at"] for row in rows if row["expires_at"] is not None]
    until = f"; the first result ends on {_day(min(ends))}" if ends else ""
    return (
        f"{tasks} left unfinished by an earlier kernel ({each}{until}): "
        "studio.resume() finishes what can be finished."
    )


def _day(micros: int) -> str:
    return datetime.fromtimestamp(micros / 1e6, UTC).strftime("%Y-%m-%d %H:%M UTC")
