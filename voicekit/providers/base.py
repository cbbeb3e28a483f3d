"""What every provider is: flows without I/O, and tables of what it accepts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from voicekit.errors import ProviderError, Unsupported, nearest
from voicekit.flow import Flow, Reply
from voicekit.job import Job, Kind
from voicekit.offer import Model, Offer
from voicekit.providers.auth import Auth, Bearer
from voicekit.task import (
    Credits,
    Estimate,
    Notice,
    Problem,
    Rate,
    RateLimit,
    Receipt,
    Task,
)
from voicekit.voice import Voice, VoiceQuery

__all__ = ["Provider"]


class Provider(ABC):
    """One vendor: how to ask it, and how to read its answers.

    Override the flows that the vendor has. A flow yields each `Request`, is sent the
    `Reply`, and returns a value; it never waits, and never raises for a status.
    """

    name: ClassVar[str]
    """The module, the class and the prefix of the voices agree with it."""
    unit: ClassVar[str] = "credits"
    """What the vendor counts costs in."""
    transport: ClassVar[str] = "http"
    """Which of the engine's transports carries its requests."""
    origin: ClassVar[str] = ""
    """The vendor's address before the paths; empty where the user has to name it."""
    auth: ClassVar[Auth] = Bearer()
    """How the transport shows the key."""
    rate: ClassVar[Rate | None] = None
    """How many jobs the vendor takes in which time; None where it does not say."""
    most_at_once: ClassVar[int] = 32
    """How many tasks are in flight at most; fewer where the vendor refuses so many."""
    lists: ClassVar[frozenset[Kind]] = frozenset()
    """The kinds of job whose tasks the vendor lists, with all that is said of each."""
    retention_s: ClassVar[int | None] = None
    """How long the vendor keeps a result; None where it does not say."""
    balance_is_prompt: ClassVar[bool] = True
    """False where the vendor says that its balance lags: it then proves nothing."""
    repeatable: ClassVar[bool] = False
    """Free, and the same answer again: such a job may simply be sent once more."""
    offers: ClassVar[tuple[Offer, ...]] = ()
    """What is accepted, one declaration for each kind of job and model."""
    endpoints: ClassVar[Mapping[str, str]] = {}
    """The vendor's own endpoints: what users call them, and the flow that asks them."""
    errors: ClassVar[Mapping[str, type[ProviderError]]] = {}
    """The vendor's own error codes. One that means "refused" proves that a paid
    request was not accepted; leave out whatever is not proven."""

    calls_back: ClassVar[frozenset[Kind]] = frozenset()
    """The kinds of job whose end the vendor tells by itself, where it is told where."""
    callback_parts: ClassVar[tuple[str, ...]] = ()
    """The parts of a key by which its callbacks can be checked."""

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of job that this provider can do."""
        return tuple(dict.fromkeys(offer.kind for offer in self.offers))

    def offer(
        self, kind: Kind, *, model: str | None = None, voice: str | None = None
    ) -> Offer:
        """Return what is accepted for this kind of job. Rarely overridden.

        Without a model it is the first that is declared.

        Raises
        ------
        Unsupported
            If the provider cannot do this, or has no such model.
        """
        fitting = self.offers_for(kind, voice)
        for offer in fitting:
            if model in (None, offer.model):
                return offer
        if not fitting:
            raise Unsupported(f"{self.name} has no {kind}.")
        known = [offer.model for offer in fitting if offer.model]
        listed = f"It has: {', '.join(known)}." if known else "Leave model out."
        raise Unsupported(
            f"{self.name} has no model {model!r} for {kind}."
            f"{nearest(str(model), known)} {listed}"
        )

    def offers_for(self, kind: Kind, voice: str | None = None) -> list[Offer]:
        """Return what is accepted by each model that can do this."""
        return [
            offer
            for offer in self.offers
            if offer.kind == kind
            and (voice is None or offer.route == self.route(voice))
        ]

    def route(self, voice_id: str) -> str | None:
        """Return which of the provider's ways a voice takes.

        Override it where offers name routes.
        """
        del voice_id
        return None

    def models(self) -> Flow[list[Model]]:
        """List the models. Override where the vendor has several."""
        yield from ()
        return []

    @abstractmethod
    def voices(self, query: VoiceQuery) -> Flow[list[Voice]]:
        """List the voices that match. Override it in every provider."""

    def voice(self, voice_id: str) -> Voice:
        """Return the voice of this id, without a request.

        Override it where a list can prove that an id does not exist.
        """
        return Voice(voice=f"{self.name}:{voice_id}")

    def shown_voice(self, voice_id: str) -> str:
        """Return the id as tables, errors and clips may show it.

        Override it where an id holds what is not for everyone to read.
        """
        return voice_id

    @abstractmethod
    def submit(self, job: Job, callback: str | None = None) -> Flow[Task]:
        """Send the job. Override it; yield exactly one request, always the same.

        Recovery runs it again and sends it the stored answer.
        """

    def task(self, job: Job, receipt: str) -> Flow[Task]:
        """Ask once how a task is. Override it unless every answer is final."""
        del job, receipt
        raise Unsupported(f"{self.name} has no tasks to ask for.")

    def tasks_of(self, jobs: Mapping[str, Job]) -> Flow[dict[str, Task]]:
        """Ask how many tasks are, by their receipts, in fewer requests than tasks.

        Override it where `lists` names a kind. What the list does not hold is left out.
        """
        del jobs
        yield from ()
        return {}

    def find(self, job: Job) -> Flow[list[Receipt]]:
        """Look for what a lost answer may have started: evidence, never proof.

        Override it where the vendor lists what it made.

        Raises
        ------
        Unsupported
            If it lists no such thing: that nothing is found would say nothing.
        """
        yield from ()
        raise Unsupported(
            f"{self.name} lists no {job.kind.replace('_', ' ')} that it made, so "
            "voicekit cannot tell what became of this request. Look at your balance "
            "and at the vendor's own pages before you adopt a task or write it off."
        )

    def confirm(
        self, job: Job, receipt: str, callback: str | None = None
    ) -> Flow[Receipt | None]:
        """Ask whether a task is what this job asked for; None where nothing says so.

        Override it where the vendor's task repeats the request. It is certain only
        where it repeats a callback address that belongs to this job alone.
        """
        del job, receipt, callback
        yield from ()
        return None

    @staticmethod
    def read_callback(
        body: bytes,
        headers: Mapping[str, str],
        keys: Mapping[str, str],
        *,
        now_s: float,
    ) -> Notice | None:
        """Read what the vendor sent by itself; None where it is proven not to be its.

        Override it where `calls_back` names a kind, and `confirm`, too.

        Parameters
        ----------
        headers : mapping of str to str
            Names in lower case.
        keys : mapping of str to str
            Those of `callback_parts`, or nothing where the user has not named them all:
            then whatever comes is no more than a hint, which it is anyway.
        now_s : float
            Seconds since 1970, UTC.
        """
        del body, headers, keys, now_s
        return None

    def clones(self) -> Flow[list[Voice]]:
        """List the user's own voices. Override where the vendor clones."""
        yield from ()
        return []

    def delete_clone(self, voice_id: str) -> Flow[None]:
        """Delete one of the user's own voices. Override where the vendor can."""
        raise Unsupported(f"{self.name} cannot delete {voice_id!r}.")

    def warnings(self, job: Job) -> tuple[str, ...]:
        """Say what the vendor will ignore or change. Override where it does."""
        del job
        return ()

    def health(self) -> Flow[str]:
        """Ask whether the vendor works; one word. Override where it tells."""
        yield from ()
        return "unknown"

    def credits(self) -> Flow[Credits]:
        """Ask for the balance. Override where the vendor tells it."""
        raise Unsupported(f"{self.name} has no balance.")

    def estimate(self, job: Job) -> Estimate:
        """Say what a job will cost. Override where the vendor's page gives prices."""
        del job
        return Estimate(
            credits=None, unit=self.unit, exact=False, evidence="no price is known"
        )

    def problem(self, reply: Reply) -> Problem | None:
        """Read a refusal or fault from an answer. Override to read the body."""
        if reply.status < 300:  # noqa: PLR2004 - the end of HTTP's success codes
            return None
        return Problem(code=str(reply.status))

    def rate_limit(self, reply: Reply) -> RateLimit | None:
        """Read what an answer says of the requests left. Override where it does."""
        del reply
        return None
