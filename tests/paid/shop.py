"""A vendor in memory that charges, counts, and answers as badly as it is told."""

from collections import defaultdict

from fakes import Paid, reply

from voicekit.flow import NoReply, Reply
from voicekit.task import Estimate

PRICE = 5_000_000
ACCEPTED_AND_LOST = ("reset", "error", "garbage", "no id")
REFUSED = ("never left", "refused", "busy")


class Priced(Paid):
    """It says its price, so that budgets bite."""

    name = "priced"

    def estimate(self, job):
        return Estimate(credits=5.0, unit="credits", exact=True, evidence="the page")


class Shop:
    """A transport and the vendor behind it.

    Attributes
    ----------
    accepted : dict of str to list of str
        The ids of what was accepted and charged for each text.
    """

    def __init__(self) -> None:
        self.accepted: dict[str, list[str]] = defaultdict(list)
        self._polled: str | None = None
        self.posts = 0
        self.next_faults: list[str] = []

    async def send(self, request, *, may_cost=False):
        if request.method == "GET":
            return self._poll(request.path.rpartition("/")[2])
        self.posts += 1
        fault = self.next_faults.pop(0) if self.next_faults else None
        if fault in REFUSED:
            return self._refuse(fault)
        text = request.json["text"]
        receipt = f"t{sum(map(len, self.accepted.values()))}"
        self.accepted[text].append(receipt)
        return self._answer(fault, receipt)

    async def aclose(self):
        pass

    @property
    def charged(self) -> int:
        return PRICE * sum(map(len, self.accepted.values()))

    def _refuse(self, fault) -> Reply:
        if fault == "never left":
            raise NoReply("no such host", may_have_arrived=False)
        return reply(code={"refused": "money", "busy": "busy"}[fault])

    def _answer(self, fault, receipt) -> Reply:
        if fault == "reset":
            raise NoReply("the connection was reset", may_have_arrived=True)
        return {
            "error": Reply(status=500, body=b"{}"),
            "garbage": Reply(status=200, body=b"<html>"),
            "no id": reply(state="queued"),
            "same id": reply(state="queued", id=self._polled or receipt),
        }.get(fault, reply(state="queued", id=receipt))

    def _poll(self, receipt) -> Reply:
        if all(receipt not in ids for ids in self.accepted.values()):
            return reply(status=404)
        self._polled = receipt
        return reply(state="done", id=receipt, cost=PRICE)
