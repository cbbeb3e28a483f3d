"""The base of every panel: work leaves the kernel free, errors come to the screen."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from typing import Any, TypeVar

import ipywidgets as widgets

from voicekit.errors import VoicekitError
from voicekit.panels.notice import Notice
from voicekit.studio import Studio

__all__ = ["Panel"]

T = TypeVar("T")


class Panel:
    """Something shown in a notebook that never blocks the kernel.

    A button's callback calls `start`, which returns at once. The result comes back on
    the panel's own thread, one after the other, so that no two updates meet.

    Parameters
    ----------
    studio : Studio
        Whose calls the panel makes.
    """

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self.notice = Notice()
        self._pending: set[Future[Any]] = set()
        self._screen = ThreadPoolExecutor(1, thread_name_prefix="voicekit-panel")

    @property
    def widget(self) -> widgets.Widget:
        """The whole panel as one widget. Override in every panel."""
        raise NotImplementedError

    def start(
        self, coroutine: Coroutine[Any, Any, T], then: Callable[[T], None]
    ) -> Future[T]:
        """Run a coroutine of the studio, then show its result. Rarely overridden."""
        future = self.studio.bridge.submit(coroutine)
        self._pending.add(future)
        # Not on the loop's thread: showing a clip reads its file.
        future.add_done_callback(
            lambda done: self._screen.submit(self._show, done, then)
        )
        return future

    def stop(self) -> None:
        """Cancel every wait. What was sent is kept and finished by the studio."""
        for future in tuple(self._pending):
            future.cancel()

    def close(self) -> None:
        """Cancel every wait and take the panel off the screen."""
        self.stop()
        self._screen.shutdown(wait=False)
        self.widget.close()

    def on_end(self) -> None:
        """Override to tidy up after each call, however it ended."""

    def _show(self, future: Future[T], then: Callable[[T], None]) -> None:
        self._pending.discard(future)
        try:
            then(future.result())
            self.notice.clear()
        except CancelledError:
            self.notice.tell("Stopped.")
        except VoicekitError as error:
            self.notice.warn(str(error))
        except Exception as error:  # noqa: BLE001 - the screen is where a user looks
            details = "".join(traceback.format_exception(error))
            self.notice.warn(f"{type(error).__name__}: {error}", details)
        finally:
            self.on_end()

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        return self.widget._repr_mimebundle_(**kwargs)
