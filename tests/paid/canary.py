"""What a kernel with keys shows in the places where keys have been found elsewhere.

`collect` runs in the kernel, and writes down one file for each place. It leaks one key
in each of them on purpose: whoever searches has to find that one.
"""

import contextlib
import copy
import faulthandler
import io
import logging
import os
import pickle
import subprocess
import sys
import warnings
from functools import partial
from pathlib import Path
from unittest import mock

from IPython.core.ultratb import AutoFormattedTB
from rich.console import Console
from rich.traceback import Traceback

from voicekit.errors import KeyMissing, VoicekitError

MODES = ("Plain", "Context", "Verbose")
DEEP = 4


def follow(folder):
    """Write every log message and every warning of this kernel down."""
    handler = logging.FileHandler(folder / "DEBUG logs")
    logging.basicConfig(level=logging.DEBUG, handlers=[handler], force=True)

    def show(message, *rest, **options):
        with (folder / "warnings").open("a") as file:
            file.write(f"{message}\n")

    warnings.showwarning = show
    warnings.simplefilter("always")
    warnings.warn("They are listened to.", stacklevel=1)


def failures(calls):
    """Make calls that fail, and return what they raised."""
    raised = []
    for call in calls:
        try:
            call()
        except VoicekitError as error:
            raised.append(error)
    return raised


def refused_keys(studio, voices):
    """Fail by a key that no header can carry, and by a secret that is refused."""
    key = os.environ["VOICEKIT_AKOOL_KEY"]
    pair = {"VOICEKIT_AKOOL_CLIENT_ID": "id", "VOICEKIT_AKOOL_CLIENT_SECRET": key}
    odd = {"VOICEKIT_KIE_KEY": os.environ["VOICEKIT_KIE_KEY"] + "\a"}
    asked = (voices["kie"], voices["akool"])
    calls = [partial(studio.speak, "Refused.", voice) for voice in asked]
    with mock.patch.dict(os.environ, {**odd, **pair, "VOICEKIT_AKOOL_KEY": ""}):
        raised = failures(calls)
    assert [type(error) for error in raised] == 2 * [KeyMissing], raised
    return raised


def collect(folder, studio, objects, raised, namespace, planted):
    """Write down everything that can be seen from within."""
    raised, objects = [*raised, _leaky(planted)], [*objects, planted]
    logging.getLogger("httpx").debug("GET https://x.test/?key=%s", planted)
    warnings.warn(planted, stacklevel=1)
    (Path(os.environ["TMPDIR"]) / "leak").write_text(planted)
    found = {
        "In, Out and _": repr(namespace),
        "exceptions' own words": "\n".join(map(_said, raised)),
        "repr, vars and dir": "\n".join(_walk(thing, DEEP) for thing in objects),
        "rich with locals": "\n".join(map(_rich, raised)),
        "exports": _exports(studio, planted),
        "children": _children(planted),
        **{
            f"traceback {mode}": "\n".join(_traced(e, mode) for e in raised)
            for mode in MODES
        },
    }
    for name, text in found.items():
        (folder / name).write_text(text)
    (folder / "pickles").write_bytes(b"".join(map(_pickled, objects)))
    with (folder / "faulthandler").open("w") as file:
        faulthandler.dump_traceback(file)
        file.write(planted)


def _leaky(key):
    try:
        int(key)
    except ValueError as error:
        return error
    raise AssertionError


def _said(error):
    notes = getattr(error, "__notes__", [])
    return f"{error!r} {error} {error.args} {vars(error)} {notes} {error.__cause__!r}"


def _traced(error, mode):
    shown = AutoFormattedTB(mode=mode, theme_name="nocolor", tb_offset=0)
    return shown.text(type(error), error, error.__traceback__)


def _rich(error):
    console = Console(file=io.StringIO(), width=300, force_jupyter=False)
    console.print(
        Traceback.from_exception(
            type(error), error, error.__traceback__, show_locals=True
        )
    )
    return console.file.getvalue()


def _walk(thing, depth, seen=None):
    """Show an object with whatever its public names lead to."""
    seen = set() if seen is None else seen
    if id(thing) in seen or depth == 0:
        return ""
    seen.add(id(thing))
    shown = [repr(thing), repr(getattr(thing, "__dict__", ""))]
    for name in dir(thing):
        if name.startswith("_"):
            continue
        with contextlib.suppress(Exception):
            value = getattr(thing, name)
            if not callable(value):
                shown.append(_walk(value, depth - 1, seen))
    return "\n".join(shown)


def _pickled(thing):
    """Return what a pickle or a copy of it holds, where there can be one."""
    kept = b""
    with contextlib.suppress(Exception):
        kept += pickle.dumps(thing)
    with contextlib.suppress(Exception):
        kept += repr(vars(copy.deepcopy(thing))).encode()
    return kept


def _exports(studio, planted):
    tables = [studio.tasks(), studio.held(), studio.spend(), studio.providers()]
    return "\n".join(
        [planted, *(f"{t.to_csv()} {t.to_html()} {t.to_json()}" for t in tables)]
    )


def _children(planted):
    """Return the command line and the environment of every child of this process."""
    shown = ""
    leaky = [sys.executable, "-c", "input()", planted]
    pipes = {"stdin": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(leaky, env={}, **pipes):
        for task in Path("/proc/self/task").iterdir():
            for pid in (task / "children").read_text().split():
                shown += Path("/proc", pid, "cmdline").read_text()
                shown += Path("/proc", pid, "environ").read_text()
    assert shown, "No child was seen."
    return shown
