"""KingCong's lists of voices: what may be asked, and how the answers read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from voicekit.errors import BadReply
from voicekit.flow import Flow, Reply, Request
from voicekit.providers.kingcong_errors import opened
from voicekit.providers.kingcong_filters import RECOMMENDED, SHARED, Filter, query_of
from voicekit.providers.kingcong_tables import MINIMAX_LANGUAGES
from voicekit.providers.paging import Page, collect, voices_of
from voicekit.reading import Fields
from voicekit.voice import Voice, VoiceQuery

__all__ = ["each_of", "everything", "minimax", "read_clones", "shared"]

# ElevenLabs gives 100 at most. A page of its long entries has to stay within what we
# read as JSON, so the longer ones come 50 at a time, as KingCong's own tool asks.
_RECOMMENDED_PAGE = 50
_PAGE = 100
# Voices that speak are listed with 2; what the other numbers mean is not said.
_STATUSES: Mapping[int | None, str] = {1: "processing", 2: "ready", 3: "failed"}
_AGES = frozenset(("youth", "young adult", "adult", "middle aged", "senior"))
_GENDERS = frozenset(("male", "female"))
_LOCALE = re.compile(r"([A-Z]{2})-([A-Z]{2})\b")
_LANGUAGES = {**MINIMAX_LANGUAGES, "Chinese": "zh"}


def everything(
    wanted: VoiceQuery, filters: Mapping[str, Filter], own: Sequence[Voice] | None
) -> Flow[list[Voice]]:
    """List clones, the recommended voices of both vendors, and shared ones.

    Parameters
    ----------
    own : sequence of Voice or None
        The user's clones; None where filters of ElevenLabs leave only its recommended.
    """
    # How a vendor matches several words is not known; the rest is matched here.
    word = max((wanted.search or "").split(), key=len, default="")
    search: dict[str, Filter] = {"search": word} if word else {}
    sources = [partial(_recommended, {**search, **filters}, wanted)]
    if own is not None:
        sources.append(partial(minimax, (), wanted))
    if own is not None and (wanted.shared or word):
        narrowed = {**search, **_shared_filters(wanted)}
        sources.append(partial(shared, narrowed, wanted))
    mine = filter(wanted.matches, own or ())
    return (yield from voices_of(sources, wanted.limit, mine))


def _shared_filters(query: VoiceQuery) -> dict[str, Filter]:
    language = (query.language or "").partition("-")[0]
    given = {"language": language, "gender": query.gender or ""}
    return {name: value for name, value in given.items() if value}


def _recommended(
    filters: Mapping[str, Filter], query: VoiceQuery, limit: int | None
) -> Flow[list[Voice]]:
    """List the voices that come with the account; its pages go by a token."""
    ask = partial(_ask_recommended, filters)
    read = _read_recommended
    return (yield from collect(ask, read, wanted=query.matches, limit=limit))


def minimax(
    tags: Sequence[str], query: VoiceQuery, limit: int | None
) -> Flow[list[Voice]]:
    """List MiniMax's voices that have all of some tags; the first page is 1."""
    ask, read = partial(_ask_minimax, tags), _read_minimax
    return (yield from collect(ask, read, wanted=query.matches, limit=limit))


def shared(
    filters: Mapping[str, Filter], query: VoiceQuery, limit: int | None
) -> Flow[list[Voice]]:
    """List the voices that others share; the first page is 0."""
    ask, read = partial(_ask_shared, filters), _read_shared
    return (yield from collect(ask, read, wanted=query.matches, limit=limit))


def _ask_recommended(filters: Mapping[str, Filter], token: str | None) -> Request:
    query = [("page_size", str(_RECOMMENDED_PAGE))]
    query += query_of(filters, RECOMMENDED)
    query += [] if token is None else [("next_page_token", token)]
    return Request(method="GET", path="/v2/voices", query=tuple(query))


def _read_recommended(reply: Reply, token: str | None) -> Page[Voice]:
    body = opened(reply)
    following = body.first_text("next_page_token") if body.flag("has_more") else None
    found = _by_id(each_of(body, "voices"), _elevenlabs)
    return Page(items=found, following=None if following == token else following)


def _ask_shared(filters: Mapping[str, Filter], page: str | None) -> Request:
    query = [("page_size", str(_PAGE)), ("page", page or "0")]
    query += query_of(filters, SHARED)
    return Request(method="GET", path="/v1/shared-voices", query=tuple(query))


def _read_shared(reply: Reply, page: str | None) -> Page[Voice]:
    body = opened(reply)
    found = _by_id(each_of(body, "voices"), _elevenlabs)
    following = str(int(page or 0) + 1) if body.flag("has_more") else None
    return Page(items=found, following=following)


def _ask_minimax(tags: Sequence[str], page: str | None) -> Request:
    return Request(
        method="POST",
        path="/v1m/voice/list",
        json={"page": int(page or 1), "page_size": _PAGE, "tag_list": [*tags]},
    )


def _read_minimax(reply: Reply, page: str | None) -> Page[Voice]:
    body = opened(reply)
    found = _by_id(each_of(body, "voice_list", "voices"), _minimax)
    has_more = body.fields("data").flag("has_more") or body.flag("has_more")
    return Page(items=found, following=str(int(page or 1) + 1) if has_more else None)


def read_clones(reply: Reply) -> list[Voice]:
    """Read the list of the user's own voices, whose shape the page does not show."""
    listed = each_of(opened(reply), "voice_list", "voices", "clones")
    return [*_by_id(listed, _own).values()]


def each_of(body: Fields, *names: str) -> list[Fields]:
    """Return the objects of a list, wherever it stands.

    Raises
    ------
    BadReply
        If there is no list: that is not the same as an empty one.
    """
    for place in (body, body.fields("data")):
        for name in (*names, "data"):
            if isinstance(place.raw(name), list):
                return place.each(name)
    raise BadReply(f"The answer has no list of {names[0]}.")


def _by_id(
    items: Sequence[Fields], make: Callable[[str, Fields], Voice]
) -> dict[str, Voice]:
    names = ("voice_id", "cloned_voice_id", "voice_clone_id", "id")
    named = ((item.first_text(*names), item) for item in items)
    return {voice_id: make(voice_id, item) for voice_id, item in named if voice_id}


def _elevenlabs(voice_id: str, item: Fields) -> Voice:
    labels = item.fields("labels")
    verified = next(iter(item.each("verified_languages")), Fields(None))
    # Shared voices say at the top what the others say in labels.
    places = (labels, item)

    def said(*names: str) -> str | None:
        return next(filter(None, (place.first_text(*names) for place in places)), None)

    mood = said("descriptive") or labels.first_text("description")
    description = item.first_text("description")
    return Voice(
        voice=f"kingcong:elevenlabs/{voice_id}",
        name=item.first_text("name") or "",
        language=said("locale", "language")
        or verified.first_text("locale", "language")
        or item.fields("fine_tuning").first_text("language"),
        gender=_lower(said("gender")),
        age=said("age"),
        accent=said("accent"),
        use_case=said("use_case"),
        description=description or mood,
        tags=(mood,) if mood and description else (),
        category=item.first_text("category"),
        # We ask as a free user, as the page says.
        status="paid plans only" if item.flag("free_users_allowed") is False else None,
        owned=item.flag("is_owner") or False,
        preview_url=item.first_text("preview_url"),
        created_at=_unix(item, "created_at_unix") or _unix(item, "date_unix"),
    )


def _minimax(voice_id: str, item: Fields) -> Voice:
    tags = item.texts("tag_list")
    locale = next(filter(None, map(_LOCALE.match, tags)), None)
    languages = (_LANGUAGES[tag] for tag in tags if tag in _LANGUAGES)
    return Voice(
        voice=f"kingcong:minimax/{voice_id}",
        name=item.first_text("voice_name", "name") or "",
        language=f"{locale[1].lower()}-{locale[2]}"
        if locale
        else next(languages, None),
        gender=next((tag.lower() for tag in tags if tag.lower() in _GENDERS), None),
        age=next((tag for tag in tags if tag.lower() in _AGES), None),
        accent=locale.string if locale else None,
        description=item.first_text("description"),
        tags=tags,
        owned=False,
        preview_url=item.first_text("sample_audio"),
        created_at=item.time("create_time"),
    )


def _own(voice_id: str, item: Fields) -> Voice:
    status = _STATUSES.get(item.count("voice_status"))
    return replace(
        _minimax(voice_id, item), owned=True, category="cloned", status=status
    )


def _unix(item: Fields, name: str) -> int | None:
    seconds = item.number(name)
    return Fields({"ms": None if seconds is None else seconds * 1000}).time("ms")


def _lower(text: str | None) -> str | None:
    return None if text is None else text.lower()
