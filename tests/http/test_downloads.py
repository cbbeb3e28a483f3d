"""Results whose links end and whose bytes stop: all of them are saved."""

import asyncio
import hashlib
import random

import pytest

from voicekit.engine import download

VENDOR = "kingcong"
RACHEL = "kingcong:elevenlabs/21m00Tcm4TlvDq8ikWAM"
TEXT = "Whatever was paid for is saved."
LIFE_S = 5.0
TROUBLE = {"url_expired": 0.2, "cut_body": 0.1, "range_ignored": 0.05}
"""What may happen to a download, and how often."""


@pytest.mark.parametrize(
    "takes", [50, pytest.param(500, marks=pytest.mark.soak)], ids=["short", "long"]
)
def test_links_that_end_and_bodies_that_stop(
    studio, sandbox, submissions, monkeypatch, takes
):
    """Every result is saved, none is corrupt, and nothing is submitted again."""
    monkeypatch.setattr(download, "BACK_OFF_S", 0.01)
    whole = studio.speak(TEXT, RACHEL).audio
    before = submissions(VENDOR)
    sandbox.set_link_life(VENDOR, LIFE_S)
    for name in _troubles(takes):
        sandbox.fail(VENDOR, on="download", kind=name)

    async def all_takes():
        speak = studio.aio.speak
        every = (speak(TEXT, RACHEL, take=take) for take in range(2, takes + 2))
        return await asyncio.gather(*every, return_exceptions=True)

    clips = asyncio.run(all_takes())
    saved = [clip for clip in clips if not isinstance(clip, BaseException)]
    expected = hashlib.sha256(whole).hexdigest()
    corrupt = [c for c in saved if hashlib.sha256(c.audio).hexdigest() != expected]
    accepted = submissions(VENDOR)[1] - before[1]
    happened = sandbox.look(VENDOR, "faults")["happened"]
    print(
        f"\n{takes} downloads, links that live {LIFE_S:g} s, "
        f"{happened.count('url_expired')} expired, {happened.count('cut_body')} cut: "
        f"{len(saved)} saved, {len(corrupt)} corrupt, "
        f"{accepted - takes} extra submissions"
    )
    assert (len(saved), len(corrupt), accepted) == (takes, 0, takes)
    assert happened.count("url_expired") >= takes * TROUBLE["url_expired"]


def _troubles(takes):
    """Return what happens to each download, in an order given by chance."""
    named = [name for name, share in TROUBLE.items() for _ in range(int(takes * share))]
    calm = ["type:audio/mpeg"] * (takes - len(named))  # a fault that changes nothing
    every = named + calm
    random.Random(4).shuffle(every)
    return every
