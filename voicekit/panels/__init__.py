"""Widgets to pick a voice, tune it and speak, each usable alone."""

from __future__ import annotations

from voicekit.panels.compare import Compare
from voicekit.panels.parameters import Parameters
from voicekit.panels.speak import Speak
from voicekit.panels.voice_picker import VoicePicker

__all__ = ["Compare", "Parameters", "Speak", "VoicePicker"]
