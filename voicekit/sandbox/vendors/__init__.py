"""The five vendors, in the order of their ports."""

from __future__ import annotations

from voicekit.sandbox.vendors import akool, kie, kingcong, kling, voiceclone

__all__ = ["SHEETS"]

SHEETS = (
    kingcong.SHEET,
    voiceclone.SHEET,
    kling.SHEET,
    kie.SHEET,
    akool.SHEET,
)
