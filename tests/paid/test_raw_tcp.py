"""A server that takes each body whole and then fails: no body comes twice."""

import asyncio
from functools import partial

import pytest
from paid.servers import RawServer, close, half_header, reset, stall

import voicekit as vk
from voicekit.engine import clients
from voicekit.errors import SubmissionUnknown

BODIES = 10
"""For each of five vendors: fifty for each way to fail."""


@pytest.mark.parametrize("fails", [close, reset, stall, half_header])
def test_a_body_is_sent_exactly_once(fails, voices, tmp_path, monkeypatch, figure):
    """However the answer gets lost, the request is not made again; it is held."""
    # The read time-out starts when all is written; a deadline may come before that.
    impatient = partial(clients._client, keepalive=0, read_s=0.3)
    monkeypatch.setattr(clients, "_client", lambda **_: impatient())
    bodies = 0
    for vendor, voice in voices.items():
        with RawServer(fails) as server:
            monkeypatch.setenv(f"VOICEKIT_{vendor.upper()}_URL", server.url)
            folder = tmp_path / vendor
            with vk.Studio(providers=[vendor], library=folder) as studio:
                outcomes = asyncio.run(_speak(studio, voice))
                assert len(studio.held()) == BODIES
            server.wait_for(BODIES)
        assert all(isinstance(found, SubmissionUnknown) for found in outcomes)
        posts = [text for text in server.heard if text.startswith(b"POST")]
        assert len(posts) == len(set(posts)) == BODIES
        bodies += len(posts)
    figure("raw TCP", f"{fails.__name__}: {bodies} submissions, {bodies} bodies")


async def _speak(studio, voice):
    calls = (studio.aio.speak(f"Sentence {n}.", voice) for n in range(BODIES))
    return await asyncio.gather(*calls, return_exceptions=True)
