"""Two hundred addresses of results that must never be connected to."""

import ipaddress
import re
import socket

from voicekit.engine.clients import Clients
from voicekit.engine.download import Downloader
from voicekit.task import Result

BLOCKED_V4 = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.254 100.64.0.1 100.100.100.200 127.0.0.1 127.1.2.3
168.63.129.16 169.254.169.254 169.254.0.1 172.16.0.1 172.31.255.254 192.0.0.8 192.0.2.1
192.88.99.1 192.168.0.1 192.168.255.254 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1
239.255.255.255 240.0.0.1 255.255.255.255
""".split()
BLOCKED_V6 = """
:: ::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::127.0.0.1 64:ff9b:1::1
64:ff9b::7f00:1 100::1 2001::1 2001:db8::1 2001:10::1 2002:7f00:1:: 2002:a00:1:: 3fff::1
5f00::1 fc00::1 fd00::1 fe80::1 fec0::1 ff02::1 ff0e::1
""".split()
NUMERIC = """
2130706433 0x7f000001 017700000001 127.1 127.0.1 0x7f.0.0.1 0177.0.0.1 0 1 127.0.0.1.
%31%32%37.0.0.1
""".split()
TRICKS = (
    "https://cdn.ok.test\\@127.0.0.1/x",
    "https://cdn.ok.test\\127.0.0.1/x",
    "https://cdn.ok.test@127.0.0.1/x",
    "https://cdn.ok.test:443@127.0.0.1/x",
    "https://user:password@cdn.ok.test/x",
    "https://127.0.0.1#@cdn.ok.test/x",
    "https://127.0.0.1?@cdn.ok.test/x",
    "https://127.0.0.1;@cdn.ok.test/x",
    "https://127.0.0.1%00.cdn.ok.test/x",
    "https://127.0.0.1%20.cdn.ok.test/x",
    "https://127.0.0.1 .cdn.ok.test/x",
    "https://127.0.0.1\t/x",
    "https://127.0.0.1\n/x",
    "https://127.0.0.1\r\nHost: cdn.ok.test/x",
    "https://\u2460\u2461\u2466.0.0.1/x",
    "https://127\u30020\u30020\u30021/x",
    "https://\uff11\uff12\uff17.0.0.1/x",
    "https://[::1]:443/x",
    "https://[::1%25lo]/x",
    "https://[fe80::1%25eth0]/x",
    "https://[::ffff:7f00:1]/x",
    "https://[0:0:0:0:0:0:0:1]/x",
    "https:///127.0.0.1/x",
    "https:127.0.0.1/x",
    "https:/127.0.0.1/x",
    "https://",
    "https:///",
    "https://:443/x",
    "https://cdn.ok.test:8443/x",
    "https://cdn.ok.test:22/x",
    "https://cdn.ok.test:0/x",
    "https://cdn.ok.test:65536/x",
    "https://cdn.ok.test:443443/x",
    "https://cdn.ok.test:-1/x",
    "HTTPS://127.0.0.1/x",
    "hTTp://127.0.0.1/x",
    "//127.0.0.1/x",
    "/etc/passwd",
    "",
)
SCHEMES = (
    "http ftp file gopher dict ldap jar ws wss data javascript blob tftp smb netdoc"
).split()
NAMES = {
    "private.test": ["10.0.0.1"],
    "loopback.test": ["127.0.0.1"],
    "metadata.test": ["169.254.169.254"],
    "mixed.test": ["93.184.215.14", "10.0.0.1"],
    "mixed6.test": ["2606:2800:21f:cb07::1", "::1"],
    "last.test": ["93.184.215.14", "1.1.1.1", "127.0.0.1"],
    "mapped.test": ["::ffff:10.0.0.1"],
    "nat64.test": ["64:ff9b::7f00:1"],
    "sixto4.test": ["2002:7f00:1::"],
    "localhost": ["127.0.0.1"],
    "nothing.test": [],
}
"""Names that anybody may register, and what they resolve to."""


def _literal(name: str) -> str | None:
    """Read a number as an address in all the ways that the C library does."""
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(name))
    except OSError:
        return None


async def fetch(library, url, vendor):
    """Fetch a result as the engine does, with a client of its own."""
    clients = Clients()
    try:
        found = Downloader(clients, library, vendor)
        return await found.fetch(Result(media_type="audio/mpeg", url=url))
    finally:
        await clients.aclose()


def urls() -> list[str]:
    """Return two hundred of them, the same ones each time."""
    found = [f"https://{host}/a.mp3" for host in (*BLOCKED_V4, *NUMERIC, *NAMES)]
    found += [f"https://[{host}]/a.mp3" for host in BLOCKED_V6]
    found += TRICKS
    found += [f"{scheme}://cdn.ok.test/a.mp3" for scheme in SCHEMES]
    found += [f"http://{host}/a.mp3" for host in BLOCKED_V4]
    found += [f"https://{host}:443/latest/meta-data" for host in BLOCKED_V4]
    found += (f"https://10.{n}.{n}.1/a.mp3" for n in range(1, 100))
    return [*dict.fromkeys(found)][:200]


def resolve(host, port, *args, **kwargs):
    """Stand in for `socket.getaddrinfo`: `NAMES`, and for the rest a public address."""
    name = host.decode() if isinstance(host, bytes) else host
    found = NAMES.get(name, [_literal(name.rstrip(".")) or "93.184.215.14"])
    if not found or not re.fullmatch(r"[0-9a-z.:-]+", name.lower()):
        raise socket.gaierror(socket.EAI_NONAME, "no such name")
    return [
        (socket.AF_INET6 if ":" in ip else socket.AF_INET, 1, 6, "", (ip, port))
        for ip in found
    ]
