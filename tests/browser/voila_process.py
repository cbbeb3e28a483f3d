"""Voilà in a process of its own: it serves one notebook, on this machine alone."""

import contextlib
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

import nbformat
import psutil
from jupyterlab_process import environment

START_S = 60


@dataclass(frozen=True)
class Served:
    """A notebook that is served to whoever opens its address."""

    url: str
    environment: dict[str, str]


@contextlib.contextmanager
def serving(folder, cells):
    """Serve a notebook of these cells, and stop Voilà and its kernels at the end."""
    notebook, log = folder / "test.ipynb", folder / "voila.log"
    sources = [nbformat.v4.new_code_cell(source) for source in cells]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    content = nbformat.v4.new_notebook(cells=sources, metadata={"kernelspec": kernel})
    notebook.write_text(nbformat.writes(content))
    around = environment(folder)
    with log.open("wb") as out:
        process = psutil.Popen(
            [
                *(sys.executable, "-m", "voila", str(notebook), "--no-browser"),
                *("--Voila.ip=127.0.0.1", "--port=0", "--show_tracebacks=True"),
            ],
            env=around,
            cwd=folder,
            stdout=out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
    try:
        yield Served(f"http://127.0.0.1:{_port(process, log)}/", around)
    finally:
        _stop(process)


def _port(process, log):
    """Wait until it listens, and return the port that the system gave it."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        for one in process.net_connections("tcp"):
            if one.status == psutil.CONN_LISTEN:
                return one.laddr.port
        time.sleep(0.1)
    raise RuntimeError(f"Voilà did not start:\n{log.read_text()[-2000:]}")


def _stop(process):
    """Ask it to end, and insist with it and the kernels it has left after a while."""
    started = [process, *process.children(recursive=True)]
    process.send_signal(signal.SIGINT)
    _, left = psutil.wait_procs(started, timeout=20)
    for one in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            one.kill()
    psutil.wait_procs(left, timeout=10)
