"""Low-pass anchors for MUSHRA, aligned in time with what they are made of."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.signal import filtfilt, firwin

from voicekit.errors import InvalidSetting

__all__ = ["low_pass_anchor"]

TAPS_S = 0.01


def low_pass_anchor(
    samples: ArrayLike, rate: int, cutoff: float = 3500.0
) -> NDArray[np.float64]:
    """Return the clip without what lies above the cutoff.

    Parameters
    ----------
    samples : array
        Frames, or frames x channels.
    rate : int
        Samples per second.
    cutoff : float
        In Hz: 3500 for the low anchor of ITU-R BS.1534-3, 7000 for the mid anchor.

    Returns
    -------
    array
        As long as the clip and not shifted against it: the filter runs forwards and
        backwards, so that its delays cancel.

    Raises
    ------
    InvalidSetting
        If the clip holds nothing above the cutoff, so that an anchor would equal it.

    Examples
    --------
    >>> clip = np.random.default_rng(0).normal(size=4800)
    >>> low_pass_anchor(clip, 48_000).shape
    (4800,)
    """
    frames = np.asarray(samples, dtype=float)
    if not 0 < cutoff < rate / 2:
        raise InvalidSetting(
            f"At {rate} samples per second there is nothing above {cutoff:g} Hz to "
            "take away; choose a lower cutoff, or another anchor."
        )
    taps = firwin(2 * int(TAPS_S * rate / 2) + 1, cutoff, fs=rate)
    reach = min(3 * len(taps), len(frames) - 1)
    return np.asarray(filtfilt(taps, [1.0], frames, axis=0, padlen=reach))
