"""The Speak panel without a browser: models, price, errors, takes."""

import asyncio
import re
import threading
from pathlib import Path

import pytest
from ipywidgets.widgets import widget
from patience import LIMIT_S, wait_until

import voicekit as vk
from voicekit.clip import Clip
from voicekit.errors import VoicekitError
from voicekit.panels import Speak
from voicekit.panels.notice import Notice
from voicekit.panels.takes import ON_A_PAGE


@pytest.fixture
def panel(studio):
    shown = Speak(studio)
    wait_until(lambda: not idle_waits(shown))
    yield shown
    shown.close()


def idle_waits(panel):
    return [*panel._waiting, *panel.picker._waiting, *panel.made._waiting]


def speak(panel, text=None, **settings):
    if text is not None:
        panel.text.value = text
    panel.parameters.change(**settings)
    panel.button.click()
    wait_until(lambda: not idle_waits(panel))


def act(panel, action, job, **more):
    panel.made.list._handle_custom_msg({"action": action, "job": job, **more}, [])
    wait_until(lambda: not idle_waits(panel))


def notices(part):
    """Return every line of text in a part of a panel."""
    if isinstance(part, Notice):
        return [part]
    return [line for one in getattr(part, "children", ()) for line in notices(one)]


def errors(panel):
    """Return every error that the panel shows."""
    return [one.text for one in notices(panel.widget) if one.kind == "error"]


def test_length_and_price_are_shown_before_the_click(panel):
    """The length stands in the provider's unit, the price on the button."""
    panel.text.value = "Hello."
    wait_until(lambda: not idle_waits(panel))
    assert panel.length.text == "6 of 10,000 characters"
    assert panel.button.note == "free"


def test_a_text_that_is_too_long_is_one_error(panel):
    """It is said quietly while one types, and once in red when one presses."""
    speak(panel, "x" * 10_001)
    assert panel.length.text == "10,001 of 10,000 characters: too long"
    assert len(errors(panel)) == 1
    assert "10,001 characters long" in errors(panel)[0]
    panel.text.value = "Short."
    assert errors(panel) == []


def test_takes_are_played_labelled_saved_and_removed(panel, tmp_path, monkeypatch):
    """Each take is a line with its actions; the output below follows."""
    monkeypatch.chdir(tmp_path)
    sent = []
    monkeypatch.setattr(
        panel.player,
        "send",
        lambda content, buffers=(): sent.append((content, buffers)),
    )
    speak(panel, "One.")
    speak(panel, "Two.", rate=300)
    two, one = [row["job"] for row in panel.made.list.rows]
    assert "rate 300" in panel.made.list.rows[0]["caption"]

    act(panel, "label", one, label=" <b>First</b> ")
    assert panel.made.list.rows[1]["label"] == "<b>First</b>"
    assert "&lt;b&gt;First&lt;/b&gt;: One." in panel.sheet.html

    act(panel, "play", one)
    message, (audio,) = sent[0]
    assert message["words"][0][0] == "One"
    assert audio == panel.takes[0].audio

    act(panel, "save", one)
    act(panel, "save", one)
    assert sorted(path.name for path in tmp_path.glob("*.wav")) == [
        *("b-First-b-2.wav", "b-First-b.wav")
    ]
    assert (tmp_path / "b-First-b.wav").read_bytes() == audio

    act(panel, "remove", one)
    assert [row["job"] for row in panel.made.list.rows] == [two]
    assert panel.sheet.html.count("<audio ") == 1
    assert panel.studio.clip(one).audio == audio


def test_the_same_take_again_keeps_its_label(panel):
    """What is found again moves to the top, under the name it was given."""
    speak(panel, "One.")
    (row,) = panel.made.list.rows
    act(panel, "label", row["job"], label="mine")
    speak(panel, "One.")
    assert panel.notice.text == "Found again, at no cost: 1 take below."
    assert panel.made.list.rows[0]["label"] == "mine"


def test_a_title_cannot_leave_the_folder(panel, tmp_path, monkeypatch):
    """A label that looks like a path becomes a plain name."""
    monkeypatch.chdir(tmp_path)
    speak(panel, "One.")
    (row,) = panel.made.list.rows
    act(panel, "label", row["job"], label="../../etc/passwd")
    act(panel, "save", row["job"])
    assert [path.name for path in tmp_path.glob("*.wav")] == ["etc-passwd.wav"]
    assert Path.cwd() == tmp_path


def test_the_vendors_progress_is_shown(panel, monkeypatch):
    """While a take is made, the panel says how far its vendor is."""
    release = asyncio.Event()
    clip = panel.studio.speak("Done before.", "offline:en-us")
    seen = []

    async def slow(text, voice, **settings):
        await asyncio.wait_for(release.wait(), LIMIT_S)
        return clip

    async def progress(text, voice, **settings):
        yield 40

    monkeypatch.setattr(panel.studio.calls, "speak", slow)
    monkeypatch.setattr(panel.studio.calls, "progress", progress)
    panel.notice.observe(lambda change: seen.append(change["new"]), "text")
    panel.button.click()
    wait_until(lambda: "Speaking … 40 %" in seen)
    panel.studio.bridge._loop.call_soon_threadsafe(release.set)
    wait_until(lambda: panel.takes)
    assert isinstance(panel.takes[0], Clip)
    assert panel.notice.text == "Done: 1 take below."


def test_what_is_in_the_library_has_no_price(panel):
    """Asking again is free, and the button says so; another take has its price."""
    speak(panel, "Once.")
    assert (panel.button.note, panel.again_button.note) == ("in the library", "free")
    panel.text.value = "Never."
    wait_until(lambda: not idle_waits(panel))
    assert (panel.button.note, panel.again_button.note) == ("free", "")


def test_a_new_take_sends_only_its_own_page(panel, monkeypatch):
    """Those on other pages stay where they are, and sound on."""
    sent = []
    put = panel.sheet.put
    for number in range(ON_A_PAGE):
        speak(panel, f"Number {number}.")
    monkeypatch.setattr(
        panel.sheet, "put", lambda *given: (sent.append(given), put(*given))
    )
    speak(panel, "The next.")
    (page,) = [page for page, html in sent if "The next." in html]
    assert page == "takes 2"
    assert all("Number" not in html for _, html in sent if "The next." in html)
    html = panel.sheet.html
    assert html.index("The next.") < html.index("Number 7.") < html.index("Number 0.")


def test_takes_of_one_text_are_told_apart(panel):
    """By the voice's name, what was changed, and which take it is."""
    speak(panel, "The same.", rate=200)
    (row,) = panel.made.list.rows
    assert row["caption"].startswith("English (America) · rate 200 words per minute")
    assert "English (America) · rate 200" in panel.sheet.html


def test_a_saved_panel_shows_no_list_of_voices(panel):
    """Only the one that was chosen, and what was said with it."""
    html = panel.to_html()
    assert "English (America) · male · offline:en-us" in html
    assert "Afrikaans" not in html


def test_another_take_is_made_of_the_same(panel):
    """Each press makes one more; Speak still finds the first, at no cost."""
    speak(panel, "Once more.")
    for _ in range(2):
        panel.again_button.click()
        wait_until(lambda: not idle_waits(panel))
    speak(panel)
    assert sorted(clip.take for clip in panel.takes) == [1, 2, 3]
    assert panel.notice.text == "Found again, at no cost: 3 takes below."
    assert "default settings, take 3" in panel.sheet.html
    panel.again_button.click()
    wait_until(lambda: not idle_waits(panel))
    assert panel.takes[-1].take == 4
    speak(panel, "Another text.")
    assert panel.takes[-1].take == 1


def test_changing_voices_leaves_no_widgets_behind(panel):
    """After many voices there are as many widgets as after one."""
    counts = set()
    for voice in ("offline:de", "offline:fr", "offline:cy", "offline:en-us"):
        panel.picker.value = voice
        wait_until(lambda: not idle_waits(panel))
        counts.add(len(widget._instances))
    assert len(counts) == 1


def test_a_model_brings_its_own_settings(monkeypatch):
    """Choosing a model shows what it accepts, and prices it."""
    with vk.Studio(sandbox=True, providers=["kingcong"]) as studio:
        voice = studio.voices(limit=1).index[0]
        panel = Speak(studio)
        panel.picker.value = voice
        wait_until(lambda: panel.parameters.offer is not None and not idle_waits(panel))
        model = panel.parameters.form.declared[0]
        assert model["name"] == "model"
        for choice in model["choices"]:
            panel.parameters.change(model=choice)
            assert panel.parameters.offer.model == choice
            declared = [one["name"] for one in panel.parameters.form.declared]
            assert declared == [
                "model",
                *(s.name for s in panel.parameters.offer.declared),
            ]
        panel.close()


@pytest.fixture
def dear(tmp_path, monkeypatch):
    """A panel with a vendor that charges, of which nothing is ever asked."""
    monkeypatch.setenv("VOICEKIT_KLING_KEY", "k")
    with vk.Studio(["offline", "kling"], library=tmp_path) as studio:
        asked = []
        monkeypatch.setattr(Speak, "speak", lambda panel: asked.append(panel._asked()))
        panel = Speak(studio)
        wait_until(lambda: not idle_waits(panel))
        yield panel, asked


def test_the_price_of_one_voice_is_not_shown_for_another(dear, monkeypatch):
    """It goes at once, and a click that comes before the new one pays nothing."""
    panel, asked = dear
    assert panel.button.note == "free"
    offers, release = panel.studio.calls.offers, threading.Event()

    async def late(voice, **options):
        await asyncio.to_thread(release.wait, LIMIT_S)
        return await offers(voice, **options)

    monkeypatch.setattr(panel.studio.calls, "offers", late)
    panel.picker.value = "kling:oversea_male1/en"
    assert panel.button.note == "…"
    panel.button.click()
    assert asked == []
    assert "press again" in panel.notice.text
    release.set()
    wait_until(lambda: panel.button.note == "price unknown")
    panel.button.click()
    assert [one[1] for one in asked] == ["kling:oversea_male1/en"]


def test_a_text_that_was_not_priced_is_not_paid_for(dear):
    """What a vendor charges for is made only once its price was shown."""
    panel, asked = dear
    panel.picker.value = "kling:oversea_male1/en"
    wait_until(lambda: panel.button.note == "price unknown")
    panel.text.value = "Another text."
    panel._priced = None  # its price has not come yet
    panel.button.click()
    assert asked == []
    panel.picker.value = "offline:de"  # never charges: nobody waits for its price
    panel.button.click()
    assert len(asked) == 1


def test_without_a_voice_nothing_is_asked(panel):
    """The panel says that one has to be chosen."""
    panel.picker.list.value = None
    with pytest.raises(VoicekitError, match=re.escape("No voice is chosen")):
        panel.speak()


def test_a_closed_panel_leaves_no_widget(studio):
    """Closing closes every part: what is not closed is never forgotten."""
    before = set(widget._instances)
    shown = Speak(studio)
    wait_until(lambda: not idle_waits(shown))
    shown.close()
    assert set(widget._instances) == before
