"""What the figures have in common: how they begin, their colours, their texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voicekit.clip import show_text
from voicekit.errors import Unsupported

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["LINE", "MARK", "new_figure", "plain", "undecorated"]

LINE, MARK = "#4c72b0", "#dd8452"


def new_figure(*, figsize: tuple[float, float], shown: bool = True) -> Figure:
    """Return an empty figure of so many inches.

    Parameters
    ----------
    shown : bool
        Whether a notebook shows it by itself.

    Raises
    ------
    Unsupported
        If matplotlib is not installed.
    """
    try:
        from matplotlib import figure  # noqa: PLC0415
        from matplotlib import pyplot as plt  # noqa: PLC0415 - an extra
    except ImportError:
        raise Unsupported(
            "Drawing needs matplotlib: pip install 'voicekit[plots]'."
        ) from None
    make = plt.figure if shown else figure.Figure
    return make(figsize=figsize, layout="constrained")


def plain(text: str) -> str:
    r"""Return foreign text for a figure: a dollar sign in a name is no formula.

    Examples
    --------
    >>> print(plain("5 $"))
    5 \$
    """
    return show_text(text).replace("$", r"\$")


def undecorated(ax: Axes) -> None:
    """Take the frame's upper and right line away."""
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
