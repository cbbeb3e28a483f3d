"""How many answers, raters and items a listening test needs."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from voicekit.errors import InvalidSetting, nearest
from voicekit.listening.choice_sizes import (
    abx_power,
    abx_size,
    preference_power,
    preference_size,
    shares_power,
    shares_size,
)
from voicekit.listening.score_sizes import (
    crossed_power,
    crossed_size,
    mos_power,
    mos_size,
)
from voicekit.listening.sizes import SampleSize, between

__all__ = ["power_of", "sample_size"]

SIZES: dict[str, Callable[..., SampleSize]] = {
    "abx": abx_size,
    "crossed": crossed_size,
    "mos": mos_size,
    "preference": preference_size,
    "shares": shares_size,
}
POWERS: dict[str, Callable[..., float]] = {
    "abx": abx_power,
    "crossed": crossed_power,
    "mos": mos_power,
    "preference": preference_power,
    "shares": shares_power,
}


def sample_size(
    kind: str, *, power: float = 0.8, alpha: float = 0.05, **effect: float | str | None
) -> SampleSize:
    """Return how many are needed to find an effect with the given power.

    Parameters
    ----------
    kind : str
        ``"preference"``: ``p``, the share to be found; exact two-sided binomial test.
        Optionally ``votes_per_rater`` and ``rho``, how those correlate; then raters.

        ``"abx"``: ``p``, the share of right answers; exact one-sided binomial test.

        ``"mos"``: ``half_width`` of the interval of a mean, or ``difference``, both in
        points, and ``sd``; ``paired=False`` for two groups, ``sides=1`` for one side.

        ``"crossed"``: ``difference``, ``rater_variance``, ``item_variance``,
        ``residual_variance`` and one of ``items`` and ``raters``; optionally
        ``distribution="t"`` with min(raters, items) - 1 degrees of freedom, which is
        what the default intervals use.

        ``"shares"``: ``p`` and ``q``, the shares of two independent groups.
    power : float
        The probability of finding the effect.
    alpha : float
        The probability of finding it where there is none; 1 - confidence of the
        interval for ``half_width``.
    **effect
        As the kind says.

    Returns
    -------
    SampleSize
        An int, with ``power``, ``exact``, ``critical``, ``first``, ``table`` and
        ``note``. The power of exact tests goes up and down: the smallest number that
        keeps it for every larger one; ``first`` is where it is first reached.

    Raises
    ------
    InvalidSetting
        If the kind or an argument is unknown or out of range; or if no number is
        enough, as with too few items however many raters there are.

    Notes
    -----
    Numbers are of answers that count: plan more for ties, missing answers and
    exclusions. Several votes of one rater need ``votes_per_rater`` or "crossed".
    Crossed designs: Westfall, Kenny & Judd 2014.

    Examples
    --------
    >>> sample_size("preference", p=0.65)
    97 votes that are no ties (power 0.834, first reached at 90)
    >>> int(sample_size("mos", half_width=0.1))
    385
    """
    between("power", power, 0, 1)
    between("alpha", alpha, 0, 1)
    asked = _found(SIZES, kind, {"power": power, "alpha": alpha, **effect}, skip=0)
    found: SampleSize = asked(power=power, alpha=alpha, **effect)
    return found


def power_of(
    kind: str, n: int, *, alpha: float = 0.05, **effect: float | str | None
) -> float:
    """Return the power of a test with n answers (raters, for ``"crossed"``).

    Parameters, errors and notes: as for :func:`sample_size`.

    Examples
    --------
    >>> round(power_of("mos", 20, difference=0.5), 4)
    0.5645
    """
    between("alpha", alpha, 0, 1)
    if not n >= 1:
        raise InvalidSetting(f"n must be 1 or more, not {n}.")
    asked = _found(POWERS, kind, {"alpha": alpha, **effect}, skip=1)
    found: float = asked(n, alpha=alpha, **effect)
    return found


def _found(
    table: dict[str, Callable[..., Any]],
    kind: str,
    given: dict[str, object],
    *,
    skip: int,
) -> Callable[..., Any]:
    """Return the function for the kind, its arguments checked."""
    if kind not in table:
        raise InvalidSetting(
            f"There is no kind {kind!r}.{nearest(kind, table)} "
            f"Known are: {', '.join(table)}."
        )
    takes = list(inspect.signature(table[kind]).parameters.values())[skip:]
    names = [one.name for one in takes]
    unknown = [name for name in given if name not in names]
    lacking = [
        one.name for one in takes if one.default is one.empty and one.name not in given
    ]
    if unknown or lacking:
        what = f"takes no {unknown[0]!r}" if unknown else f"needs {lacking[0]!r}"
        raise InvalidSetting(f"{kind!r} {what}; it takes {', '.join(names)}.")
    return table[kind]
