"""The voice picker without a browser: what it sends, keeps and says."""

import json

import pytest
from patience import wait_until

import voicekit as vk
from voicekit import providers
from voicekit.errors import Unavailable
from voicekit.offer import Offer
from voicekit.panels import VoicePicker
from voicekit.voice import Voice

MANY = 20_000


class Toy(providers.Provider):
    name = "toy"
    transport = "offline"
    offers = (Offer(provider="toy", kind="speech"),)
    listed = ()

    def voices(self, query):
        yield from ()
        if isinstance(self.listed, Exception):
            raise self.listed
        found = [voice for voice in self.listed if query.matches(voice)]
        return [v for v in found if query.shared or "shared" not in v.tags]

    def submit(self, job, callback=None):
        raise NotImplementedError


@pytest.fixture
def pick(monkeypatch, tmp_path):
    """Open a picker over one provider of these voices."""
    monkeypatch.setitem(providers._registered, "toy", Toy)
    opened = []

    def make(voices, names=("toy",), **options):
        monkeypatch.setattr(Toy, "listed", voices)
        studio = vk.Studio(providers=names, library=tmp_path)
        picker = VoicePicker(studio, **options)
        opened.append((studio, picker))
        wait_until(lambda: not picker._waiting)
        return picker

    yield make
    for studio, picker in opened:
        picker.close()
        studio.close()


def sent_by(widget, monkeypatch):
    messages = []
    monkeypatch.setattr(
        widget, "send", lambda content, buffers=(): messages.append(content)
    )
    return messages


def say(widget, **content):
    """Say what the browser says."""
    widget._handle_custom_msg(content, [])


def voices(count):
    return [Voice(voice=f"toy:{n}", name=f"Voice {n}") for n in range(count)]


def test_only_a_few_rows_of_a_long_list_travel(pick, monkeypatch):
    """A search over 20,000 voices sends its first rows; others when they are seen."""
    picker = pick(voices(MANY))
    messages = sent_by(picker.list, monkeypatch)
    picker.filter.ask(words="voice 1")
    (first,) = messages
    assert first["total"] == sum("1" in str(n) for n in range(MANY))
    assert len(json.dumps(messages)) < 5_000
    say(picker.list, kind="rows", first=5_000, count=10)
    assert next(row["name"] for row in messages[1]["rows"]) == "Voice 13889"
    say(picker.list, kind="rows", first=0, count=10**9)
    assert len(messages[2]["rows"]) == 100


def test_each_new_list_has_an_edition(pick, monkeypatch):
    """Rows of an older list are told from those of the newer."""
    picker = pick(voices(50))
    messages = sent_by(picker.list, monkeypatch)
    picker.filter.ask(words="voice")
    picker.filter.ask(words="voice 4")
    say(picker.list, kind="rows", first=0, count=5)
    editions = [message["edition"] for message in messages]
    assert editions[0] < editions[1] == editions[2]


def test_it_starts_with_a_voice_of_the_studio(pick):
    """Without the offline engine the first listed voice is chosen, else its own."""
    assert pick(voices(3)).value == "toy:0"
    assert pick(voices(3), names=("toy", "offline")).value == "offline:en-us"
    assert pick(voices(3), value="toy:unlisted").value == "toy:unlisted"


def test_a_provider_that_fails_leaves_the_others(pick):
    """The error stands in the panel, beside the voices of the other providers."""
    error = Unavailable("toy is down.", provider="toy")
    picker = pick(error, names=("offline", "toy"))
    assert picker._line("toy", "listed").text == "toy is down."
    assert picker._line("toy", "listed").kind == "error"
    assert len(picker._catalogue.voices) > 1_000
    Toy.listed = voices(2)
    say(picker.filter, kind="reload")
    wait_until(lambda: picker._catalogue.get("toy:1") is not None)
    assert picker._line("toy", "listed").text == ""


def test_a_list_is_not_called_off_by_the_search_for_shared_voices(pick):
    """Both come, however soon the one is asked for after the other."""
    shared = Voice(voice="toy:s", name="Shared", tags=("shared",), owned=False)
    picker = pick([*voices(2), shared])
    Toy.listed = [*voices(3), shared]
    picker.reload()
    picker.find_shared()
    wait_until(lambda: not picker._waiting)
    assert {one.voice for one in picker._catalogue.voices} == {
        *("toy:0", "toy:1", "toy:2", "toy:s")
    }


def test_a_search_for_shared_voices_can_be_repeated(pick):
    """What failed is said, and no longer once it worked."""
    picker = pick(voices(2))
    Toy.listed = Unavailable("toy is down.", provider="toy")
    picker.find_shared()
    wait_until(lambda: picker._line("toy", "shared").text == "toy is down.")
    Toy.listed = [Voice(voice="toy:s", name="S", tags=("shared",), owned=False)]
    picker.find_shared()
    wait_until(lambda: picker._catalogue.get("toy:s") is not None)
    assert picker._line("toy", "shared").text == ""


def test_a_provider_that_comes_later_is_listed(pick):
    """One that was connected meanwhile has its voices, and its line."""
    picker = pick(voices(2), names=("offline",))
    assert picker._catalogue.get("toy:1") is None
    picker.studio.calls.use("toy")
    picker.refresh()
    wait_until(lambda: not picker._waiting)
    assert picker._catalogue.get("toy:1") is not None


def test_favourites_stay_in_the_library(pick):
    """A favourite is there again in the next studio, and can be taken back."""
    picker = pick(voices(3))
    say(picker.list, kind="favourite", voice="toy:1")
    assert picker.list.favourites == ["toy:1"]
    wait_until(lambda: not picker._waiting)
    picker.studio.close()
    later = pick(voices(3))
    assert later.list.favourites == ["toy:1"]
    later.filter.ask(favourites=True)
    assert [row["voice"] for row in later._rows_at(0, 9)] == ["toy:1"]
    say(later.list, kind="favourite", voice="toy:1")
    wait_until(lambda: not later._waiting)
    assert later._rows_at(0, 9) == []
    assert later.studio.bridge.run(later.studio.calls.favourites()) == frozenset()


def test_marks_are_a_list_of_their_own(pick):
    """Voices are marked for a comparison beside the one that is chosen."""
    picker = pick(voices(3))
    seen = []
    picker.on_marks(seen.append)
    picker.values = ["toy:2", "toy:0"]
    assert seen == [["toy:2", "toy:0"]]
    assert picker.value == "toy:0"
    assert "toy:2, toy:0" in picker.marked.text
    picker._clear_marks.click()
    assert picker.values == []
    assert picker.marked.text == ""


def test_a_voice_without_preview_says_so(pick):
    """Nothing is played, and the panel names the voice."""
    picker = pick(voices(1))
    say(picker.list, kind="preview", voice="toy:0")
    wait_until(lambda: picker.notice.kind == "error")
    assert picker.notice.text == (
        "No preview of toy:0 can be played. toy:0 has no preview."
    )


def test_shared_voices_come_when_they_are_asked_for(pick):
    """They are added to the list, and are a facet of their own."""
    shared = Voice(voice="toy:s", name="Shared", tags=("shared",), owned=False)
    picker = pick([*voices(2), shared])
    assert picker._catalogue.get("toy:s") is None
    say(picker.filter, kind="shared")
    wait_until(lambda: not picker._waiting)
    assert picker._catalogue.get("toy:s") is not None
    assert dict(picker._found.counts["origin"]) == {
        "shared by others": 1,
        "the provider's": 2,
    }
    assert [row["voice"] for row in picker._rows_at(0, 9)] == ["toy:s"]
    assert picker.notice.text == "1 shared voice found."


def test_a_frozen_picker_is_a_table_of_its_first_voices(pick):
    """A saved notebook shows twenty of them, and how many there are."""
    picker = pick(
        [Voice(voice=f"toy:{n}", name=f"<b>{n}", age="old") for n in range(50)]
    )
    html = picker.to_html()
    assert "50 voices, the first 20" in html
    assert html.count("<tr>") == 21
    assert ">toy:19<" in html
    assert ">&lt;b&gt;19<" in html
    picker.filter.ask(words="<b>4")
    assert "11 voices<" in picker.to_html()


def test_an_error_in_a_message_is_shown(pick):
    """What a browser says wrongly ends on the screen, not in the kernel's log."""
    picker = pick(voices(1))
    say(picker.list, kind="rows")
    assert picker.notice.kind == "error"
