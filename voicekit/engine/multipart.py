"""Streams a form with files, so that no file stands in memory."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

from voicekit.flow import Request, Upload

__all__ = ["Multipart"]

CHUNK = 1 << 20


class Multipart:
    """The body of one request: its form fields, then its files (RFC 7578).

    Attributes
    ----------
    headers : dict
        Type and length of the body.
    """

    def __init__(self, request: Request) -> None:
        self._boundary = secrets.token_hex(16)
        self._parts: list[bytes | Path] = []
        for name, value in request.form:
            self._parts.append(self._head(f'name="{name}"') + value.encode() + b"\r\n")
        for upload in request.uploads:
            self._parts += [self._file_head(upload), upload.path, b"\r\n"]
        self._parts.append(f"--{self._boundary}--\r\n".encode())
        length = sum(
            part.stat().st_size if isinstance(part, Path) else len(part)
            for part in self._parts
        )
        self.headers = {
            "Content-Type": f"multipart/form-data; boundary={self._boundary}",
            "Content-Length": str(length),
        }

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self._parts:
            if isinstance(part, bytes):
                yield part
                continue
            with await asyncio.to_thread(part.open, "rb") as stream:
                while chunk := await asyncio.to_thread(stream.read, CHUNK):
                    yield chunk

    def _file_head(self, upload: Upload) -> bytes:
        # Providers name files themselves: nothing of the user's stands in a header.
        return self._head(
            f'name="{upload.field}"; filename="{upload.filename}"',
            f"Content-Type: {upload.media_type}\r\n",
        )

    def _head(self, disposition: str, more: str = "") -> bytes:
        return (
            f"--{self._boundary}\r\nContent-Disposition: form-data; {disposition}\r\n"
            f"{more}\r\n"
        ).encode()
