"""Checks and opens Akool's callbacks: pure functions over the bytes that came.

The signature is an unkeyed SHA-1 in which the client id is all that is not public, so
that a body which can be decrypted proves more. Use the id alone, and ask Akool how the
task is.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

from voicekit.errors import BadReply
from voicekit.flow import Reply
from voicekit.providers.akool_record import IDS
from voicekit.providers.envelope import task_id
from voicekit.reading import Fields
from voicekit.task import Notice

__all__ = ["TOLERANCE_S", "decrypt", "is_signed", "read", "signature", "told_task"]

TOLERANCE_S = 300
"""How far the sender's clock may be off ours, either way."""

_BLOCK = 16
_KEY_LENGTHS = (16, 24, 32)


def read(
    body: bytes, headers: Mapping[str, str], keys: Mapping[str, str], *, now_s: float
) -> Notice | None:
    """Return what a callback says; None if it can be checked and is not Akool's.

    What cannot be opened, for want of keys, still says that there is something to ask.
    """
    del headers
    if not keys:
        return Notice()
    client_id = keys["CLIENT_ID"]
    task = told_task(body, client_id, keys["CLIENT_SECRET"])
    if task is None or not is_signed(body, client_id, now_s=now_s):
        return None
    return Notice(receipt=task)


def signature(client_id: str, timestamp: str, nonce: str, data: str) -> str:
    """Return what Akool writes into ``signature``.

    Examples
    --------
    >>> signature("b", "2", "1", "a")
    'd33dca6b0d9530ac761c3ff8ba6108cb734ff569'
    """
    parts = sorted(part.encode() for part in (client_id, timestamp, nonce, data))
    return hashlib.sha1(b"".join(parts), usedforsecurity=False).hexdigest()


def is_signed(body: bytes, client_id: str, *, now_s: float) -> bool:
    """Tell whether a callback comes from who knows the client id, and lately.

    Parameters
    ----------
    body : bytes
        As it came.
    client_id : str
        The account's own.
    now_s : float
        Seconds since 1970, UTC.
    """
    fields = _fields(body)
    # Numbers in one of the vendor's samples and texts in another.
    sent, nonce = fields.maybe_text("timestamp"), fields.maybe_text("nonce")
    data, time_us = fields.maybe_text("dataEncrypt"), _time(fields)
    given = fields.maybe_text("signature")
    if not (client_id and sent and nonce and data and given) or time_us is None:
        return False
    if abs(time_us / 1e6 - now_s) > TOLERANCE_S:
        return False
    if any("\ud800" <= c <= "\udfff" for c in sent + nonce + data):
        return False
    ours = signature(client_id, sent, nonce, data)
    return hmac.compare_digest(ours.encode(), given.lower().encode(errors="replace"))


def decrypt(data: str, client_id: str, client_secret: str) -> bytes | None:
    """Return the clear text of ``dataEncrypt``; None for whatever reason it has none.

    The reasons all look alike: a difference would help to guess the text.
    """
    # The vendor writes of 24 and 16 bytes, its accounts have 32 and more: the secret's
    # length chooses the AES, and of the id only the first 16 bytes are used.
    key, start = client_secret.encode(), client_id.encode()[:_BLOCK]
    if len(key) not in _KEY_LENGTHS or len(start) != _BLOCK:
        return None
    try:
        hidden = base64.b64decode(data, validate=True)
        decryptor = Cipher(AES(key), CBC(start)).decryptor()
        padded = decryptor.update(hidden) + decryptor.finalize()
        unpadder = PKCS7(AES.block_size).unpadder()
        return unpadder.update(padded) + unpadder.finalize()
    except ValueError:
        return None


def told_task(body: bytes, client_id: str, client_secret: str) -> str | None:
    """Return the id of the task that a callback is about; None where it has none."""
    hidden = _fields(body).maybe_text("dataEncrypt")
    clear = decrypt(hidden, client_id, client_secret) if hidden else None
    return task_id(_fields(clear or b""), IDS)


def _fields(body: bytes) -> Fields:
    try:
        return Fields.of(Reply(status=200, body=body))
    except BadReply:
        return Fields(None)


def _time(fields: Fields) -> int | None:
    milliseconds = fields.number("timestamp")
    return Fields({"ms": milliseconds}).time("ms")
