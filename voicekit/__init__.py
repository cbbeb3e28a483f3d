"""voicekit: pick, tune, hear and compare synthetic voices in a notebook.

>>> import voicekit as vk
>>> with vk.Studio(providers=["offline"]) as studio:
...     clip = studio.speak("Hello, world!", "offline:en-us", rate=160)
>>> clip
<Clip offline:en-us · 1.1 s · free>
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from voicekit import errors
from voicekit._version import __version__

if TYPE_CHECKING:
    from voicekit import listening as listening
    from voicekit import panels as panels
    from voicekit import providers as providers
    from voicekit import sandbox as sandbox
    from voicekit.clip import Clip as Clip
    from voicekit.engine.login import login as login
    from voicekit.engine.nested import allow_nested_loops as allow_nested_loops
    from voicekit.magics import load_ipython_extension as load_ipython_extension
    from voicekit.studio import Studio as Studio
    from voicekit.task import Estimate as Estimate
    from voicekit.task import Word as Word
    from voicekit.transcript import Transcript as Transcript
    from voicekit.voice import Voice as Voice

_LAZY = {
    "Clip": "voicekit.clip",
    "Estimate": "voicekit.task",
    "Studio": "voicekit.studio",
    "Voice": "voicekit.voice",
    "Word": "voicekit.task",
    "allow_nested_loops": "voicekit.engine.nested",
    "Transcript": "voicekit.transcript",
    "listening": "voicekit.listening",
    "load_ipython_extension": "voicekit.magics",
    "login": "voicekit.engine.login",
    "panels": "voicekit.panels",
    "providers": "voicekit.providers",
    "sandbox": "voicekit.sandbox",
}
"""The public names and where they live; importing voicekit imports none of them."""

__all__ = [
    "Clip",
    "Estimate",
    "Studio",
    "Transcript",
    "Voice",
    "Word",
    "__version__",
    "allow_nested_loops",
    "errors",
    "listening",
    "load_ipython_extension",
    "login",
    "panels",
    "providers",
    "sandbox",
]


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'voicekit' has no attribute {name!r}")
    module = importlib.import_module(_LAZY[name])
    value = module if _LAZY[name] == f"voicekit.{name}" else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return list(__all__)
