"""The voices that a user marked as favourites."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from voicekit.library.schema import favourite

__all__ = ["favour", "favourites"]


def favourites(connection: Connection) -> frozenset[str]:
    """Return the voices that are marked."""
    return frozenset(connection.execute(select(favourite.c.voice)).scalars())


def favour(connection: Connection, voice: str, *, is_favourite: bool) -> None:
    """Mark a voice, or take its mark away; doing it twice changes nothing."""
    connection.execute(delete(favourite).where(favourite.c.voice == voice))
    if is_favourite:
        connection.execute(insert(favourite).values(voice=voice))
