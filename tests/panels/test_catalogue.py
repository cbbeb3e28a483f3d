"""A long list of voices: what a search finds, counts and sorts."""

import pytest

from voicekit.panels.catalogue import SHARED, Catalogue, VoiceSearch
from voicekit.voice import Voice


def voice(name, **facts):
    return Voice(voice=f"toy:{name.lower()}", name=name, **facts)


VOICES = [
    voice("Brad", gender="male", language="en-US", tags=("calm",), owned=True),
    voice("Adam", gender="male", language="en-GB", description="A calm reader."),
    voice("Anna", gender="female", language="de", age="young", use_case="news"),
    voice("Zoë", gender="female", accent="Breton", created_at=5),
    Voice(voice="other:x", name="Calm Xu", gender="female", language="zh"),
]
LISTED = Catalogue(VOICES, shared={"other:x"})


def names(places):
    return [VOICES[place].name for place in places]


def found(**search):
    return names(LISTED.find(VoiceSearch(**search)).places)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", ["Brad", "Adam", "Anna", "Zoë", "Calm Xu"]),
        ("calm", ["Calm Xu", "Brad", "Adam"]),
        ("calm en-", ["Brad", "Adam"]),
        ("ZOË", ["Zoë"]),
        ("toy:an", ["Anna"]),
        ("news", ["Anna"]),
        ("nobody", []),
    ],
)
def test_every_word_has_to_occur_and_names_come_first(words, expected):
    """Words are looked for in name, id, language, description, tags and use."""
    assert found(words=words) == expected


def test_facets_narrow_together():
    """Each facet leaves what has exactly its value; a language holds its regions."""
    assert found(facets={"gender": "female"}) == ["Anna", "Zoë", "Calm Xu"]
    assert found(facets={"language": "en"}) == ["Brad", "Adam"]
    assert found(facets={"gender": "female", "provider": "other"}) == ["Calm Xu"]
    assert found(facets={"origin": "own"}) == ["Brad"]
    assert found(facets={"origin": SHARED}) == ["Calm Xu"]


def test_counts_say_what_each_value_would_leave():
    """A facet counts within what the others leave, not within itself."""
    counts = LISTED.find(VoiceSearch(facets={"gender": "female"})).counts
    assert counts["gender"] == [("female", 3), ("male", 2)]
    assert counts["language"] == [("de", 1), ("zh", 1)]
    for name, pairs in counts.items():
        for value, count in pairs:
            chosen = {"gender": "female", name: value}
            assert len(found(facets=chosen)) == count


def test_a_chosen_value_stays_among_the_choices():
    """What is chosen can be seen and taken back, also where nothing is left."""
    search = VoiceSearch(words="brad", facets={"gender": "female"})
    counts = LISTED.find(search).counts
    assert counts["gender"] == [("female", 0), ("male", 1)]


def test_variants_are_listed_once_something_is_looked_for():
    """They would hide the voices that they vary; facets count them all the same."""
    voices = [
        Voice(voice="offline:de", name="German", gender="male"),
        Voice(voice="offline:de+f1", name="German, f1", gender="f", tags=("variant",)),
    ]
    listed = Catalogue(voices)
    everything = listed.find(VoiceSearch(sort="name"))
    assert (list(everything.places), everything.variants) == ([0], 1)
    assert everything.counts["gender"] == [("f", 1), ("male", 1)]
    for search in (VoiceSearch(words="german"), VoiceSearch(facets={"gender": "f"})):
        assert 1 in listed.find(search).places
    assert list(
        listed.find(VoiceSearch(favourites=True), {"offline:de+f1"}).places
    ) == [1]


def test_one_age_is_one_choice_however_its_vendor_writes_it():
    """Years, capitals and underscores are spellings of one another."""
    ages = ("middle_aged", "Middle Aged", "35", "25", "Young Adult", "Senior", "90")
    listed = Catalogue([Voice(voice=f"kie:{age}", age=age) for age in ages])
    assert listed.find(VoiceSearch()).counts["age"] == [
        ("middle aged", 3),
        ("old", 2),
        ("young", 2),
    ]


def test_only_facets_that_tell_voices_apart_are_offered():
    """Where all voices are of one provider, nobody is asked for it."""
    assert "provider" in LISTED.facets
    assert "provider" not in Catalogue(VOICES[:4]).facets


def test_sorting():
    """By name, language, provider, or the newest first; what lacks it comes last."""
    assert found(sort="name") == ["Adam", "Anna", "Brad", "Calm Xu", "Zoë"]
    assert found(sort="language") == ["Anna", "Adam", "Brad", "Calm Xu", "Zoë"]
    assert found(sort="newest")[0] == "Zoë"
    assert found(sort="provider", words="calm")[0] == "Calm Xu"


def test_favourites_alone():
    """Only the marked ones are found, and counted."""
    result = LISTED.find(VoiceSearch(favourites=True), {"toy:adam", "gone:x"})
    assert names(result.places) == ["Adam"]
    assert result.counts["gender"] == [("male", 1)]


def test_what_a_browser_says_is_read_with_care():
    """Unknown facets and orders are left out, missing parts are empty."""
    said = {"words": None, "facets": {"gender": "male", "x": "y"}, "sort": "evil"}
    assert VoiceSearch.read(said) == VoiceSearch(facets={"gender": "male"})
    assert VoiceSearch.read({}) == VoiceSearch()


def test_rows_are_plain_and_short():
    """A row holds no control characters, no line breaks and no endless text."""
    hostile = voice("A\u202eb\ncd", description="x" * 10_000)
    (row,) = Catalogue([hostile]).rows([0])
    assert row["name"] == "Ab cd"
    assert len(row["text"]) < 200
