"""Makes the offline provider's table of voices from the library's own list.

Run ``python -m voicekit.offline.voices`` after a new version of espeakng-loader; a test
compares the table with the installed library.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any

import espeakng_loader

from voicekit.offline.espeak import Listing, initialise, list_voices

__all__ = ["bcp47", "table"]

# Tags of eSpeak NG that are no BCP-47, or mean something else there.
_LANGUAGES = {
    "ca-ba": "ca-x-balear",
    "ca-nw": "ca-x-nwest",
    "ca-va": "ca-valencia",
    "en-us-nyc": "en-US-x-nyc",
    "piqd": "tlh-Piqd",
    "py": "art-x-pyash",
    "ru-cl": "ru-x-classic",
    "xex": "art-x-xextan",
}


def table() -> dict[str, list[dict[str, Any]]]:
    """Return base voices and variants as the installed library lists them."""
    library, _ = initialise()
    bases = [voice for voice in list_voices(library) if _has_dictionary(voice)]
    variants = list_voices(library, variants=True)
    return {
        "voices": sorted(_bases(bases), key=_by_id),
        "variants": sorted(map(_variant, variants), key=_by_id),
    }


def _has_dictionary(listing: Listing) -> bool:
    """Tell whether a voice can speak: some are listed without their dictionary.

    The dictionary is named by the voice's own file, else by its language.
    """
    data = Path(espeakng_loader.get_data_path())
    lines = (data / "lang" / listing.identifier).read_text("utf-8").splitlines()
    named = [line.split()[1] for line in lines if line.startswith("dictionary ")]
    language = listing.languages[0].split("-")[0].lower()
    return any((data / f"{name}_dict").exists() for name in (*named, language))


def bcp47(tag: str) -> str:
    """Return a language tag of eSpeak NG as BCP-47, in its usual case.

    Examples
    --------
    >>> bcp47("en-us"), bcp47("yue-latn-jyutping"), bcp47("ru-cl")
    ('en-US', 'yue-Latn-jyutping', 'ru-x-classic')
    """
    if tag in _LANGUAGES:
        return _LANGUAGES[tag]
    first, *rest = tag.split("-")
    private = rest.index("x") if "x" in rest else len(rest)
    shaped = [_subtag(part) for part in rest[:private]] + rest[private:]
    return "-".join([first.lower(), *shaped])


def _subtag(part: str) -> str:
    shapes = {2: part.upper(), 4: part.title()}
    return shapes.get(len(part), part.lower())


def _bases(listings: Iterable[Listing]) -> Iterable[dict[str, Any]]:
    taken: set[str] = set()
    for listing in listings:
        voice_id = listing.languages[0].lower()
        if voice_id in taken:  # Cantonese comes twice under one language
            voice_id = listing.identifier.rpartition("/")[2].lower()
        taken.add(voice_id)
        yield {
            "id": voice_id,
            "name": listing.name,
            "language": bcp47(voice_id),
            "gender": listing.gender,
            "espeak": listing.identifier,
        }


def _variant(listing: Listing) -> dict[str, Any]:
    espeak_name = listing.identifier.removeprefix("!v/")
    return {
        "id": espeak_name.replace(" ", "-"),
        "name": listing.name,
        "gender": listing.gender,
        "age": listing.age,
        "espeak": espeak_name,
    }


def _by_id(row: dict[str, Any]) -> str:
    return str(row["id"]).casefold()


def _main() -> None:
    lines = {
        kind: ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in rows)
        for kind, rows in table().items()
    }
    body = ",\n".join(f' "{kind}": [\n{rows}\n ]' for kind, rows in lines.items())
    target = files("voicekit.providers") / "offline_voices.json"
    with open(str(target), "w", encoding="utf-8") as stream:  # noqa: PTH123
        stream.write(f"{{\n{body}\n}}\n")


if __name__ == "__main__":
    _main()
