"""Local stand-ins of the five vendors, over real HTTP, written from their pages."""

from __future__ import annotations

from voicekit.sandbox.handle import Sandbox, SandboxError, Vendor, serve

__all__ = ["Sandbox", "SandboxError", "Vendor", "serve"]
