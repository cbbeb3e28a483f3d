"""The files that vendors play for their voices, fetched once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, insert, select

from voicekit.library import schema
from voicekit.library.files import StoredFile

__all__ = ["find_preview", "keep_preview"]


def find_preview(connection: Connection, realm: str, voice: str) -> Row[Any] | None:
    """Return the file that a vendor plays for a voice; None if it was not fetched."""
    query = select(schema.preview).where(
        schema.preview.c.realm == realm, schema.preview.c.voice == voice
    )
    return connection.execute(query).one_or_none()


def keep_preview(
    connection: Connection, realm: str, voice: str, stored: StoredFile
) -> None:
    """Remember the file that a vendor plays for a voice."""
    place = (schema.preview.c.realm == realm) & (schema.preview.c.voice == voice)
    connection.execute(schema.preview.delete().where(place))
    columns = {
        "realm": realm,
        "voice": voice,
        "sha256": stored.sha256,
        "size": stored.size,
        "media_type": stored.media_type,
    }
    connection.execute(insert(schema.preview), columns)
