"""A widget that plays clips: it asks for sounds by random names, and is answered."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anywidget
import traitlets

from voicekit.clip import show_text
from voicekit.panels.frame import close_all, framed
from voicekit.panels.notice import told
from voicekit.panels.source import style

__all__ = ["Stage", "StageView"]


class StageView(anywidget.AnyWidget):
    """What the page holds: small state without a trace of what a clip is."""

    _css = style("booth")

    state: traitlets.Dict[str, Any] = traitlets.Dict().tag(sync=True)


class Stage:
    """The kernel's side: takes the page's messages in turn, off the kernel's thread.

    Parameters
    ----------
    view : StageView
        The page's side.
    part : str
        What the panel is, for its style.
    """

    title = "The stage"

    def __init__(self, view: StageView, part: str) -> None:
        self._view = view
        self.widget = framed([view], part)
        self._tokens: dict[str, int] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="voicekit-stage")
        view.on_msg(lambda _view, content, _buffers: self._post(self._take, content))
        self._post(self._open)

    def wav(self, place: int) -> bytes:
        """Return the sound of a place on the screen. Override."""
        raise NotImplementedError

    def opened(self) -> Mapping[str, Any]:
        """Return what the page shows now. Override."""
        raise NotImplementedError

    def take(self, message: Mapping[str, Any], place: int | None) -> None:
        """Take a message of the page. Override where there are any."""

    def close(self) -> None:
        """Take it off the screen."""
        self._thread.shutdown(wait=False, cancel_futures=True)
        close_all(self.widget)

    def name_places(self, count: int) -> list[str]:
        """Give the clips of a screen new names, by chance."""
        names = [secrets.token_hex(8) for _ in range(count)]
        self._tokens = {name: place for place, name in enumerate(names)}
        return names

    def _open(self) -> None:
        self._view.state = dict(self.opened())

    def _take(self, message: Mapping[str, Any]) -> None:
        place = self._tokens.get(str(message.get("id")))
        if message.get("kind") != "need":
            self.take(message, place)
        elif place is not None:
            answer = {"kind": "sound", "id": message["id"]}
            self._view.send(answer, [self.wav(place)])

    def _post(self, action: Callable[..., None], *given: Any) -> None:
        def done() -> None:
            try:
                action(*given)
            except Exception as error:  # noqa: BLE001 - shown on the screen
                self._say(*told(error))

        self._thread.submit(done)

    def _say(self, text: str, details: str = "") -> None:
        said = {"error": show_text(text), "details": show_text(details)}
        self._view.state = {**self._view.state, **said}

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = dict(self.widget._repr_mimebundle_(**kwargs))
        # What a notebook shows that was opened without a kernel, or is not trusted.
        bundle["text/plain"] = f"{self.title}: run this cell to open it."
        return bundle
