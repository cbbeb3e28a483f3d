"""Keeps addresses and answers' headers of our own requests out of the log.

The HTTP library logs whole addresses, and the address of a result is as good as a key
to it. Keys are in no record to begin with: they stand in headers of requests, which it
does not log. What others send through the same library stays as it is.
"""

from __future__ import annotations

import logging

import httpx

__all__ = ["be_discreet"]

_LOGGERS = (
    "httpx",
    *(f"httpcore.{part}" for part in ("connection", "http11", "http2", "proxy")),
)
_OURS = "voicekit"
"""The name of the thread on which the engine's loop runs."""


class _Discreet(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        if record.threadName == _OURS:
            given = record.args if isinstance(record.args, tuple) else ()
            record.args = tuple(map(_origin_alone, given)) or record.args
            if isinstance(record.msg, str):
                record.msg = record.msg.partition(" return_value=")[0]
        return True


_DISCREET = _Discreet()


def be_discreet() -> None:
    """Filter the records of the HTTP library; doing it twice changes nothing."""
    for name in _LOGGERS:
        logging.getLogger(name).addFilter(_DISCREET)


def _origin_alone(value: object) -> object:
    if not isinstance(value, httpx.URL):
        return value
    return f"{value.scheme}://{value.netloc.decode('ascii')}/(path)"
