"""Rate limits: so many requests in a window."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field

from voicekit.sandbox.clock import Clock

__all__ = ["Limit"]


@dataclass(slots=True, kw_only=True)
class Limit:
    """At most `most` requests in any `window_s` seconds."""

    most: int
    window_s: float
    operations: Collection[str] = ()
    """What is counted; empty for every request."""
    _times: deque[float] = field(default_factory=deque)

    def counts(self, operations: Collection[str]) -> bool:
        """Tell whether a request falls under it."""
        if "download" in operations:
            return False
        return not self.operations or any(
            name in operations for name in self.operations
        )

    def allow(self, clock: Clock) -> bool:
        """Count a request, and tell whether it may pass; a refused one is free."""
        self._forget(clock)
        if len(self._times) >= self.most:
            return False
        self._times.append(clock.now())
        return True

    def remaining(self, clock: Clock) -> int:
        """Return how many more may pass now."""
        self._forget(clock)
        return self.most - len(self._times)

    def resets(self, clock: Clock) -> float:
        """Return when the next one may pass, in Unix seconds."""
        self._forget(clock)
        return (self._times[0] if self._times else clock.now()) + self.window_s

    def _forget(self, clock: Clock) -> None:
        oldest = clock.now() - self.window_s
        while self._times and self._times[0] <= oldest:
            self._times.popleft()
