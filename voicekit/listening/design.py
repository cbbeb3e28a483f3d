"""Test plans: which rater hears what, in which order, on which side."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from itertools import count

import numpy as np
import pandas as pd

from voicekit.comparison import Comparison
from voicekit.errors import InvalidSetting
from voicekit.listening.pair_trials import pair_trials
from voicekit.listening.protocols import protocol
from voicekit.listening.screen_trials import screen_trials
from voicekit.listening.single_trials import single_trials
from voicekit.listening.stimuli import as_stimuli
from voicekit.listening.trials import Asked, Stimuli, Trial

__all__ = ["plan"]

Builder = Callable[[Stimuli, Asked, np.random.Generator], list[list[Trial]]]
BUILDERS: dict[str, Builder] = {
    "ab": pair_trials,
    "abx": pair_trials,
    "cmos": pair_trials,
    "mos": single_trials,
    "dmos": single_trials,
    "mushra": screen_trials,
    "best_worst": screen_trials,
    "rank": screen_trials,
}
# What a kind can be checked by, beside repeats.
CHECKS = {
    "traps": ("ab", "abx", "cmos", "mos", "dmos"),
    "nulls": ("ab", "cmos", "dmos"),
}
# The labelled reference stands apart from the signals whose places are counted.
REFERENCE_PLACE = {"mushra": 0}


def plan(  # noqa: PLR0913 - one argument per choice that a paper reports
    stimuli: pd.DataFrame | Comparison,
    kind: str,
    *,
    raters: int | Sequence[Hashable],
    seed: int,
    repeats: int = 0,
    traps: int = 0,
    nulls: int = 0,
    trials: int | None = None,
    ties: bool = True,
    degree: int | None = None,
    size: int = 4,
    reference: bool = True,
) -> pd.DataFrame:
    """Plan a listening test; the same arguments give the same plan.

    Parameters
    ----------
    stimuli : DataFrame or Comparison
        One row per clip: ``system``, ``item`` (what is said), and optionally ``role``
        ("system", "reference", "anchor" or "trap") and ``expected`` (the right answer
        to a trap). Every system needs every item. ``clip``, if there, goes along. Of a
        comparison, or its frame, a system is a voice with its axes, an item a text.
    kind : str
        "ab", "abx", "mos", "cmos", "dmos", "mushra", "best_worst" or "rank".
    raters : int or sequence
        How many, or their names.
    seed : int
        Of all that is random here.
    repeats : int
        Trials that each rater gets twice; pairs the other way round.
    traps : int
        Trials per rater with an obvious answer, from the stimuli of that role, for
        "ab", "abx", "cmos", "mos" and "dmos".
    nulls : int
        Null pairs per rater (a clip against itself), for "cmos", "ab" and "dmos".
    trials : int, optional
        Test trials per rater; all of them without it. Over raters every cell is then
        heard equally often, give or take one. A multiple of the systems for "mos" and
        "dmos".
    ties : bool
        Whether "no preference" may be answered ("ab").
    degree : int, optional
        With how many others each system is paired; all without it.
    size : int
        Systems per trial of "best_worst".
    reference : bool
        False for the MUSHRA variant without an open reference.

    Returns
    -------
    DataFrame
        One row per stimulus of a trial: ``rater``, ``trial`` (a number without
        meaning), ``order`` (1 is the first trial of the rater), ``item``, ``position``
        (1 is heard first or stands leftmost; 0 is MUSHRA's labelled reference; X is 3),
        ``system``, ``role``, ``stimulus`` (label of the row in ``stimuli``), ``kind``,
        ``purpose`` ("test", "repeat", "trap", "null"), ``expected``, ``seed``, ``clip``
        (if given). ``attrs`` hold the question, the labels and the design in words.

    Raises
    ------
    InvalidSetting
        If an argument is unknown or impossible, or the stimuli lack something.

    Notes
    -----
    Sides: within a rater each system is first as often as second (give or take one,
    equal where even), also within each pair; raters come in twos with exchanged sides.
    Orders: single stimuli in blocks after Williams (1949); no item twice in a row
    wherever the items allow it. Pair designs are connected. The systems are in the
    plan, so it is for the kernel: the page gets numbers only.

    Examples
    --------
    >>> clips = pd.DataFrame({"system": ["kie", "kling"] * 2, "item": [1, 1, 2, 2]})
    >>> first = plan(clips, "ab", raters=2, seed=1)
    >>> first.groupby("rater")["trial"].nunique().tolist()
    [2, 2]
    >>> first.equals(plan(clips, "ab", raters=2, seed=1))
    True
    """
    asked_for = protocol(kind)
    names = _named(raters)
    counts = {"repeats": repeats, "traps": traps, "nulls": nulls}
    wrong = [name for name, value in counts.items() if value < 0]
    if wrong or not names or size < 2 or (trials is not None and trials < 1):  # noqa: PLR2004
        raise InvalidSetting(
            "Give at least one rater and one trial, a size of 2 or more, and no "
            f"negative counts{': ' + wrong[0] if wrong else ''}."
        )
    if not isinstance(seed, int | np.integer):
        raise InvalidSetting(
            f"seed is an int, so that the plan can be made again: {seed}."
        )
    asked = Asked(
        kind=kind,
        raters=len(names),
        trials=trials,
        degree=degree,
        size=size,
        reference=reference,
        **counts,
    )
    table = as_stimuli(stimuli)
    read = Stimuli.read(table)
    _check_checks(kind, counts, read)
    lines = BUILDERS[kind](read, asked, np.random.default_rng(seed))
    numbers = count(1)
    rows = (
        {"rater": rater, "trial": number, "order": order} | row
        for rater, line in zip(names, lines, strict=True)
        for order, trial in enumerate(line, 1)
        for number in (next(numbers),)
        for row in _rows(trial, read, kind)
    )
    frame = pd.DataFrame(rows).assign(kind=kind, seed=seed)
    if "clip" in table:
        frame["clip"] = frame["stimulus"].map(table["clip"])
    frame.attrs = {
        "kind": kind,
        "question": asked_for.question,
        "labels": {
            str(answer): words
            for answer, words in asked_for.labels.items()
            if ties or answer != "tie"
        },
        "design": asked_for.order,
        "reference": reference or kind != "mushra",
        "seed": seed,
    }
    return frame


def _named(raters: int | Sequence[Hashable]) -> list[Hashable]:
    """Return the raters' names, which the library keeps as text."""
    if isinstance(raters, int | np.integer):
        return list(range(1, int(raters) + 1))
    names: list[Hashable] = [raters] if isinstance(raters, str) else [*raters]
    if len(set(map(str, names))) < len(names):
        raise InvalidSetting("Two raters have the same name; 1 and '1' are one.")
    return names


def _check_checks(kind: str, counts: Mapping[str, int], stimuli: Stimuli) -> None:
    for name, kinds in CHECKS.items():
        if counts[name] and kind not in kinds:
            raise InvalidSetting(
                f"{kind!r} has no {name}, which {', '.join(kinds)} have; use repeats."
            )
    if counts["traps"] and not stimuli.traps:
        raise InvalidSetting("traps needs stimuli whose role is 'trap'.")


def _rows(trial: Trial, stimuli: Stimuli, kind: str) -> Iterator[dict[str, object]]:
    opens = REFERENCE_PLACE.get(kind, 1) if trial.shown[0].role == "reference" else 1
    for position, one in enumerate(trial.shown, opens):
        yield {
            "item": trial.item,
            "position": position,
            "system": one.system,
            "role": one.role,
            "stimulus": stimuli.row[trial.item, one.system],
            "purpose": trial.purpose,
            "expected": trial.expected,
        }
