"""What vendors play for their voices, fetched once."""

from __future__ import annotations

from voicekit.clip import Clip
from voicekit.engine.clips import preview_of
from voicekit.engine.engine import Engine
from voicekit.errors import Unsupported
from voicekit.library.previews import find_preview, keep_preview
from voicekit.providers import Provider
from voicekit.task import Result
from voicekit.voice import Voice

__all__ = ["preview"]


async def preview(engine: Engine, provider: Provider, voice: Voice) -> Clip:
    """Return what a vendor plays for a voice.

    Raises
    ------
    Unsupported
        If there is none.
    """
    library, realm = engine.library, engine.connector.realm(provider)
    row = await library.transact(find_preview, realm, voice.voice)
    if row is not None:
        stored = library.files.find(row.sha256, row.size, row.media_type)
        if await library.run(stored.is_whole):
            return preview_of(voice, stored)
    if voice.preview_url is None:
        raise Unsupported(f"{voice} has no preview.")
    asked = Result(media_type="audio/mpeg", url=voice.preview_url)
    stored = await engine.fetch(provider, asked)
    await library.transact(keep_preview, realm, voice.voice, stored)
    return preview_of(voice, stored)
