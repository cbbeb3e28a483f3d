"""A rehearsal: a studio whose vendors are the sandbox's."""

import pytest

import voicekit as vk
from voicekit.errors import StillRunning

TAGS = {"language_tag": "English", "gender_tag": "female"}
SAMPLE = "I read slowly, for about ten seconds, so that a machine learns how I sound. "


@pytest.fixture
def rehearse(tmp_path):
    """Open a studio on the same library each time, with a sandbox of its own."""

    def rehearse():
        studio = vk.Studio(sandbox=True, library=tmp_path / "library")
        studio.sandbox.set_speed(400)
        return studio

    return rehearse


def test_a_new_sandbox_makes_a_clone_anew(rehearse):
    """A clone of an earlier sandbox, which can no longer speak, is not returned."""
    with rehearse() as studio:
        sample = studio.speak(SAMPLE * 2, "offline:en-gb", format="mp3").path
        first = studio.clone(sample, "Alice", provider="kingcong", **TAGS)
        assert studio.clone(sample, "Alice", provider="kingcong", **TAGS) == first
    with rehearse() as studio:
        second = studio.clone(sample, "Alice", provider="kingcong", **TAGS)
        assert second.voice != first.voice
        assert studio.speak("Hello!", second).duration_s > 0


def test_what_has_no_voice_has_a_price_too(rehearse):
    """A provider's name is enough for an estimate of music or of a clone."""
    with rehearse() as studio:
        idea = "A calm piano piece for an evening by the sea"
        music = studio.estimate(idea, "kingcong", kind="music", n=2)
        clone = studio.estimate("Alice", "voiceclone", kind="clone")
    assert (music.credits, music.unit) == (2400, "credits")
    assert (clone.credits, clone.exact) == (1000, True)


def test_what_ran_at_a_stand_in_that_ended_cost_nothing(rehearse):
    """Nobody can finish it; the same call makes it anew, and nothing is at risk."""
    with rehearse() as studio:
        studio.sandbox.set_speed(0.01)
        with pytest.raises(StillRunning):
            studio.speak("Hello!", "kie:Rachel", timeout=1)
    with rehearse() as studio:
        assert studio.tasks().state.tolist() == ["failed"]
        assert studio.resume().empty
        assert not studio.speak("Hello!", "kie:Rachel").cached
