"""Wrong ways to treat a paid request: the harness has to catch each of them.

Each takes the errand of the kernel that it spoils, in that kernel's process.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from voicekit.engine.submission import Submission
from voicekit.errors import VoicekitError
from voicekit.flow import Reply
from voicekit.library import claiming
from voicekit.library.states import State


def no_journal(errand: Any) -> None:
    """Begin each life knowing nothing of the one before."""
    for path in Path(errand.library).glob("ledger.sqlite*"):
        path.unlink()


def resubmit(errand: Any) -> None:
    """Take what was being sent when the kernel died as never sent."""
    take_over = claiming._take_over

    def careless(connection, kept, terms, is_alive):
        if kept.state in (State.SENDING, State.AMBIGUOUS):
            terms = replace(terms, repeatable=True)
        return take_over(connection, kept, terms, is_alive)

    claiming._take_over = careless


def no_settle_window(errand: Any) -> None:
    """Take what the vendor's list does not show at once as never accepted."""

    async def look(self, why):
        attempt = self.attempt
        flow = attempt.provider.find(attempt.job)
        listed: list[Any] = []
        try:
            request = next(flow)
            while True:
                answer = await attempt.ask(request)
                assert isinstance(answer, Reply)
                request = flow.send(answer)
        except StopIteration as stop:
            listed = stop.value
        await attempt.advance(State.AMBIGUOUS)
        if not listed:
            absent = VoicekitError("It is not in the list.")
            await attempt.stop(State.FAILED, absent, billed="no")
        unknown = VoicekitError("It may be one of the list.")
        await attempt.stop(State.HELD, unknown, billed="unknown")

    Submission._hold = look


def no_claim_guard(errand: Any) -> None:
    """Carry on whatever is there, whoever else is at it."""
    claiming._take_over = lambda connection, kept, terms, is_alive: claiming.Mine(kept)


POLICIES: Mapping[str, Callable[[Any], None]] = {
    policy.__name__: policy
    for policy in (no_journal, resubmit, no_settle_window, no_claim_guard)
}
