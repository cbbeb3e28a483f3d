"""The kinds of listening test: what is asked, on which scale, after which source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from voicekit.errors import InvalidSetting, nearest

__all__ = ["Protocol", "protocol"]

Answer = int | str | tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """One kind of test."""

    name: str
    question: str
    labels: Mapping[Answer, str]
    """Words by answer; for a continuous scale by band."""
    order: str
    """How :func:`plan` orders it."""
    source: str


SIDES = "sides balanced within raters and mirrored between them"
SYSTEMS = "systems in Williams order"
POSITIONS = "positions in Williams order"

PROTOCOLS: Mapping[str, Protocol] = {
    "ab": Protocol(
        name="A/B preference test",
        question="Which one sounds more natural?",
        labels={"a": "A", "b": "B", "tie": "No preference"},
        order=SIDES,
        source="paired comparison",
    ),
    "abx": Protocol(
        name="ABX test",
        question="Is X the same as A, or the same as B?",
        labels={"a": "X is A", "b": "X is B"},
        order=SIDES,
        source="ABX, number of trials fixed in advance",
    ),
    "mos": Protocol(
        name="absolute category rating (MOS)",
        question="How do you rate the overall quality of the following speech sample?",
        labels={5: "Excellent", 4: "Good", 3: "Fair", 2: "Poor", 1: "Bad"},
        order=SYSTEMS,
        source="ITU-T P.800 annex B, wording of P.808",
    ),
    "cmos": Protocol(
        name="comparison category rating (CMOS)",
        question="How is the quality of the second, compared to that of the first?",
        labels={
            3: "Much better",
            2: "Better",
            1: "Slightly better",
            0: "About the same",
            -1: "Slightly worse",
            -2: "Worse",
            -3: "Much worse",
        },
        order=SIDES,
        source="ITU-T P.800 annex E",
    ),
    "dmos": Protocol(
        name="degradation category rating (DMOS)",
        question="How do you rate the degradation of the second against the first?",
        labels={
            5: "Degradation is inaudible",
            4: "Degradation is audible but not annoying",
            3: "Degradation is slightly annoying",
            2: "Degradation is annoying",
            1: "Degradation is very annoying",
        },
        order=SYSTEMS,
        source="ITU-T P.800 annex D",
    ),
    "mushra": Protocol(
        name="MUSHRA test",
        question="How do you rate the quality of each of these?",
        labels={
            (80, 100): "Excellent",
            (60, 80): "Good",
            (40, 60): "Fair",
            (20, 40): "Poor",
            (0, 20): "Bad",
        },
        order=POSITIONS,
        source="ITU-R BS.1534-3",
    ),
    "best_worst": Protocol(
        name="best-worst scaling",
        question="Which one sounds best, and which one worst?",
        labels={"best": "Best", "worst": "Worst"},
        order=POSITIONS,
        source="Kiritchenko & Mohammad 2017",
    ),
    "rank": Protocol(
        name="ranking",
        question="Put these in order, the best first.",
        labels={},
        order=POSITIONS,
        source="full ranking, Plackett-Luce",
    ),
}


def protocol(kind: str) -> Protocol:
    """Return the protocol of a kind of test.

    Raises
    ------
    InvalidSetting
        If there is none; the message names the nearest.

    Examples
    --------
    >>> protocol("mos").labels[5]
    'Excellent'
    """
    if kind not in PROTOCOLS:
        raise InvalidSetting(
            f"There is no kind of test {kind!r}.{nearest(str(kind), PROTOCOLS)} "
            f"Known are: {', '.join(PROTOCOLS)}."
        )
    return PROTOCOLS[kind]
