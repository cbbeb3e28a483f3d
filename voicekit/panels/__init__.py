"""Widgets to pick a voice, tune it and speak, each usable alone."""

from __future__ import annotations

from voicekit.panels.compare import Compare
from voicekit.panels.files import Files
from voicekit.panels.keys import Keys
from voicekit.panels.parameters import Parameters
from voicekit.panels.speak import Speak
from voicekit.panels.tabs import Tabs
from voicekit.panels.tasks import Tasks
from voicekit.panels.voice_picker import VoicePicker

__all__ = [
    "Compare",
    "Files",
    "Keys",
    "Parameters",
    "Speak",
    "Tabs",
    "Tasks",
    "VoicePicker",
]
