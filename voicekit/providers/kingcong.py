"""KingCong: the voices of ElevenLabs and MiniMax, dubbing, music, clones, proxies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import quote

from voicekit.errors import BadReply, ProviderError, UnknownVoice, Unsupported
from voicekit.flow import Flow, Reply, Request
from voicekit.job import Job, Kind
from voicekit.offer import Model
from voicekit.providers import kingcong_history as history
from voicekit.providers import kingcong_proxies as bought
from voicekit.providers import kingcong_tasks as told
from voicekit.providers import kingcong_voices as listed
from voicekit.providers.auth import Header
from voicekit.providers.base import Provider
from voicekit.providers.kingcong_errors import ERRORS, opened, problem_in
from voicekit.providers.kingcong_filters import Filter
from voicekit.providers.kingcong_history import TaskList
from voicekit.providers.kingcong_models import elevenlabs_models, minimax_models
from voicekit.providers.kingcong_offers import OFFERS
from voicekit.providers.kingcong_prices import stated
from voicekit.providers.kingcong_proxies import Proxy
from voicekit.providers.kingcong_requests import request, split_id
from voicekit.providers.kingcong_speech import UNCONFIRMED
from voicekit.reading import Fields
from voicekit.task import Credits, Estimate, Problem, Receipt, Task, TaskState
from voicekit.voice import Voice, VoiceQuery

__all__ = ["Kingcong"]

_TYPES: Mapping[tuple[Kind, str], str] = {
    ("speech", "elevenlabs"): "tts",
    ("speech", "minimax"): "minimax_tts",
    ("music", ""): "minimax_music",
    ("dubbing", ""): "dubbing",
    ("transcription", ""): "speech_to_text",
}
_SAME_NAME = (
    "models",
    *("voices", "shared_voices", "minimax_config", "minimax_voices"),
    *("clones", "delete_clone", "proxies"),
    *("tasks", "delete_tasks", "credits", "health"),
)
_ENDPOINTS = {**{name: name for name in _SAME_NAME}, "task": "task_info"}
_HEALTH = ("good", "degraded", "overloaded")
"""From best to worst."""


class Kingcong(Provider):
    """KingCong Studio, which resells ElevenLabs and MiniMax."""

    name = "kingcong"
    origin = "https://api.kingcongstudio.com"
    auth = Header("xi-api-key")
    lists = frozenset({"speech", "music", "dubbing", "transcription"})
    offers = OFFERS
    endpoints: ClassVar[Mapping[str, str]] = _ENDPOINTS
    errors: ClassVar[Mapping[str, type[ProviderError]]] = ERRORS
    calls_back: ClassVar[frozenset[Kind]] = frozenset(kind for kind, _ in _TYPES)
    read_callback = staticmethod(told.told)

    def route(self, voice_id: str) -> str | None:
        """Return ``elevenlabs`` or ``minimax``, with which the id begins."""
        return split_id(voice_id)[0]

    def voice(self, voice_id: str) -> Voice:
        """Return the voice of this id; no list can prove that there is none.

        Raises
        ------
        UnknownVoice
            If the id does not begin with one of the two routes.
        """
        route, rest = split_id(voice_id)
        if route not in ("elevenlabs", "minimax") or not rest:
            raise UnknownVoice(
                f"kingcong has no voice {voice_id!r}. Its voices are written "
                "'kingcong:elevenlabs/ID' or 'kingcong:minimax/ID'."
            )
        return super().voice(voice_id)

    def submit(self, job: Job, callback: str | None = None) -> Flow[Task]:
        """Send the job."""
        offer = self.offer(job.kind, model=job.model, voice=job.voice)
        reply = yield request(job, offer.on_wire(job), callback)
        if job.kind == "clone":
            return told.cloned(reply)
        if job.kind == "proxies":
            return bought.purchased(Fields.of(reply))
        return told.accepted(job, reply)

    def task(self, job: Job, receipt: str) -> Flow[Task]:
        """Ask how a task is; what has no task is looked for in its list."""
        if job.kind == "clone":
            clones = yield from self.clones()
            return _clone_task(clones, receipt)
        if job.kind == "proxies":
            return bought.kept(opened((yield _PURCHASES)), receipt)
        return told.polled(job, receipt, (yield history.task_request(receipt)))

    def tasks_of(self, jobs: Mapping[str, Job]) -> Flow[dict[str, Task]]:
        """Ask how many tasks are: a hundred in one request."""
        return (yield from history.tasks_of(jobs))

    def find(self, job: Job) -> Flow[list[Receipt]]:
        """List what may have come of a job, by its type; nothing in it is certain."""
        if job.kind == "clone":
            clones = yield from self.clones()
            return [_clone_receipt(voice) for voice in clones if voice.name == job.text]
        if job.kind == "proxies":
            return bought.purchases((yield from self.proxies()))
        return (yield from history.receipts(_type(job)))

    def confirm(
        self, job: Job, receipt: str, callback: str | None = None
    ) -> Flow[Receipt | None]:
        """Compare the type of a task, which is all that it repeats."""
        del callback
        return (yield from history.one_receipt(receipt, _type(job)))

    def voices(
        self, query: VoiceQuery | None = None, **filters: Filter
    ) -> Flow[list[Voice]]:
        """List the user's clones, the recommended voices of both vendors, shared ones.

        Parameters
        ----------
        query : VoiceQuery, optional
            What is wanted; shared voices only where it asks for them, or searches.
        **filters
            Those of ElevenLabs, such as ``category``; then its recommended voices
            alone are listed.
        """
        wanted = query or VoiceQuery()
        own = None if filters else (yield from self.clones())
        return (yield from listed.everything(wanted, filters, own))

    def shared_voices(
        self, *, limit: int | None = 100, **filters: Filter
    ) -> Flow[list[Voice]]:
        """List voices that users of ElevenLabs share, narrowed by its filters."""
        return (yield from listed.shared(filters, VoiceQuery(), limit))

    def minimax_voices(
        self, *, tags: Sequence[str] = (), limit: int | None = None
    ) -> Flow[list[Voice]]:
        """List MiniMax's voices that have all of these tags, such as ``"English"``."""
        return (yield from listed.minimax(tags, VoiceQuery(), limit))

    def clones(self) -> Flow[list[Voice]]:
        """List the user's own voices."""
        reply = yield Request(method="GET", path="/v1m/voice/clone")
        return listed.read_clones(reply)

    def delete_clone(self, voice_id: str) -> Flow[None]:
        """Delete one of the user's own voices."""
        if voice_id.startswith("elevenlabs/"):
            raise Unsupported("kingcong deletes its own clones only: minimax/ID.")
        clone = quote(voice_id.removeprefix("minimax/"), safe="")
        opened((yield Request(method="DELETE", path=f"/v1m/voice/clone/{clone}")))

    def models(self) -> Flow[list[Model]]:
        """List the models of both vendors."""
        body = opened((yield Request(method="GET", path="/v1/models")))
        config = yield from self.minimax_config()
        return [
            *elevenlabs_models(listed.each_of(body, "models")),
            *minimax_models(Fields(config).each("t2a_model")),
        ]

    def minimax_config(self) -> Flow[Mapping[str, Any]]:
        """Return MiniMax's models, languages and the rest, as the vendor writes it."""
        whole = _mapping((yield Request(method="GET", path="/v1m/common/config")))
        inner = whole.get("data")
        return inner if isinstance(inner, dict) else whole

    def proxies(self, receipt: str | None = None) -> Flow[list[Proxy]]:
        """List the purchased proxies: all, or those of one purchase."""
        found = bought.listed(opened((yield _PURCHASES)))
        return found if receipt is None else bought.owned(found, receipt)

    def task_info(self, task_id: str) -> Flow[Mapping[str, Any]]:
        """Return a task as the vendor writes it."""
        return _mapping((yield history.task_request(task_id)))

    def tasks(
        self,
        page: int = 1,
        limit: int = 20,
        type: str | None = None,  # noqa: A002 - the vendor's name
    ) -> Flow[TaskList]:
        """Return a page of the vendor's own list of tasks, 100 at most.

        Parameters
        ----------
        type : str, optional
            Such as ``tts``, ``dubbing`` or ``minimax_music``.
        """
        return (yield from history.task_list(page, limit, type))

    def delete_tasks(self, ids: Sequence[str]) -> Flow[float | None]:
        """Delete tasks, and return the credits that came back; None where unknown."""
        task_ids = [ids] if isinstance(ids, str) else [*ids]
        reply = yield Request(
            method="POST", path="/v1/task/delete", json={"task_ids": task_ids}
        )
        return opened(reply).number("refund_credits")

    def credits(self) -> Flow[Credits]:
        """Ask for the balance."""
        body = opened((yield Request(method="GET", path="/v1/credits")))
        balance = body.number("credits")
        if balance is None:
            raise BadReply("The answer has no usable 'credits'.")
        return Credits(balance=balance, unit=self.unit)

    def health(self) -> Flow[str]:
        """Ask whether both vendors behind it work; the worse of their two words."""
        body = opened((yield Request(method="GET", path="/v1/health-check")))
        data = body.fields("data")
        words = [data.text(vendor) for vendor in ("elevenlabs", "minimax")]
        return max(
            words, key=lambda word: _HEALTH.index(word) if word in _HEALTH else 9
        )

    def warnings(self, job: Job) -> tuple[str, ...]:
        """Say what may not reach ElevenLabs."""
        names = [name for name in UNCONFIRMED if name in job.settings]
        if not names:
            return ()
        return (f"KingCong does not say whether it passes on: {', '.join(names)}.",)

    def estimate(self, job: Job) -> Estimate:
        """Say what the vendor's own forms say; the page itself gives no price."""
        return stated(job, self.unit)

    def problem(self, reply: Reply) -> Problem | None:
        """Read a refusal or fault, in any of the shapes it may have."""
        return problem_in(reply)


_CLONE_STATES: Mapping[str | None, TaskState] = {
    None: "done",  # listed, and nothing is said against it
    "ready": "done",
    "processing": "running",
    "failed": "failed",
}
_PURCHASES = Request(method="GET", path="/v1p/proxy/purchases")


def _type(job: Job) -> str:
    """Return the vendor's word for a kind of task."""
    return _TYPES[job.kind, split_id(job.voice or "")[0]]


def _mapping(reply: Reply) -> Mapping[str, Any]:
    opened(reply)
    value: Mapping[str, Any] = reply.json()
    if not isinstance(value, dict):
        raise BadReply("The answer is no JSON object.", status=reply.status)
    return value


def _clone_task(clones: Iterable[Voice], receipt: str) -> Task:
    name = f"kingcong:minimax/{receipt}"
    listed = next((clone for clone in clones if clone.voice == name), None)
    state: TaskState = _CLONE_STATES[listed.status] if listed else "running"
    return Task(state=state, receipt=receipt, details={"voice": name})


def _clone_receipt(voice: Voice) -> Receipt:
    return Receipt(id=split_id(voice.id)[1], created_at=voice.created_at)
