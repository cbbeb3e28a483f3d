"""The examples in the documentation run."""

import doctest
import importlib
from pathlib import Path

import pytest

import voicekit

ROOT = Path(voicekit.__file__).parent
EXAMPLES = [
    ".".join(path.relative_to(ROOT.parent).with_suffix("").parts)
    for path in sorted(ROOT.rglob("*.py"))
    if ">>>" in path.read_text()
]


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_run_and_say_what_they_promise(name):
    """Each example of a module gives what stands below it."""
    module = importlib.import_module(name.removesuffix(".__init__"))
    failed, tried = doctest.testmod(module)
    assert tried > 0
    assert failed == 0
