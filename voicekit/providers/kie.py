"""Kie.ai: a market of models behind one way to make a task and one to ask for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import Any, ClassVar

from voicekit import errors
from voicekit.errors import BadReply, ProviderError
from voicekit.flow import Flow, Reply, Request
from voicekit.job import Job, Kind
from voicekit.offer import Model
from voicekit.providers import kie_webhook
from voicekit.providers.base import Provider
from voicekit.providers.envelope import coded_problem
from voicekit.providers.kie_offers import MODELS, OFFERS
from voicekit.providers.kie_record import (
    IDS,
    read_evidence,
    read_receipt,
    read_task,
)
from voicekit.reading import Fields
from voicekit.task import Credits, Problem, Rate, Receipt, Task
from voicekit.voice import Voice, VoiceQuery

__all__ = ["Kie"]

_PREVIEW = "https://static.aiquickdraw.com/elevenlabs/voice/{}.mp3"


class Kie(Provider):
    """Speech and sound effects of ElevenLabs, resold by Kie.ai."""

    name = "kie"
    origin = "https://api.kie.ai"
    # Media are kept for 14 days, but the vendor says that most addresses end after one.
    retention_s = 86_400
    # "20 new generation requests per 10 seconds per account"; more is refused.
    rate = Rate(most=20, window_s=10)
    offers = OFFERS
    calls_back: ClassVar[frozenset[Kind]] = frozenset({"speech", "sound_effect"})
    callback_parts = ("WEBHOOK_KEY",)
    read_callback = staticmethod(kie_webhook.read)
    endpoints: ClassVar[Mapping[str, str]] = {"task": "show_task"}
    errors: ClassVar[Mapping[str, type[ProviderError]]] = {
        "400": errors.InvalidRequest,
        "401": errors.Unauthorized,
        "402": errors.InsufficientCredits,
        "404": errors.NotFound,
        "422": errors.InvalidRequest,
        "429": errors.RateLimited,
        # The key's own allowance is used up: to wait, as for 429, would not help.
        "433": errors.InsufficientCredits,
        # None of these proves that nothing was made; 500 is sometimes a refusal.
        "408": errors.Unavailable,
        "455": errors.Unavailable,
        "500": errors.Unavailable,
        "501": errors.GenerationFailed,
        "505": errors.Unavailable,
    }

    def models(self) -> Flow[list[Model]]:
        """List the models that the vendor's page describes."""
        yield from ()
        return list(MODELS)

    def voices(self, query: VoiceQuery) -> Flow[list[Voice]]:
        """List the names of the page, then the ids of newer vendor documents."""
        yield from ()
        return list(islice(filter(query.matches, _voices().values()), query.limit))

    def voice(self, voice_id: str) -> Voice:
        """Return a voice; an id that no list has may exist all the same."""
        return _voices().get(voice_id) or super().voice(voice_id)

    def submit(self, job: Job, callback: str | None = None) -> Flow[Task]:
        """Make a task."""
        reply = yield Request(
            method="POST",
            path="/api/v1/jobs/createTask",
            json=self._request(job, callback),
        )
        return Task(state="queued", receipt=read_receipt(_data(reply)))

    def task(self, job: Job, receipt: str) -> Flow[Task]:
        """Ask how a task is."""
        return read_task(job, (yield from _record(receipt)), receipt)

    def show_task(self, task: str) -> Flow[Task]:
        """Ask how any task of the account is, also one made elsewhere."""
        return read_task(
            Job(provider=self.name, kind="speech"), (yield from _record(task)), task
        )

    def confirm(
        self, job: Job, receipt: str, callback: str | None = None
    ) -> Flow[Receipt | None]:
        """Compare the request that a task repeats with this job's own."""
        data = yield from _record(receipt)
        return read_evidence(self._request(job, callback), data, receipt)

    def credits(self) -> Flow[Credits]:
        """Ask for the balance."""
        reply = yield Request(method="GET", path="/api/v1/chat/credit")
        balance = Fields.of(reply).number("data")
        if balance is None:
            raise BadReply("The answer of kie has no balance.", status=reply.status)
        return Credits(balance=balance, unit=self.unit)

    def problem(self, reply: Reply) -> Problem | None:
        """Read the body's code: most errors come under HTTP 200.

        The page gives a failed task the code 501. That is an answer to the question
        how the task is, and no problem with asking it.
        """
        found = coded_problem(reply, success="200", ids=IDS)
        if found is not None and found.message.strip() == "recordInfo is null":
            return replace(found, code="404")  # how it says that it knows no such task
        return found

    def _request(self, job: Job, callback: str | None) -> Mapping[str, Any]:
        offer = self.offer(job.kind, model=job.model)
        voice = {} if job.voice is None else {"voice": job.voice}
        settings = offer.on_wire(job).get("input", {})
        where = {} if callback is None else {"callBackUrl": callback}
        asked = {"text": job.text, **voice, **settings}
        return {"model": offer.model, **where, "input": asked}


def _record(receipt: str) -> Flow[Fields]:
    # The page names this query and shows its answer, but not its path, which is from
    # the vendor's other documents.
    reply = yield Request(
        method="GET", path="/api/v1/jobs/recordInfo", query=(("taskId", receipt),)
    )
    data = _data(reply)
    read_receipt(data, receipt)
    return data


def _data(reply: Reply) -> Fields:
    return Fields.of(reply).fields("data")


@cache
def _voices() -> Mapping[str, Voice]:
    text = (files("voicekit.providers") / "kie_voices.json").read_text("utf-8")
    table = json.loads(text)
    named = [
        Voice(voice=f"kie:{name}", name=name, category="by name", owned=False)
        for name in table["names"]
    ]
    # Not on the page: newer vendor documents take these ids in the same field.
    numbered = [
        Voice(
            voice=f"kie:{row['id']}",
            name=row["name"],
            category="by id",
            owned=False,
            preview_url=_PREVIEW.format(row["id"]),
        )
        for row in table["ids"]
    ]
    return {voice.id: voice for voice in (*named, *numbered)}
