"""Screening of MUSHRA raters after the test, by hidden reference and anchor."""

from __future__ import annotations

import pandas as pd

from voicekit.errors import InvalidAnswers, nearest
from voicekit.listening.answers import usable
from voicekit.listening.screening import Exclusions, Finding, excluded
from voicekit.listening.sizes import between
from voicekit.listening.tables import said, table_of

__all__ = ["mushra_screening"]

GOOD = 90.0
BLAME = 0.25


def mushra_screening(
    answers: pd.DataFrame,
    *,
    reference: str = "reference",
    anchor: str | None = None,
    share: float = 0.15,
) -> Exclusions:
    """Screen the raters of a MUSHRA test after it.

    Parameters
    ----------
    answers : DataFrame
        ``rater``, ``item``, ``system``, ``score`` (0 to 100).
    reference : str
        The system that is the hidden reference.
    anchor : str, optional
        The system that is the mid anchor.
    share : float
        A rater goes who scores the hidden reference below 90, or the anchor above 90,
        on more than this share of the items.

    Returns
    -------
    Exclusions
        Where more than a quarter of the raters score an item's anchor above 90, the
        item is blamed and not counted against them; ``table`` says how many items.

    Raises
    ------
    InvalidAnswers
        If nobody scored the reference or the anchor.

    Notes
    -----
    After ITU-R BS.1534-3 (through secondary sources: the rule of shares, not "any item
    below 90"). Several scores of one rater on one item are averaged first; missing
    ones are left out; a score of exactly 90 is neither below nor above.

    Examples
    --------
    >>> scores = pd.DataFrame({"rater": [1] * 10 + [2] * 10, "item": [*range(10)] * 2,
    ...     "system": "reference", "score": [100] * 9 + [80] + [100] * 5 + [50] * 5})
    >>> mushra_screening(scores).raters["excluded"].tolist()
    [False, True]
    """
    between("share", share, 0, 1)
    answers = table_of(answers)
    frame = usable(answers, ["rater", "item", "system", "score"])
    scores = _scores_of(frame, reference)
    missed = (scores < GOOD).where(scores.notna())
    why = f"the hidden reference was below {GOOD:g} on over {share:.0%} of the items"
    found = [Finding("reference", missed.mean(axis=1), share, "above", why)]
    if anchor is not None:
        scores = _scores_of(frame, anchor)
        fooled = (scores > GOOD).where(scores.notna())
        blamed = fooled.mean(axis=0) > BLAME
        why = (
            f"the anchor was above {GOOD:g} on over {share:.0%} of the items "
            f"({int(blamed.sum())} items blamed instead)"
        )
        counted = fooled.loc[:, ~blamed].mean(axis=1)
        found.append(Finding("anchor", counted, share, "above", why))
    return excluded(answers, frame["rater"].unique(), found)


def _scores_of(frame: pd.DataFrame, system: str) -> pd.DataFrame:
    """Return one system's scores, raters x items."""
    rows = frame[frame["system"] == system]
    if rows.empty:
        known = sorted(map(str, frame["system"].unique()))
        raise InvalidAnswers(
            f"Nobody scored {said(system)}.{nearest(str(system), known)} Name the "
            "system that was the hidden reference, or the anchor."
        )
    return rows.pivot_table(
        index="rater", columns="item", values="score", aggfunc="mean"
    )
