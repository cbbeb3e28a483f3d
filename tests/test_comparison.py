"""A comparison from end to end, offline: table, players, measures, plan, report."""

import asyncio
import base64
import re
import signal
import threading

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

import voicekit as vk
from voicekit import errors
from voicekit.audio.codec import decode
from voicekit.engine import comparing
from voicekit.library.ledger import Kept
from voicekit.listening import loudness, plan, true_peak

mpl.use("agg")

HOSTILE = '"><img src=x onerror="hit()"><script>hit()</script>\u202e\x1b[31m'
TEXTS = ["Hello there, my friend.", "Mind the gap, please."]
VOICES = ["offline:en-us", "offline:en-gb+f3"]
COLUMNS = (
    "job text_id text voice provider model rate ok error latency_s latency_slack_s "
    "vendor_s duration_s credits cached clip"
)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compared")
    with vk.Studio(providers=["offline"], library=folder) as studio:
        yield studio.compare(TEXTS, VOICES, rate=[120, 240])


def sounds_of(html):
    return [
        (kind, base64.b64decode(data))
        for kind, data in re.findall(r'src="data:([^;]+);base64,([^"]+)"', html)
    ]


def refuse(monkeypatch, which, error):
    """Let the engine fail for the cells that a function picks."""
    perform = comparing.Comparing._row

    async def row(self, job):
        if which(job):
            return await self._failed(job, f"{type(error).__name__}: {error}")
        return await perform(self, job)

    monkeypatch.setattr(comparing.Comparing, "_row", row)


def test_the_frame_has_one_row_for_each_cell(made):
    """Columns and dtypes as designed; what it cost is told, and the clip is there."""
    frame = made.frame
    assert list(frame.columns) == COLUMNS.split()
    assert len(frame) == 2 * 2 * 2
    kinds = frame.dtypes.astype(str)
    assert set(kinds[["job", "text", "voice", "provider", "model", "error"]]) == {"str"}
    assert set(kinds[["ok", "cached"]]) == {"boolean"}
    assert set(kinds[["rate", "text_id"]]) == {"Int64"}
    numbers = "latency_s latency_slack_s vendor_s duration_s credits".split()
    assert set(kinds[numbers]) == {"Float64"}
    assert frame.ok.all()
    assert frame.error.isna().all()
    assert [clip.text for clip in frame["clip"]] == frame.text.tolist()
    assert [clip.settings["rate"] for clip in frame["clip"]] == frame.rate.tolist()
    slow, fast = (frame.duration_s[frame.rate == rate].sum() for rate in (120, 240))
    assert slow > 1.7 * fast
    assert repr(made) == "<Comparison of 2 texts by 2 voices, rate varied: 8 clips>"


def test_a_second_run_finds_everything(studio):
    """The same call again asks nobody and costs nothing."""
    first = studio.compare(TEXTS, VOICES)
    again = studio.compare(TEXTS, VOICES)
    assert not first.frame.cached.any()
    assert again.frame.cached.all()
    assert again.frame.job.tolist() == first.frame.job.tolist()
    assert (again.spent.cached.item(), again.spent.credits.item()) == (4, 0)
    assert len(studio.tasks()) == 4


def test_it_can_be_awaited(studio):
    """studio.aio.compare is the same coroutine."""
    call = studio.aio.compare("Hello.", "offline:de", format=["wav", "mp3"])
    made = asyncio.run(call)
    assert made.frame.format.tolist() == ["wav", "mp3"]


def test_a_cell_that_fails_is_a_row(studio, monkeypatch):
    """It says why, costs NA or nothing, and the others are made."""
    error = errors.GenerationFailed(f"offline:de failed: {HOSTILE}")
    refuse(monkeypatch, lambda job: job.voice == "de", error)
    made = studio.compare(TEXTS, ["offline:de", "offline:es"])
    lost = made.frame[~made.frame.ok]
    assert lost.voice.tolist() == ["offline:de"] * 2
    assert lost.error.str.startswith("GenerationFailed: offline:de failed").all()
    assert lost["clip"].isna().all()
    assert made.frame.ok.sum() == 2
    assert (made.spent.clips.item(), made.spent.failed.item()) == (2, 2)
    assert repr(made).endswith("4 clips, 2 failed>")
    assert made.measure().missing[~made.frame.ok].eq("there is no clip").all()
    for stimuli in (made, made.frame):
        with pytest.raises(errors.InvalidSetting, match="offline:de has no clip of 1"):
            plan(stimuli, "mos", raters=2, seed=1)
    chosen = plan(made.frame[made.frame.ok], "mos", raters=2, seed=1)
    assert set(chosen.system) == {"offline:es"}


def test_what_anybody_wrote_is_text_in_the_grid_and_the_report(
    studio, monkeypatch, tmp_path
):
    """Texts, ids, errors and warnings are escaped; the unescaped control is seen."""
    error = errors.GenerationFailed(HOSTILE)
    refuse(monkeypatch, lambda job: job.voice == "de", error)
    texts = {HOSTILE: '"><img src=x onerror="hit()">', "b": "Bye."}
    made = studio.compare(texts, ["offline:de", "offline:es"])
    page = made.report(tmp_path / "out.html").read_text()
    for html in (made.grid().html, made._repr_mimebundle_()["text/html"], page):
        assert "<script" not in html
        assert "<img src=x" not in html
        assert "\u202e" not in html
        assert "\x1b" not in html
        assert "&lt;script&gt;" in html
    assert "<script" in f"<p>{error}</p>"


def test_the_report_is_one_page_that_loads_and_runs_nothing(made, tmp_path):
    """Everything is inside, and a policy in it forbids whatever is not."""
    page = made.report(tmp_path / "out.html").read_text()
    assert "default-src 'none'" in page
    assert re.findall(r"https?://", page) == []
    assert re.findall(r"<(?:script|link|iframe)|\son\w+=", page) == []
    assert page.count("<audio ") == 8
    assert page.count('src="data:image/png') == 1
    assert "rate = 120, 240" in page
    assert "BS.1770" in page


def test_a_report_can_be_had_without_what_measures_loudness(
    made, tmp_path, monkeypatch
):
    """It plays the vendors' own files, says so, and claims no equal loudness."""
    assert "equal loudness: copies" in made.report(tmp_path / "level.html").read_text()

    def lacking(*_, **__):
        raise errors.Unsupported("pyloudnorm is not installed.")

    monkeypatch.setattr("voicekit.listening.levelled", lacking)
    page = made.report(tmp_path / "out.html").read_text()
    assert page.count("<audio ") == 8
    assert "Not at equal loudness. pyloudnorm is not installed." in page
    assert "equal loudness: copies" not in page


def test_players_are_equally_loud_and_stand_there_once(made):
    """Within 0.1 LU of one another, no true peak above -1 dBTP, clips untouched."""
    html = made.grid(target=-16).html
    sounds = sounds_of(html)
    assert html.count("<audio controls") == html.count("base64,") == len(made.frame)
    assert "<source" not in html
    levels, peaks = [], []
    for kind, sound in sounds:
        assert kind == "audio/flac"
        samples, rate = decode(sound)
        levels.append(float(loudness(samples, rate)))
        peaks.append(true_peak(samples, rate))
    print(f"levels {min(levels):.2f} to {max(levels):.2f} LUFS, peak {max(peaks):.2f}")
    assert max(levels) - min(levels) < 0.1
    assert max(peaks) == pytest.approx(-1, abs=0.05)
    assert made.levels(-16)["target"].iloc[0] == pytest.approx(levels[0], abs=0.1)
    assert {clip.audio[:4] for clip in made.frame["clip"]} == {b"RIFF"}


def test_players_can_have_the_vendors_own_bytes(made):
    """equal=False plays what the library keeps."""
    sounds = sounds_of(made.grid(equal=False).html)
    assert {sound for _, sound in sounds} == {clip.audio for clip in made.frame["clip"]}


def test_one_gain_for_each_voice(made):
    """per="voice" keeps what differs between the clips of one voice."""
    gains = made.levels(per="voice").gain_db
    assert gains.groupby(made.frame.voice).nunique().tolist() == [1, 1]
    assert made.levels().gain_db.nunique() == len(gains)


def test_a_clip_that_cannot_be_decoded_is_still_there(studio):
    """It plays as it is, and says that it is not at equal loudness."""
    made = studio.compare("Hello.", VOICES)
    made.frame.loc[0, "clip"].path.write_bytes(b"")
    html = made.grid().html
    assert html.count("<audio") == 1
    assert "is not what it was" in html
    assert made.measure().missing[0].endswith("content was changed.")


def test_a_grid_of_too_much_sound_stays_small(made, monkeypatch):
    """What exceeds the room is left out of the notebook, and said."""
    monkeypatch.setattr("voicekit.grid.LONGEST_GRID", 100_000)
    html = made.grid().html
    assert 0 < html.count("<audio") < len(made.frame)
    assert html.count("Too much sound") == len(made.frame) - html.count("<audio")


def test_measures_are_those_of_the_sound(made):
    """Length, loudness, rate, pauses and pitch; what is NA says why."""
    heard = {made.frame.job[0]: "hello there my fiend"}
    told = made.measure(heard)
    assert told.index.equals(made.frame.index)
    assert list(told.columns[:3]) == ["text_id", "voice", "rate"]
    assert np.allclose(told.duration_s, made.frame.duration_s, atol=0.05)
    assert (told.speech_s <= told.duration_s).all()
    ratio = told.words_per_minute[told.rate == 240].mean()
    ratio /= told.words_per_minute[told.rate == 120].mean()
    assert ratio == pytest.approx(2, rel=0.2)
    pitches = told.groupby("voice").pitch_hz.median()
    assert pitches["offline:en-gb+f3"] > 1.5 * pitches["offline:en-us"]
    assert told.wer[0] == pytest.approx(1 / 4)
    assert told.wer[1:].isna().all()
    assert told.missing[1:].str.contains("wer: there is no transcript").all()
    assert pd.isna(told.missing[0])


def test_a_plot_shows_each_voice(made):
    """Three pictures beside each other: latency, cost, duration."""
    figure = made.plot()
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert [label.partition(" ")[0] for label in labels] == VOICES
    assert [ax.get_xlabel() for ax in figure.axes] == [
        "latency in s",
        "cost per clip",
        "duration in s",
    ]
    mpl.pyplot.close(figure)


def test_a_plan_has_voices_with_their_axes_as_systems(made):
    """test() and plan() of the frame agree; stimuli are rows of the frame."""
    planned = made.test("ab", raters=2, seed=1)
    assert planned.equals(plan(made.frame, "ab", raters=2, seed=1))
    assert set(planned.system) == {
        f"{voice} rate={rate}" for voice in VOICES for rate in (120, 240)
    }
    for row in planned.itertuples():
        cell = made.frame.loc[row.stimulus]
        assert cell.text_id == row.item
        assert row.system == f"{cell.voice} rate={cell.rate}"


def test_a_warning_tells_of_a_voice_without_the_axis(studio):
    """It stands in the comparison, too, and below its players."""

    def without_rate(self, voice, model):
        found = offer_of(self, voice, model)
        kept = tuple(one for one in found.settings if one.name != "rate")
        left_out = voice == "offline:es"
        return found.model_copy(update={"settings": kept}) if left_out else found

    offer_of = comparing.Comparing._offer_of
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(comparing.Comparing, "_offer_of", without_rate)
        with pytest.warns(UserWarning, match="offline:es has no rate"):
            made = studio.compare("Hello.", ["offline:de", "offline:es"], rate=[90, 99])
    assert made.frame.rate.tolist() == [90, 99, pd.NA]
    assert made.warnings == ("offline:es has no rate: it speaks once, without it.",)
    assert made.warnings[0] in made.grid().html


def test_nothing_is_asked_for_if_a_cell_is_wrong(studio):
    """A bad value in the last cell leaves the library empty."""
    with pytest.raises(errors.InvalidSetting):
        studio.compare(TEXTS, VOICES, rate=[120, 1_000])
    with pytest.raises(errors.UnknownVoice):
        studio.compare(TEXTS, ["offline:en-us", "offline:xx"])
    assert len(studio.tasks()) == 0


def test_what_was_never_asked_for_cost_nothing(monkeypatch):
    """A vendor's cells that a stop left over are not of unknown cost."""
    monkeypatch.setenv("VOICEKIT_KLING_KEY", "k")
    with vk.Studio(["kling"]) as studio:
        calls, voice = studio.calls, "kling:oversea_male1/en"
        asked = calls.crossing(TEXTS, voice, None, {})
        made = studio.bridge.run(calls.comparison(asked, [None, None]))
    assert made.frame.ok.tolist() == [False, False]
    assert made.spent.unknown.item() == 0
    assert made.spent.credits.item() == 0


@pytest.mark.parametrize(
    ("state", "billed", "micros", "cost"),
    [
        ("RESERVED", None, None, 0),
        ("REFUSED", None, None, 0),
        ("FAILED", "no", None, 0),
        ("FAILED", None, 2_000_000, 2),
        ("FAILED", None, None, None),
        ("SENDING", None, None, None),
        ("RUNNING", None, 3_000_000, 3),
    ],
)
def test_a_cell_without_a_clip_costs_what_is_on_record(state, billed, micros, cost):
    """Nothing where nothing was sent or charged; unknown stays unknown."""
    attempt = {"state": state, "billed": billed, "credits_micros": micros}
    assert comparing._cost(Kept(job={}, attempt=attempt)) == cost


def called_off(studio, texts, waiting):
    """Cancel the wait, as a panel does."""
    future = studio.bridge.submit(studio.calls.compare(texts, "offline:de"))
    assert waiting.wait(20)
    future.cancel()


def interrupted(studio, texts, waiting):
    """Press ■ while the call blocks."""
    main = threading.main_thread().ident

    def press():
        waiting.wait(20)
        signal.pthread_kill(main, signal.SIGINT)

    pressing = threading.Thread(target=press)
    pressing.start()
    with pytest.raises(KeyboardInterrupt):
        studio.compare(texts, "offline:de")
    pressing.join(20)


@pytest.mark.parametrize("stop", [called_off, interrupted])
def test_an_interrupt_keeps_what_is_done(studio, monkeypatch, stop):
    """Called off in the middle, the same call again makes only what is missing."""
    texts = [f"Sentence number {n}." for n in range(6)]
    monkeypatch.setattr(comparing, "MOST_AT_ONCE", 1)
    waiting = threading.Event()
    perform = comparing.Comparing._row

    async def row(self, job):
        if job.text == texts[3]:
            waiting.set()
            await asyncio.sleep(60)
        return await perform(self, job)

    with monkeypatch.context() as patch:
        patch.setattr(comparing.Comparing, "_row", row)
        stop(studio, texts, waiting)
    assert len(studio.tasks()) == 3
    again = studio.compare(texts, "offline:de")
    assert again.frame.cached.tolist() == [True] * 3 + [False] * 3
