"""What arrived and what was accepted: the counts that a test needs."""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from collections.abc import Collection, Mapping
from typing import Any

__all__ = [
    "Journal",
    "digest",
]

MOST = 20_000
_SECRET_HEADERS = frozenset({"authorization", "x-api-key", "xi-api-key"})


class Journal:
    """Counts of one vendor; keys are noted as present, never written down."""

    def __init__(self) -> None:
        self.requests: Counter[str] = Counter()
        self.operations: Counter[str] = Counter()
        self.bodies: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()
        self.accepted: list[str] = []
        """The receipts of paid submissions."""
        self.log: deque[dict[str, Any]] = deque(maxlen=MOST)

    def arrived(
        self,
        route: str,
        operations: Collection[str],
        path: str,
        headers: Mapping[str, str],
        fault: str | None,
    ) -> dict[str, Any]:
        """Note the head of a request, and return the note."""
        self.requests[route] += 1
        self.operations.update(operations)
        names = sorted(headers)
        note = {
            "route": route,
            "path": path,
            "operations": sorted(operations),
            "headers": names,
            "has_key": bool(_SECRET_HEADERS.intersection(names)),
            "fault": fault,
            "body_sha256": None,
            "bytes": None,
            "status": None,
        }
        self.log.append(note)
        return note

    def read(self, note: dict[str, Any], body: bytes) -> None:
        """Note that a body arrived whole."""
        note["bytes"], note["body_sha256"] = len(body), digest(body)
        for operation in note["operations"]:
            self.bodies[operation] += 1

    def answered(self, note: dict[str, Any], status: int) -> None:
        """Note what was answered, or would have been."""
        note["status"] = status
        self.statuses[str(status)] += 1

    def counters(self) -> dict[str, Any]:
        """Return all counts."""
        return {
            "requests": dict(self.requests),
            "operations": dict(self.operations),
            "bodies": dict(self.bodies),
            "statuses": dict(self.statuses),
            "accepted": len(self.accepted),
            "receipts": list(self.accepted),
        }


def digest(body: bytes) -> str:
    """Return the SHA-256 of a body."""
    return hashlib.sha256(body).hexdigest()
