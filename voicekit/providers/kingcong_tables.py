"""The names that KingCong knows: of languages, of models, and of kinds of music."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = [
    "DUBBING_SOURCES",
    "DUBBING_TARGETS",
    "MINIMAX_LANGUAGES",
    "MINIMAX_MODELS",
    "MUSIC_IDS",
]

MINIMAX_MODELS = (
    "speech-2.6-hd",  # the one that the page names goes first, and is the default
    "speech-2.6-turbo",
    "speech-2.8-hd",
    "speech-2.8-turbo",
    "speech-2.5-hd-preview",
    "speech-2.5-turbo-preview",
    "speech-02-hd",
    "speech-02-turbo",
    "speech-01-hd",
    "speech-01-turbo",
)

MINIMAX_LANGUAGES: Mapping[str, str] = {
    "English": "en",
    "Vietnamese": "vi",
    "Arabic": "ar",
    "Cantonese": "yue",
    "Chinese (Mandarin)": "zh",
    "Dutch": "nl",
    "French": "fr",
    "German": "de",
    "Indonesian": "id",
    "Italian": "it",
    "Japanese": "ja",
    "Korean": "ko",
    "Portuguese": "pt",
    "Russian": "ru",
    "Spanish": "es",
    "Turkish": "tr",
    "Ukrainian": "uk",
    "Thai": "th",
    "Polish": "pl",
    "Romanian": "ro",
    "Greek": "el",
    "Czech": "cs",
    "Finnish": "fi",
    "Hindi": "hi",
    "Bulgarian": "bg",
    "Danish": "da",
    "Hebrew": "he",
    "Malay": "ms",
    "Persian": "fa",
    "Slovak": "sk",
    "Swedish": "sv",
    "Croatian": "hr",
    "Filipino": "fil",
    "Hungarian": "hu",
    "Norwegian": "no",
    "Slovenian": "sl",
    "Catalan": "ca",
    "Nynorsk": "nn",
    "Tamil": "ta",
    "Afrikaans": "af",
}
"""As the vendor's own forms spell them, and in BCP-47."""

_DUBBED = (
    "ar bg zh hr cs da nl en tl fi fr de el hi id it ja ko ms pl pt ro ru sk es sv"
)
_UNDERSTOOD = (
    "af hy az be bs ca et gl he hu is kn kk lv lt mk mi mr ne no fa sr sl sw th"
)

DUBBING_TARGETS = (*_DUBBED.split(), "ta", "tr", "uk", "vi")
DUBBING_SOURCES = ("auto", *DUBBING_TARGETS, *_UNDERSTOOD.split(), "ur", "cy")
"""It understands more languages than it speaks."""

MUSIC_IDS: Mapping[str, Mapping[str, str]] = {
    "style": {
        "Pop": "1",
        "Urban": "2",
        "Rock": "3",
        "Hip Hop": "4",
        "Electronic": "5",
        "Reggae": "6",
        "Blues": "7",
        "Jazz": "8",
        "Folk": "9",
        "Country": "10",
        "Classical": "11",
        "R&B": "12",
        "Disco": "13",
        "Experimental": "15",
        "World": "17",
        "Ethnic": "18",
    },
    "mood": {
        "Relaxed": "1",
        "Happy": "2",
        "Energetic": "3",
        "Romantic": "4",
        "Sad": "5",
        "Angry": "6",
        "Inspired": "7",
        "Warm": "8",
        "Passionate": "9",
        "Joyful": "10",
        "Longing": "11",
    },
    "scenario": {
        "Coffee shop": "1",
        "Solitary walk": "2",
        "Travel": "3",
        "Sunset by the sea": "4",
        "Quiet evening": "5",
        "Late-night bar": "6",
        "Urban romance": "7",
        "City nightlife": "8",
        "Rainy night": "9",
        "Sunlit Shores": "10",
    },
}
"""The names of the vendor's form, and the ids on the wire. Styles 14 and 16 are absent
there, too."""
