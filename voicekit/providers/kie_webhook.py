"""Checks Kie's callbacks: pure functions over the bytes that came.

The signature covers the task's id and the time, and nothing else of the body. Use the
id alone, and ask Kie how the task is.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping

from voicekit.errors import BadReply
from voicekit.flow import Reply
from voicekit.providers.envelope import task_id
from voicekit.providers.kie_record import IDS
from voicekit.reading import Fields
from voicekit.task import Notice

__all__ = ["TOLERANCE_S", "is_signed", "read", "signature", "told_task"]

TOLERANCE_S = 300
"""How far the sender's clock may be off ours, either way."""


def told_task(body: bytes) -> str | None:
    """Return the id of the task that a callback is about; None where it has none.

    Examples
    --------
    >>> told_task(b'{"code": 200, "data": {"taskId": "e989621f"}}')
    'e989621f'
    """
    try:
        return task_id(Fields.of(Reply(status=200, body=body)).fields("data"), IDS)
    except BadReply:
        return None


def read(
    body: bytes, headers: Mapping[str, str], keys: Mapping[str, str], *, now_s: float
) -> Notice | None:
    """Return what a callback says; None if there is a key and it was not signed."""
    if keys and not is_signed(body, headers, keys["WEBHOOK_KEY"], now_s=now_s):
        return None
    return Notice(receipt=told_task(body))


def signature(task: str, timestamp: str, key: str) -> str:
    """Return what Kie writes into ``X-Webhook-Signature``.

    Examples
    --------
    >>> task = "e989621f54392584b05867f87b160672"
    >>> signature(task, "1755599645", "test_webhook_hmac_key")
    'EZQuWuSWQ61PWQ9y3eDa20C0ckcX7BzR+pP2Xi2agXs='
    """
    message = f"{task}.{timestamp}".encode()
    digest = hmac.new(key.encode(), message, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def is_signed(
    body: bytes, headers: Mapping[str, str], key: str, *, now_s: float
) -> bool:
    """Tell whether a callback comes from who has the key, and lately.

    Parameters
    ----------
    body : bytes
        As it came.
    headers : mapping of str to str
        Names in lower case.
    key : str
        The HMAC key of the account's settings.
    now_s : float
        Seconds since 1970, UTC.
    """
    task = told_task(body)
    sent = headers.get("x-webhook-timestamp", "")
    if not key or task is None or not (sent.isascii() and sent.isdecimal()):
        return False
    if len(sent) > len("9999999999") or abs(int(sent) - now_s) > TOLERANCE_S:
        return False
    given = headers.get("x-webhook-signature", "").encode(errors="replace")
    return hmac.compare_digest(signature(task, sent, key).encode(), given)
