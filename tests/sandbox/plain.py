"""A client without a key, for results; shared, since a TLS context costs 30 ms."""

from __future__ import annotations

import httpx

http = httpx.Client(verify=False, timeout=20.0)
