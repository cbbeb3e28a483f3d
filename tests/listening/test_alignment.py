"""The same word in another rendering: found by its timing, or by warping."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from scipy.signal import lfilter

from voicekit.audio.codec import decode
from voicekit.listening.alignment import Spoken, align
from voicekit.task import Word

TEXTS = [
    "The quick brown fox jumps over the lazy dog.",
    "She had your dark suit in greasy wash water all year.",
    "Please call Stella, and ask her to bring these things from the store.",
]
VARIANTS = {
    "rates": [("offline:en-us", rate) for rate in (120, 175, 260)],
    "voices": [
        ("offline:en-us", 175),
        ("offline:en-us+f3", 175),
        ("offline:en-gb-scotland", 150),
    ],
}


# The cost of standing still was chosen on the clips above, on none of these.
HELD_OUT = {
    "other rates": (
        [
            "The birch canoe slid on the smooth planks.",
            "Glue the sheet to the dark blue background.",
            "Four hours of steady work faced us.",
        ],
        [("offline:en-gb-scotland", rate) for rate in (100, 160, 300)],
    ),
    "other voices": (
        ["It's easy to tell the depth of a well.", "A large size is hard to sell."],
        [
            ("offline:en-us+m7", 160),
            ("offline:en-gb-x-rp+f4", 190),
            ("offline:en-029", 140),
        ],
    ),
    "other languages": (
        ["Heute ist schönes Frühlingswetter, und die Sonne lacht."],
        [("offline:de", 130), ("offline:de+f2", 180), ("offline:de+m3", 240)],
    ),
}


def spoken(studio, text, voice, rate):
    clip = studio.speak(text, voice, rate=rate)
    samples, sample_rate = decode(clip.audio)
    return Spoken(samples[:, 0].astype(float), sample_rate, clip.words)


def landing_errors(aligned, clips):
    """Return how far each jump lands from the word it is meant for, in seconds."""
    return [
        abs(
            np.interp(word.start_s, aligned.marks[one], aligned.marks[other])
            - clips[other].words[number].start_s
        )
        for one, other in permutations(range(len(clips)), 2)
        for number, word in enumerate(clips[one].words)
    ]


def test_known_word_timings_land_on_the_word(studio):
    """Clips at three rates: by its timing, every jump is within 60 ms of its word."""
    for text in TEXTS:
        clips = [spoken(studio, text, *one) for one in VARIANTS["rates"]]
        aligned = align(clips)
        assert aligned.how == "word timings"
        assert max(landing_errors(aligned, clips)) < 0.06


@pytest.mark.parametrize("variants", VARIANTS)
def test_without_timings_warping_lands_near_the_word(studio, variants):
    """Timings withheld: half of the jumps within 60 ms, 95 of 100 within 150 ms."""
    errors = []
    for text in TEXTS:
        clips = [spoken(studio, text, *one) for one in VARIANTS[variants]]
        aligned = align([replace(clip, words=()) for clip in clips])
        assert aligned.how == "time warping"
        errors += landing_errors(aligned, clips)
    median, high = (1000 * float(np.quantile(errors, share)) for share in (0.5, 0.95))
    print(f"{variants}: median {median:.0f} ms, 95th percentile {high:.0f} ms")
    assert median <= 60
    assert high <= 150


def worn(clip):
    """Return a clip as from another recording: begun later, dull, and with noise."""
    late_s, rate = 0.3, clip.rate
    rng = np.random.default_rng(1)
    dull = lfilter([1], [1, -0.7], clip.samples)
    noise = rng.normal(scale=0.05 * dull.std(), size=len(dull) + int(late_s * rate))
    noise[int(late_s * rate) :] += dull
    words = [
        replace(word, start_s=word.start_s + late_s, end_s=word.end_s + late_s)
        for word in clip.words
    ]
    return Spoken(noise, rate, tuple(words))


@pytest.mark.parametrize("wears", [False, True])
@pytest.mark.parametrize("name", HELD_OUT)
def test_warping_holds_for_clips_it_was_not_made_on(studio, name, wears):
    """Other texts, voices, languages; then one clip late, dull and noisy as well."""
    texts, variants = HELD_OUT[name]
    errors = []
    for text in texts:
        clips = [spoken(studio, text, *one) for one in variants]
        if wears:
            clips[1] = worn(clips[1])
        aligned = align([replace(clip, words=()) for clip in clips])
        errors += landing_errors(aligned, clips)
    median, high = (1000 * float(np.quantile(errors, share)) for share in (0.5, 0.95))
    print(f"{name}, worn: {wears}: median {median:.0f} ms, 95th {high:.0f} ms")
    assert median <= 60
    assert high <= 150


def test_words_of_one_clip_are_marked_in_the_others(studio):
    """One clip knows its words: the others get marks for the same words."""
    clips = [spoken(studio, TEXTS[0], *one) for one in VARIANTS["rates"]]
    aligned = align([clips[0], *(replace(clip, words=()) for clip in clips[1:])])
    assert [word.text for word in aligned.words[2]] == TEXTS[0].rstrip(".").split()
    found = np.array([word.start_s for word in aligned.words[2]])
    known = np.array([word.start_s for word in clips[2].words])
    assert np.median(np.abs(found - known)) < 0.06


def test_marks_begin_and_end_with_every_clip_and_never_fall(studio):
    """Whatever is heard has a place in every other clip."""
    clips = [spoken(studio, TEXTS[0], *one) for one in VARIANTS["voices"]]
    for some in (clips, [replace(clip, words=()) for clip in clips]):
        aligned = align(some)
        assert len({len(marks) for marks in aligned.marks}) == 1
        for marks, clip in zip(aligned.marks, clips, strict=True):
            assert (marks[0], marks[-1]) == (0, pytest.approx(clip.duration_s))
            assert (np.diff(marks) >= 0).all()


def test_odd_clips_are_aligned_somehow():
    """Silence, a click, timings past the end: marks all the same."""
    silence = Spoken(np.zeros(8_000), 16_000)
    click = Spoken(np.eye(1, 40)[0], 16_000)
    assert align([silence, click]).how == "time warping"
    late = Spoken(np.zeros(800), 8_000, (Word("a", 0.0, 0.1), Word("b", 0.3, 9.0)))
    assert align([late, late]).marks[0] == (0.0, 0.0, 0.1, 0.1, 0.1)
