"""Voice Clone & Text-to-Speech: voices from a sample, and speech with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import ClassVar
from urllib.parse import quote

from voicekit import errors as e
from voicekit.flow import Flow, Reply, Request
from voicekit.job import Job
from voicekit.providers.base import Provider
from voicekit.providers.paging import voices_of
from voicekit.providers.voiceclone_offers import (
    CLONE,
    SPEECH,
    clone_request,
    speech_request,
)
from voicekit.providers.voiceclone_record import (
    CLONE_PRICE,
    PCM_RATE,
    find_clone,
    made,
    read_clone,
    read_speech,
)
from voicekit.providers.voiceclone_voices import (
    LARGEST_PAGE,
    VoicePage,
    every_voice,
    page_request,
    read_page,
)
from voicekit.reading import Fields
from voicekit.task import (
    Credits,
    Estimate,
    Problem,
    RateLimit,
    Receipt,
    Task,
    to_micros,
)
from voicekit.voice import Voice, VoiceQuery

__all__ = ["Voiceclone"]

_ERROR = 300
_LONGEST_CODE = 40


class Voiceclone(Provider):
    """Clones a voice from a sample, and speaks: one credit for each byte of text."""

    # The origin stays empty: each installation has its own address, with /api/v1.
    name = "voiceclone"
    offers = (SPEECH, CLONE)
    endpoints: ClassVar[Mapping[str, str]] = {
        "voices": "voice_page",
        "speech": "show_speech",
    }
    errors: ClassVar[Mapping[str, type[e.ProviderError]]] = {
        "INVALID_PARAMETERS": e.InvalidRequest,
        "NOT_FOUND": e.NotFound,
        "UNAUTHORIZED": e.Unauthorized,
        # The next two both come with HTTP 429; waiting helps only against the second.
        "USAGE_LIMIT_EXCEEDED": e.InsufficientCredits,
        "RATE_LIMITED": e.RateLimited,
        # Never a refusal, whatever the status: the work may have begun.
        "INTERNAL_ERROR": e.Unavailable,
    }

    def voices(
        self,
        query: VoiceQuery,
        *,
        status: str | None = "COMPLETED",
        type: str | None = None,  # noqa: A002 - the vendor's name
        sort_by: str | None = None,
        sort_order: str | None = None,
    ) -> Flow[list[Voice]]:
        """List the user's voices, then the system's.

        Parameters
        ----------
        status : {"COMPLETED", "PROCESSING", "FAILED"} or None
            Those that can speak, unless said otherwise.
        type : {"USER", "SYSTEM"}, optional
            Only these.
        sort_by : str, optional
            createdAt (the vendor's default), updatedAt, title, duration, popularity.
        sort_order : {"desc", "asc"}, optional
            Which end comes first.
        """
        if query.language:
            return []  # The vendor says of no voice what it speaks.
        asked = {"status": status, "sort_by": sort_by, "sort_order": sort_order}
        # Whether a list without a type holds the system's voices is not said.
        types = (type,) if type else ("USER", "SYSTEM")
        lists = [partial(every_voice, query, {**asked, "type": one}) for one in types]
        return (yield from voices_of(lists, query.limit))

    def voice_page(  # noqa: PLR0913 - the vendor's parameters
        self,
        page: int = 1,
        limit: int = 20,
        *,
        status: str | None = None,
        type: str | None = None,  # noqa: A002 - the vendor's name
        sort_by: str | None = None,
        sort_order: str | None = None,
    ) -> Flow[VoicePage]:
        """Ask for one page of the list of voices; see `voices` for the filters.

        Parameters
        ----------
        page : int
            Counted from 1.
        limit : int
            Voices on a page, 100 at most.

        Raises
        ------
        InvalidSetting
            If the vendor does not know such a value.
        """
        reply = yield page_request(
            {
                "page": page,
                "limit": limit,
                "status": status,
                "type": type,
                "sort_by": sort_by,
                "sort_order": sort_order,
            }
        )
        return read_page(Fields.of(reply), page, limit)

    def clones(self) -> Flow[list[Voice]]:
        """List the user's voices, also those that are not ready."""
        everything = VoiceQuery(limit=None)
        return (yield from self.voices(everything, status=None, type="USER"))

    def submit(self, job: Job, callback: str | None = None) -> Flow[Task]:
        """Start a speech, or a clone."""
        # The page mentions webhooks, and has no field for their address.
        del callback
        reply = yield _REQUESTS[job.kind](job)
        return _READERS[job.kind](job, reply)

    def task(self, job: Job, receipt: str) -> Flow[Task]:
        """Ask for a speech by its id, and for a clone in the list of voices."""
        if job.kind == "clone":
            return find_clone((yield from self._newest()), receipt)
        reply = yield Request(method="GET", path=f"/tts/{quote(receipt, safe='')}")
        return read_speech(job, reply, receipt)

    def show_speech(self, speech: str) -> Flow[Task]:
        """Ask how any speech of the account is, also one made elsewhere."""
        return self.task(Job(provider=self.name, kind="speech"), speech)

    def find(self, job: Job) -> Flow[list[Receipt]]:
        """Look for voices of this name. Speech is listed nowhere."""
        if job.kind != "clone":
            return (yield from super().find(job))
        page = yield from self._newest()
        return [
            Receipt(
                id=voice.id,
                created_at=voice.created_at,
                credits_micros=to_micros(CLONE_PRICE),
            )
            for voice in page.voices
            if voice.name.strip() == job.text.strip()
        ]

    def _newest(self) -> Flow[VoicePage]:
        """Ask for the newest voices: no request asks for a single one."""
        return self.voice_page(
            1, LARGEST_PAGE, type="USER", sort_by="createdAt", sort_order="desc"
        )

    def credits(self) -> Flow[Credits]:
        """Ask for the balance: what is reset each month, and what lasts."""
        # One sample on the page reads /api/user/credits; this is the documented path.
        reply = yield Request(method="GET", path="/credits")
        answer = Fields.of(reply)
        parts = answer.fields("breakdown")
        balance = answer.number("credits")
        if balance is None:
            raise e.BadReply("The answer has no usable 'credits'.")
        return Credits(
            balance=balance,
            unit=self.unit,
            regular=parts.number("regular"),
            permanent=parts.number("permanent"),
            resets_at=parts.time("resetAt"),
        )

    def estimate(self, job: Job) -> Estimate:
        """Say what the job costs, exactly: the page gives both prices."""
        price, evidence = _PRICES[job.kind](job)
        return Estimate(credits=price, unit=self.unit, exact=True, evidence=evidence)

    def warnings(self, job: Job) -> tuple[str, ...]:
        """Say what is assumed about raw samples."""
        if job.format != "pcm":
            return ()
        assumed = (
            "voiceclone does not say what its pcm is: 16 bits, mono and "
            f"{PCM_RATE:,} Hz are assumed. If it sounds too slow or fast, use wav."
        )
        return (assumed,)

    def rate_limit(self, reply: Reply) -> RateLimit | None:
        """Read the three headers that every answer has."""
        headers = Fields(
            {name.removeprefix("x-ratelimit-"): v for name, v in reply.headers.items()}
        )
        reset_s = headers.number("reset")
        found = RateLimit(
            limit=headers.count("limit"),
            remaining=headers.count("remaining"),
            resets_at=Fields({"ms": (reset_s or 0) * 1_000}).time("ms"),
        )
        return None if found == RateLimit() else found

    def problem(self, reply: Reply) -> Problem | None:
        """Read the vendor's code, under any status."""
        answer = Fields.of_any(reply)
        if made(answer):
            # Where there is an id, something was accepted: it is no refusal.
            return None
        code, said = answer.first_text("code"), answer.first_text("error")
        is_error = said or code in self.errors or answer.flag("success") is False
        if reply.status < _ERROR and not is_error:
            return None
        return Problem(
            code=(code or str(reply.status))[:_LONGEST_CODE],
            message=f"{said or ''}{_missing(answer)}",
        )


def _missing(answer: Fields) -> str:
    needed, there = answer.maybe_text("needCredits"), answer.maybe_text("credits")
    return f" ({needed} needed, {there} left)" if needed and there else ""


_REQUESTS: Mapping[str, Callable[[Job], Request]] = {
    "speech": speech_request,
    "clone": clone_request,
}
_READERS: Mapping[str, Callable[[Job, Reply], Task]] = {
    "speech": read_speech,
    "clone": read_clone,
}
_PRICES: Mapping[str, Callable[[Job], tuple[float, str]]] = {
    "speech": lambda job: (len(job.text.encode()), "1 credit for each UTF-8 byte"),
    "clone": lambda job: (CLONE_PRICE, "1,000 credits for each voice"),  # noqa: ARG005
}
