"""A clip: its provenance, its player, its picture."""

import base64
import io
import pickle
import re
from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import pytest

import voicekit as vk
from voicekit.audio.codec import decode, encode
from voicekit.audio.wav import wav_bytes
from voicekit.clip import Clip, show_text
from voicekit.errors import BadReply, InvalidSetting, LibraryError, UnknownVoice
from voicekit.player import Player

mpl.use("agg")

HOSTILE = '"><img src=x onerror="hit()"><script>hit()</script>\u202e\x1b[31m'
SECOND = wav_bytes(b"\0\1" * 8_000, 8_000)


@pytest.fixture
def recording(tmp_path):
    path = tmp_path / "speaker.wav"
    path.write_bytes(SECOND)
    return path


def made_of(recording, **fields):
    return replace(Clip.open(recording), **fields)


def embedded(html):
    kind, data = re.search(r'src="data:([^;]+);base64,([^"]+)"', html).groups()
    return kind, base64.b64decode(data)


def test_a_clip_knows_where_it_came_from(studio):
    """Every field of a fresh offline clip says what is true."""
    clip = studio.speak("Hello!", "offline:en-us+f3", rate=150)
    assert (clip.provider, clip.voice) == ("offline", "offline:en-us+f3")
    assert (clip.text, clip.take, clip.model) == ("Hello!", 1, None)
    assert clip.settings["rate"] == 150
    assert (clip.credits, clip.estimated_credits) == (0.0, 0.0)
    assert (clip.media_type, clip.sample_rate) == ("audio/wav", 22_050)
    assert clip.duration_s == pytest.approx(len(decode(clip.audio)[0]) / 22_050)
    assert clip.latency_s > 0
    assert clip.latency_slack_s == 0
    assert clip.job == studio.tasks().index[0]
    assert str(clip.path) == studio.tasks().path.iloc[0]


def test_a_player_carries_the_bytes_unchanged_and_once(studio):
    """One audio element with the true type; the sound stands in the output once."""
    for container, kind in (("wav", "audio/wav"), ("mp3", "audio/mpeg")):
        clip = studio.speak("Hello!", "offline:en-us", format=container)
        bundle = clip._repr_mimebundle_()
        assert list(bundle) == ["text/plain", "text/html"]
        html = bundle["text/html"]
        assert embedded(html) == (kind, clip.audio)
        assert html.count("<audio controls") == html.count("base64,") == 1
        assert "<source" not in html
        assert "autoplay" not in html


def test_player_is_an_ipython_audio_that_plays_untrusted(studio):
    """player() is an Audio whose sound is the element's own src."""
    player = studio.speak("Hello!", "offline:en-us", format="mp3").player()
    assert isinstance(player, Player)
    assert isinstance(player, __import__("IPython").display.Audio)
    assert embedded(player._repr_html_())[0] == "audio/mpeg"


@pytest.mark.parametrize(
    ("media_type", "tag"), [("audio/l16", 1), ("audio/basic", 7), ("audio/pcma", 6)]
)
def test_raw_audio_gets_a_header_for_the_player_alone(tmp_path, media_type, tag):
    """PCM, µ-law and A-law play as WAV; the clip's own bytes stay bare."""
    path = tmp_path / "x.wav"
    path.write_bytes(SECOND)
    clip = made_of(path, media_type=media_type)
    kind, sound = embedded(clip.to_html())
    assert kind == "audio/wav"
    assert int.from_bytes(sound[20:22], "little") == tag
    assert sound.endswith(clip.audio)
    assert clip.audio == SECOND


def test_what_vendors_write_is_text(recording):
    """Voice names and warnings are escaped, and lose what would hide or reorder."""
    clip = made_of(recording, voice=HOSTILE, warnings=(HOSTILE,), job="j")
    html = clip.to_html()
    assert "<img" not in html
    assert "<script" not in html
    assert "\u202e" not in html
    assert "\x1b" not in html
    assert "&lt;script&gt;" in html


def test_show_text_cuts_and_cleans():
    """Two thousand characters at most, no control and no direction marks."""
    assert show_text("x" * 5_000) == "x" * 2_000 + "…"
    assert show_text("a\0b\u2066c\u200ed") == "abcd"
    assert show_text("two\nlines") == "two\nlines"


@pytest.mark.parametrize(
    ("fields", "caption"),
    [
        ({}, "human:speaker1 · 1.0 s"),
        ({"job": "j", "credits": 0.0}, "human:speaker1 · 1.0 s · free"),
        ({"job": "j"}, "human:speaker1 · 1.0 s · cost unknown"),
        (
            {"job": "j", "credits": 12.5, "unit": "credits", "cached": True},
            "human:speaker1 · 1.0 s · 12.5 credits, already paid",
        ),
        ({"take": 2, "model": "v3"}, "human:speaker1 · v3 · take 2 · 1.0 s"),
    ],
)
def test_the_caption_says_voice_length_and_cost(recording, fields, caption):
    """One line: who, which model and take, how long, how much."""
    assert made_of(recording, **fields).caption == caption


def test_outside_audio_becomes_a_clip(recording):
    """A recording is a clip like any other, without a cost."""
    words = (vk.Word("hi", 0.1, 0.4),)
    clip = Clip.open(recording, text="hi", voice="human:anna", words=words)
    assert (clip.provider, clip.voice, clip.text) == ("human", "human:anna", "hi")
    assert (clip.media_type, clip.sample_rate) == ("audio/wav", 8_000)
    assert clip.duration_s == pytest.approx(1)
    assert clip.words == words
    assert clip.audio == SECOND


@pytest.mark.parametrize("container", ["flac", "mp3", "ogg"])
def test_other_containers_can_be_opened(tmp_path, container):
    """FLAC, MP3 and Ogg are known by their content, not by their name."""
    path = tmp_path / "noname"
    path.write_bytes(encode(wav_bytes(b"\0\1" * 16_000, 16_000), container))
    clip = Clip.open(path)
    assert clip.duration_s == pytest.approx(1, abs=0.15)
    assert clip.sample_rate == 16_000


def test_what_is_no_audio_is_refused(tmp_path):
    """A web page, a damaged file, no file: each is an error that names it."""
    page, broken = tmp_path / "page.mp3", tmp_path / "broken.wav"
    page.write_bytes(b"<html>")
    broken.write_bytes(b"RIFF\xff\xff")
    for path, error in ((page, InvalidSetting), (tmp_path / "none.wav", LibraryError)):
        with pytest.raises(error, match=path.name):
            Clip.open(path)
    with pytest.raises(BadReply):
        decode(broken.read_bytes())


def test_a_wav_that_was_cut_off_is_as_long_as_it_is(tmp_path):
    """The header promises more than there is: the true length, and a warning."""
    path = tmp_path / "cut.wav"
    path.write_bytes(SECOND[:-8_000])
    clip = Clip.open(path)
    assert clip.duration_s == pytest.approx(0.5)
    assert clip.duration_s == pytest.approx(len(decode(clip.audio)[0]) / 8_000)
    said = "The file holds 0.50 s of 1.00 s: it may have been cut off."
    assert clip.warnings == (said,)
    assert "may have been cut off" in clip.to_html()
    streamed = bytearray(SECOND)
    streamed[40:44] = b"\xff" * 4  # as written to a pipe
    path.write_bytes(streamed)
    assert Clip.open(path).duration_s == pytest.approx(1)


@pytest.mark.parametrize("seconds", [0.5, 1, 2.25])
@pytest.mark.parametrize("channels", [1, 2])
def test_a_whole_wav_has_no_warning(tmp_path, seconds, channels):
    """Other chunks before and after the sound change nothing."""
    path = tmp_path / "whole.wav"
    samples = bytes(int(2 * 8_000 * seconds) * channels)
    plain = wav_bytes(samples, 8_000, channels=channels)
    odd = b"LIST\x03\0\0\0abc\0"
    for content in (plain, plain[:36] + odd + plain[36:], plain + odd):
        path.write_bytes(content)
        clip = Clip.open(path)
        assert (clip.duration_s, clip.warnings) == (pytest.approx(seconds), ())


def test_a_recording_of_nothing_is_refused(tmp_path):
    """A header without samples is no clip."""
    path = tmp_path / "empty.wav"
    for nothing in (wav_bytes(b"", 8_000), SECOND[:44], SECOND[:45]):
        path.write_bytes(nothing)
        with pytest.raises(InvalidSetting, match=r"empty\.wav holds no sound"):
            Clip.open(path)


def test_a_recording_in_ones_home_is_found(recording, monkeypatch):
    """A path may begin with ~."""
    monkeypatch.setenv("HOME", str(recording.parent))
    monkeypatch.setenv("USERPROFILE", str(recording.parent))
    assert Clip.open("~/speaker.wav").audio == SECOND


@pytest.mark.parametrize("voice", ["anna", "human:", ":anna", "", None])
def test_who_speaks_is_a_system_and_a_name(recording, voice):
    """Without both, tables would have a voice that belongs to nobody."""
    with pytest.raises(UnknownVoice, match="'provider:id'"):
        Clip.open(recording, voice=voice)


def test_a_recording_that_changed_is_not_played(recording):
    """The file is remembered by its hash."""
    clip = Clip.open(recording)
    recording.write_bytes(SECOND[:-2])
    with pytest.raises(LibraryError, match="content was changed"):
        _ = clip.audio


def test_save_copies_the_bytes(studio, tmp_path):
    """Into a file of any name, or into a folder; what is missing is made."""
    clip = studio.speak("Hello!", "offline:en-us")
    assert clip.save(tmp_path / "new" / "a.wav").read_bytes() == clip.audio
    for folder in (tmp_path, f"{tmp_path}/another/"):
        path = clip.save(folder)
        assert path.parent == Path(folder)
        assert path.read_bytes() == clip.audio


def test_save_under_the_name_of_another_format_is_refused(studio, tmp_path):
    """The bytes stay what they are: a WAV called FLAC would not open."""
    clip = studio.speak("Hello!", "offline:en-us")
    with pytest.raises(InvalidSetting, match=r"audio/wav\. Save it as a\.wav"):
        clip.save(tmp_path / "a.flac")
    assert not list(tmp_path.glob("a.*"))


def test_plot_draws_the_waveform_and_a_mark_for_each_word(studio):
    """As long as the clip, one line and one label for each word."""
    clip = studio.speak("One two three, $5 and done.", "offline:en-us")
    axes = clip.plot()
    assert axes.get_xlim()[1] == pytest.approx(clip.duration_s, abs=1e-3)
    assert len(axes.lines) == len(axes.texts) == len(clip.words)
    assert [line.get_xdata()[0] for line in axes.lines] == [
        word.start_s for word in clip.words
    ]
    axes.figure.savefig(io.BytesIO())
    mpl.pyplot.close(axes.figure)


def test_a_clip_can_be_pickled(studio):
    """It goes to another process and back, and still reads its audio."""
    clip = studio.speak("Hello!", "offline:en-us")
    again = pickle.loads(pickle.dumps(clip))
    assert again == clip
    assert again.audio == clip.audio
