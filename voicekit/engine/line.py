"""The line to one provider: what all its jobs have in common."""

from __future__ import annotations

from dataclasses import dataclass

from voicekit.engine.experience import Experience
from voicekit.engine.limits import Limits, Paced
from voicekit.engine.patience import Patient
from voicekit.engine.rounds import Rounds
from voicekit.engine.witness import Witness
from voicekit.flow import Transport
from voicekit.library.library import Library
from voicekit.providers import Provider

__all__ = ["Line"]


@dataclass(frozen=True, slots=True)
class Line:
    """What carries requests, when they may be sent, and when to ask for a task.

    Attributes
    ----------
    transport : Patient
        For jobs: their polls wait in line while the provider does not answer.
    direct : Paced
        For whoever wants to know at once that it does not.
    witness : Witness, optional
        The balance, where the user lets it prove that nothing was accepted.
    """

    transport: Patient
    direct: Paced
    limits: Limits
    experience: Experience
    rounds: Rounds
    witness: Witness | None = None

    @classmethod
    def to(
        cls,
        provider: Provider,
        transport: Transport,
        library: Library,
        limits: Limits,
        witness: Witness | None = None,
    ) -> Line:
        """Return a line to a provider over its transport."""
        paced = Paced(transport, limits)
        patient = Patient(paced, limits.sleep)
        rounds = Rounds(provider, patient)
        return cls(patient, paced, limits, Experience(library), rounds, witness)
