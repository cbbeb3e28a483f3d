"""The panels of files and tasks, driven by their controls, against the sandbox."""

import io
import re
import time

import numpy as np
import pytest
import soundfile

import voicekit as vk
from voicekit.errors import SubmissionUnknown
from voicekit.offer import FileRule
from voicekit.panels import Files, Tabs, Tasks
from voicekit.panels.submit import CHANGED
from voicekit.task import Estimate, cost_text

LIMIT_S = 30
SPEED = 400


def wait_until(condition):
    """Wait for what another thread does, with an end."""
    deadline = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.005)


@pytest.fixture
def files(studio):
    panel = Files(studio)
    yield panel
    panel.close()


@pytest.fixture
def tasks(studio):
    panel = Tasks(studio)
    yield panel
    panel.close()


def upload(panel, name, content, piece=50_000):
    """Send a file as the browser does."""
    answers = []
    panel.intake.send = answers.append
    for start in range(0, len(content), piece):
        last = start + piece >= len(content)
        head = {"name": name, "start": start, "last": last, "upload": 1}
        part = memoryview(content[start : start + piece])
        panel.intake._handle_custom_msg(head, [part])
    return answers


def fill(panel, kind, provider, text="", **settings):
    panel.kind.value = kind
    panel.provider.value = provider
    panel.text.value = text
    panel.parameters.change(**settings)


def made(panel):
    """Press the button, wait, and return what came below."""
    panel.button.click()
    wait_until(lambda: not panel.is_waiting(panel.notice))
    assert panel.notice.kind == "status", panel.notice.text
    return panel.sheet.html


IDEA = "A calm piano piece for an evening by the sea"

TITLES = [
    "Clone a voice",
    "Dub a recording",
    "Transcribe a recording",
    "Make a sound effect",
    "Make music",
]


def test_one_form_makes_whatever_a_vendor_declares(files, recordings):
    """Sound effect, music with covers, a dub and a transcript beside their players."""
    assert [title for title, _ in files.kind.options] == TITLES
    fill(files, "sound_effect", "kie", "A door", duration_seconds=1.5)
    assert made(files).count("<audio ") == 1
    fill(files, "music", "kingcong", IDEA)
    html = made(files)
    assert html.count("<audio ") > 1
    assert '<img alt="Cover"' in html
    fill(files, "transcription", "kingcong")
    assert upload(files, "me.mp3", recordings["mp3"].read_bytes())[-1] == {"got": 1}
    html = made(files)
    assert "your:recording" in html
    fill(files, "dubbing", "kingcong", target_lang="de")
    assert made(files).count("white-space:pre-line") >= 2


def test_the_vendors_progress_is_told(files, sandbox):
    """A long job says how far its vendor is, until it is done."""
    seen = []
    files.notice.observe(lambda change: seen.append(change["new"]), "text")
    fill(files, "music", "kingcong", IDEA)
    sandbox.set_speed(2)
    files.button.click()
    wait_until(lambda: any(re.fullmatch(r"Make music … \d+ %", one) for one in seen))
    sandbox.set_speed(SPEED)
    wait_until(lambda: not files.is_waiting(files.notice))
    assert seen[-1].startswith("Done")


@pytest.mark.parametrize("name", ["recording.wav", "me.WAV"])
def test_a_wav_becomes_what_the_vendor_takes(files, recordings, name):
    """Recorded or chosen, it goes to a vendor that takes MP3 only as an MP3."""
    fill(
        files, "clone", "kingcong", "Alice", language_tag="English", gender_tag="female"
    )
    wav = recordings["wav"].read_bytes()
    seconds = soundfile.info(io.BytesIO(wav)).duration
    assert files.rule.text == "mp3, or wav, which is made mp3; up to 20 MiB"
    assert upload(files, name, wav)[-1] == {"got": 1}
    html = made(files)
    assert "kingcong:minimax/" in html
    (sent,) = files.intake.folder.rglob("*.mp3")
    assert soundfile.info(sent).format == "MP3"
    assert soundfile.info(sent).duration == pytest.approx(seconds, abs=0.1)


def test_what_is_made_of_a_file_overwrites_none(files, recordings, tmp_path):
    """An MP3 beside a WAV on the kernel's machine stays as it is."""
    wav, other = tmp_path / "me.wav", tmp_path / "me.mp3"
    wav.write_bytes(recordings["wav"].read_bytes())
    other.write_bytes(b"another song")
    fill(
        files, "clone", "kingcong", "Alice", language_tag="English", gender_tag="female"
    )
    files.path.value = str(wav)
    assert "kingcong:minimax/" in made(files)
    assert other.read_bytes() == b"another song"


def refuse(panel, name):
    """Say what the browser says of a file that it does not send."""
    panel.intake._handle_custom_msg({"name": name, "refused": True}, [])


def test_a_file_is_judged_anew_by_each_form(files, recordings):
    """What the new form takes stays; what it does not is named, and not sent."""
    fill(files, "transcription", "kingcong")
    upload(files, "me.webm", recordings["webm"].read_bytes())
    assert files.intake.path is not None
    files.kind.value = "dubbing"
    assert files.intake.path is None
    files.parameters.change(target_lang="de")
    files.button.click()
    wait_until(lambda: files.notice.kind == "error")
    assert files.notice.text == (
        "kingcong does not take me.webm: choose another file, or name one on this "
        "machine."
    )
    upload(files, "me.mp3", recordings["mp3"].read_bytes())
    files.kind.value = "transcription"
    assert files.intake.path is not None


def test_a_file_too_large_for_the_new_form_is_dropped(files):
    """Not only its name is looked at."""
    fill(files, "dubbing", "kingcong")
    upload(files, "me.mp3", b"four")
    smaller = FileRule(extensions=("mp3",), maximum_bytes=3)
    files.intake.accept(smaller, records=False, converts=False)
    assert files.intake.path is None


def test_a_file_that_is_refused_replaces_the_one_before(files, recordings):
    """The last choice counts: the file before it is not sent in its place."""
    fill(files, "dubbing", "kingcong", target_lang="de")
    upload(files, "me.mp3", recordings["mp3"].read_bytes())
    refuse(files, "notes.txt")
    files.button.click()
    wait_until(lambda: files.notice.kind == "error")
    assert "does not take notes.txt" in files.notice.text


def test_each_kind_keeps_its_own_text(files):
    """The name of a voice does not become the idea of a song."""
    fill(files, "clone", "kingcong", "My voice")
    files.kind.value = "music"
    assert files.text.value == ""
    files.text.value = IDEA
    files.kind.value = "clone"
    assert files.text.value == "My voice"
    shown = [text for text in files.texts.values() if text.layout.display is None]
    assert shown == [files.text]


def test_a_click_buys_no_form_that_nobody_saw(files, submissions):
    """A click that overtook the choice of another kind says so, and sends nothing."""
    fill(files, "music", "kingcong", IDEA)
    fill(files, "sound_effect", "kie", "A door")
    shown = {f"IPY_MODEL_{one.model_id}": {} for one in files.button.controls}
    music = files.kind.options.index(("Make music", "music"))
    shown[f"IPY_MODEL_{files.kind.model_id}"] = {"index": music}
    files.button._action(shown)
    assert files.notice.text == CHANGED
    assert submissions("kingcong") == (0, 0)


def told_price(panel):
    wait_until(lambda: not panel.is_waiting(panel.cost))
    return panel.cost.text


def test_a_transcript_is_priced_by_the_length_of_its_file(files, recordings, tmp_path):
    """Three times as long a file costs three times as much as the one before."""
    wav = recordings["wav"]
    fill(files, "transcription", "kingcong")
    assert told_price(files) == "price unknown"
    upload(files, "me.wav", wav.read_bytes())
    assert told_price(files) == "price unknown"
    made(files)
    cost = files.studio.tasks().credits.iloc[0]
    with soundfile.SoundFile(wav) as sound:
        samples, rate = sound.read(), sound.samplerate
    soundfile.write(tmp_path / "long.wav", np.tile(samples, 3), rate)
    files.path.value = str(tmp_path / "long.wav")
    print(cost, "then", told_price(files))
    assert told_price(files) == f"about {cost_text(3 * cost, 'credits')}"
    files.path.value = str(tmp_path / "none.wav")
    assert told_price(files) == "price unknown"


def test_a_sound_effect_is_priced_by_the_piece(files):
    """A long description costs no more than a short one did; a long effect does."""
    fill(files, "sound_effect", "kie", "A door", duration_seconds=1.5)
    made(files)
    cost = files.studio.tasks().credits.iloc[0]
    files.text.value = "A door that is closed slowly by somebody who listens"
    assert told_price(files).endswith(f"about {cost_text(cost, 'credits')}")
    files.parameters.change(duration_seconds=3)
    assert told_price(files).endswith(f"about {cost_text(2 * cost, 'credits')}")


def test_what_is_free_is_called_free(files):
    """It has no other word for nothing."""
    fill(files, "sound_effect", "kie", "A door")
    told_price(files)
    free = Estimate(credits=0.0, unit="credits", exact=True, evidence="free")
    files._show_price(files._offer, "A door", free)
    assert files.cost.text.endswith(" · free")


def test_a_file_that_no_vendor_takes_is_not_even_kept(files):
    """A wrong ending and too many bytes are refused before anything is sent."""
    fill(files, "dubbing", "kingcong")
    (answer,) = upload(files, "me.exe", b"MZ")
    assert "not accepted" in answer["problem"]
    files.intake.maximum_bytes = 3
    (answer,) = upload(files, "me.mp3", b"four")
    assert "not accepted" in answer["problem"]
    files.button.click()
    wait_until(lambda: files.notice.kind == "error")
    assert "Choose a file first" in files.notice.text


def test_the_price_follows_the_settings(files):
    """Two songs cost twice as much as one, before they are asked for."""
    fill(files, "music", "kingcong", IDEA)
    wait_until(lambda: "credits" in files.cost.text)
    one = files.cost.text
    files.parameters.change(n=2)
    wait_until(lambda: not files.is_waiting(files.cost))
    print(one, "then", files.cost.text)
    assert files.cost.text != one


def test_a_form_that_is_not_filled_in_says_what_is_missing(files, submissions):
    """Too short an idea is an error in the panel, and nothing is sent."""
    fill(files, "music", "kingcong", "too short")
    files.button.click()
    wait_until(lambda: files.notice.kind == "error")
    assert "20" in files.notice.text
    assert submissions("kingcong") == (0, 0)


@pytest.fixture
def held(studio, sandbox):
    """Return a function that leaves a request in doubt, which its vendor got."""

    def hold(text="Nobody knows."):
        sandbox.fail("kie", on="submit", kind="close_after")
        with pytest.raises(SubmissionUnknown) as caught:
            studio.speak(text, "kie:Rachel")
        return caught.value.job

    return hold


def state_of(panel, job):
    rows = {row["key"]: row["cells"][0]["text"] for row in panel.table.rows}
    return rows.get(job)


def test_tables_follow_the_ledger(studio, tasks, held):
    """What is made elsewhere appears by itself; what is held is said aloud."""
    clip = studio.speak("Hello.", "kie:Rachel")
    wait_until(lambda: state_of(tasks, clip.job) == "done")
    job = held()
    wait_until(lambda: state_of(tasks, job) == "HELD")
    assert tasks.table.rows[0]["mark"] == "urgent"
    assert tasks.urgent.kind == "error"
    assert "1 task HELD" in tasks.urgent.text
    assert [row["key"] for row in tasks.spend.rows] == ["kie kie credits"]
    wait_until(lambda: tasks.balances.rows)
    tasks.state.value = "done"
    assert [row["key"] for row in tasks.table.rows] == [clip.job]


def test_what_may_cost_twice_is_asked_twice(studio, tasks, held, submissions):
    """The first press names the jobs; another choice makes it a first press again."""
    first, second = held("One."), held("Two.")
    wait_until(lambda: state_of(tasks, second) == "HELD")
    before = submissions("kie")
    tasks.table.chosen = [first]
    tasks.buttons["Submit again"].click()
    assert "billed twice" in tasks.notice.text
    assert first in tasks.notice.text
    tasks.table.chosen = [second]
    tasks.buttons["Submit again"].click()
    assert second in tasks.notice.text
    assert submissions("kie") == before
    tasks.buttons["Submit again"].click()
    wait_until(lambda: tasks.notice.text.startswith("Made again"))
    wait_until(lambda: state_of(tasks, second) == "done")
    assert state_of(tasks, first) == "HELD"
    assert tasks.chosen == ()  # the next action is about others
    assert submissions("kie")[0] == before[0] + 1


def test_a_task_is_heard_again(studio, tasks):
    """What the library holds plays below, also when the panel that made it is gone."""
    clips = [studio.speak(text, "offline:de") for text in ("One.", "Two.")]
    wait_until(lambda: state_of(tasks, clips[1].job) == "done")
    tasks.attempt(tasks.hear)
    assert "Choose tasks" in tasks.notice.text
    tasks.table.chosen = [clip.job for clip in clips]
    tasks.attempt(tasks.hear)
    wait_until(lambda: tasks.sheet.html.count("<audio ") == 2)


def test_a_held_task_is_adopted_or_written_off(tasks, held, sandbox):
    """By the vendor's task id, or as what the vendor's own page says of its cost."""
    first, second = held("One."), held("Two.")
    wait_until(lambda: state_of(tasks, second) == "HELD")
    tasks.table.chosen = [first]
    tasks.task_id.value = sandbox.look("kie", "tasks")[-2]["id"]
    tasks.buttons["Adopt"].click()
    wait_until(lambda: state_of(tasks, first) == "done")
    tasks.table.chosen = [second]
    tasks.billed.value = "no"
    tasks.buttons["Write off"].click()
    tasks.buttons["Write off"].click()
    wait_until(lambda: state_of(tasks, second) == "failed")
    wait_until(lambda: tasks.urgent.text == "")


def test_deleting_at_the_vendor_says_what_came_back(studio, tasks):
    """A chosen task of kingcong is deleted there, once confirmed."""
    voice = "kingcong:elevenlabs/21m00Tcm4TlvDq8ikWAM"
    clip = studio.speak("Hello.", voice)
    wait_until(lambda: state_of(tasks, clip.job) == "done")
    tasks.table.chosen = [clip.job]
    tasks.buttons["Delete at vendor"].click()
    tasks.buttons["Delete at vendor"].click()
    wait_until(lambda: tasks.notice.text.startswith("Deleted at kingcong"))
    assert clip.task_id in tasks.notice.text


def test_a_button_without_a_choice_says_so(tasks):
    """An error of the user is in the panel."""
    tasks.buttons["Check"].click()
    assert tasks.notice.kind == "error"
    assert "Choose tasks" in tasks.notice.text


def test_tabs_open_when_looked_at_and_warn_from_anywhere(studio, held):
    """No panel asks a vendor before it is seen; doubt shows on the tab itself."""
    tabs = Tabs(studio)
    assert list(tabs.opened) == ["Speak"]
    held()
    wait_until(lambda: "1 task HELD" in tabs.urgent.text)
    assert "Tasks (1 !)" in tabs.tabs.titles
    tabs.open("Tasks")
    assert tabs.urgent.layout.display == "none"
    assert tabs.open("Files").sheet is tabs.sheet
    wait_until(lambda: tabs.opened["Tasks"].table.rows)
    studio.speak("Another.", "offline:de")
    wait_until(lambda: len(tabs.opened["Tasks"].table.rows) == 2)
    frozen = tabs.to_html()
    assert "Nobody knows." in frozen
    assert "<button" not in frozen
    tabs.close()


def test_marks_of_one_tab_are_compared_in_another(studio):
    """Each is handed over once: what was taken out there does not come back."""
    tabs = Tabs(studio)
    picker = tabs.opened["Speak"].picker
    picker.values = ["kie:Rachel", "offline:de"]
    compare = tabs.open("Compare")
    assert compare.chosen_voices() == ["kie:Rachel", "offline:de"]
    compare.voices.value = "offline:de"
    tabs.open("Speak")
    picker.values = ["kie:Rachel", "offline:de", "offline:fr-fr"]
    tabs.open("Compare")
    assert compare.chosen_voices() == ["offline:de", "offline:fr-fr"]
    tabs.close()


def states(studio):
    """Return how many attempts are in each state."""
    return studio.tasks().state.value_counts().to_dict()


@pytest.mark.parametrize("ending", ["stop", "close"])
def test_what_was_sent_survives_stop_and_close(at_the_sandbox, submissions, ending):
    """Twenty begun, then stopped or closed: each is unsent, or finished by resume."""
    at_the_sandbox.set_speed(1)
    with vk.Studio() as studio:
        panel = Files(studio)
        fill(panel, "sound_effect", "kie")
        for number in range(20):
            panel.text.value = f"Sound number {number}"
            panel.make()
        wait_until(lambda: submissions("kie")[1] > 0)
        if ending == "stop":
            panel.stop_making()
            wait_until(lambda: not {"queued", "sending"} & states(studio).keys())
        panel.close()
    sent, accepted = submissions("kie")
    at_the_sandbox.set_speed(SPEED)
    with vk.Studio() as studio:
        studio.resume()
        ended = states(studio)
    print(f"{ending}: {sent} sent, {accepted} accepted, then {ended}")
    assert submissions("kie") == (sent, accepted)
    # The others were called off while they waited for their turn.
    assert 0 < accepted < 20
    assert ended == {"done": accepted, "failed": 20 - accepted}
