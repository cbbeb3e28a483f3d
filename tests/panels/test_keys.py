"""The Keys panel without a browser: what it keeps, where, and what it shows."""

import json

import pytest
from ipywidgets.widgets import widget
from patience import wait_until

import voicekit as vk
from voicekit import keys
from voicekit.errors import KeyMissing
from voicekit.panels import Keys, Tabs

SECRET = "sk-canary-0123456789"


@pytest.fixture(scope="module")
def sandbox():
    """The vendors' stand-ins."""
    with vk.sandbox.serve() as served:
        yield served


@pytest.fixture
def stand_ins(monkeypatch, sandbox):
    """The vendors are their stand-ins, and there is no keyring."""
    monkeypatch.setattr(keys, "_safe_keyring", lambda: None)
    monkeypatch.setattr(keys, "_memory", {})
    for name, vendor in sandbox.vendors.items():
        monkeypatch.setenv(keys.variable(name, "URL"), vendor.url)
    return sandbox


@pytest.fixture
def panel(studio, stand_ins):
    shown = Keys(studio)
    wait_until(lambda: not shown._waiting)
    yield shown
    shown.close()


def press(panel, action, vendor, **parts):
    message = {"action": action, "provider": vendor, "parts": parts}
    panel.table._handle_custom_msg(message, [])
    wait_until(lambda: not panel._waiting)


def state(panel, vendor):
    return next(r["state"] for r in panel.table.rows if r["provider"] == vendor)


def test_vendors_without_a_key_say_so(panel):
    """Every vendor has a line, and the offline engine, which needs none, has not."""
    assert [row["provider"] for row in panel.table.rows] == [
        *("kingcong", "voiceclone", "kling", "kie", "akool")
    ]
    assert state(panel, "kie") == "no key"
    assert panel.connected == []


def test_a_key_is_tested_and_used_at_once(panel, studio, stand_ins):
    """The balance is shown, the studio uses the vendor, and the key is nowhere."""
    secret = stand_ins.vendors["kie"].key
    press(panel, "keep", "kie", KEY=secret)
    assert panel.connected == ["kie"]
    assert state(panel, "kie").startswith("connected · key from the memory · ")
    assert "kept in memory until the kernel ends" in panel.notice.text
    assert not studio.voices(provider="kie").empty
    told = [one.get_state() for one in widget._instances.values()]
    assert secret not in json.dumps(told, default=repr)
    press(panel, "forget", "kie")
    assert panel.connected == []
    assert state(panel, "kie") == "no key"
    assert panel.notice.text == "Nothing is kept of a key for kie any longer."


def test_a_wrong_key_is_refused_by_the_vendor(panel):
    """What the vendor says stands in its line, without the key."""
    press(panel, "keep", "kie", KEY=SECRET)
    assert panel.connected == []
    assert "kie" in state(panel, "kie")
    assert SECRET not in state(panel, "kie")


def test_a_key_of_two_parts(panel):
    """Vendors that are shown two parts have a field for each."""
    (kling,) = [row for row in panel.table.rows if row["provider"] == "kling"]
    assert kling["ways"] == [["KEY"], ["ACCESS_KEY", "SECRET_KEY"]]
    press(panel, "keep", "kling", ACCESS_KEY="one", SECRET_KEY=SECRET)
    assert keys.source("kling", "SECRET_KEY") == "memory"


def test_the_environment_goes_first(panel, monkeypatch):
    """A key entered beside one in the environment would never be used."""
    monkeypatch.setenv("VOICEKIT_KIE_KEY", "from-the-environment")
    press(panel, "keep", "kie", KEY=SECRET)
    assert "goes before any key entered here" in panel.notice.text
    assert keys._memory == {}


@pytest.mark.parametrize("value", ["", "  ", "schlüssel", "a\nb"])
def test_what_is_no_key_is_refused(panel, value):
    """Nothing is kept that no header could carry."""
    press(panel, "keep", "kie", KEY=value)
    assert panel.notice.kind == "error"
    assert keys._memory == {}
    with pytest.raises(KeyMissing):
        keys.keep("kie", value)


def test_a_rehearsal_takes_no_key(stand_ins):
    """It says so, tests its stand-ins, and has no field."""
    with vk.Studio(sandbox=True) as studio:
        panel = Keys(studio)
        wait_until(lambda: not panel._waiting)
        assert len(panel.connected) == 5
        assert all(row["ways"] == [] for row in panel.table.rows)
        assert "rehearses" in panel.notice.text
        press(panel, "keep", "kie", KEY=SECRET)
        assert panel.notice.kind == "error"
        assert keys._memory == {}
        panel.close()


def test_a_vendor_that_is_connected_is_there_in_every_tab(studio, stand_ins):
    """Its voices are listed, its kinds and its tasks offered, what was typed stays."""
    tabs = Tabs(studio)
    for title in ("Compare", "Files", "Tasks", "Keys"):
        tabs.open(title)
    speak, files, tasks = (tabs.opened[name] for name in ("Speak", "Files", "Tasks"))
    assert files.kind.options == ()
    assert "No provider" in files.rule.text
    wait_until(lambda: not tabs.opened["Keys"]._waiting)
    press(tabs.opened["Keys"], "keep", "kie", KEY=stand_ins.vendors["kie"].key)
    wait_until(lambda: not speak.picker._waiting and tasks.balances.rows)
    assert speak.picker._catalogue.get("kie:Rachel") is not None
    assert tabs.opened["Compare"].picker._catalogue.get("kie:Rachel") is not None
    assert [kind for _, kind in files.kind.options] == ["sound_effect"]
    assert files.provider.value == "kie"
    assert ("kie", "kie") in tasks.provider.options
    files.text.value = "A door"
    files.parameters.change(loop=True)
    press(tabs.opened["Keys"], "keep", "kingcong", KEY=SECRET)
    assert len(files.kind.options) > 1
    assert (files.kind.value, files.parameters.values()) == (
        "sound_effect",
        {"loop": True},
    )
    tabs.close()
