"""What every test gets: a library of its own, no keys, and no way off this machine."""

import ipaddress
import os
import signal
import socket

import pytest

import voicekit as vk
from voicekit.library.library import Library

_connect = socket.socket.connect


def _connect_here(sock, address):
    if sock.family in (socket.AF_INET, socket.AF_INET6):
        host = address[0]
        if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
            raise AssertionError(f"A test reached out to {host}.")
    return _connect(sock, address)


def pytest_configure():
    """Let an interrupt interrupt: what a shell starts behind itself ignores it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Run the browser's tests last: its driver keeps a loop running in this thread."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(autouse=True)
def _own_world(monkeypatch, tmp_path):
    for name in [name for name in os.environ if name.startswith("VOICEKIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("VOICEKIT_LIBRARY", str(tmp_path / "library"))
    monkeypatch.setattr(socket.socket, "connect", _connect_here)


@pytest.fixture
def studio():
    with vk.Studio(providers=["offline"]) as studio:
        yield studio


@pytest.fixture
def library(tmp_path):
    library = Library(tmp_path / "library")
    yield library
    library.close()
