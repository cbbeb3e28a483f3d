"""Voices that a client made of a sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from voicekit.sandbox.casting import Cast
from voicekit.sandbox.clock import Clock
from voicekit.sandbox.desk import Desk
from voicekit.sandbox.faults import current
from voicekit.sandbox.files import File
from voicekit.sandbox.tasks import fate_of
from voicekit.sandbox.uploads import Upload

__all__ = ["Clone", "clones", "make_clone"]

Stage: TypeAlias = Literal["processing", "ready", "failed"]
WORK_S = 4.0


@dataclass(slots=True, kw_only=True, eq=False)
class Clone:
    """One cloned voice."""

    id: str
    told: Mapping[str, Any]
    """What the client said about it."""
    cast: Cast
    sample: File
    duration_s: float
    created: float
    ready_at: float
    """On the clock that counts work."""
    fails: bool
    uses: int = 0

    def stage(self, clock: Clock) -> Stage:
        """Return whether it can be used yet."""
        if clock.worked() < self.ready_at:
            return "processing"
        return "failed" if self.fails else "ready"


def clones(desk: Desk) -> dict[str, Clone]:
    """Return the clones of a vendor's customer, by their id."""
    found: dict[str, Clone] = desk.shelf.setdefault("clones", {})
    return found


def make_clone(
    desk: Desk, upload: Upload, cast: Cast, told: Mapping[str, Any], *, cost: float
) -> Clone:
    """Accept a clone and charge it.

    Raises
    ------
    Refused
        If there are too few credits.
    """
    desk.account.require(cost)
    armed = current.get()
    first = _keep(desk, upload, cast, told, cost)
    if armed and armed.name == "accepted_twice":
        _keep(desk, upload, cast, told, cost)
    if armed and armed.name == "lost":
        del clones(desk)[first.id]
    return first


def _keep(
    desk: Desk, upload: Upload, cast: Cast, told: Mapping[str, Any], cost: float
) -> Clone:
    armed = current.get()
    clone_id, (fate, _) = desk.sheet.new_clone_id(), fate_of(armed)
    at_once = armed is not None and armed.name == "immediate"
    never = float("inf") if fate == "stuck" else 0.0
    sample = File(
        name=f"{clone_id}.{upload.suffix}",
        media_type=upload.media_type,
        data=upload.data,
    )
    clone = Clone(
        id=clone_id,
        told=told,
        cast=cast,
        sample=sample,
        duration_s=upload.duration_s,
        created=desk.clock.now(),
        ready_at=desk.clock.worked() + (0.0 if at_once else WORK_S) + never,
        fails=fate == "failed",
    )
    clones(desk)[clone_id] = clone
    desk.charge(cost, clone_id, "clone")
    return clone
