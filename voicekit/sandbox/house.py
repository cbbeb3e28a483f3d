"""All five vendors of one running sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from voicekit.sandbox.callbacks import Post
from voicekit.sandbox.clock import Clock
from voicekit.sandbox.desk import Desk
from voicekit.sandbox.proxy import ForwardProxy
from voicekit.sandbox.speech import Speaker

__all__ = ["House"]


@dataclass(slots=True, kw_only=True)
class House:
    """What the control is about."""

    origin: str
    clock: Clock
    speaker: Speaker
    post: Post
    proxies: ForwardProxy
    desks: Mapping[str, Desk]
    trapped: list[dict[str, Any]] = field(default_factory=list)
    """Who followed a redirect to another origin, and what they brought."""

    def addresses(self) -> dict[str, Any]:
        """Return which address and which keys stand for which vendor."""
        vendors = {
            name: {
                "title": desk.sheet.title,
                "url": f"{desk.files.origin}{desk.sheet.base_path}",
                "credentials": dict(desk.sheet.credentials),
            }
            for name, desk in self.desks.items()
        }
        return {"control": self.origin, "vendors": vendors}
