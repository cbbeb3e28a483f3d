"""Hostile results: addresses that are not reached, and bombs that do not burst."""

import asyncio
import contextlib
import gzip
import resource
from pathlib import Path

import httpx
import pytest
from paid.hostile import fetch, urls
from paid.servers import RawServer, answers, repeats

from voicekit.address import Address
from voicekit.engine import download, http
from voicekit.engine.clients import Clients
from voicekit.engine.http import HttpTransport
from voicekit.errors import VoicekitError
from voicekit.flow import NoReply, Request
from voicekit.keys import Secret
from voicekit.library.library import Library
from voicekit.providers.auth import Bearer

PUBLIC = Address.parse("https://api.kie.ai")


@pytest.mark.parametrize("url", ["https://cdn.ok.test/a.mp3", "https://1.1.1.1/a"])
def test_a_harmless_address_is_connected_to(connections, library, url, monkeypatch):
    """The control: the same eyes see a connection where one is made."""
    monkeypatch.setattr(download, "TRIES", 1)
    with pytest.raises(VoicekitError):
        asyncio.run(fetch(library, url, PUBLIC))
    assert connections


def test_no_hostile_address_is_connected_to(connections, library, monkeypatch, figure):
    """Private, odd, misleading, resolving to what is private: not one connection."""
    monkeypatch.setattr(download, "TRIES", 1)
    hostile = urls()
    assert len(set(hostile)) == 200
    for url in hostile:
        with pytest.raises(VoicekitError):
            asyncio.run(fetch(library, url, PUBLIC))
        assert connections == [], url
    figure("hostile results", f"{len(hostile)} addresses, 0 connections")


def layered(layers, size=64 << 20):
    """Return zeros, compressed so many times."""
    body = bytes(size)
    for _ in range(layers):
        body = gzip.compress(body)
    return body


def bombs():
    """Return twenty ways in which a few bytes ask for a lot of memory."""
    encodings = ("gzip", "gzip, gzip", "deflate", "x-gzip", "br")
    said = ("200 OK", "content-type: audio/mpeg")
    found = [
        answers(*said, "content-encoding: " + ", ".join(["gzip"] * n), body=layered(n))
        for n in range(1, 6)
    ]
    found += [
        answers(*said, f"content-encoding: {name}", body=layered(2))
        for name in encodings
    ]
    head = b"HTTP/1.1 200 OK\r\n%s\r\n\r\n"
    piece = b"%x\r\n%s\r\n" % (1 << 16, bytes(1 << 16))
    chunked = head % b"transfer-encoding: chunked"
    found += [
        repeats(chunked, piece),
        repeats(head % b"content-length: 99999999999", bytes(1 << 16)),
        repeats(head % b"content-length: 9999999999999999999999", bytes(1 << 16)),
        repeats(head % b"connection: close", b"ID3" + bytes(1 << 16)),
        repeats(b"HTTP/1.1 200 OK\r\n", b"x-header: " + bytes(1 << 16) + b"\r\n"),
        repeats(b"HTTP/1.1 200 OK\r\n", b"x: y\r\n" * 1_000),
        repeats(
            b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n" * 99
        ),
        repeats(chunked, b"1\r\n0\r\n", pause_s=0.05),
        repeats(chunked, b"1;" + b"x" * (1 << 16) + b"\r\n0\r\n"),
        repeats(b"", b"x" * (1 << 16)),
    ]
    return found


def test_no_bomb_takes_memory(kernels, figure, tmp_path):
    """As a result and as an answer: in a process of its own, which grows by little."""
    with contextlib.ExitStack() as stack:
        armed = [stack.enter_context(RawServer(bomb)) for bomb in bombs()]
        assert len(armed) == 20
        urls_of = [server.url for server in armed]
        grown = in_a_process(kernels, swallow, urls_of, str(tmp_path / "library"))
        careless = in_a_process(kernels, unpack, urls_of[:1])
    assert grown <= 32
    assert careless > 32, "These eyes would not see a bomb."
    figure("bombs", f"{len(armed)} as result and as answer, +{grown:.0f} MiB in all")


def in_a_process(kernels, work, *told) -> float:
    """Return by how many MiB a process says that it grew."""
    ours, theirs = kernels.Pipe()
    process = kernels.Process(target=work, args=(theirs, *told))
    process.start()
    theirs.close()
    grown = ours.recv()
    process.join()
    return grown / 1024


def peak_kib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def swallow(pipe, urls_of, folder):
    """Fetch each bomb and read it as an answer, as voicekit does."""
    download.LONGEST_BYTES, download.TRIES, download.TOTAL_S = 64 << 20, 1, 0.7
    http.DEADLINE_S = {True: 0.7, False: 0.7}
    library = Library(Path(folder))
    with RawServer(answers("200 OK", body=b"ID3" + bytes(1_000))) as harmless:
        asyncio.run(_both(library, harmless.url))
    before = peak_kib()
    for url in urls_of:
        asyncio.run(_both(library, url))
    library.close()
    pipe.send(peak_kib() - before)


def unpack(pipe, urls_of):
    """Read it as a client does that unpacks what it is sent: the control."""
    before = peak_kib()
    httpx.get(urls_of[0], trust_env=False)
    pipe.send(peak_kib() - before)


async def _both(library, url):
    vendor = Address.parse(url)
    secrets = {"KEY": Secret("a-key", vendor)}
    clients = Clients()
    carrier = HttpTransport(Bearer(), vendor, lambda: secrets, clients)
    with contextlib.suppress(NoReply, VoicekitError):
        reply = await carrier.send(Request(method="GET", path="/x"))
        reply.json()
    await clients.aclose()
    with contextlib.suppress(VoicekitError):
        await fetch(library, url, vendor)
