"""The list of voices of voiceclone: how a page of it is asked for, and read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from voicekit.errors import BadReply
from voicekit.flow import Flow, Reply, Request
from voicekit.parameters import Choice, Range, Setting
from voicekit.providers.paging import Page, collect
from voicekit.reading import Fields
from voicekit.voice import Voice, VoiceQuery

__all__ = ["LARGEST_PAGE", "VoicePage", "every_voice", "page_request", "read_page"]

LARGEST_PAGE = 100

_LISTING: tuple[Setting, ...] = (
    Range(name="page", help="Counted from 1.", minimum=1, maximum=1_000_000, step=1),
    Range(
        name="limit", help="Voices on a page.", minimum=1, maximum=LARGEST_PAGE, step=1
    ),
    Choice(
        name="status",
        help="Whether it can speak.",
        choices=("PROCESSING", "COMPLETED", "FAILED"),
    ),
    Choice(name="type", help="Whose voices.", choices=("USER", "SYSTEM")),
    Choice(
        name="sort_by",
        help="What orders them.",
        wire="sortBy",
        choices=("createdAt", "updatedAt", "title", "duration", "popularity"),
    ),
    Choice(
        name="sort_order",
        help="Which end comes first.",
        wire="sortOrder",
        choices=("asc", "desc"),
    ),
)
_OWNED = {"USER": True, "SYSTEM": False}
_GENDERS = ("female", "male")


@dataclass(frozen=True, slots=True, kw_only=True)
class VoicePage:
    """One page of the list of voices."""

    voices: tuple[Voice, ...]
    has_next: bool
    total: int | None = None
    """How many voices all pages hold together."""


def every_voice(
    query: VoiceQuery, filters: Mapping[str, str | None], limit: int | None
) -> Flow[list[Voice]]:
    """List the wanted voices of page after page."""

    def ask(page: str | None) -> Request:
        number = int(page or 1)
        return page_request({**filters, "page": number, "limit": LARGEST_PAGE})

    def read(reply: Reply, page: str | None) -> Page[Voice]:
        number = int(page or 1)
        listed = read_page(Fields.of(reply), number, LARGEST_PAGE)
        return Page(
            items={voice.voice: voice for voice in listed.voices},
            following=str(number + 1) if listed.has_next else None,
        )

    return collect(ask, read, wanted=query.matches, limit=limit)


def page_request(given: Mapping[str, object]) -> Request:
    """Return the request for a page; what is None is left to the vendor.

    Raises
    ------
    InvalidSetting
        If the vendor does not know such a value.
    """
    query = tuple(
        (setting.path[0], str(setting.check(given[setting.name], "voiceclone")))
        for setting in _LISTING
        if given.get(setting.name) is not None
    )
    return Request(method="GET", path="/voices", query=query)


def read_page(answer: Fields, page: int, limit: int) -> VoicePage:
    """Return the voices of a page, and whether there are more.

    Raises
    ------
    BadReply
        If there is no list in the answer.
    """
    if not isinstance(answer.raw("voices"), list):
        raise BadReply("The answer has no list of voices.")
    rows = answer.each("voices")
    pages = answer.fields("pagination")
    has_next = pages.flag("hasNext")
    if has_next is None:
        last = pages.number("totalPages")
        has_next = len(rows) >= limit if last is None else page < last
    return VoicePage(
        voices=tuple(_voice(row) for row in rows if row.maybe_text("id")),
        has_next=has_next,
        total=pages.count("total"),
    )


def _voice(row: Fields) -> Voice:
    tags = _tags(row)
    lower = {tag.lower() for tag in tags}
    category = row.maybe_text("type")
    return Voice(
        voice=f"voiceclone:{row.text('id')}",
        name=row.maybe_text("title") or "",
        # The vendor knows neither gender nor language; its own sample tags "male".
        gender=next((gender for gender in _GENDERS if gender in lower), None),
        description=row.maybe_text("description"),
        tags=tags,
        category=category,
        status=row.maybe_text("status"),
        owned=_OWNED.get(category or ""),
        preview_url=row.maybe_text("audioUrl"),
        created_at=row.time("createdAt"),
    )


def _tags(row: Fields) -> tuple[str, ...]:
    """Return the tags of a list, or of either text that a clone can be given."""
    if isinstance(row.raw("tags"), list):
        return row.texts("tags")
    written = row.maybe_text("tags") or ""
    # A JSON array as text is read where it stands under a name of ours.
    listed = Fields.inside(f'{{"tags": {written}}}').texts("tags")
    split = (part.strip() for part in written.split(","))
    return listed or tuple(part for part in split if part)
