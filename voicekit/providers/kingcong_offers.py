"""What KingCong accepts, for each kind of job and each model."""

from __future__ import annotations

from voicekit.offer import FileRule, Offer, TextLimit
from voicekit.parameters import Choice, Range, Text, Toggle
from voicekit.providers.kingcong_speech import ELEVENLABS, MINIMAX
from voicekit.providers.kingcong_tables import (
    DUBBING_SOURCES,
    DUBBING_TARGETS,
    MINIMAX_LANGUAGES,
    MUSIC_IDS,
)

__all__ = ["OFFERS"]

_MEGABYTE = 1 << 20

_MUSIC = Offer(
    provider="kingcong",
    kind="music",
    # "Supports both idea-based and lyrics-based generation": either is enough.
    text_instead="lyrics",
    settings=(
        Text(name="title", help="The song's title.", min_length=1, max_length=40),
        Text(name="lyrics", help="What is sung.", min_length=50, max_length=3_000),
        *(
            Choice(
                name=name,
                help=f"The {name} of the music.",
                choices=tuple(ids),
                wire=f"{name}_id",
            )
            for name, ids in MUSIC_IDS.items()
        ),
        Range(
            name="n",
            help="How many tracks; each is paid for.",
            minimum=1,
            maximum=3,
            step=1,
            default=1,
            always_sent=True,
        ),
        Toggle(
            name="rewrite_idea_switch",
            help="Let the vendor reword the idea.",
            default=False,
            always_sent=True,
        ),
    ),
    text_limit=TextLimit(minimum=20, maximum=300),
)

_DUBBING = Offer(
    provider="kingcong",
    kind="dubbing",
    takes_text=False,
    file=FileRule(extensions=("mp3", "m4a"), maximum_bytes=20 * _MEGABYTE),
    settings=(
        Choice(
            name="target_lang",
            help="The language to dub into.",
            choices=DUBBING_TARGETS,
            required=True,
        ),
        Choice(
            name="source_lang",
            help="The language that is spoken.",
            choices=DUBBING_SOURCES,
            default="auto",
            always_sent=True,
        ),
        Range(
            name="num_speakers",
            help="How many speak; 0 finds out.",
            minimum=0,
            maximum=9,
            step=1,
            default=0,
            always_sent=True,
        ),
        Toggle(
            name="disable_voice_cloning",
            help="Dub with a stock voice instead of the speaker's.",
            # The sample sends false, and the vendor's older page says true by default.
            default=False,
            always_sent=True,
        ),
    ),
)

_TRANSCRIPTION = Offer(
    provider="kingcong",
    kind="transcription",
    takes_text=False,
    file=FileRule(
        extensions=("mp3", "aac", "aiff", "ogg", "opus", "wav", "webm", "flac", "m4a"),
        maximum_bytes=200 * _MEGABYTE,
    ),
)

_CLONE = Offer(
    provider="kingcong",
    kind="clone",
    route="minimax",
    file=FileRule(extensions=("mp3",), maximum_bytes=20 * _MEGABYTE),
    settings=(
        Choice(
            name="language_tag",
            help="The language of the sample.",
            choices=tuple(MINIMAX_LANGUAGES),
            required=True,
        ),
        Choice(
            name="gender_tag",
            help="The speaker's gender.",
            choices=("male", "female"),
            required=True,
        ),
        Text(
            name="preview_text",
            help="What the new voice's preview says.",
            min_length=1,
            max_length=500,
            default="Hello world",
            always_sent=True,
        ),
        Toggle(
            name="need_noise_reduction",
            help="Clean the sample first.",
            default=True,
            always_sent=True,
        ),
    ),
)

_PROXIES = Offer(
    provider="kingcong",
    kind="proxies",
    takes_text=False,
    settings=(
        Choice(
            name="ttl",
            help="How long they live, 5 or 10.",
            choices=(5, 10),
            unit="minutes",
            required=True,
        ),
        Range(
            name="quantity",
            help="How many, up to 100.",
            minimum=1,
            maximum=100,
            step=1,
            required=True,
        ),
    ),
)

OFFERS = (
    *ELEVENLABS,
    *MINIMAX,
    _MUSIC,
    _DUBBING,
    _TRANSCRIPTION,
    _CLONE,
    _PROXIES,
)
"""The first of a kind is its default."""
