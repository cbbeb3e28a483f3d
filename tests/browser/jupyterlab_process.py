"""JupyterLab in a process of its own, with nothing of the user's in it."""

import contextlib
import json
import os
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

START_S = 60

_SETTINGS = {
    "@jupyterlab/apputils-extension/notification.jupyterlab-settings": {
        "fetchNews": "false",
        "checkForUpdates": False,
    },
    "@jupyterlab/docmanager-extension/plugin.jupyterlab-settings": {"autosave": False},
}


@dataclass(frozen=True)
class Server:
    """A running JupyterLab."""

    url: str
    token: str
    notebooks: Path
    data: Path
    process: subprocess.Popen


@contextlib.contextmanager
def running_server(folder):
    """Start JupyterLab in a folder, and stop it and its kernels at the end."""
    notebooks, runtime = folder / "notebooks", folder / "runtime"
    for path in (notebooks, runtime):
        path.mkdir(parents=True)
    settings = folder / "settings"
    for name, values in _SETTINGS.items():
        path = settings / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
    token = secrets.token_hex(16)
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            _command(notebooks, settings, folder / "workspaces"),
            env=environment(folder) | {"JUPYTER_TOKEN": token},
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
    try:
        url = _address(process, runtime, folder / "server.log")
        yield Server(url, token, notebooks, folder / "data", process)
    finally:
        _stop(process, runtime, token)


def _command(notebooks, settings, workspaces):
    return [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        "--ServerApp.ip=127.0.0.1",
        "--ServerApp.port=0",
        f"--ServerApp.root_dir={notebooks}",
        f"--LabApp.user_settings_dir={settings}",
        f"--LabApp.workspaces_dir={workspaces}",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
        "--expose-app-in-browser",
    ]


def environment(folder):
    """Return an environment with nothing of the user's in it."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JUPYTER", "VOICEKIT", "XDG", "IPYTHON"))
    }
    own = {
        "HOME": "home",
        "IPYTHONDIR": "ipython",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "VOICEKIT_LIBRARY": "library",
    }
    return kept | {name: str(folder / path) for name, path in own.items()}


def _address(process, runtime, log):
    """Wait for the file in which the server says its port, then for its answer."""
    note = runtime / f"jpserver-{process.pid}.json"
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError, ValueError, KeyError):
            url = json.loads(note.read_text())["url"]
            urllib.request.urlopen(f"{url}login", timeout=5).close()
            return url
        time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()[-2000:]}")


def _stop(process, runtime, token):
    """Ask it to end, so that it ends its kernels; insist after a while."""
    with contextlib.suppress(OSError, ValueError):
        url = json.loads((runtime / f"jpserver-{process.pid}.json").read_text())["url"]
        ask = urllib.request.Request(
            f"{url}api/shutdown",
            method="POST",
            headers={"Authorization": f"token {token}"},
        )
        urllib.request.urlopen(ask, timeout=10).close()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
