"""The base of every panel: work leaves the kernel free, errors come to the screen."""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar, TypeVar

import ipywidgets as widgets
from IPython.display import HTML, display, update_display

from voicekit.errors import VoicekitError
from voicekit.panels.cell import close_earlier
from voicekit.panels.frame import close_all
from voicekit.panels.frozen import frozen_html
from voicekit.panels.notice import Notice, told
from voicekit.panels.sheet import Sheet
from voicekit.studio import Studio

__all__ = ["NOT_WAITING", "STOPPED", "Panel"]

T = TypeVar("T")

NOT_WAITING = "Nothing is being made."
STOPPED = (
    "Stopped waiting. What was already sent goes on, and may cost; ask for the same "
    "again, and it is here at no further cost."
)
"""What is told of a wait that was stopped: no vendor takes a request back."""

_TURN = threading.RLock()
"""Held while a panel acts. One for all: panels stand in one another."""

_THREAD = ThreadPoolExecutor(1, thread_name_prefix="voicekit-panel")
"""Where results are shown, in their order. It outlives panels: none closes it while
another, or a late answer, still needs it."""


class Panel:
    """Something shown in a notebook that never blocks the kernel.

    A button's callback calls `start`, which returns at once. The result comes back on
    the panels' own thread. A kernel may hand the browser's messages to several threads,
    so callbacks and results take turns. Each call belongs to a line of the panel, and
    its error is shown there.

    Parameters
    ----------
    studio : Studio
        Whose calls the panel makes. It closes its panels when it is closed.

    Attributes
    ----------
    sheet : Sheet
        What the panel made, as an ordinary output below it.
    """

    parts: ClassVar[tuple[str, ...]] = ()
    """What the panel puts on its sheet, from top to bottom."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.notice = Notice()
        self.sheet = Sheet(self.parts)
        self._display_id = f"voicekit-{secrets.token_hex(8)}"
        self._waiting: dict[Future[Any], Notice] = {}
        self._closed = self._is_shown = False
        self._others: list[Callable[[], object]] = []
        studio.panels.add(self)

    @property
    def widget(self) -> widgets.Widget:
        """The whole panel as one widget. Override in every panel."""
        raise NotImplementedError

    def refresh(self) -> None:
        """Show what the studio has by now. Override where others may add to it."""

    def on_news(self, observer: Callable[[], object]) -> None:
        """Call ``observer()`` when the studio has more than before: a vendor, a voice.

        Another panel's `refresh` is such an observer. Rarely overridden.
        """
        self._others.append(observer)

    def tell_others(self) -> None:
        """Say that the studio has more than before. Rarely overridden."""
        for observer in self._others:
            observer()

    def attempt(self, action: Callable[[], object]) -> None:
        """Do what a user asked for, and show an error instead of raising it."""
        with _TURN:
            if self._closed:
                return
            try:
                action()
            except Exception as error:  # noqa: BLE001 - the screen is where a user looks
                self.notice.warn(*told(error))

    def post(self, action: Callable[[], object]) -> None:
        """Attempt something on the panels' thread, whoever calls. Rarely overridden."""
        _submit(partial(self.attempt, action))

    def start(
        self,
        coroutine: Coroutine[Any, Any, T],
        then: Callable[[T], None],
        line: Notice | None = None,
    ) -> Future[T]:
        """Run a coroutine of the studio, then show its result. Rarely overridden.

        Raises
        ------
        VoicekitError
            If the panel or its studio was closed.
        """
        if self._closed:
            coroutine.close()
            raise VoicekitError("This panel is closed; open another.")
        future = self.studio.bridge.submit(coroutine)
        self._waiting[future] = line or self.notice
        # Not on the loop's thread, which others wait for.
        future.add_done_callback(lambda done: _submit(partial(self._show, done, then)))
        return future

    def follow(
        self,
        values: AsyncIterator[T],
        then: Callable[[T], None],
        line: Notice | None = None,
    ) -> Future[None]:
        """Show each value that comes, until the line is stopped. Rarely overridden."""

        def act(value: T) -> None:
            with _TURN:
                if not self._closed:
                    then(value)

        async def forward() -> None:
            async for value in values:
                await asyncio.wrap_future(_THREAD.submit(act, value))

        return self.start(forward(), lambda _: None, line)

    async def told_of(
        self, title: str, making: Awaitable[T], progress: AsyncIterator[int]
    ) -> T:
        """Await what is made; its vendor's progress is told meanwhile."""

        def report(percent: int) -> None:
            if self.is_waiting(self.notice):
                self.notice.tell(f"{title} … {percent} %")

        async def forward() -> None:
            async for percent in progress:
                self.post(partial(report, percent))

        forwarding = asyncio.ensure_future(forward())
        # What is wrong with the call is raised where it is made, too: said once.
        forwarding.add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            return await making
        finally:
            forwarding.cancel()

    def restart(
        self, coroutine: Coroutine[Any, Any, T], then: Callable[[T], None], line: Notice
    ) -> Future[T]:
        """Start a call instead of those of this line: a late answer is not shown."""
        self.stop(line)
        return self.start(coroutine, then, line)

    def is_waiting(self, line: Notice) -> bool:
        """Tell whether a call of this line has still to be shown, to its end."""
        with _TURN:
            return line in self._waiting.values()

    def stop_waiting(self) -> None:
        """Wait no longer for what the panel's own line is about, and say so."""
        waited = self.is_waiting(self.notice)
        self.stop(self.notice)
        self.notice.tell(STOPPED if waited else NOT_WAITING)

    def stop(self, line: Notice) -> None:
        """Cancel the waits of a line. What was sent is kept by the studio."""
        for future, place in tuple(self._waiting.items()):
            if place is line:
                self._waiting.pop(future, None)
                future.cancel()

    def close(self) -> None:
        """Cancel every wait; what is on the screen becomes plain HTML."""
        with _TURN:
            self._closed = True
            for line in set(self._waiting.values()):
                self.stop(line)
            if self._is_shown:
                self.freeze()
            close_all(self.widget)
            self.studio.panels.discard(self)

    def _show(self, future: Future[T], then: Callable[[T], None]) -> None:
        with _TURN:
            line = self._waiting.pop(future, None)
            if line is None:
                return  # stopped, or a newer call took its place
            try:
                then(future.result())
            except CancelledError:
                line.tell("Stopped: the studio was closed.")
            except Exception as error:  # noqa: BLE001 - the screen is where a user looks
                line.warn(*told(error))

    def to_html(self) -> str:
        """Return what a saved notebook shows in its place. Rarely overridden."""
        return frozen_html(self.widget)

    def freeze(self) -> None:
        """Replace the panel, wherever it is shown, by plain HTML.

        A notebook that is opened without a kernel shows no widget. What the panel made
        already stands below it, and stays; nothing is stored twice.
        """
        update_display(HTML(self.to_html()), display_id=self._display_id)
        self._is_shown = False

    def _ipython_display_(self) -> None:
        close_earlier(self)
        bundle = dict(self.widget._repr_mimebundle_())
        # What a notebook shows that was opened without a kernel, or is not trusted.
        bundle["text/plain"] = "The panel: run this cell to open it."
        display(bundle, raw=True, display_id=self._display_id)
        self._is_shown = True
        self.sheet.show()


def _submit(action: Callable[[], None]) -> None:
    with suppress(RuntimeError):  # the interpreter ends: there is no screen any longer
        _THREAD.submit(action)
