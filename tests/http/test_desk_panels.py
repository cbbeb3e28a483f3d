"""The panels of files and tasks, driven by their controls, against the sandbox."""

import io
import re
import time

import pytest
import soundfile

import voicekit as vk
from voicekit.errors import SubmissionUnknown
from voicekit.panels import Files, Tabs, Tasks

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


def test_a_recording_becomes_what_the_vendor_takes(files, recordings, asked):
    """The browser's WAV goes to a vendor that takes MP3 only as an MP3."""
    fill(
        files, "clone", "kingcong", "Alice", language_tag="English", gender_tag="female"
    )
    wav = recordings["wav"].read_bytes()
    seconds = soundfile.info(io.BytesIO(wav)).duration
    upload(files, "recording.wav", wav)
    html = made(files)
    assert "kingcong:minimax/" in html
    (sent,) = files.intake.path.parent.glob("*.mp3")
    assert soundfile.info(sent).format == "MP3"
    assert soundfile.info(sent).duration == pytest.approx(seconds, abs=0.1)


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
