"""Lists of several vendors: together, one of them down, remembered for a day."""

import asyncio

import pytest

import voicekit as vk
from voicekit.engine.catalogue import REMEMBERED_S, VoiceCache
from voicekit.errors import Unavailable
from voicekit.providers import find
from voicekit.voice import VoiceQuery


@pytest.mark.parametrize("call", ["voices", "models", "clones"])
def test_a_vendor_that_is_down_hides_no_other(studio, sandbox, call):
    """The rest is listed, and a warning names who is missing; alone it is an error."""
    whole = getattr(studio, call)(provider="akool")
    sandbox.fail("kingcong", on="any", kind="status:503", times=None)
    with pytest.warns(UserWarning, match="kingcong is missing"):
        table = getattr(studio, call)()
    assert set(whole.index) <= set(table.index)
    assert "kingcong" not in set(table.provider)
    with pytest.raises(Unavailable, match="kingcong"):
        getattr(studio, call)(provider="kingcong")


def test_voices_are_remembered_until_they_change(studio, sandbox, recordings):
    """Asked once; again when it is said so, and after a clone was made."""

    def asked():
        return len(sandbox.look("kingcong", "requests"))

    first = studio.voices(provider="kingcong")
    before = asked()
    assert studio.voices(provider="kingcong").equals(first)
    assert asked() == before
    studio.voices(provider="kingcong", refresh=True)
    assert asked() > before
    tags = {"language_tag": "English", "gender_tag": "female"}
    clone = studio.clone(recordings["mp3"], "Mine", provider="kingcong", **tags)
    assert clone.voice in studio.voices(provider="kingcong").index
    studio.delete_clone(clone)
    assert clone.voice not in studio.voices(provider="kingcong").index


def test_a_list_is_remembered_for_a_day():
    """Then it is asked for again."""
    clock, asked = [0.0], []
    cache = VoiceCache(lambda: clock[0])

    async def ask():
        asked.append(clock[0])
        return []

    for clock[0] in (0.0, REMEMBERED_S, REMEMBERED_S + 1):
        asyncio.run(cache.get(find("kie"), VoiceQuery(), ask))
    assert asked == [0.0, REMEMBERED_S + 1]


def test_a_refused_key_and_a_vendor_out_of_reach_are_told_apart(
    at_the_sandbox, monkeypatch
):
    """Neither is connected; the table says which of the two it is."""
    monkeypatch.setenv("VOICEKIT_KIE_KEY", "of-somebody-else")
    monkeypatch.setenv("VOICEKIT_AKOOL_URL", "http://127.0.0.1:9")
    with vk.Studio(["kie", "akool", "kling"]) as studio:
        table = studio.providers()
    assert table.connected.to_dict() == {"kie": False, "akool": False, "kling": True}
    assert table.health.tolist() == ["key refused", "no answer", "unknown"]
