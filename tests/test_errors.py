"""The tree of errors."""

import pickle
import re

import pytest

from voicekit import errors


def test_the_docstring_draws_the_tree():
    """Each exception stands in the drawing of the module, under its parent."""
    drawn = re.findall(r"^    ([│ ├└─]*)(\w+)", errors.__doc__, re.MULTILINE)
    parents, found = {}, {}
    for branch, name in drawn:
        depth = len(branch) // 4
        parents[depth] = name
        found[name] = parents.get(depth - 1)
    public = [getattr(errors, name) for name in errors.__all__ if name[0].isupper()]
    for error in public:
        family = [parent.__name__ for parent in error.__mro__[1:]]
        assert found[error.__name__] in (None, *family)
    assert set(found) == {error.__name__ for error in public}


@pytest.mark.parametrize(
    "error",
    [
        errors.InvalidText("no text"),
        errors.StillRunning("still", job="abc"),
        errors.RateLimited("slow", provider="kie", status=429, retry_after=3.0),
    ],
)
def test_errors_survive_pickling(error):
    """An error comes back from another process with its message and its fields."""
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)


def test_nearest_names_what_was_probably_meant():
    """A misspelled name finds its neighbour, a strange one finds none."""
    assert errors.nearest("Spede", ["speed", "pitch"]) == " Did you mean 'speed'?"
    assert errors.nearest("xyzzy", ["speed", "pitch"]) == ""
