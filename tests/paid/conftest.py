"""One sandbox in a process of its own, which no kill reaches; and a table of figures.

Each row prints one line at the end of the run: what was tried, and what came of it.
"""

import multiprocessing
import socket
from multiprocessing import forkserver
from pathlib import Path

import pytest
from paid import hostile

import voicekit as vk
from voicekit.engine import polling
from voicekit.providers.kie import Kie
from voicekit.sandbox import serve

SPEED = 1000.0
VOICES = {
    "kingcong": "kingcong:elevenlabs/21m00Tcm4TlvDq8ikWAM",
    "kling": "kling:oversea_male1/en",
    "kie": "kie:Rachel",
    "akool": "akool:piTKgcLEGmPE4e6mEKli",
}


def pytest_terminal_summary(terminalreporter):
    reports = terminalreporter.getreports("passed")
    lines = [
        line
        for report in reports
        for name, line in report.user_properties
        if name == "figure"
    ]
    if lines:
        terminalreporter.section("paid work")
        for line in lines:
            terminalreporter.write_line(line)


@pytest.fixture
def figure(request):
    """Return a function that adds a line to the table of figures."""
    properties = request.node.user_properties  # these travel between test processes
    return lambda row, found: properties.append(("figure", f"{row}: {found}"))


@pytest.fixture(scope="session")
def kernels():
    """Return a context whose processes start at once, for all is imported before."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["paid.kernel"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
        forkserver.ensure_running()
    return context


@pytest.fixture(scope="session")
def running():
    with serve(speed=SPEED) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running):
    running.reset()
    running.set_speed(SPEED)
    running.set_limit("kie", None)
    return running


@pytest.fixture(scope="session")
def named(running):
    """The environment in which a user has named every stand-in."""
    found = {}
    for name, vendor in running.vendors.items():
        found[f"VOICEKIT_{name.upper()}_URL"] = vendor.url
        found[f"VOICEKIT_{name.upper()}_KEY"] = vendor.key
    return found


@pytest.fixture
def at_the_sandbox(sandbox, named, monkeypatch):
    for name, value in named.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(polling, "FIRST_S", 0.01)
    monkeypatch.setattr(polling, "LONGEST_S", 0.1)
    monkeypatch.setattr(Kie, "rate", None)
    return sandbox


@pytest.fixture
def voices(at_the_sandbox, tmp_path):
    """A voice of each vendor; one of them names its voices anew each time."""
    with vk.Studio(library=tmp_path / "looking") as studio:
        anna = studio.voices("anna", provider="voiceclone").index[0]
    return {**VOICES, "voiceclone": anna}


@pytest.fixture
def connections(monkeypatch):
    """Every address that a socket is told to connect to; none is reached."""
    made = []

    def connect(sock, address):
        made.append(address)
        raise ConnectionRefusedError("refused by the test")

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket.socket, "connect_ex", connect)
    monkeypatch.setattr(socket, "getaddrinfo", hostile.resolve)
    return made
