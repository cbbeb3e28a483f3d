"""Kling AI text to speech: one call, and the answer holds the result."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import islice
from typing import ClassVar
from urllib.parse import quote

from voicekit import errors as e
from voicekit.flow import Flow, Reply, Request
from voicekit.job import Job
from voicekit.offer import Offer, TextLimit
from voicekit.parameters import Range
from voicekit.providers.auth import Jwt
from voicekit.providers.base import Provider
from voicekit.providers.kling_voices import LANGUAGES, split_id, table
from voicekit.reading import Fields, receipt_of, state_of
from voicekit.task import Credits, Problem, Result, Task, TaskState, from_micros
from voicekit.voice import Voice, VoiceQuery

__all__ = ["Kling"]

_SPEECH = Offer(
    provider="kling",
    kind="speech",
    unit="units",
    settings=(
        Range(
            name="voice_speed",
            # The vendor would round what lies outside or between; here it is refused.
            help="Speech rate.",
            minimum=Decimal("0.8"),
            maximum=Decimal("2.0"),
            step=Decimal("0.1"),
            default=Decimal("1.0"),
        ),
    ),
    text_limit=TextLimit(maximum=1_000),
)
_STATES: Mapping[str, TaskState] = {
    "submitted": "queued",
    "processing": "running",
    "succeed": "done",
    # So say the vendor's newer products.
    "succeeded": "done",
    "failed": "failed",
}
_ERROR = 300
_LONGEST_CODE = 40
_RETENTION_S = 30 * 86_400
_SINCE, _UNTIL = 1_577_836_800_000, 4_102_444_800_000
"""The years 2020 to 2099, in milliseconds: every resource pack there can be."""
_MICROS = 1_000_000


class Kling(Provider):
    """Speaks Chinese and English; a voice is its id and its language, ``id/en``."""

    name = "kling"
    # Up to twelve hours late, its page says.
    balance_is_prompt = False
    unit = "units"
    origin = "https://api-singapore.klingai.com"
    auth = Jwt()
    retention_s = _RETENTION_S
    offers = (_SPEECH,)
    # The page names no code but 0; these are from the vendor's other pages. Several
    # come with HTTP 429, where only the code tells what is meant.
    errors: ClassVar[Mapping[str, type[e.ProviderError]]] = {
        **dict.fromkeys(("1000", "1001", "1002", "1003", "1004"), e.Unauthorized),
        # An account to be put right, a right that is missing, an IP not allowed.
        **dict.fromkeys(("1100", "1103", "1304"), e.Unauthorized),
        **dict.fromkeys(("1101", "1102"), e.InsufficientCredits),
        **dict.fromkeys(("1200", "1201", "1202", "1300", "1301"), e.InvalidRequest),
        "1203": e.NotFound,
        **dict.fromkeys(("1302", "1303"), e.RateLimited),
        # Never a refusal, whatever the status: the work may have begun.
        **dict.fromkeys(("5000", "5001", "5002"), e.Unavailable),
    }

    def voices(self, query: VoiceQuery) -> Flow[list[Voice]]:
        """List the voices of both tables; no request lists them."""
        yield from ()
        return list(islice(filter(query.matches, table().values()), query.limit))

    def voice(self, voice_id: str) -> Voice:
        """Return the voice ``id/language``, also one that the tables do not have.

        Raises
        ------
        UnknownVoice
            If it does not name its language.
        """
        _, language = split_id(voice_id)
        unlisted = Voice(voice=f"kling:{voice_id}", language=language)
        return table().get(voice_id, unlisted)

    def route(self, voice_id: str) -> None:
        """Refuse an id without a language before anything is sent: all go one way."""
        split_id(voice_id)

    def submit(self, job: Job, callback: str | None = None) -> Flow[Task]:
        """Speak; as a rule the answer says where the audio is."""
        # Only the vendor's pictures and films call back.
        del callback
        voice, language = split_id(str(job.voice))
        reply = yield Request(
            method="POST",
            path="/v1/audio/tts",
            json={
                "text": job.text,
                "voice_id": voice,
                "voice_language": language,
                **_SPEECH.on_wire(job),
            },
        )
        return _task(reply)

    def task(self, job: Job, receipt: str) -> Flow[Task]:
        """Ask for a speech that was not done at once."""
        del job
        # The page has states before "succeed" and no such request; the vendor's other
        # products are asked in this way.
        path = f"/v1/audio/tts/{quote(receipt, safe='')}"
        return _task((yield Request(method="GET", path=path)), receipt)

    def credits(
        self, start_time: int = _SINCE, end_time: int = _UNTIL
    ) -> Flow[Credits]:
        """Ask what the resource packs still hold; up to 12 hours late.

        Parameters
        ----------
        start_time, end_time : int
            Packs of this time, in milliseconds since 1970.
        """
        reply = yield Request(
            method="GET",
            path="/account/costs",
            query=(("start_time", str(start_time)), ("end_time", str(end_time))),
        )
        data = Fields.of(reply).fields("data")
        packs = data.each("resource_pack_subscribe_infos")
        left = [
            pack.micros("remaining_quantity")
            for pack in packs
            if pack.maybe_text("status") == "online"
        ]
        # An account without packs may pay afterwards: then nothing is known, not 0.
        known = [amount for amount in left if amount is not None]
        is_known = packs and len(known) == len(left)
        balance = from_micros(sum(known)) if is_known else None
        return Credits(balance=balance, unit=self.unit)

    def warnings(self, job: Job) -> tuple[str, ...]:
        """Say when a voice is asked for a language that it is not listed with."""
        voice, language = split_id(str(job.voice))
        listed = [other for other in LANGUAGES if f"{voice}/{other}" in table()]
        if not listed or language in listed:
            return ()
        return (f"kling lists {voice} for {listed[0]}, not for {language}.",)

    def problem(self, reply: Reply) -> Problem | None:
        """Read the code in the body, under any status; 0 is success."""
        answer = Fields.of_any(reply)
        data = answer.fields("data")
        if data.first_text("task_id") and data.first_text("task_status") != "failed":
            # Where there is a task, something was accepted: it is no refusal.
            return None
        # Costs have a second code, inside the data.
        for said in (answer, data):
            if said.first_text("code") not in (None, "0"):
                return _problem(said, said.text("code"))
        return _problem(answer, str(reply.status)) if reply.status >= _ERROR else None


def _problem(said: Fields, code: str) -> Problem:
    message = said.first_text("message", "msg") or ""
    return Problem(code=code[:_LONGEST_CODE], message=message)


def _task(reply: Reply, asked: str | None = None) -> Task:
    answer = Fields.of(reply)
    data = answer.fields("data")
    results = _results(data)
    # Only a first answer may leave out its status.
    word = data.first_text("task_status") or (None if asked else "processing")
    state, warnings = state_of(word, _STATES, has_result=bool(results))
    said = data.first_text("task_id")
    is_linked = state == "done" and not (said or asked)  # all is in hand without an id
    units = data.micros("final_unit_deduction")
    failed = state == "failed"
    return Task(
        state=state,
        receipt=None if is_linked else receipt_of(said, asked),
        results=results if state == "done" else (),
        credits_micros=units,
        error=data.maybe_text("task_status_msg") if failed else None,
        billed=units > 0 if failed and units is not None else None,
        warnings=warnings,
        vendor_s=data.span("created_at", "updated_at") if state == "done" else None,
        expires_at=_expiry(data),
        details=_leftovers(answer, data),
    )


def _results(data: Fields) -> tuple[Result, ...]:
    return tuple(
        # No field chooses a format, and the page's sample is an MP3.
        Result(media_type="audio/mpeg", url=url, duration_s=audio.seconds("duration"))
        for audio in data.fields("task_result").each("audios")
        if (url := audio.first_text("url"))
    )


def _expiry(data: Fields) -> int | None:
    created = data.time("created_at")
    # A time before the vendor began is a mistake, and must not end a fresh result.
    if created is None or created < _SINCE * 1_000:
        return None
    return created + _RETENTION_S * _MICROS


def _leftovers(answer: Fields, data: Fields) -> Mapping[str, str]:
    audios = data.fields("task_result").each("audios")
    ids = {
        "request_id": answer.first_text("request_id"),
        "audio_id": audios[0].first_text("id") if audios else None,
    }
    return {name: value for name, value in ids.items() if value}
