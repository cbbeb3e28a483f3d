"""The browser: the one the system has, kept on this machine."""

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")

HOW_TO_INSTALL = (
    "no Chromium on the PATH; install one: apt-get install chromium "
    "(Fedora: dnf install chromium; macOS: brew install chromium)"
)

FLAGS = (
    "--no-sandbox",  # CI runs as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A microphone that beeps, and that nobody has to allow.
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    # Nothing but this machine: every other name is unknown to this browser.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


def find():
    """Return the path of a browser, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def must_run():
    """Tell whether a missing browser is a failure: in CI nothing passes by skipping."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}
