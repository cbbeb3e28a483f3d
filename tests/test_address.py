"""Addresses: what a key is bound to, and what counts as public."""

import pytest

from voicekit.address import Address, is_public
from voicekit.errors import InvalidSetting


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://api.kie.ai", "https://api.kie.ai"),
        ("https://API.Kie.ai/", "https://api.kie.ai"),
        ("https://x.test:8443/api/v1/", "https://x.test:8443/api/v1"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://localhost:8000/p", "http://localhost:8000/p"),
        ("http://[::1]:9", "http://[::1]:9"),
    ],
)
def test_plain_addresses_are_taken(url, shown):
    """https anywhere, http on this machine alone."""
    assert str(Address.parse(url)) == shown


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.kie.ai",
        "ftp://x.test",
        "ftp://x.test:21",
        "file:///etc/passwd",
        "https://user:secret@x.test",
        "https://x.test?key=secret",
        "https://x.test#a",
        "https://x.test:99999",
        "https://x.test:0",
        "https://ok.test\\@evil.test",
        "https://exämple.test",
        "http://x.test",
        "http://10.0.0.1",
    ],
)
def test_anything_else_is_refused_without_quoting_it(url):
    """A refused address is not repeated in the message: it may hold a password."""
    with pytest.raises(InvalidSetting) as caught:
        Address.parse(url)
    assert "secret" not in str(caught.value)


NOT_PUBLIC = """
0.0.0.0 10.1.2.3 100.64.0.1 100.100.100.200 127.0.0.1 168.63.129.16 169.254.169.254
172.16.0.1 192.0.0.8 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.1
203.0.113.1 224.0.0.1 240.0.0.1 255.255.255.255 :: ::1 ::ffff:127.0.0.1 ::ffff:8.8.8.8
64:ff9b::7f00:1 64:ff9b:1::1 2001::1 2001:db8::1 2002:7f00:1:: 3fff::1 5f00::1 fc00::1
fe80::1 fe80::1%eth0 fec0::1 ff0e::1 localhost 2130706433 0x7f.1 127.1
""".split()


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_special_addresses_are_not_public(address):
    """Every special-purpose range, and every odd way to write one."""
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.215.14", "2606:4700::1111", "2a00:1450:4001::1"]
)
def test_ordinary_addresses_are_public(address):
    """The rest of the internet."""
    assert is_public(address)
