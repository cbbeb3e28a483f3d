"""Controls made from declarations: defaults, differences, what is kept and what not."""

import pytest
from ipywidgets.widgets import widget

import voicekit as vk
from voicekit.errors import InvalidSetting, Unsupported
from voicekit.offer import Offer
from voicekit.panels import Parameters
from voicekit.panels.settings_form import default_of
from voicekit.panels.tuning import Tuning
from voicekit.parameters import Choice, Range, Text, Toggle
from voicekit.providers import find, names

SPEED = Range(name="speed", help="", minimum=0.7, maximum=1.2, step="0.05", default=1)
SEED = Range(name="seed", help="", minimum=0, maximum=4294967295, step=1)
MOOD = Choice(name="mood", help="", choices=("calm", "glad"))
BOOST = Toggle(name="boost", help="", default=True)
STYLE = Text(name="style", help="", max_length=8)


def offer(*settings, provider="toy", model=None):
    return Offer(provider=provider, kind="speech", settings=settings, model=model)


def form_of(*settings):
    parameters = Tuning(offer(*settings))
    return parameters, parameters.form


def enter(form, **settings):
    """Enter settings as the browser does."""
    form.set_state({"value": {"edition": form.edition, "set": settings}})


def test_nothing_is_sent_until_it_is_set():
    """Also not where no default is named and a control has to show something."""
    parameters, form = form_of(SPEED, SEED, MOOD, BOOST, STYLE)
    assert parameters.values() == {}
    enter(form, seed=0, mood="calm")
    assert parameters.values() == {"seed": 0, "mood": "calm"}
    assert parameters.changed.text == (
        "Changed: seed vendor's default → 0, mood vendor's default → calm"
    )


def test_each_kind_has_its_control():
    """A slider has the true step, a seed a box, and the rest what fits it."""
    _, form = form_of(SPEED, SEED, MOOD, BOOST, STYLE)
    kinds = {one["name"]: one["kind"] for one in form.declared}
    assert kinds == {
        "speed": "slider",
        "seed": "number",
        "mood": "choice",
        "boost": "toggle",
        "style": "text",
    }
    speed = form.declared[0]
    assert [speed[name] for name in ("minimum", "maximum", "step", "default")] == [
        *(0.7, 1.2, 0.05, 1)
    ]


def test_one_setting_or_all_go_back_to_their_defaults():
    """Resetting one leaves the others."""
    parameters, form = form_of(SPEED, MOOD)
    parameters.change(speed=0.8, mood="glad")
    parameters.reset("speed")
    assert parameters.values() == {"mood": "glad"}
    parameters.reset()
    assert parameters.values() == {}
    assert parameters.changed.text == ""
    parameters.change(speed=0.8)
    parameters.change(speed=None)
    assert form.settings == {}


def test_what_fits_is_kept_and_what_does_not_is_named():
    """Another voice keeps what it accepts; the rest is said, with the reason."""
    parameters, _ = form_of(SPEED, MOOD, BOOST)
    parameters.change(speed=0.8, mood="glad", boost=False)
    slower = SPEED.model_copy(update={"minimum": SPEED.default})
    parameters.show(offer(slower, BOOST, provider="other"))
    assert parameters.values() == {"boost": False}
    assert parameters.dropped.text.splitlines() == [
        "Not kept:",
        "speed of other must be between 1 and 1.2 in steps of 0.05, not 0.8.",
        "mood glad: other has no such setting here.",
    ]
    parameters.show(offer(SPEED))
    assert "boost" in parameters.dropped.text
    parameters.show(offer(SPEED))
    assert parameters.dropped.text == ""


def test_a_model_is_chosen_where_there_are_several():
    """It stands first, and its usual one is not sent."""
    parameters = Tuning()
    parameters.show(offer(SPEED, model="fast"), offer(MOOD, model="fine"))
    assert parameters.form.declared[0]["name"] == "model"
    assert parameters.form.declared[0]["default"] == "fast"
    parameters.change(model="fine")
    assert parameters.values() == {"model": "fine"}
    assert [one["name"] for one in parameters.form.declared] == ["model", "mood"]
    parameters.show(offer(SPEED, model="only"))
    assert [one["name"] for one in parameters.form.declared] == ["speed"]
    assert "model fine" in parameters.dropped.text


def test_a_value_for_controls_that_are_gone_is_not_taken():
    """A late message of the browser changes nothing."""
    parameters, form = form_of(SPEED)
    late = {"edition": form.edition, "set": {"speed": 0.8}}
    parameters.show(offer(MOOD))
    form.set_state({"value": late})
    assert parameters.values() == {}


def test_the_same_declaration_leaves_the_controls_alone():
    """Another voice of the same model builds nothing anew."""
    parameters, form = form_of(SPEED)
    before = form.edition
    parameters.show(offer(SPEED))
    assert form.edition == before


def test_a_setting_that_is_not_there_is_refused():
    """Also a program learns that it misspelled one."""
    parameters, _ = form_of(SPEED)
    with pytest.raises(InvalidSetting, match="no setting 'sped'"):
        parameters.change(sped=1)


def test_changing_the_voice_leaves_no_widgets_behind():
    """However often the controls are made anew, there are as many widgets as before."""
    parameters = Tuning()
    counts = []
    for name in [*names(), *names()]:
        parameters.show(find(name).offer("speech"))
        counts.append(len(widget._instances))
    assert len(set(counts)) == 1


@pytest.mark.parametrize("name", names())
def test_every_declared_default_is_one_that_is_accepted(name):
    """What a control shows at first is what the vendor would take."""
    for one in find(name).offers:
        for setting in one.declared:
            if default_of(setting) is not None:
                assert setting.check(default_of(setting), name) == default_of(setting)


def test_settings_stand_alone_as_a_panel(studio):
    """A voice's controls, whose values a call takes; frozen, they are a table."""
    panel = Parameters(studio, "offline:de")
    panel.change(rate=240, ssml=None)
    panel.change(volume=0)
    clip = studio.speak("Hallo.", "offline:de", **panel.values())
    assert (clip.settings["rate"], clip.settings["volume"]) == (240, 0)
    assert panel.differences()[0] == "rate 175 → 240 words per minute"
    frozen = panel.to_html()
    for cell in (">rate<", ">240<", ">word_gap<", ">0<", ">off<"):
        assert cell in frozen
    panel.reset()
    assert panel.values() == {}
    panel.close()


def test_settings_of_another_kind_and_model(monkeypatch):
    """A provider's name and a kind will do; a model that is given goes with them."""
    monkeypatch.setenv("VOICEKIT_KINGCONG_KEY", "k")
    with vk.Studio(["kingcong"]) as studio:
        music = Parameters(studio, "kingcong", kind="music")
        assert music.values() == {}
        model = studio.calls.provider_of("kingcong").offers_for("speech")[-1].model
        panel = Parameters(studio, "kingcong", model=model)
        assert panel.values() == {"model": model}
        with pytest.raises(Unsupported):
            Parameters(studio, "kingcong", kind="sound_effect")


def test_only_a_user_and_a_program_change_settings():
    """To show other controls is no change: nothing is asked twice for it."""
    parameters, form = form_of(SPEED)
    seen = []
    parameters.on_change(lambda: seen.append(parameters.values()))
    parameters.show(offer(SPEED, MOOD))
    assert seen == []
    enter(form, speed=0.8)
    parameters.reset()
    assert seen == [{"speed": 0.8}, {}]
