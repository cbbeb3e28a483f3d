"""Each notebook is run with a library of its own."""

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Name the library before the notebook's kernel is started and inherits it."""
    name = item.path.stem
    folder = item.config._tmp_path_factory.getbasetemp() / f"library-of-{name}"
    patch = item.config.stash.setdefault(_PATCH, pytest.MonkeyPatch())
    patch.setenv("VOICEKIT_LIBRARY", str(folder))


def pytest_unconfigure(config):
    """Put the environment back."""
    config.stash.setdefault(_PATCH, pytest.MonkeyPatch()).undo()


_PATCH = pytest.StashKey[pytest.MonkeyPatch]()
