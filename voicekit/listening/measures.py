"""What can be measured of a clip, and why what cannot."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

import pandas as pd

from voicekit.audio.codec import decode
from voicekit.audio.pitch import pitch
from voicekit.audio.speech import speech_of
from voicekit.clip import Clip
from voicekit.errors import Unsupported, VoicekitError
from voicekit.listening.levels import loudness, true_peak

__all__ = ["measure"]

COLUMNS: Mapping[str, str] = {
    "duration_s": "Float64",
    "speech_s": "Float64",
    "loudness_lufs": "Float64",
    "true_peak_dbtp": "Float64",
    "words_per_minute": "Float64",
    "pauses": "Int64",
    "pause_s": "Float64",
    "pitch_hz": "Float64",
    "pitch_range_st": "Float64",
    "wer": "Float64",
    "missing": "str",
}

_UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR")
"""Scripts that put no space between words, as Unicode's names begin."""


def measure(
    clips: Mapping[Any, Clip], transcripts: Mapping[Any, str] | None = None
) -> pd.DataFrame:
    """Return what can be measured of clips.

    Parameters
    ----------
    clips : mapping
        By name.
    transcripts : mapping, optional
        What was heard in them, by name, for the word error rate.

    Returns
    -------
    DataFrame
        Index ``clip``; ``duration_s``; ``speech_s``, from the first sound to the last;
        ``loudness_lufs`` and ``true_peak_dbtp`` (ITU-R BS.1770-4);
        ``words_per_minute`` of the text in ``speech_s``; ``pauses`` of 250 ms or more
        within the speech and their total ``pause_s``; ``pitch_hz``, the median of the
        voiced parts, and ``pitch_range_st``, from their 10th to their 90th percentile
        in semitones (Praat); ``wer``, the word error rate without case and punctuation
        (jiwer); ``missing``, why something is NA.

    Examples
    --------
    >>> measure({}).columns[:3].tolist()
    ['duration_s', 'speech_s', 'loudness_lufs']
    """
    heard = transcripts or {}
    rows = [_row(clip, heard.get(name)) for name, clip in clips.items()]
    data = {
        name: pd.Series([row.get(name) for row in rows], dtype=dtype)
        for name, dtype in COLUMNS.items()
    }
    table = pd.DataFrame(data)
    return table.set_index(pd.Index(list(clips), name="clip"))


def _row(clip: Clip, heard: str | None) -> dict[str, Any]:
    try:
        samples, rate = decode(clip.playable()[0])
    except VoicekitError as error:
        return {"duration_s": clip.duration_s, "missing": str(error)}
    speech = speech_of(samples, rate)
    found: dict[str, Any] = {
        "duration_s": len(samples) / rate,
        "loudness_lufs": float(loudness(samples, rate)),
        "true_peak_dbtp": true_peak(samples, rate),
        **speech._asdict(),
    }
    reasons: list[str] = []
    for part in (
        lambda: {"words_per_minute": _words_per_minute(clip, speech.speech_s)},
        lambda: pitch(samples, rate),
        lambda: {"wer": _word_errors(clip.text, heard)},
    ):
        try:
            found |= part()
        except Unsupported as error:
            reasons.append(str(error))
    return {**found, "missing": " ".join(reasons) or None}


def _words_per_minute(clip: Clip, speech_s: float) -> float:
    text = clip.text or ""
    if any(unicodedata.name(one, "").startswith(_UNSPACED) for one in text):
        raise Unsupported("words_per_minute: this script puts no space between words.")
    if not text or not speech_s:
        raise Unsupported("words_per_minute: there is no text, or no sound.")
    return len(text.split()) / speech_s * 60


def _word_errors(text: str | None, heard: str | None) -> float:
    if heard is None or not text:
        raise Unsupported("wer: there is no transcript of what was heard.")
    try:
        import jiwer  # noqa: PLC0415 - an extra
    except ImportError:
        raise Unsupported("wer: pip install 'voicekit[measures]'.") from None
    return float(jiwer.wer(_spoken(text), _spoken(heard)))


def _spoken(text: str) -> str:
    """Return what is heard of a text: no case, no punctuation.

    Examples
    --------
    >>> _spoken("Mind the gap, please!")
    'mind the gap please'
    """
    kept = (one for one in text.casefold() if unicodedata.category(one)[0] != "P")
    return " ".join("".join(kept).split())
