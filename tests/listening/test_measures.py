"""What is measured of a clip: against signals whose answer is known."""

import numpy as np
import pytest
import soundfile

from voicekit.audio import pitch as praat
from voicekit.audio.speech import speech_of
from voicekit.clip import Clip
from voicekit.listening import measure

RATE = 16_000


def buzz(seconds, hertz=120.0, level=0.3):
    """Return a periodic sound with many harmonics, as a voice has them."""
    time = np.arange(int(seconds * RATE)) / RATE
    parts = (np.sin(2 * np.pi * hertz * n * time) / n for n in range(1, 20))
    return level * sum(parts) / 2


def silence(seconds):
    return np.zeros(int(seconds * RATE))


def opened(tmp_path, samples, text):
    path = tmp_path / f"{abs(hash((text, len(samples))))}.wav"
    soundfile.write(path, samples, RATE)
    return Clip.open(path, text=text)


@pytest.mark.parametrize("gap", [0.1, 0.24, 0.26, 0.5, 1.0])
def test_a_pause_is_a_silence_of_a_quarter_of_a_second_or_more(gap):
    """Silence before and after the speech is no pause; 40 dB below is silence."""
    between = silence(gap) + 1e-4 * np.random.default_rng(1).normal(
        size=len(silence(gap))
    )
    signal = np.concatenate([silence(0.7), buzz(0.5), between, buzz(1), silence(2)])
    found = speech_of(signal, RATE)
    assert found.speech_s == pytest.approx(1.5 + gap, abs=0.02)
    assert found.pauses == (gap >= 0.25)
    assert found.pause_s == pytest.approx(gap if found.pauses else 0, abs=0.02)


def test_silence_has_no_speech():
    """Nor a rate."""
    assert speech_of(silence(1), RATE) == (0, 0, 0)
    assert speech_of(silence(0.001), RATE) == (0, 0, 0)


def test_measures_of_a_known_signal(tmp_path):
    """Two seconds of four words at 120 Hz: 120 words a minute, no pause."""
    clip = opened(tmp_path, buzz(2), "one two three four")
    row = measure({"x": clip}, {"x": "One, two; three: five."}).loc["x"]
    assert row.duration_s == pytest.approx(2)
    assert row.words_per_minute == pytest.approx(120, rel=0.02)
    assert row.pauses == 0
    assert row.wer == pytest.approx(0.25)
    assert row.pitch_hz == pytest.approx(120, rel=0.01)
    assert row.pitch_range_st == pytest.approx(0, abs=0.2)


def test_what_cannot_be_measured_is_na_with_its_reason(tmp_path):
    """No words without spaces, no pitch in noise, no transcript, nothing to decode."""
    noise = 0.1 * np.random.default_rng(1).normal(size=RATE)
    gone = opened(tmp_path, buzz(1), "gone")
    gone.path.unlink()
    told = measure(
        {
            "hush": opened(tmp_path, noise, "\u4f60\u597d"),
            "short": opened(tmp_path, buzz(0.01), "a"),
            "gone": gone,
        }
    )
    assert told.words_per_minute.isna()["hush"]
    assert "no space between words" in told.missing["hush"]
    assert told.wer.isna().all()
    assert "too short" in told.missing["short"]
    assert "cannot be read" in told.missing["gone"]


def test_without_praat_there_is_no_pitch_but_a_line_that_installs_it(
    tmp_path, monkeypatch
):
    """The GPL part is an extra; nothing else is missing without it."""
    monkeypatch.setattr(praat.importlib.util, "find_spec", lambda name: None)
    row = measure({0: opened(tmp_path, buzz(1), "one")}).loc[0]
    assert "pip install 'voicekit[praat]'" in row.missing
    assert row.duration_s == pytest.approx(1)


def test_praat_is_never_in_this_process(tmp_path):
    """Its licence reaches as far as its process."""
    import sys  # noqa: PLC0415

    measure({0: opened(tmp_path, buzz(1), "one")})
    assert "parselmouth" not in sys.modules
