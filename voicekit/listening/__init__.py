"""Plan a listening test, match its levels, and analyse its answers."""

from __future__ import annotations

from voicekit.listening.analysis import Analysis, analyse
from voicekit.listening.anchors import low_pass_anchor
from voicekit.listening.answers import votes
from voicekit.listening.archive import collect
from voicekit.listening.best_worst import best_worst_scores
from voicekit.listening.coherence import Consistency, consistency
from voicekit.listening.cumulative import Ordinal, ordinal
from voicekit.listening.design import plan
from voicekit.listening.differences import compare_systems
from voicekit.listening.estimate import Estimate
from voicekit.listening.intraclass import icc
from voicekit.listening.levelling import Levelled, levelled
from voicekit.listening.levels import Loudness, loudness, match_levels, true_peak
from voicekit.listening.measures import measure
from voicekit.listening.mushra import mushra_screening
from voicekit.listening.opinion import MeanOpinion, mean_opinion
from voicekit.listening.paired import BradleyTerry
from voicekit.listening.pairs import bradley_terry
from voicekit.listening.planner import power_of, sample_size
from voicekit.listening.playing import player
from voicekit.listening.proportions import (
    Preference,
    abx_threshold,
    clopper_pearson,
    preference,
    wilson,
)
from voicekit.listening.protocols import Protocol, protocol
from voicekit.listening.rankings import PlackettLuce, plackett_luce
from voicekit.listening.ranks import Friedman, friedman
from voicekit.listening.rates import PreferenceRate, preference_rate
from voicekit.listening.reliability import krippendorff_alpha
from voicekit.listening.screening import Exclusions, exclusions
from voicekit.listening.sequences import williams
from voicekit.listening.session import Session
from voicekit.listening.sizes import SampleSize

__all__ = [
    "Analysis",
    "BradleyTerry",
    "Consistency",
    "Estimate",
    "Exclusions",
    "Friedman",
    "Levelled",
    "Loudness",
    "MeanOpinion",
    "Ordinal",
    "PlackettLuce",
    "Preference",
    "PreferenceRate",
    "Protocol",
    "SampleSize",
    "Session",
    "abx_threshold",
    "analyse",
    "best_worst_scores",
    "bradley_terry",
    "clopper_pearson",
    "collect",
    "compare_systems",
    "consistency",
    "exclusions",
    "friedman",
    "icc",
    "krippendorff_alpha",
    "levelled",
    "loudness",
    "low_pass_anchor",
    "match_levels",
    "mean_opinion",
    "measure",
    "mushra_screening",
    "ordinal",
    "plackett_luce",
    "plan",
    "player",
    "power_of",
    "preference",
    "preference_rate",
    "protocol",
    "sample_size",
    "true_peak",
    "votes",
    "williams",
    "wilson",
]
