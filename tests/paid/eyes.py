"""Looks that a seeded bug must not escape: each raises AssertionError if it sees one.

They are given the name of a folder, and a monkeypatch; without a bug they see nothing.
"""

import asyncio
import os
import socket
import stat
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import httpx
from fakes import Connected, begin, job
from hypothesis.stateful import run_state_machine_as_test
from paid import hostile
from paid.machine import TO_FIND, Lives, sized
from paid.servers import RawServer, answers, close, stall
from paid.shop import PRICE, Priced, Shop

from voicekit import providers
from voicekit.address import Address
from voicekit.clip import audio_element
from voicekit.engine import download
from voicekit.engine.callbacks import Callbacks
from voicekit.engine.clients import Clients
from voicekit.engine.engine import Engine
from voicekit.engine.http import HttpTransport
from voicekit.errors import BudgetExceeded, SubmissionUnknown, VoicekitError
from voicekit.flow import NoReply, Reply, Request
from voicekit.job import Job
from voicekit.keys import Secret
from voicekit.library.files import FileStore
from voicekit.library.ledger import Change, advance
from voicekit.library.letters import keep_told
from voicekit.library.library import Library
from voicekit.library.states import State
from voicekit.providers import kingcong_history
from voicekit.providers.auth import Header

KEY = "canary-key-that-is-as-long-as-a-real-one"
POST = Request(method="POST", path="/x", json={"text": "private words"})


def lives(folder, patch):
    """Random lives of kernels, ledger and vendor."""
    patch.setitem(providers._registered, "priced", Priced)
    run_state_machine_as_test(Lives, settings=sized(100, phases=TO_FIND))


def _post_to(url, read_s=30.0):
    async def send():
        clients, address = Clients(), Address.parse(url)
        clients.paid.timeout = httpx.Timeout(10, read=read_s)
        secrets = {"KEY": Secret(KEY, address)}
        carrier = HttpTransport(Header("xi-api-key"), address, lambda: secrets, clients)
        try:
            return await carrier.send(POST, may_cost=True)
        except NoReply as lost:
            return lost
        finally:
            await clients.aclose()

    return asyncio.run(send())


def doubt_after_stall(folder, patch):
    """A server that never answers may have accepted."""
    with RawServer(stall) as server:
        assert _post_to(server.url, read_s=0.1).may_have_arrived


def doubt_after_close(folder, patch):
    """A server that closes may have accepted."""
    with RawServer(close) as server:
        assert _post_to(server.url).may_have_arrived


def redirects(folder, patch):
    """No body and no key follows a redirect."""
    with RawServer(answers("200 OK")) as other:
        moved = answers("307 Moved", f"location: {other.url}/x", body=b"")
        with RawServer(moved) as vendor:
            _post_to(vendor.url)
        assert other.heard == []


def every_page(folder, patch):
    """A vendor's list is evidence only when all of it was read."""
    flow = kingcong_history.receipts("tts")
    next(flow)
    found = []
    try:
        for page in range(1, 4):
            numbers = range((page - 1) * 100, min(page * 100, 250))
            rows = ", ".join(f'{{"id": "t{n}", "type": "tts"}}' for n in numbers)
            body = f'{{"success": true, "data": [{rows}], "total": 250}}'
            flow.send(Reply(status=200, body=body.encode()))
    except StopIteration as stop:
        found = stop.value
    assert len(found) == 250


def power_cut(folder, patch):
    """What a power cut leaves of a saved file is the file, under its name."""
    sync, replace = os.fsync, Path.replace
    synced, names = set(), set()

    def noted_sync(descriptor):
        sync(descriptor)
        found = os.fstat(descriptor)
        if stat.S_ISREG(found.st_mode):
            synced.add(found.st_ino)
        else:
            path = Path(f"/proc/self/fd/{descriptor}").readlink()
            names.update(entry.resolve() for entry in path.iterdir())

    def noted_replace(path, target):
        assert path.stat().st_ino in synced, "renamed before its bytes were synced"
        return replace(path, target)

    store = FileStore(folder / "files")
    patch.setattr(os, "fsync", noted_sync)
    patch.setattr(Path, "replace", noted_replace)
    stored = store.put(b"ID3 paid audio", "audio/mpeg")
    path = stored.path.resolve()
    assert {path, path.parent} <= names, "its name was not synced"


def _download(folder, answer):
    library = Library(folder)
    try:
        with RawServer(answer) as server:
            url = f"{server.url}/r.mp3"
            found = hostile.fetch(library, url, Address.parse(server.url))
            return asyncio.run(found).read(), server.heard
    finally:
        library.close()


def cut_download(folder, patch):
    """What is fetched after a cut is the sound, once."""
    sound = b"ID3" + bytes(range(256)) * 20
    tag = b'HTTP/1.1 200 OK\r\netag: "one"\r\ncontent-length: %d\r\n\r\n%s'
    turns = [sound[:2_000]]
    patch.setattr(download, "LONGEST_BYTES", 1 << 16)

    def answer(connection, request):
        connection.sendall(tag % (len(sound), turns.pop() if turns else sound))

    try:
        found, _ = _download(folder, answer)
    except VoicekitError:
        found = b""  # nothing may be wrong, but nothing is saved
    assert found == sound


def keyless_download(folder, patch):
    """The host of a result is shown no key."""
    _, heard = _download(folder, answers("200 OK", body=b"ID3" + bytes(99)))
    assert KEY.encode() not in b"".join(heard)


def budget(folder, patch):
    """What is held counts as spent."""
    patch.setitem(providers._registered, "priced", Priced)
    library, shop = Library(folder), Shop()
    shop.next_faults = ["reset"]
    engine = Engine(library, Connected(shop), {"priced": PRICE})

    async def spend():
        refused = []
        for text in ("one", "two"):
            wanted = Job(provider="priced", kind="speech", text=text, voice="v")
            try:
                await engine.perform(wanted, None)
            except (SubmissionUnknown, BudgetExceeded) as error:
                refused.append(type(error))
        await engine.aclose()
        return refused

    try:
        assert asyncio.run(spend()) == [SubmissionUnknown, BudgetExceeded]
    finally:
        library.close()


def hostile_addresses(folder, patch):
    """No connection is made to an address that is not public."""
    made = []

    def connect(sock, address):
        made.append(address)
        raise ConnectionRefusedError("refused by the test")

    patch.setattr(download, "TRIES", 1)
    patch.setattr(socket.socket, "connect", connect)
    patch.setattr(socket, "getaddrinfo", hostile.resolve)
    library = Library(folder)
    for url in hostile.urls():
        try:
            asyncio.run(
                hostile.fetch(library, url, Address.parse("https://api.kie.ai"))
            )
        except VoicekitError:
            continue
    library.close()
    assert made == []


def markup(folder, patch):
    """A vendor's words bring no attribute of their own."""
    found = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attributes):
            found.extend(name for name, _ in attributes)

    Reader().feed(audio_element(b"ID3", 'audio/mpeg" onerror="alert(1)'))
    assert found
    assert "onerror" not in found


def forged_callback(folder, patch):
    """A task that only a letter names is not believed."""
    library = Library(folder)
    address = "https://here.example/hooks/reference"

    async def ask(provider, flow):
        flow.close()

    engine = SimpleNamespace(library=library, ask=ask)
    patch.setitem(providers._registered, "priced", Priced)
    kept = begin(library, job(provider="priced"))
    for state in (State.SENDING, State.AMBIGUOUS):
        change = Change(state=state, columns={"callback": address})
        kept = library.post(advance, kept, change).result()
    library.post(keep_told, address, "forged").result()
    try:
        hooks = Callbacks("https://here.example/hooks", engine)
        assert asyncio.run(hooks.confirmed(kept)) is None
    finally:
        library.close()
