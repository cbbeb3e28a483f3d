"""Random lives of two kernels, one ledger and one vendor, and what must always hold."""

from collections import Counter, defaultdict

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from paid.shop import ACCEPTED_AND_LOST, REFUSED
from paid.world import BUDGET, TEXTS, World, job

from voicekit.errors import VoicekitError
from voicekit.library.ledger import find, job_of, unfinished
from voicekit.library.states import State

ORDER = {
    name: place
    for place, names in enumerate(
        (
            ["RESERVED"],
            ["SENDING"],
            ["AMBIGUOUS"],
            ["HELD"],
            ["ACCEPTED"],
            ["RUNNING"],
            ["SUCCEEDED"],
            ["FETCHED", "REFUSED", "FAILED", "AT_RISK"],
        )
    )
    for name in names
}
"""How far each state is: written here once more, so that a wrong table shows."""

IN_DOUBT = {State.SENDING, State.AMBIGUOUS, State.HELD}
FAULTS = (*ACCEPTED_AND_LOST, *REFUSED, "same id")

texts, kernels = st.sampled_from(TEXTS), st.integers(0, 1)


class Lives(RuleBasedStateMachine):
    """What users, vendors and power cuts do, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.seen: dict[int, str] = {}

    @rule(text=texts, kernel=kernels)
    def speak(self, text, kernel):
        world = self.world
        world.start(world.kernels[kernel].engine.perform(job(text), None))

    @rule(numbers=st.lists(st.integers(0, 7), min_size=1, max_size=12))
    def happen(self, numbers):
        for number in numbers:
            self.world.open(number)

    @rule(count=st.integers(5, 30))
    def go_on(self, count):
        for _ in range(count):
            self.world.open(0)

    @rule(fault=st.sampled_from(FAULTS))
    def misbehave(self, fault):
        self.world.shop.next_faults.append(fault)

    @rule(kernel=kernels)
    def kill(self, kernel):
        self.world.kill(kernel)

    @precondition(lambda self: self.world.tasks)
    @rule(number=st.integers(0, 20))
    def stop_waiting(self, number):
        self.world.tasks[number % len(self.world.tasks)].cancel()
        self.world.loop.settle()

    @rule(kernel=kernels)
    def resume(self, kernel):
        world = self.world
        for name in world.transact(unfinished):
            left = job_of(world.transact(find, job=name))
            world.start(world.kernels[kernel].engine.perform(left, None))

    @rule(text=texts, kernel=kernels)
    def submit_again(self, text, kernel):
        if (kept := self._kept(text)) is not None:
            self.world.allowed[text] += 1
            self.world.start(
                self.world.kernels[kernel].submit_again(kept.job["id"], timeout=1e9)
            )

    @rule(text=texts, kernel=kernels, billed=st.sampled_from(("yes", "unknown")))
    def write_off(self, text, kernel, billed):
        if (kept := self._kept(text)) is not None:
            calls = self.world.kernels[kernel]
            self.world.start(calls.write_off(kept.job["id"], billed=billed))

    @rule(text=texts, kernel=kernels)
    def adopt(self, text, kernel):
        kept, ids = self._kept(text), self.world.shop.accepted[text]
        if kept is not None and ids:
            calls = self.world.kernels[kernel]
            self.world.start(calls.adopt(kept.job["id"], ids[-1]))

    def _kept(self, text):
        return self.world.transact(find, key=job(text).key, take=1)

    @invariant()
    def every_promise_holds(self):
        rows = self.world.rows()
        self._nothing_is_paid_twice()
        self._every_id_is_known_or_in_doubt(rows)
        self._the_ledger_covers_what_was_charged(rows)
        self._no_state_goes_back(rows)
        self._only_our_own_errors_are_raised()

    def _nothing_is_paid_twice(self):
        for text, ids in self.world.shop.accepted.items():
            assert len(ids) <= self.world.allowed[text], (text, ids)

    def _every_id_is_known_or_in_doubt(self, rows):
        known, doubts = defaultdict(set), Counter()
        for row in rows:
            known[row["text"]].add(row["receipt"])
            # What was in doubt may have been written off since, on its user's word.
            doubts[row["text"]] += row["state"] in IN_DOUBT or row["was_held"]
            if row["state"] == State.FETCHED:
                assert row["sha256"] in self.world.shelf
        accepted = self.world.shop.accepted
        of = {one: text for text, ids in accepted.items() for one in ids}
        for text, ids in accepted.items():
            missing = set(ids) - known[text]
            # An id that was given before, in an answer that was lost: nobody can tell.
            lies = sum(
                of.get(one, text) != text and one not in known[of[one]]
                for one in known[text]
            )
            assert len(missing) <= doubts[text] + lies, (text, missing)

    def _the_ledger_covers_what_was_charged(self, rows):
        spent = Counter()
        for row in rows:
            if row["state"] != State.REFUSED and row["billed"] != "no":
                cost = row["credits_micros"] or row["bound_micros"]
                spent[row["reserved_by"]] += cost
        assert spent.total() >= self.world.shop.charged
        assert all(amount <= BUDGET for amount in spent.values()), spent

    def _no_state_goes_back(self, rows):
        for row in rows:
            before, now = self.seen.get(row["id"], row["state"]), row["state"]
            ended = ORDER[before] == ORDER["FETCHED"] and now != before
            assert ORDER[now] >= ORDER[before], (before, now)
            assert not ended, (before, now)
            self.seen[row["id"]] = now

    def _only_our_own_errors_are_raised(self):
        for task in self.world.tasks:
            error = task.done() and not task.cancelled() and task.exception()
            if error and not isinstance(error, VoicekitError):
                raise AssertionError(
                    "A call raised what is no error of ours."
                ) from error

    def teardown(self):
        self.world.end()


def sized(examples, steps=50, **others) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
        **others,
    )


TO_FIND = (Phase.generate,)
"""Without shrinking: a seeded bug has to be found, not explained."""

__all__ = ["TO_FIND", "Lives", "sized"]
