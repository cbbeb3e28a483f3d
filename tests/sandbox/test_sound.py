"""It really speaks: settings can be heard, and every format is what it says it is."""

from __future__ import annotations

import json

import numpy as np
import pytest
import soundfile
from sandbox.plain import http

from voicekit.audio.codec import decode, describe
from voicekit.audio.wav import wav_bytes
from voicekit.headerless import HEADERLESS

TEXT = "The first move is what sets everything in motion."
FORMATS = [
    *(f"mp3_{rate}" for rate in ("22050_32", "44100_32", "44100_64", "44100_96")),
    *(f"mp3_{rate}" for rate in ("44100_128", "44100_192")),
    *(f"pcm_{rate}" for rate in (8000, 16000, 22050, 24000, 44100, 48000)),
    "ulaw_8000",
    "alaw_8000",
    *(f"opus_48000_{rate}" for rate in (32, 64, 96, 128, 192)),
]
BARE = {one.codec: one for one in HEADERLESS.values()}
MEDIA_TYPES = {
    "mp3": "audio/mpeg",
    "opus": "audio/ogg",
    "pcm": "audio/pcm",
    "ulaw": "audio/basic",
    "alaw": "audio/x-alaw-basic",
}
MPEG1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
MPEG2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)


@pytest.fixture
def minimax(kingcong, sandbox):
    """Return a function that speaks through MiniMax and returns the samples."""

    def speak(voice="209533299589184", boost="Auto", **setting):
        sandbox.fail("kingcong", on="submit", kind="immediate")
        asked = {
            "text": TEXT,
            "model": "speech-2.6-hd",
            "voice_setting": {"voice_id": voice, **setting},
            "language_boost": boost,
        }
        answer = kingcong.post("/v1m/task/text-to-speech", json=asked).json()
        samples, rate = decode(http.get(answer["metadata"]["audio_url"]).content)
        assert rate == 44_100
        return samples[:, 0]

    return speak


@pytest.fixture
def elevenlabs(kingcong, sandbox):
    """Return a function that speaks through ElevenLabs and returns the answer."""

    def speak(voice="21m00Tcm4TlvDq8ikWAM", form="mp3_44100_128", **more):
        sandbox.fail("kingcong", on="submit", kind="immediate")
        answer = kingcong.post(
            f"/v1/text-to-speech/{voice}",
            params={"output_format": form},
            json={"text": TEXT, **more},
        ).json()
        return http.get(answer["metadata"]["audio_url"])

    return speak


def pitch(samples):
    """Estimate the fundamental frequency: the median over frames of 46 ms."""
    size, lags = 2048, np.arange(44_100 // 350, 44_100 // 60)
    frames = [samples[at : at + size] for at in range(0, len(samples) - size, size)]
    found = []
    for frame in sorted(frames, key=loudness)[len(frames) // 2 :]:
        spectrum = np.abs(np.fft.rfft(frame, 2 * size)) ** 2
        correlation = np.fft.irfft(spectrum)[lags] / (size - lags)
        # The first lag that is nearly the best: later ones are its multiples.
        found.append(44_100 / lags[np.argmax(correlation > 0.9 * correlation.max())])
    return float(np.median(found))


def loudness(samples):
    return float(np.sqrt(np.mean(samples**2)))


def test_speed_can_be_heard(minimax):
    """Half the speed takes longer, twice the speed shorter."""
    slow, normal, fast = (len(minimax(speed=speed)) for speed in (0.5, 1, 2))
    assert slow > 1.6 * normal
    assert normal > 1.6 * fast


def test_pitch_can_be_heard(minimax):
    """Eight semitones up and down."""
    low, high = (pitch(minimax(pitch=semitones)) for semitones in (-8, 8))
    assert high > 1.3 * low


def test_volume_can_be_heard(minimax):
    """From half to one and a half."""
    soft, loud = (loudness(minimax(vol=volume)) for volume in (0.5, 1.5))
    assert loud > 1.5 * soft


def test_language_can_be_heard(minimax):
    """The same words, read as another language."""
    english, german = minimax(boost="English"), minimax(boost="German")
    assert abs(len(english) - len(german)) > 1000


def test_every_voice_sounds_different(sandbox, kie, until):
    """Twenty-one voices, twenty-one sounds."""
    tasks = [
        kie.post(
            "/api/v1/jobs/createTask",
            json={
                "model": "elevenlabs/text-to-speech-turbo-2-5",
                "input": {"text": "Hello.", "voice": name},
            },
        ).json()["data"]["taskId"]
        for name in (
            "Rachel",
            "Aria",
            "Roger",
            "Sarah",
            "George",
            "Brian",
            "Lily",
            "Bill",
        )
    ]
    path = "/api/v1/jobs/recordInfo"
    records = [
        until(
            lambda task=task: kie.get(path, params={"taskId": task}).json()["data"],
            lambda data: data["state"] == "success",
        )
        for task in tasks
    ]
    urls = [json.loads(record["resultJson"])["resultUrls"][0] for record in records]
    assert len(urls) == len({http.get(url).content for url in urls})


def test_stability_can_be_heard(elevenlabs):
    """Less of it, more melody: the sounds differ, and the same one is the same."""
    sounds = [
        elevenlabs(voice_settings={"stability": value}).content
        for value in (0.1, 0.9, 0.9)
    ]
    assert sounds[0] != sounds[1] == sounds[2]


@pytest.mark.parametrize("form", FORMATS)
def test_a_format_is_what_it_says(elevenlabs, form):
    """Sample rate, bit rate, container, duration and media type."""
    codec, rate, *bits = form.split("_")
    answer = elevenlabs(form=form)
    data, rate = answer.content, int(rate)
    if codec in BARE:
        data = wav_bytes(data, rate, coding=BARE[codec])
    found = describe(data)

    assert MEDIA_TYPES[codec] == answer.headers["content-type"]
    assert (rate, 1) == (found["sample_rate"], found["channels"])
    assert 2.4 < found["duration_s"] < 4.0
    assert loudness(decode(data)[0]) > 0.01
    if codec == "mp3":
        assert {int(bits[0])} == bit_rates(data)
    if codec == "opus":
        average = len(data) * 8 / 1000 / found["duration_s"]
        assert (found["container"], found["subtype"]) == ("OGG", "OPUS")
        assert abs(average / int(bits[0]) - 1) < 0.25


def bit_rates(data):
    """Return the bit rates in the headers of an MP3's frames."""
    rates, at = set(), 0
    while at + 4 <= len(data):
        assert data[at] == 0xFF
        is_mpeg1 = (data[at + 1] >> 3) & 3 == 3
        kbit = (MPEG1 if is_mpeg1 else MPEG2)[data[at + 2] >> 4]
        rate = ((44_100, 48_000, 32_000) if is_mpeg1 else (22_050, 24_000, 16_000))[
            (data[at + 2] >> 2) & 3
        ]
        padding = (data[at + 2] >> 1) & 1
        at += (144 if is_mpeg1 else 72) * kbit * 1000 // rate + padding
        rates.add(kbit)
    return rates


def test_text_with_nothing_to_say(elevenlabs):
    """A vendor sells silence for it."""
    found = describe(elevenlabs(text="...").content)
    assert 0.4 < found["duration_s"] < 0.7


def test_libsndfile_agrees(elevenlabs, tmp_path):
    """A file on the disk can be read without a word about how."""
    path = tmp_path / "a.mp3"
    path.write_bytes(elevenlabs().content)
    assert soundfile.info(path).samplerate == 44_100
