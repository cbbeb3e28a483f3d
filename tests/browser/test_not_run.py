"""What is said where there is no browser."""

import os
import subprocess
import sys
from pathlib import Path

import chromium
import pytest

ONE_FILE = Path(__file__).with_name("test_saved_notebook.py")


def run_without_browser(**environment):
    """Run one browser test with nothing on the PATH."""
    one = ["-k", "01-first-words", "-o", "addopts="]
    command = [sys.executable, "-m", "pytest", ONE_FILE, *one]
    plain = {name: value for name, value in os.environ.items() if name != "CI"}
    plain |= {"PATH": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(
        [*command, "-p", "no:cacheprovider"],
        env=plain | environment,
        cwd=ONE_FILE.parents[2],
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_a_browser_the_tests_are_said_not_to_have_run():
    """Nobody takes a skipped browser test for a passed one."""
    run = run_without_browser()
    assert run.returncode == 0
    assert "1 browser test was NOT RUN" in run.stdout
    assert "apt-get install chromium" in run.stdout


def test_in_ci_a_missing_browser_is_a_failure():
    """Nothing passes in CI by being skipped."""
    run = run_without_browser(CI="true")
    assert run.returncode == 1
    assert "apt-get install chromium" in run.stdout


@pytest.mark.parametrize(
    ("value", "expected"), [("1", True), ("true", True), ("", False), ("0", False)]
)
def test_ci_is_told_by_its_variable(monkeypatch, value, expected):
    """``CI=1`` and ``CI=true`` both say that this is CI."""
    monkeypatch.setenv("CI", value)
    assert chromium.must_run() == expected
