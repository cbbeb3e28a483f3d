"""What the page gets to play: equally loud, and nothing of where it came from."""

import io

import numpy as np
import pytest
import soundfile

import voicekit as vk
from voicekit.errors import InvalidSetting
from voicekit.listening import loudness
from voicekit.listening.sounds import Sounds


@pytest.fixture
def outside(tmp_path):
    """Make a recording from outside."""

    def make(name, samples, rate, **kind):
        soundfile.write(tmp_path / name, samples, rate, **kind)
        return vk.Clip.open(tmp_path / name)

    return make


def read(wav):
    return soundfile.read(io.BytesIO(wav), always_2d=True)


def tone(rate, level, channels=1):
    wave = level * np.sin(2 * np.pi * 440 * np.arange(2 * rate) / rate)
    return np.repeat(wave[:, None], channels, axis=1)


def test_every_clip_is_of_one_rate_width_and_loudness(outside):
    """MP3, stereo FLAC and a quiet WAV come out alike, and equally loud."""
    clips = {
        "mp3": outside("a.mp3", tone(44_100, 0.5), 44_100),
        "flac": outside("b.flac", tone(24_000, 0.9, 2), 24_000),
        "wav": outside("c.wav", tone(8_000, 0.01), 8_000),
    }
    sounds = Sounds(clips, -30)
    heard = [read(sounds.wav(name)) for name in clips]
    assert {rate for _, rate in heard} == {48_000}
    assert {samples.shape[1] for samples, _ in heard} == {2}
    measured = [float(loudness(*one)) for one in heard]
    print(measured)
    assert measured == pytest.approx([-30] * 3, abs=0.15)
    assert "-30.0 LUFS" in sounds.describe()


def test_a_loud_target_does_not_clip(outside):
    """A peaky clip lowers all of them, and the description says so."""
    click = tone(16_000, 0.01)
    click[4_000] = 0.9
    sounds = Sounds(
        {
            "click": outside("a.wav", click, 16_000),
            "tone": outside("b.wav", tone(16_000, 0.3), 16_000),
        },
        -14,
    )
    for name in ("click", "tone"):
        samples, _ = read(sounds.wav(name))
        assert np.abs(samples).max() <= 10 ** (-1 / 20) + 0.01
    assert "lowered from -14.0" in sounds.describe()


def test_two_copies_do_not_share_their_bytes(outside):
    """X in an ABX trial cannot be told by comparing bytes; nobody hears the dither."""
    sounds = Sounds({1: outside("a.wav", tone(48_000, 0.2), 48_000)}, -25)
    one, other = sounds.wav(1), sounds.wav(1)
    assert one[44:] != other[44:]
    difference = np.abs(read(one)[0] - read(other)[0]).max()
    assert 20 * np.log10(difference) < -78


def test_bytes_hold_nothing_of_the_vendors_file(tmp_path):
    """A title in the vendor's file does not reach the page."""
    path = tmp_path / "a.flac"
    with soundfile.SoundFile(path, "w", 48_000, 1) as file:
        file.title = "Vendor 9000"
        file.write(tone(48_000, 0.2))
    named = vk.Clip.open(path)
    assert b"Vendor 9000" in named.audio
    assert b"Vendor" not in Sounds({1: named}).wav(1)


def test_a_stimulus_without_a_clip_is_refused():
    """The error says what to give."""
    with pytest.raises(InvalidSetting, match="column 'clip'.*Clip.open"):
        Sounds({"kie": None})
