"""Akool: speech in its own voices, and in the voice of any sample with an address."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from itertools import islice
from typing import ClassVar

from voicekit import errors
from voicekit.errors import BadReply, ProviderError
from voicekit.flow import Flow, Reply, Request
from voicekit.job import Job, Kind
from voicekit.offer import Offer, TextLimit
from voicekit.parameters import Range
from voicekit.providers import akool_webhook
from voicekit.providers.akool_record import IDS, KEPT_S, read_task
from voicekit.providers.auth import TokenExchange
from voicekit.providers.base import Provider
from voicekit.providers.envelope import coded_problem, task_id, without_addresses
from voicekit.reading import Fields, receipt_of
from voicekit.task import Credits, Problem, Receipt, Task
from voicekit.voice import Voice, VoiceQuery

__all__ = ["Akool"]

_RATE = Range(
    name="rate",
    help="Speed of speech; Akool does not say which value is normal speed.",
    minimum=0,
    maximum=100,
    step=1,
    default=100,
    unit="%",
    # Required for samples; for other voices the page names no default.
    always_sent=True,
)
_WORDS = TextLimit(maximum=5000, unit="words")
_DOUBTFUL_CHARACTERS = 5000
_OWN = "4"


def _offer(route: str) -> Offer:
    return Offer(
        provider="akool",
        kind="speech",
        route=route,
        settings=(_RATE,),
        text_limit=_WORDS,
    )


class Akool(Provider):
    """Akool's audio interface, version 3."""

    name = "akool"
    origin = "https://openapi.akool.com"
    auth = TokenExchange(header="x-api-key", path="/api/open/v3/getToken")
    retention_s = KEPT_S
    calls_back: ClassVar[frozenset[Kind]] = frozenset({"speech"})
    callback_parts = ("CLIENT_ID", "CLIENT_SECRET")
    read_callback = staticmethod(akool_webhook.read)
    offers = (_offer("create"), _offer("clone"))
    endpoints: ClassVar[Mapping[str, str]] = {"task": "show_task"}
    errors: ClassVar[Mapping[str, type[ProviderError]]] = {
        "1003": errors.InvalidRequest,
        "1005": errors.RateLimited,
        "1006": errors.InsufficientCredits,
        "1103": errors.InsufficientCredits,
        "1104": errors.InsufficientCredits,
        "1213": errors.InsufficientCredits,
        "1221": errors.InsufficientCredits,
        "1009": errors.Unauthorized,
        "1101": errors.Unauthorized,
        "1102": errors.Unauthorized,
        "1109": errors.Unauthorized,
        "1200": errors.Unauthorized,
        "1008": errors.NotFound,
        "1014": errors.NotFound,
        # It was begun, and may have been charged.
        "1017": errors.GenerationFailed,
        "1110": errors.GenerationFailed,
        "1112": errors.GenerationFailed,
        "1201": errors.GenerationFailed,
    }

    def route(self, voice_id: str) -> str:
        """Return ``clone`` for the address of a sample, else ``create``."""
        is_sample = voice_id.lower().startswith(("https://", "http://"))
        return "clone" if is_sample else "create"

    def voice(self, voice_id: str) -> Voice:
        """Return a voice of the list, or that of a sample's address."""
        if self.route(voice_id) == "create":
            return super().voice(voice_id)
        name = self.shown_voice(voice_id)
        return Voice(voice=f"akool:{voice_id}", name=name, category="sample")

    def shown_voice(self, voice_id: str) -> str:
        """Return a short name for a sample: who has its address has the voice."""
        if self.route(voice_id) == "create":
            return voice_id
        address = voice_id.encode(errors="replace")
        return f"sample-{hashlib.sha256(address).hexdigest()[:8]}"

    def voices(self, query: VoiceQuery) -> Flow[list[Voice]]:
        """List Akool's voices and the user's own. Their language is not told."""
        found = yield from _voices(())
        return list(islice(filter(query.matches, found), query.limit))

    def clones(self) -> Flow[list[Voice]]:
        """List the user's own voices."""
        found = yield from _voices((("from", _OWN),))
        return [voice for voice in found if voice.owned is not False]

    def submit(self, job: Job, callback: str | None = None) -> Flow[Task]:
        """Speak; the answer may already hold the audio."""
        route = self.route(str(job.voice))
        voice = "voice_url" if route == "clone" else "voice_id"
        where = {} if callback is None else {"webhookUrl": callback}
        reply = yield Request(
            method="POST",
            path=f"/api/open/v3/audio/{route}",
            json={
                "input_text": job.text,
                voice: job.voice,
                "rate": _percent(job),
                **where,
            },
        )
        return read_task(_data(reply))

    def task(self, job: Job, receipt: str) -> Flow[Task]:
        """Ask how a task is."""
        del job
        return self.show_task(receipt)

    def show_task(self, task: str) -> Flow[Task]:
        """Ask how any task of the account is, also one made elsewhere."""
        return read_task((yield from _record(task)), task)

    def confirm(
        self, job: Job, receipt: str, callback: str | None = None
    ) -> Flow[Receipt | None]:
        """Compare text and rate, which a task repeats. It repeats no address."""
        del callback
        data = yield from _record(receipt)
        said = data.maybe_text("input_text"), data.maybe_text("rate")
        if said != (job.text, _percent(job)):
            return None
        return Receipt(id=receipt, created_at=data.time("create_time"))

    def warnings(self, job: Job) -> tuple[str, ...]:
        """Warn of a text that is within the limit only if that is really in words."""
        if len(job.text) <= _DOUBTFUL_CHARACTERS:
            return ()
        doubt = (
            f"The text has {len(job.text):,} characters. akool writes of 5,000 words, "
            "but its newer interface of 5,000 characters: it may refuse or cut it."
        )
        return (doubt,)

    def credits(self) -> Flow[Credits]:
        """Ask for the balance: of the whole account, whatever the path says."""
        reply = yield Request(method="GET", path="/api/open/v3/faceswap/quota/info")
        balance = _data(reply).number("credit")
        if balance is None:
            raise BadReply("The answer of akool has no balance.", status=reply.status)
        return Credits(balance=balance, unit=self.unit)

    def problem(self, reply: Reply) -> Problem | None:
        """Read the body's code, which decides under any HTTP status."""
        found = coded_problem(reply, success="1000", ids=IDS)
        return found and Problem(
            code=found.code, message=without_addresses(found.message)
        )


def _voices(query: tuple[tuple[str, str], ...]) -> Flow[list[Voice]]:
    reply = yield Request(method="GET", path="/api/open/v3/voice/list", query=query)
    body = Fields.of(reply)
    if not isinstance(body.raw("data"), list):
        raise BadReply("The answer of akool has no voices.", status=reply.status)
    return [_voice(row) for row in body.each("data") if row.first_text("voice_id")]


def _voice(row: Fields) -> Voice:
    gender, source = row.first_text("gender"), row.first_text("from")
    return Voice(
        voice=f"akool:{row.text('voice_id')}",
        name=row.first_text("name") or "",
        gender=gender.lower() if gender else None,
        accent=row.first_text("accent"),
        use_case=row.first_text("useCase"),
        description=row.first_text("description"),
        owned=None if source is None else source == _OWN,
        preview_url=row.first_text("preview"),
        created_at=row.time("create_time"),
    )


def _record(receipt: str) -> Flow[Fields]:
    # The page shows the answer; the path is from the vendor's other documents.
    reply = yield Request(
        method="GET",
        path="/api/open/v3/audio/infobymodelid",
        query=(("audio_model_id", receipt),),
    )
    data = _data(reply)
    receipt_of(task_id(data, IDS), receipt)
    return data


def _data(reply: Reply) -> Fields:
    return Fields.of(reply).fields("data")


def _percent(job: Job) -> str:
    return f"{job.settings.get('rate', _RATE.default)}%"
