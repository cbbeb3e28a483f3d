"""What is said where there is no browser."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ONE_FILE = Path(__file__).with_name("test_saved_notebook.py")


def run_without_browser(**environment):
    """Run one browser test with nothing on the PATH."""
    command = [sys.executable, "-m", "pytest", ONE_FILE, "-o", "addopts="]
    plain = {name: value for name, value in os.environ.items() if name != "CI"}
    return subprocess.run(
        [*command, "-p", "no:cacheprovider", "-p", "no:nbval"],
        env=plain | {"PATH": ""} | environment,
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


@pytest.mark.parametrize("value", ["1", "true"])
def test_in_ci_a_missing_browser_is_a_failure(value):
    """Nothing passes in CI by being skipped."""
    run = run_without_browser(CI=value)
    assert run.returncode == 1
    assert "apt-get install chromium" in run.stdout
