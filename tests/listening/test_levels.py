"""Loudness, gains that do not clip, anchors that do not shift."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from voicekit.audio.codec import decode
from voicekit.clip import Clip
from voicekit.errors import InvalidSetting
from voicekit.listening import (
    levelled,
    loudness,
    low_pass_anchor,
    match_levels,
    true_peak,
)

RATES = [16_000, 22_050, 24_000, 44_100, 48_000]


def tone(level_db, seconds=2.0, rate=48_000, hertz=1000.0, channels=1):
    time = np.arange(int(seconds * rate)) / rate
    line = 10 ** (level_db / 20) * np.sin(2 * np.pi * hertz * time)
    return line if channels == 1 else np.tile(line[:, None], channels)


def speech(rate=24_000, seconds=2.0, seed=0):
    """Return noise in bursts with pauses, as peaky as speech."""
    rng = np.random.default_rng(seed)
    time = np.arange(int(seconds * rate)) / rate
    return 0.1 * rng.normal(size=len(time)) * (np.sin(2 * np.pi * 2 * time) > 0)


@pytest.mark.parametrize(("level", "lufs"), [(-23, -23.0), (-33, -33.0)])
def test_ebu_tech_3341(level, lufs):
    """Cases 1 and 2: a stereo tone at -23 and -33 dBFS, 20 s, within 0.1 LU."""
    found = loudness(tone(level, 20, channels=2), 48_000)
    assert lufs == pytest.approx(found, abs=0.1)
    assert found == pytest.approx(lufs - 0.035, abs=1e-3)
    assert found.method == "BS.1770 gated"


@pytest.mark.parametrize(
    ("rate", "lufs"),
    [(48_000, -3.052), (44_100, -3.052), (24_000, -3.063), (16_000, -3.083)],
)
def test_full_scale_mono_tone(rate, lufs):
    """997 Hz at full scale is -3.01 LKFS within 0.1 LU at every usual rate."""
    found = loudness(tone(0, 5, rate, hertz=997), rate)
    assert found == pytest.approx(lufs, abs=2e-3)
    assert found == pytest.approx(-3.01, abs=0.1)


def test_mono_and_stereo_differ():
    """The same signal in two channels is 3.01 LU louder."""
    one, two = (loudness(tone(-20, channels=n), 48_000) for n in (1, 2))
    assert two - one == pytest.approx(3.01, abs=0.005)


@pytest.mark.parametrize("rate", RATES)
def test_short_clips_fall_back_and_say_so(rate):
    """A clip under 400 ms is measured by its RMS, near what the gate would say."""
    short = loudness(tone(-20, 0.3, rate), rate)
    assert "RMS" in short.method
    assert short == pytest.approx(loudness(tone(-20, 3, rate), rate), abs=0.15)


def test_pauses_do_not_count():
    """The gate leaves long pauses out; the root mean square would lose 3 dB."""
    talk = tone(-20, 2)
    paused = np.concatenate([talk, np.zeros_like(talk)])
    assert loudness(paused, 48_000) == pytest.approx(loudness(talk, 48_000), abs=0.4)


def test_silence():
    """Silence has no loudness and no peak, long or short, and nothing warns."""
    for seconds in (0.1, 2):
        silent = np.zeros(int(seconds * 24_000))
        assert (-math.inf, "silence") == (
            loudness(silent, 24_000),
            loudness(silent, 24_000).method,
        )
        assert true_peak(silent, 24_000) == -math.inf


def test_true_peak_lies_between_samples():
    """A quarter-rate tone sampled off its crests peaks 3 dB above its samples."""
    line = np.sin(np.pi / 2 * np.arange(48_000) + np.pi / 4) * np.hanning(48_000)
    assert true_peak(line, 48_000) == pytest.approx(0, abs=0.05)
    assert 20 * np.log10(np.abs(line).max()) == pytest.approx(-3.01, abs=0.01)


@pytest.mark.parametrize("target", [None, -30.0, -23.0, -10.0, -1.0])
def test_no_clip_exceeds_its_true_peak(target):
    """After its gain no clip's true peak is above -1 dBTP, whatever was asked for."""
    clips = {
        "peaky": (speech(seed=1), 24_000),
        "tone": (tone(-6, rate=24_000), 24_000),
        "short": (tone(-3, 0.2), 48_000),
        "silent": (np.zeros(9600), 48_000),
    }
    table = match_levels(clips, target)
    for name, (samples, rate) in clips.items():
        gained = samples * 10 ** (table.loc[name, "gain_db"] / 20)
        assert true_peak(gained, rate) <= -1 + 1e-9
        if name != "silent":
            level = loudness(gained, rate)
            assert level == pytest.approx(table.loc[name, "target"], abs=0.05)
    assert (table["target"] <= table["requested"]).all()


def test_a_lowered_target_is_seen():
    """Where the target had to be lowered, the table holds both numbers."""
    clips = {"peaky": (speech(), 24_000)}
    table = match_levels(clips, -3)
    assert table.loc["peaky", "target"] < table.loc["peaky", "requested"] == -3
    kept = match_levels(clips, -40)
    assert kept.loc["peaky", "target"] == -40


def test_one_gain_per_voice():
    """Per voice, its clips keep their differences and the voices' means are matched."""
    clips = {
        "x1": (tone(-20), 48_000),
        "x2": (tone(-30), 48_000),
        "y1": (tone(-15), 48_000),
    }
    table = match_levels(clips, voices={"x1": "x", "x2": "x", "y1": "y"})
    assert table.loc["x1", "gain_db"] == table.loc["x2", "gain_db"]
    after = table["loudness"] + table["gain_db"]
    assert after[["x1", "x2"]].mean() == pytest.approx(after["y1"])
    assert set(table["per"]) == {"voice"}


def test_mono_beside_stereo():
    """A mono clip is measured as it is played, from both sides."""
    clips = {"mono": (tone(-20), 48_000), "stereo": (tone(-20, channels=2), 48_000)}
    table = match_levels(clips)
    assert table.loc["mono", "gain_db"] == pytest.approx(table.loc["stereo", "gain_db"])


def test_impossible_clips():
    """No clip, no samples, not a number, no rate, a target above full scale."""
    for samples, rate in (([], 48_000), ([np.nan], 48_000), ([0.1], 0)):
        with pytest.raises(InvalidSetting):
            loudness(samples, rate)
    with pytest.raises(InvalidSetting, match="at least one clip"):
        match_levels({})
    with pytest.raises(InvalidSetting, match="below 0"):
        match_levels({"x": (tone(-20), 48_000)}, 3)


@pytest.mark.parametrize("cutoff", [3500, 7000])
@pytest.mark.parametrize("rate", [22_050, 24_000, 48_000])
def test_anchor_is_aligned(cutoff, rate):
    """An anchor runs neither ahead of its reference nor behind: its lag is 0."""
    clip = speech(rate, 1.0)
    anchor = low_pass_anchor(clip, rate, cutoff)
    lag = np.argmax(np.correlate(anchor, clip[500:-500], "valid")) - 500
    assert lag == 0
    assert anchor.shape == clip.shape


def test_anchor_takes_away_what_is_above():
    """The pass band stays, the stop band goes."""
    low, high = (tone(0, 1, hertz=f) for f in (1000, 6000))
    middle = slice(4800, -4800)
    assert np.abs(low_pass_anchor(low, 48_000) - low)[middle].max() < 0.01
    assert np.abs(low_pass_anchor(high, 48_000))[middle].max() < 0.001


def test_anchor_that_would_equal_its_reference():
    """At 8 kHz there is nothing above 7 kHz to take away."""
    with pytest.raises(InvalidSetting, match="nothing above 7000"):
        low_pass_anchor(tone(0, 1, 8000), 8000, 7000)


def test_a_loudness_cannot_be_changed():
    """A loudness is a number that says how it was measured."""
    found = loudness(tone(-20), 48_000)
    assert "LUFS (BS.1770" in repr(found)
    with pytest.raises(AttributeError):
        found.method = "guess"


@pytest.fixture
def clips(tmp_path):
    """Three recordings, the first of them quiet, the last stereo."""
    tones = {"quiet": tone(-40), "loud": tone(-6), "wide": tone(-20, channels=2)}
    for name, samples in tones.items():
        soundfile.write(tmp_path / f"{name}.wav", samples, 48_000, subtype="FLOAT")
    return {
        name: Clip.open(tmp_path / f"{name}.wav", voice=f"human:{name[0]}")
        for name in tones
    }


def test_clips_are_measured_like_their_samples(clips):
    """The sound worker decodes them; the gains are those of the arrays."""
    arrays = {name: soundfile.read(clip.path) for name, clip in clips.items()}
    for name, (samples, rate) in arrays.items():
        assert loudness(clips[name]) == pytest.approx(loudness(samples, rate), abs=1e-4)
        assert true_peak(clips[name]) == pytest.approx(
            true_peak(samples, rate), abs=1e-4
        )
    found, expected = match_levels(clips), match_levels(arrays)
    assert found["gain_db"].tolist() == pytest.approx(expected["gain_db"].tolist())
    assert match_levels([*clips.values()]).index.tolist() == [0, 1, 2]


def test_one_gain_for_each_voice_of_clips(clips):
    """Their own voices are used; arrays, which have none, are refused."""
    alike = [replace(clip, voice="human:x") for clip in clips.values()]
    table = match_levels(alike, per="voice")
    assert set(table["per"]) == {"voice"}
    assert table["gain_db"].nunique() == 1
    assert match_levels(clips, per="voice")["gain_db"].nunique() == 3
    with pytest.raises(InvalidSetting, match="says no voice"):
        match_levels({"a": (tone(-20), 48_000)}, per="voice")


def test_levelled_copies_are_equally_loud_and_do_not_clip(clips):
    """FLAC files within 0.1 LU, none above -1 dBTP; the clips are as they were."""
    before = {name: clip.audio for name, clip in clips.items()}
    made = levelled(clips, -10)
    decoded = {name: decode(sound) for name, sound in made.sounds.items()}
    again = match_levels(decoded)
    assert np.ptp(again["loudness"]) < 0.1
    assert again["true_peak"].max() <= -0.99
    assert {sound[:4] for sound in made.sounds.values()} == {b"fLaC"}
    assert {name: clip.audio for name, clip in clips.items()} == before
    reached = made.table["target"].iloc[0]
    assert f"{reached:.1f} LUFS" in made.summary


def test_a_clip_that_cannot_be_read_is_named_and_the_others_levelled(clips):
    """A changed file and one that is no audio: each with its reason."""
    clips["quiet"].path.write_bytes(b"changed")
    made = levelled(clips)
    assert set(made.sounds) == {"loud", "wide"}
    assert "content was changed" in made.failed["quiet"]
    nothing = levelled({"quiet": clips["quiet"]})
    assert nothing.sounds == {}
    assert nothing.summary.startswith("No clip")
