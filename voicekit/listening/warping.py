"""Dynamic time warping: which moment of one rendering says what another says when."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.fft import dct
from scipy.signal import resample_poly, stft

__all__ = ["warp"]

Array = NDArray[np.float64]

RATE = 16_000
HOP_S = 0.01
WINDOW_S = 0.025
BANDS = 40
COEFFICIENTS = 13
BEND = 0.2
"""What a step costs that lets time stand still in one of the two; it keeps pauses from
taking the place of speech."""
FLOOR_DB = 60.0


def warp(
    first: ArrayLike, second: ArrayLike, rates: tuple[int, int]
) -> tuple[Array, Array]:
    """Return pairs of moments at which two renderings of a text say the same.

    Parameters
    ----------
    first, second : array
        Samples of one channel.
    rates : (int, int)
        Their samples per second.

    Returns
    -------
    times, times : array
        In seconds, of the first and of the second; neither ever falls.

    Notes
    -----
    Mel-frequency cepstra with their slopes, normalised per clip so that the speaker's
    colour counts less, are matched by dynamic time warping (Sakoe & Chiba 1978) with
    symmetric steps.

    Examples
    --------
    >>> clip = np.random.default_rng(0).normal(size=16_000)
    >>> here, there = warp(clip, clip, (16_000, 16_000))
    >>> float(np.abs(here - there).max())
    0.0
    """
    a, b = (
        _features(one, rate) for one, rate in zip((first, second), rates, strict=True)
    )
    path = _path(_distances(a, b))
    here, there = (path * HOP_S).astype(np.float64).T
    return here, there


def _features(samples: ArrayLike, rate: int) -> Array:
    """Return frames x coefficients, each coefficient with mean 0 and spread 1."""
    signal = np.asarray(samples, dtype=float)
    if rate != RATE:
        divisor = int(np.gcd(rate, RATE))
        signal = resample_poly(signal, RATE // divisor, rate // divisor)
    window = int(WINDOW_S * RATE)
    hop = int(HOP_S * RATE)
    signal = np.pad(signal, (0, max(0, window - len(signal))))
    _, _, spectrum = stft(signal, RATE, nperseg=window, noverlap=window - hop, nfft=512)
    energy = _mel_bands() @ np.abs(spectrum) ** 2
    loud = 10 * np.log10(
        np.maximum(energy, energy.max() * 10 ** (-FLOOR_DB / 10) + 1e-12)
    )
    cepstra = dct(loud, axis=0, norm="ortho")[:COEFFICIENTS].T
    slopes = (
        np.gradient(cepstra, axis=0) if len(cepstra) > 1 else np.zeros_like(cepstra)
    )
    both = np.hstack([cepstra, 2 * slopes])
    spread = both.std(axis=0)
    return np.asarray((both - both.mean(axis=0)) / np.where(spread > 0, spread, 1))


def _mel_bands() -> Array:
    """Return triangular filters, bands x bins, on the mel scale of O'Shaughnessy."""
    top = 2595 * np.log10(1 + RATE / 2 / 700)
    edges = 700 * (10 ** (np.linspace(50, top, BANDS + 2) / 2595) - 1)
    bins = np.fft.rfftfreq(512, 1 / RATE)
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising, falling = (bins - low) / (middle - low), (high - bins) / (high - middle)
    return np.maximum(0, np.minimum(rising, falling))


def _distances(a: Array, b: Array) -> Array:
    """Return the distance of every frame of one to every frame of the other."""
    squares = (a**2).sum(axis=1)[:, None] + (b**2).sum(axis=1) - 2 * a @ b.T
    found = np.sqrt(np.maximum(squares, 0))
    return np.asarray(found / found.mean()) if found.any() else found


def _path(cost: Array) -> NDArray[np.int64]:
    """Return the cheapest way from corner to corner, as pairs of frames.

    Cell by cell along anti-diagonals, so that NumPy does each at once.
    """
    rows, columns = cost.shape
    total = np.full((rows + 1, columns + 1), np.inf)
    total[0, 0] = 0
    came = np.zeros((rows, columns), dtype=np.int8)
    for diagonal in range(rows + columns - 1):
        i = np.arange(max(0, diagonal - columns + 1), min(rows, diagonal + 1))
        j = diagonal - i
        here = cost[i, j]
        ways = np.stack(
            [
                total[i, j] + 2 * here,
                total[i, j + 1] + here + BEND,
                total[i + 1, j] + here + BEND,
            ]
        )
        best = ways.argmin(axis=0)
        came[i, j] = best
        total[i + 1, j + 1] = ways[best, np.arange(len(i))]
    return _back(came)


def _back(came: NDArray[np.int8]) -> NDArray[np.int64]:
    i, j = came.shape[0] - 1, came.shape[1] - 1
    path = [(i, j)]
    while i or j:
        step = came[i, j]
        i, j = i - (step != 2), j - (step != 1)  # noqa: PLR2004 - 0 both, 1 i, 2 j
        path.append((int(i), int(j)))
    return np.array(path[::-1])
