"""The HTTP transport, against servers on this machine."""

import asyncio
import hashlib
import json
from dataclasses import replace

import pytest

from voicekit.address import Address
from voicekit.engine import download, http
from voicekit.engine.clients import Clients
from voicekit.engine.download import Downloader
from voicekit.engine.http import HttpTransport
from voicekit.errors import (
    KeyMissing,
    NotFound,
    Unavailable,
    UnsafeResult,
)
from voicekit.flow import NoReply, Request, Upload
from voicekit.keys import Secret
from voicekit.providers.auth import Bearer, Header, Jwt, TokenExchange
from voicekit.task import Result

KEY = "canary-key-that-is-as-long-as-a-real-one"


class Server:
    """Answers each connection by a function, and remembers what it was sent."""

    def __init__(self, answer) -> None:
        self.answer = answer
        self.heard: list[bytes] = []

    async def __aenter__(self):
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self.server.sockets[0].getsockname()[1]
        self.address = Address.parse(f"http://127.0.0.1:{self.port}")
        return self

    async def __aexit__(self, *raised):
        self.server.close()

    async def _serve(self, reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        length = 0
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        self.heard.append(head + await reader.readexactly(length))
        answer = self.answer(self) if callable(self.answer) else self.answer
        for number, part in enumerate(_parts(answer)):
            await asyncio.sleep(0.2 * number)  # so that they come one by one
            writer.write(part)
            await writer.drain()
        writer.transport.abort() if answer is None else writer.close()


def _parts(answer):
    return answer if isinstance(answer, tuple) else filter(None, (answer,))


def ok(body=b"{}", *headers, status="200 OK"):
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", *headers]
    return "\r\n".join([*lines, "connection: close", "", ""]).encode() + body


def transport(address, auth, clients, **parts):
    secrets = {name: Secret(value, address) for name, value in parts.items()}
    return HttpTransport(auth, address, lambda: secrets, clients)


def ask(answer, *requests, auth=None, may_cost=False, **parts):
    """Send requests to a server; return its replies and what it heard."""

    async def run():
        clients = Clients()
        async with Server(answer) as server:
            carrier = transport(
                server.address, auth or Bearer(), clients, **(parts or {"KEY": KEY})
            )
            try:
                replies = [await carrier.send(r, may_cost=may_cost) for r in requests]
            finally:
                await clients.aclose()
            return replies, [text.decode() for text in server.heard]

    return asyncio.run(run())


GET = Request(method="GET", path="/x", query=(("page", "2"),))
POST = Request(method="POST", path="/x", json={"text": "é"})


@pytest.mark.parametrize(
    ("auth", "parts", "line"),
    [
        (Bearer(), {"KEY": KEY}, f"Authorization: Bearer {KEY}"),
        (Header("xi-api-key"), {"KEY": KEY}, f"xi-api-key: {KEY}"),
        (TokenExchange("x-api-key", "/token"), {"KEY": KEY}, f"x-api-key: {KEY}"),
        (Jwt(), {"KEY": KEY}, f"Authorization: Bearer {KEY}"),
    ],
)
def test_each_vendor_sees_its_key_its_own_way(auth, parts, line):
    """Bearer, a header of the vendor's, or a plain key where a pair is possible."""
    _, heard = ask(ok(), GET, auth=auth, **parts)
    assert line in heard[0]
    assert heard[0].startswith("GET /x?page=2 HTTP/1.1")
    assert "accept-encoding: identity" in heard[0].lower()


def test_a_signed_token_is_made_of_the_pair():
    """Access and secret key become an HS256 token, and neither is sent."""
    _, heard = ask(ok(), GET, GET, auth=Jwt(), ACCESS_KEY="ak", SECRET_KEY=KEY)
    tokens = {line for text in heard for line in text.split("\r\n") if "Bearer" in line}
    assert len(tokens) == 1
    assert next(iter(tokens)).count(".") == 2
    assert KEY not in "".join(heard)


def test_a_signed_token_is_renewed_a_minute_before_it_ends(monkeypatch):
    """It lives for 30 minutes: the one of minute 0 serves in minute 28, not in 58."""
    clock = [1_800_000_000.0]
    monkeypatch.setattr(http.time, "time", lambda: clock[0])

    def answer(_):
        clock[0] += 1_739
        return ok()

    _, heard = ask(answer, GET, GET, GET, auth=Jwt(), ACCESS_KEY="ak", SECRET_KEY=KEY)
    tokens = [text.split("Bearer ")[1].split()[0] for text in heard]
    assert tokens[0] == tokens[1] != tokens[2]


def test_a_token_is_exchanged_once():
    """Client id and secret are posted once, and the token is used from then on."""
    answers = iter([ok(b'{"code":1000,"token":"tkn"}'), ok(), ok()])
    _, heard = ask(
        lambda _: next(answers),
        GET,
        GET,
        auth=TokenExchange("x-api-key", "/token"),
        CLIENT_ID="id",
        CLIENT_SECRET=KEY,
    )
    assert heard[0].startswith("POST /token")
    assert json.loads(heard[0].split("\r\n\r\n")[1]) == {
        "clientId": "id",
        "clientSecret": KEY,
    }
    assert [("Authorization: Bearer tkn" in text) for text in heard[1:]] == [True] * 2


def test_a_refused_exchange_is_a_missing_key():
    """Nothing was asked yet, so nothing can have been accepted."""
    with pytest.raises(KeyMissing, match="did not accept the client id"):
        ask(
            ok(b'{"code":1101}'),
            POST,
            auth=TokenExchange("x-api-key", "/token"),
            CLIENT_ID="id",
            CLIENT_SECRET=KEY,
        )


def test_json_goes_out_as_utf8():
    """The body is the text itself, once."""
    _, heard = ask(ok(), POST, may_cost=True)
    assert heard[0].endswith('{"text": "é"}')
    assert "content-type: application/json" in heard[0].lower()


def test_files_are_streamed_under_neutral_names(tmp_path):
    """A form with its fields and its file, of a length that was announced."""
    path = tmp_path / "my secret diary.mp3"
    path.write_bytes(b"ID3" + bytes(3_000_000))
    upload = Upload(
        field="file",
        path=path,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        filename="file.mp3",
        media_type="audio/mpeg",
    )
    form = Request(method="POST", path="/f", form=(("lang", "vi"),), uploads=(upload,))
    _, heard = ask(ok(), form, may_cost=True)
    assert 'name="lang"\r\n\r\nvi\r\n' in heard[0]
    assert 'filename="file.mp3"\r\nContent-Type: audio/mpeg' in heard[0]
    assert len(heard[0]) > 3_000_000
    assert "diary" not in heard[0]


@pytest.mark.parametrize(
    ("answer", "may_have_arrived"),
    [
        (None, True),
        (b"", True),
        (b"HTTP/1.1 200 OK\r\ncontent-le", True),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{", True),
        (b"garbage\r\n\r\n", True),
    ],
)
def test_after_the_body_was_taken_nothing_is_certain(answer, may_have_arrived):
    """Reset, closed, half a header, a cut body: each may have been accepted, once."""

    async def run():
        clients = Clients()
        async with Server(answer) as server:
            carrier = transport(server.address, Bearer(), clients, KEY=KEY)
            with pytest.raises(NoReply) as caught:
                await carrier.send(POST, may_cost=True)
            await clients.aclose()
            return caught.value, len(server.heard)

    lost, bodies = asyncio.run(run())
    assert lost.may_have_arrived is may_have_arrived
    assert bodies == 1
    assert KEY not in repr(lost)
    assert lost.__cause__ is None


def test_a_dead_host_was_never_reached():
    """A refused connection is the one certain case."""

    async def run():
        async with Server(ok()) as server:
            address = server.address
        clients = Clients()
        with pytest.raises(NoReply) as caught:
            await transport(address, Bearer(), clients, KEY=KEY).send(POST)
        await clients.aclose()
        return caught.value

    assert asyncio.run(run()).may_have_arrived is False


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("request_", [GET, POST])
def test_a_redirect_is_an_answer_and_never_followed(status, request_):
    """No header and no body goes anywhere else."""

    async def run():
        clients = Clients()
        async with Server(ok()) as other:
            moved = ok(
                b"",
                f"location: http://127.0.0.1:{other.port}/x",
                "set-cookie: a=b",
                status=f"{status} Moved",
            )
            async with Server(moved) as vendor:
                carrier = transport(
                    vendor.address, Header("xi-api-key"), clients, KEY=KEY
                )
                reply = await carrier.send(request_)
                await carrier.send(request_)
            await clients.aclose()
            return reply, other.heard, vendor.heard[1]

    reply, elsewhere, second = asyncio.run(run())
    assert reply.status == status
    assert elsewhere == []
    assert b"cookie" not in second.lower()


def test_an_endless_answer_is_cut_off():
    """What is longer than any answer of an API is not read to its end."""
    with pytest.raises(NoReply, match="no end"):
        ask(ok(b"x" * (9 << 20)), GET)


def fetch(library, answer, result, path="/r.mp3", vendor=None):
    """Fetch a result that lies on a server with this answer."""

    async def run():
        clients = Clients()
        async with Server(answer) as server:
            found = Downloader(clients, library, vendor or server.address)
            url = f"{server.address}{path}"
            try:
                return await found.fetch(replace(result, url=url)), server.heard
            finally:
                await clients.aclose()

    return asyncio.run(run())


MP3 = b"ID3\x04" + bytes(5_000)
WAV = b"RIFF\x24\0\0\0WAVEfmt " + bytes(5_000)
SOUND = Result(media_type="audio/mpeg", url="x")


def test_a_result_is_fetched_without_a_key(library):
    """From the vendor's own origin on this machine: saved by its hash, no key shown."""
    stored, heard = fetch(library, ok(MP3), SOUND)
    assert stored.read() == MP3
    assert stored.media_type == "audio/mpeg"
    said = heard[0].decode().lower()
    assert "authorization" not in said
    assert "cookie" not in said
    assert "accept-encoding: identity" in said


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"\1\2" * 500, "audio/l16"),
        (b"\xff\x7f" * 500, "audio/basic"),
        (b"1\n00:00:00,000 --> 00:00:01,000\nH\xc3\xa9\n", "application/x-subrip"),
        (b'{"words": []}', "application/json"),
        (b"\x89PNG\r\n", "image/jpeg"),
        (b"RIFF\0\0\0\0WAVEfmt ", "audio/mpeg"),
    ],
)
def test_a_result_of_the_expected_kind_is_kept(library, body, media_type):
    """Raw samples, captions, JSON, another sort of image or audio container."""
    stored, _ = fetch(library, ok(body), Result(media_type=media_type, url="x"))
    assert stored.read() == body


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"<html>an error page</html>", "audio/mpeg"),
        (b"<html>", "audio/l16"),
        (b"PK\3\4", "audio/mpeg"),
        (b"#EXTM3U\n", "audio/mpeg"),
        (b"<svg>", "image/jpeg"),
        (b"\xff\xfe\0bad", "application/x-subrip"),
    ],
)
def test_a_result_of_another_kind_is_kept_aside(library, body, media_type):
    """It may be what was paid for under a wrong label: refused, and not thrown away."""
    with pytest.raises(UnsafeResult, match="kept as") as caught:
        fetch(library, ok(body), Result(media_type=media_type, url="x"))
    kept = [path for path in library.files.folder.rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in kept] == [body]
    assert str(kept[0]) in str(caught.value)


@pytest.mark.parametrize("status", ["401 No", "403 No", "404 No", "410 Gone"])
def test_an_expired_link_says_so(library, status):
    """The engine then asks for a new one."""
    with pytest.raises(NotFound):
        fetch(library, ok(b"", status=status), SOUND)


def test_a_compressed_result_is_refused(library):
    """Nobody asked for compression, which has no limit to its size."""
    with pytest.raises(UnsafeResult, match="compressed"):
        fetch(library, ok(MP3, "content-encoding: gzip"), SOUND)


def test_a_cut_result_is_fetched_again(library, monkeypatch):
    """A body shorter than announced is never kept."""
    answers = [b"HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n" + MP3, ok(MP3)]
    stored, heard = fetch(library, lambda _: answers.pop(0), SOUND)
    assert stored.read() == MP3
    assert len(heard) == 2
    assert len([p for p in library.files.folder.rglob("*") if p.is_file()]) == 1


def head(length, *headers, status="200 OK"):
    lines = [f"HTTP/1.1 {status}", f"content-length: {length}", *headers]
    return "\r\n".join([*lines, "connection: close", "", ""]).encode()


TAG = 'etag: "the same"'
CUT = head(len(MP3), TAG) + MP3[:2_000]


def rest(start=2_000, tag=TAG, more=0):
    total = len(MP3) + more
    where = f"content-range: bytes {start}-{total - 1}/{total}"
    return ok(MP3[start:], where, tag, status="206 Partial Content")


def test_only_the_rest_of_a_cut_result_is_fetched(library):
    """With a strong tag the second request asks for what is missing."""
    answers = [CUT, rest()]
    stored, heard = fetch(library, lambda _: answers.pop(0), SOUND)
    assert stored.read() == MP3
    said = heard[1].decode().lower()
    assert "range: bytes=2000-\r\n" in said
    assert 'if-range: "the same"' in said


@pytest.mark.parametrize(
    "second",
    [
        ok(MP3, TAG),
        rest(start=1_000),
        rest(more=1),
        rest(tag='etag: "another"'),
        ok(MP3[2_000:], TAG, status="206 Partial Content"),
        ok(b"", "content-range: bytes */5", status="416 Not There"),
    ],
)
def test_what_is_not_the_rest_is_not_appended(library, monkeypatch, second):
    """Range ignored, another place, another length, another tag: all of it anew."""
    monkeypatch.setattr(download, "BACK_OFF_S", 0)
    answers = [CUT, second, ok(MP3, TAG)]
    stored, _ = fetch(library, lambda _: answers.pop(0), SOUND)
    assert stored.read() == MP3
    assert len([p for p in library.files.folder.rglob("*") if p.is_file()]) == 1


def test_a_weak_tag_is_no_reason_to_append(library):
    """It says alike, not the same bytes."""
    answers = [CUT.replace(b'"the', b'W/"the'), ok(MP3)]
    stored, heard = fetch(library, lambda _: answers.pop(0), SOUND)
    assert stored.read() == MP3
    assert b"range" not in heard[1].lower()


def test_a_busy_host_is_asked_again(library, monkeypatch):
    """503 says later, and how much later."""
    monkeypatch.setattr(download, "BACK_OFF_S", 0)
    answers = [ok(status="503 Later"), ok(MP3)]
    stored, _ = fetch(library, lambda _: answers.pop(0), SOUND)
    assert stored.read() == MP3


def test_a_host_that_brings_nothing_new_is_given_up(library, monkeypatch):
    """Three tries in a row, no pause after the last; nothing is left behind."""
    monkeypatch.setattr(download, "BACK_OFF_S", 0)
    with pytest.raises(Unavailable, match="3 tries"):
        fetch(library, ok(b"", status="503 Later"), SOUND)
    assert not [p for p in library.files.folder.rglob("*") if p.is_file()]


def test_what_is_too_large_is_kept_aside(library, monkeypatch):
    """The beginning may be what was paid for: it is not thrown away."""
    monkeypatch.setattr(download, "LONGEST_BYTES", 1_000)
    with pytest.raises(UnsafeResult, match="larger than .* kept as") as caught:
        fetch(library, ok(MP3), SOUND)
    (kept,) = [path for path in library.files.folder.rglob("*") if path.is_file()]
    assert str(kept) in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://93.184.215.14/a.mp3",
        "https://127.0.0.1/a.mp3",
        "https://localhost/a.mp3",
        "https://10.0.0.1/a.mp3",
        "https://[::1]/a.mp3",
        "https://[::ffff:169.254.169.254]/a.mp3",
        "https://169.254.169.254/latest/meta-data",
        "https://2130706433/a.mp3",
        "https://0x7f.1/a.mp3",
        "https://example.com:8443/a.mp3",
        "https://user:pw@example.com/a.mp3",
        "https://ok.test\\@evil.test/x",
        "file:///etc/passwd",
        "ftp://ok.test:21/a.mp3",
        f"https://{'a' * 64}.test/a.mp3",
        "https://[x/a.mp3",
        "data:audio/mpeg;base64,AAAA",
        "//example.com/a.mp3",
        "",
    ],
)
def test_a_hostile_address_is_not_connected_to(library, url, monkeypatch):
    """Not https, not public, another port, written to be misread: refused unseen."""
    connections = []

    async def run():
        loop = asyncio.get_running_loop()

        async def spy(*args, **kwargs):
            connections.append(args)
            raise OSError("refused by the test")

        monkeypatch.setattr(loop, "create_connection", spy)
        clients = Clients()
        vendor = Address.parse("https://api.kie.ai")
        try:
            await Downloader(clients, library, vendor).fetch(
                Result(media_type="audio/mpeg", url=url)
            )
        finally:
            await clients.aclose()

    with pytest.raises((UnsafeResult, Unavailable)) as caught:
        asyncio.run(run())
    assert connections == []
    if isinstance(caught.value, Unavailable):
        assert "2130706433" in url or "0x7f" in url


@pytest.mark.parametrize("to", ["http://127.0.0.1:1/a.mp3", "https://[x"])
def test_a_redirect_of_a_result_is_checked_again(library, to):
    """From the vendor to a private address, or to none: refused at the hop."""
    moved = ok(b"", f"location: {to}", status="302 Found")
    with pytest.raises(UnsafeResult):
        fetch(library, moved, SOUND)


def test_the_kind_of_a_result_is_told_by_more_than_its_first_bytes(library):
    """A host may send them one by one."""
    parts = (head(len(WAV)) + WAV[:4], WAV[4:])
    stored, _ = fetch(library, lambda _: parts, replace(SOUND, media_type="audio/wav"))
    assert stored.read() == WAV
