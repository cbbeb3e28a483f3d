"""What every provider keeps: a new one is tested by being listed."""

import asyncio
from decimal import Decimal

import pytest

from voicekit import providers
from voicekit.audio.codec import describe
from voicekit.audio.file import sniff
from voicekit.errors import InvalidSetting
from voicekit.parameters import Choice, Range, Text
from voicekit.voice import VoiceQuery

TEXT = "Hello there, how are you?"
SHORT = "Hi."
_WIDTHS = {"audio/l16": 2, "audio/basic": 1, "audio/pcma": 1}
every = pytest.mark.parametrize("name", providers.names())


def routes(name):
    """Return one model's offer for each way to speak with other settings."""
    found = {}
    for offer in providers.find(name).offers:
        if offer.kind == "speech":
            declared = repr((offer.route, offer.settings, offer.formats))
            found.setdefault(declared, offer)
    return list(found.values())


async def all_of(calls):
    """Make calls six at a time; raise the first error once all are over."""
    few = asyncio.Semaphore(6)

    async def one(call):
        async with few:
            return await call

    done = await asyncio.gather(*map(one, calls), return_exceptions=True)
    for found in done:
        if isinstance(found, BaseException):
            raise found
    return done


@pytest.fixture
def voice_of(studio):
    """Return a function: a voice that takes an offer's route."""

    def find(offer):
        if offer.provider == "akool" and offer.route == "clone":
            return "akool:https://samples.example/voice.mp3"
        query = VoiceQuery(limit=None if offer.provider != "offline" else 5)
        listed = studio.bridge.run(studio.calls.list_voices(query, offer.provider))
        provider = providers.find(offer.provider)
        return next(v.voice for v in listed if provider.route(v.id) == offer.route)

    return find


@every
def test_offers_are_consistent(name):
    """Names are unique, defaults accepted, ranges not empty, and all has help."""
    provider = providers.find(name)
    offers = provider.offers
    places = [(offer.kind, offer.route, offer.model) for offer in offers]
    assert len(set(places)) == len(places) > 0
    for offer in offers:
        assert offer.provider == name
        assert offer.unit == provider.unit
        for names in (
            [s.name for s in offer.declared],
            [s.path for s in offer.declared],
        ):
            assert len(set(names)) == len(names)
        for setting in offer.declared:
            assert setting.help.endswith(".")
            assert not (setting.always_sent and setting.default is None)
            if setting.default is not None:
                given = setting.default
                given = float(given) if isinstance(given, Decimal) else given
                assert setting.check(given, name) == given
            if isinstance(setting, Range):
                assert setting.minimum < setting.maximum
                steps = (setting.maximum - setting.minimum) / setting.step
                assert steps == steps.to_integral_value()
        limit = offer.text_limit
        assert limit is None or 0 <= limit.minimum < limit.maximum


def extremes(offer):
    """Return settings that hold each end of each range, and each choice, once."""
    ranges = [s for s in offer.settings if isinstance(s, Range)]
    others = [s for s in offer.settings if not isinstance(s, Range | Text)]
    yield {s.name: s.minimum for s in ranges}
    yield {s.name: s.maximum for s in ranges}
    values = {s.name: getattr(s, "choices", (True, False)) for s in others}
    for turn in range(max(map(len, values.values()), default=0)):
        yield {name: few[turn % len(few)] for name, few in values.items()}


@every
def test_every_end_of_a_range_and_every_choice_is_accepted(name, studio, voice_of):
    """What is declared for speech is what the vendor takes."""
    calls = []
    for offer in routes(name):
        voice = voice_of(offer)
        for settings in extremes(offer):
            numbers = {
                key: float(value) if isinstance(value, Decimal) else value
                for key, value in settings.items()
            }
            calls.append(
                studio.aio.speak(_said(numbers), voice, model=offer.model, **numbers)
            )
    assert all(clip.audio for clip in asyncio.run(all_of(calls)))


def _said(settings):
    return f"<speak>{SHORT}</speak>" if settings.get("ssml") else SHORT


@every
def test_every_model_speaks(name, studio, voice_of):
    """Each declared model is one that the vendor has."""
    offers = [o for o in providers.find(name).offers if o.kind == "speech"]
    voices = {offer.route: voice_of(offer) for offer in routes(name)}
    clips = asyncio.run(
        all_of(
            studio.aio.speak(SHORT, voices[offer.route], model=offer.model)
            for offer in offers
        )
    )
    assert [clip.model for clip in clips] == [offer.model for offer in offers]


@every
def test_every_format_is_what_it_says_it_is(name, studio, voice_of):
    """The bytes are of the named kind, and as long as the same words always are."""
    seen = set()
    for offer in routes(name):
        if not isinstance(offer.formats, Choice) or offer.route in seen:
            continue
        seen.add(offer.route)
        voice = voice_of(offer)
        clips = asyncio.run(
            all_of(
                studio.aio.speak(TEXT, voice, model=offer.model, format=value)
                for value in offer.formats.choices
            )
        )
        made = dict(zip(offer.formats.choices, clips, strict=True))
        lengths = {
            value: true_length(clip)
            for value, clip in made.items()
            if (name, value) != ("voiceclone", "pcm")  # its rate is only assumed
        }
        usual = lengths[str(offer.formats.default)]
        for value, length in lengths.items():
            assert length == pytest.approx(usual, abs=0.12), value
            assert made[value].duration_s == pytest.approx(length, abs=0.1)


def true_length(clip):
    """Return the seconds of a clip's bytes, and see that they are of its kind."""
    if clip.media_type in _WIDTHS:
        assert sniff(clip.audio) not in ("audio/wav", "audio/ogg", "audio/flac")
        return len(clip.audio) / _WIDTHS[clip.media_type] / clip.sample_rate
    assert sniff(clip.audio) == clip.media_type
    return describe(clip.audio)["duration_s"]


@every
def test_listed_voices_speak(name, studio):
    """The first and the last voices of the list are ones that the vendor knows."""
    voices = studio.voices(provider=name, limit=None)
    # The stand-in knows the names of kie's page; ids are in newer documents only.
    voices = voices[voices.category != "by id"]
    assert len(voices) > 0
    assert voices.index.is_unique
    assert voices.provider.eq(name).all()
    assert voices.index.str.startswith(f"{name}:").all()
    some = list(dict.fromkeys((*voices.index[:3], *voices.index[-3:])))
    clips = asyncio.run(all_of(studio.aio.speak(SHORT, voice) for voice in some))
    assert [clip.voice for clip in clips] == some


@every
def test_unknown_settings_are_refused(name, studio, voice_of, submissions):
    """A misspelled or made-up setting is an error before anything is sent."""
    for offer in routes(name):
        voice = voice_of(offer)
        for wrong in (
            "no_such_setting",
            f"{offer.settings[0].name}x" if offer.settings else "x",
        ):
            with pytest.raises(InvalidSetting, match=wrong):
                studio.speak(SHORT, voice, model=offer.model, **{wrong: 1})
        for setting in offer.settings:
            with pytest.raises(InvalidSetting, match=setting.name):
                studio.speak(SHORT, voice, model=offer.model, **{setting.name: [1]})
        with pytest.raises(InvalidSetting, match="format"):
            studio.speak(SHORT, voice, model=offer.model, format="smell-o-vision")
    assert len(studio.tasks()) == 0
    if name != "offline":
        assert submissions(name) == (0, 0)


@every
def test_an_estimate_is_given_and_an_exact_one_is_right(name, studio, voice_of):
    """Before the first call and after it; exact means exactly what was charged."""
    for offer in routes(name):
        voice = voice_of(offer)
        before = studio.estimate(TEXT, voice, model=offer.model)
        clip = studio.speak(TEXT, voice, model=offer.model)
        after = studio.estimate(TEXT, voice, model=offer.model)
        assert before.unit == after.unit == clip.unit == offer.unit
        assert before.evidence
        assert before.exact <= (before.credits == clip.credits)
        if clip.credits is not None:
            assert after.credits == pytest.approx(clip.credits)


@every
def test_balance_health_models_and_clones_can_be_asked_for(name, studio):
    """None raises, whatever a vendor lacks."""
    row = studio.providers().loc[name]
    assert row.connected
    assert row.health in ("good", "unknown")
    assert row.kinds == ", ".join(providers.find(name).kinds)
    if name != "offline":
        told = studio.credits().loc[name]
        assert told.balance == row.balance > 0
    assert set(studio.models(name).provider) <= {name}
    assert set(studio.clones(name).provider) <= {name}
