"""A bar that shows how far a comparison is, where the caller looks."""

from __future__ import annotations

from typing import Any

__all__ = ["Progress"]


class Progress:
    """Counts finished clips. In a notebook one line of plain text is left of it.

    The bar is a widget there, and a saved notebook could not show it: without its
    state JupyterLab says "Error displaying widget". Messages find the caller's cell,
    because the bridge carries the caller's context over to its loop.

    Parameters
    ----------
    total : int
        How many there will be.
    text : str
        What stands before the bar, and what is left of it in a notebook.
    """

    def __init__(self, total: int, text: str) -> None:
        self._total, self._text = total, text
        self._bar: Any = None
        self._place: Any = None

    def open(self) -> None:
        """Show the bar. Slow at first: it imports tqdm."""
        from tqdm.auto import tqdm  # noqa: PLC0415
        from tqdm.notebook import tqdm_notebook  # noqa: PLC0415

        options = {"total": self._total, "unit": "clip", "leave": False}
        if not issubclass(tqdm, tqdm_notebook):
            self._bar = tqdm(desc=self._text, **options)
            return
        from IPython.display import display  # noqa: PLC0415

        show: Any = display  # it publishes no types

        self._bar = tqdm(desc=self._text, display=False, **options)
        bundle = {**self._bar.container._repr_mimebundle_(), **self._plain}
        self._place = show(bundle, raw=True, display_id=True)

    def advance(self) -> None:
        """Count one more."""
        self._bar.update(1)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
        if self._place is not None:
            self._place.update(self._plain, raw=True)

    @property
    def _plain(self) -> dict[str, str]:
        return {"text/plain": self._text}
