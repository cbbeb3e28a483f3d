"""What every provider is: flows without I/O, and tables of what it accepts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from voicekit.errors import ProviderError, Unsupported
from voicekit.flow import Flow, Reply
from voicekit.job import Job, Kind
from voicekit.offer import Model, Offer
from voicekit.task import Credits, Estimate, Problem, Task
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
    repeatable: ClassVar[bool] = False
    """Free, and the same answer again: such a job may simply be sent once more."""
    offers: ClassVar[tuple[Offer, ...]] = ()
    """What is accepted, one declaration for each kind of job and model."""
    errors: ClassVar[Mapping[str, type[ProviderError]]] = {}
    """The vendor's own error codes. One that means "refused" proves that a paid
    request was not accepted; leave out whatever is not proven."""

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of job that this provider can do."""
        return tuple(dict.fromkeys(offer.kind for offer in self.offers))

    def offer(self, kind: Kind, model: str | None = None) -> Offer:
        """Return what is accepted for this kind of job. Rarely overridden.

        Raises
        ------
        Unsupported
            If the provider cannot do this, or has no such model.
        """
        for offer in self.offers:
            if offer.kind == kind and (model is None or offer.model == model):
                return offer
        what = kind if kind not in self.kinds else f"model {model!r} for {kind}"
        raise Unsupported(f"{self.name} has no {what}.")

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

    @abstractmethod
    def submit(self, job: Job, callback: str | None = None) -> Flow[Task]:
        """Send the job. Override it; yield exactly one request, always the same.

        Recovery runs it again and sends it the stored answer.
        """

    def task(self, job: Job, receipt: str) -> Flow[Task]:
        """Ask once how a task is. Override it unless every answer is final."""
        del job, receipt
        raise Unsupported(f"{self.name} has no tasks to ask for.")

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
